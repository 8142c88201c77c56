"""A target in words, as page, projector, paper and board of a meeting show it. In the current language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from services.dashboard.disclosure import Hidden, hide_small
from services.dashboard.targets.links import behind
from shared.i18n.translations import N_, ngettext
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.charts import Bullet, draw_bullets
from shared.ui.charts.figure import figure
from shared.ui.formats import date_text, number_text, percent_text, quarter_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from markupsafe import Markup

    from services.dashboard.targets.domain import Forecast, Progress, Terms
    from shared.contracts.dashboard import TargetStatus
    from shared.ui.charts import Drawing

STATUS_WORDS: Final[Mapping[TargetStatus, str]] = MappingProxyType(
    {
        "on_track": N_("On track"),
        "at_risk": N_("Slipping"),
        "out_of_reach": N_("Out of reach"),
        "reached": N_("Reached"),
        "missed": N_("Not reached"),
    }
)
_TONES: Final[Mapping[TargetStatus, str]] = MappingProxyType(
    {"on_track": "active", "at_risk": "waiting", "out_of_reach": "bad", "reached": "good", "missed": "bad"}
)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target in words.

    Attributes:
        goal, so_far: with their unit; counts stand beside each percentage.
        of_all: of a share, the same of everybody who has begun; empty elsewhere.
        expected, last_day: empty where there is nothing to say.
        status: in words; `tone` is the suffix of its CSS class.
        sentences: what it means and how it is computed.
        hidden: whether its numbers are not shown because they are of few persons.
        href: the page of what has been counted; None: there is none.
    """

    forecast: Forecast
    label: str
    window: str
    goal: str
    so_far: str
    of_all: str
    expected: str
    last_day: str
    status: str
    tone: str
    sentences: Sequence[str]
    hidden: bool = False
    href: str | None = None

    @property
    def cells(self) -> list[str]:
        """The cells of its row in the table below `COLUMNS`."""
        nothing = "–"
        return [
            self.label,
            self.window,
            self.goal,
            self.so_far,
            self.of_all or nothing,
            self.expected or nothing,
            self.last_day or nothing,
            self.status,
        ]


COLUMNS: Final = (
    N_("Target"),
    N_("Window"),
    N_("To be reached"),
    N_("So far"),
    N_("Of everybody who has begun"),
    N_("Expected"),
    N_("Can be reached until"),
    N_("Status"),
)
"""The heads of the table of targets: English, translated where they are shown. All but numbers are words."""
WORDS: Final = (1, 5, 6, 7)
"""The columns that hold words rather than numbers, besides the first."""


def target_rows(
    forecasts: Sequence[Forecast], *, hides_small: bool, known_at: datetime | None = None
) -> list[TargetRow]:
    """Return the targets in words.

    Args:
        hides_small: do not show shares that would give away counts of 1 to 4 persons.
        known_at: that of the forecasts, for the links.
    """
    return [
        replace(
            _row(one, hidden=hides_small and gives_away(one)),
            href=behind(one, known_at=known_at, to_hires=not hides_small),
        )
        for one in forecasts
    ]


def gives_away(one: Forecast) -> bool:
    """Whether the figures of a share, or its status, would give away a count of 1 to 4 persons."""
    if one.terms.measure.kind != "share":
        return False
    counts = one.progress
    parts = {
        "yes": counts.counted,
        "no": counts.ripe - counts.counted - counts.unknown,
        "unknown": counts.unknown,
        "undecided": counts.begun - counts.ripe,
    }
    return any(isinstance(shown, Hidden) for shown in hide_small(parts, total_shown=True).values())


def finding(rows: Sequence[TargetRow]) -> str:
    """Return the title of the targets: what those that are shown say together, in at most ten words."""
    shown = [row.forecast.status for row in rows if not row.hidden]
    everything = number_text(len(rows))
    if out_of_reach := shown.count("out_of_reach"):
        return ngettext(
            "%(num)s of %(all)s targets is out of reach",
            "%(num)s of %(all)s targets are out of reach",
            out_of_reach,
            all=everything,
        )
    if slipping := shown.count("at_risk"):
        return ngettext(
            "%(num)s of %(all)s targets is slipping",
            "%(num)s of %(all)s targets are slipping",
            slipping,
            all=everything,
        )
    if missed := shown.count("missed"):
        return ngettext("%(num)s target was not reached", "%(num)s targets were not reached", missed)
    if any(shown):
        return _("No target is slipping") if len(shown) == len(rows) else _("No target that is shown is slipping")
    return _("No target can be judged yet")


def _bullets(rows: Sequence[TargetRow], *, linked: bool) -> list[Bullet]:
    """Return the rows of the chart. On a page each leads to what has been counted, or to its words."""
    return [
        Bullet(
            row.label,
            _("hidden") if row.hidden else f"{_short(row.forecast)} / {row.goal}",
            None if row.hidden else _value(row.forecast),
            row.forecast.terms.value,
            # A band would give itself away by the scale of the row.
            None if row.hidden else row.forecast.low,
            None if row.hidden else row.forecast.high,
            href=(row.href or f"#target-{row.forecast.terms.target_id}") if linked else None,
        )
        for row in rows
    ]


def draw_targets(chart_id: str, rows: Sequence[TargetRow], width: int) -> Drawing:
    """Return the chart alone, for the projector and for paper."""
    return draw_bullets(chart_id, finding(rows), _bullets(rows, linked=False), width)


def targets_chart(rows: Sequence[TargetRow], *, as_of: date, level: int = 2) -> Markup:
    """Return the chart with its title, its caption and its table."""
    title = finding(rows)
    return figure(
        "targets",
        title,
        lambda own_id, width: draw_bullets(own_id, title, _bullets(rows, linked=True), width),
        intro=_("The bar is what has been counted, the tick the target, the thin bar what is expected at the end."),
        topic=_("Targets"),
        caption=_("Each target in its own unit. The whole taskforce, up to %(day)s.", day=date_text(as_of)),
        columns=[_(column) for column in COLUMNS],
        rows=[row.cells for row in rows],
        words=WORDS,
        level=level,
    )


def _row(one: Forecast, *, hidden: bool) -> TargetRow:
    terms = one.terms
    share = terms.measure.kind == "share"
    status = one.status
    words = _(STATUS_WORDS[status]) if status else _not_judged(one)
    return TargetRow(
        one,
        label=_target_label(terms),
        window=_("%(first)s to %(last)s", first=date_text(terms.starts_on), last=date_text(terms.ends_on)),
        goal=_in_unit(terms, terms.value),
        so_far=_("hidden") if hidden else _so_far(one),
        of_all=_("hidden") if hidden and share else _of_all(one.progress) if share else "",
        expected="" if hidden else _expected(one),
        last_day=date_text(one.reachable_until) if one.reachable_until and one.slips and not hidden else "",
        status=_("hidden") if hidden else words,
        tone="neutral" if hidden or not status else _TONES[status],
        sentences=[_("It is about too few people to be shown to everybody.")] if hidden else _sentences(one),
        hidden=hidden,
    )


def _target_label(terms: Terms) -> str:
    job_type = _(JOB_TYPES.get(terms.job_type, terms.job_type))  # type: ignore[call-overload]
    return f"{_(terms.measure.label)}, {job_type[:1].lower()}{job_type[1:]}"


def _not_judged(one: Forecast) -> str:
    return _("Has not begun") if one.as_of < one.terms.starts_on else _("Nothing decides yet")


def _in_unit(terms: Terms, number: float) -> str:
    return percent_text(number / 100) if terms.measure.unit == "percent" else number_text(round(number))


def _value(one: Forecast) -> float | None:
    if one.terms.measure.kind != "share":
        return one.progress.counted
    return None if one.share_of_ripe is None else 100 * one.share_of_ripe


def _short(one: Forecast) -> str:
    value = _value(one)
    return "–" if value is None else _in_unit(one.terms, value)


def _so_far(one: Forecast) -> str:
    counts = one.progress
    if one.share_of_ripe is None:
        return "–" if one.terms.measure.kind == "share" else number_text(counts.counted)
    share = percent_text(one.share_of_ripe)
    return _share_with_counts(share, counts.counted, counts.ripe)


def _of_all(counts: Progress) -> str:
    return (
        _share_with_counts(percent_text(counts.counted / counts.begun), counts.counted, counts.begun)
        if counts.begun
        else "–"
    )


def _share_with_counts(share: str, part: int, of: int) -> str:
    return _("%(share)s (%(part)s of %(of)s)", share=share, part=number_text(part), of=number_text(of))


def _expected(one: Forecast) -> str:
    if one.expected is None or one.as_of >= one.terms.decided_on:
        return ""
    return _(
        "%(expected)s (%(low)s to %(high)s)",
        expected=_in_unit(one.terms, one.expected),
        low=_in_unit(one.terms, one.low or 0),
        high=_in_unit(one.terms, one.high or 0),
    )


def _sentences(one: Forecast) -> list[str]:
    share = one.terms.measure.kind == "share"
    return [*(_share_sentences(one) if share else _count_sentences(one)), *_last_day_sentences(one)]


def _count_sentences(one: Forecast) -> list[str]:
    terms, counts = one.terms, one.progress
    found = []
    if one.as_of < terms.ends_on and one.expected is not None:
        found.append(
            _(
                "If it goes on as in the last %(days)s days, which added %(added)s, there are about %(expected)s on "
                "%(day)s: with 80%% certainty between %(low)s and %(high)s.",
                days=number_text(counts.observed_days),
                added=number_text(counts.last_year),
                expected=number_text(round(one.expected)),
                day=date_text(terms.ends_on),
                low=number_text(one.low or 0),
                high=number_text(one.high or 0),
            )
        )
        method = (
            _("The band allows for those who come and those who leave, each at the pace of these days.")
            if terms.measure.kind == "level"
            else _("The band is that of a Poisson distribution at this pace.")
        )
        found.append(method)
    return found


def _share_sentences(one: Forecast) -> list[str]:
    terms, counts = one.terms, one.progress
    months = terms.measure.months or 0
    found = [
        _(
            "Only those whose %(months)s months have run out decide: %(ripe)s of %(begun)s who have begun.",
            months=months,
            ripe=number_text(counts.ripe),
            begun=number_text(counts.begun),
        )
    ]
    if counts.unknown:
        found.append(
            ngettext(
                "Of %(num)s of them nobody has said it yet; it counts as no.",
                "Of %(num)s of them nobody has said it yet; they count as no.",
                counts.unknown,
            )
        )
    if one.expected is not None and one.as_of < terms.decided_on:
        found.append(
            _(
                "If it goes on like this, the result is with 80%% certainty between %(low)s and %(high)s: a normal "
                "approximation for those still to be decided and those who begin at the pace of the last "
                "%(days)s days.",
                low=_in_unit(terms, one.low or 0),
                high=_in_unit(terms, one.high or 0),
                days=number_text(counts.observed_days),
            )
        )
    return found


def _last_day_sentences(one: Forecast) -> list[str]:
    counts = one.progress
    if one.status in {"reached", "missed"} or one.as_of < one.terms.starts_on:
        return []
    best = _(
        "the best quarter so far, %(quarter)s, added %(added)s",
        quarter=_best(counts),
        added=number_text(counts.best_quarter),
    )
    if one.reachable_until is None:
        return (
            [_("Even at the pace of the best quarter it cannot be reached: %(best)s.", best=best)]
            if counts.best_quarter
            else []
        )
    if one.terms.measure.kind == "share" and one.reachable_until == one.terms.decided_on:
        return [
            _("It can be reached until %(day)s, when the last of them are decided.", day=date_text(one.reachable_until))
        ]
    if one.reachable_until < one.as_of:
        day = date_text(one.reachable_until + timedelta(days=1))
        return [
            _(
                "Since %(day)s it cannot be reached any more at the pace of the best quarter: %(best)s.",
                day=day,
                best=best,
            )
        ]
    return [
        _(
            "It can still be reached if the pace of the best quarter begins on %(day)s at the latest: %(best)s.",
            day=date_text(one.reachable_until),
            best=best,
        )
    ]


def _best(counts: Progress) -> str:
    return quarter_text(counts.best_quarter_begins) if counts.best_quarter_begins else "–"

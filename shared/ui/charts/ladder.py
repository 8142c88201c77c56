"""The hours ladder of a hire: a stair of dated steps, with paid and praktik hours stacked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.ui.charts.drawing import Drawing, element, hit_area, mark, rule, sheet, text, width_of, wrapped
from shared.ui.charts.figure import figure
from shared.ui.charts.palette import INK_SOFT, REAL, fill_of, patterns
from shared.ui.formats import date_text, number_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

PRAKTIK: Final = 3
"""The series of praktik hours; paid hours are `REAL`."""

_STAIR, _LINE, _TALLEST, _WIDEST = 170, 19, 15, 190
_BAR, _ROW = 24, 82


@dataclass(frozen=True)
class LadderStep:
    """A step: its first day, hours a week, and the job type in words."""

    starts_on: date
    paid: Decimal
    praktik: Decimal
    job_type: str

    @property
    def hours(self) -> float:
        """All hours of a week."""
        return float(self.paid + self.praktik)

    def hours_in_words(self) -> list[str]:
        """Return `12 h paid` and `4 h placement`, without the one of which there are none."""
        words = []
        if self.paid:
            words.append(_("%(hours)s h paid", hours=number_text(self.paid)))
        if self.praktik:
            words.append(_("%(hours)s h placement", hours=number_text(self.praktik)))
        return words


@dataclass(frozen=True)
class _Told:
    """A step with its words: how long it lasts, until the next one or the end; "" where it goes on."""

    step: LadderStep
    lasts: str

    @property
    def description(self) -> str:
        parts = [*self.step.hours_in_words(), self.step.job_type, self.lasts]
        return f"{date_text(self.step.starts_on)}: {', '.join(part for part in parts if part)}"

    @property
    def below(self) -> list[str]:
        """The lines below its stair."""
        return [date_text(self.step.starts_on), self.step.job_type, *([self.lasts] if self.lasts else [])]


def _lasts(first: date, until: date | None) -> str:
    if until is None:
        return ""
    days = (until - first).days
    if days < 14:
        return ngettext("%(num)s day", "%(num)s days", days)
    if days < 57:
        return ngettext("%(num)s week", "%(num)s weeks", round(days / 7))
    return ngettext("%(num)s month", "%(num)s months", round(days / 30.4375))


def draw_ladder(
    chart_id: str, title: str, steps: Sequence[LadderStep], width: int, *, ended_on: date | None = None
) -> Drawing:
    """Return the ladder without frame and table: stairs side by side, or rows where these have no room for their words.

    Args:
        steps: at least one, the earliest first.
        ended_on: the first day after the hire; None: the last step goes on.
    """
    ends = [*(step.starts_on for step in steps[1:]), ended_on]
    told = [_Told(step, _lasts(step.starts_on, end)) for step, end in zip(steps, ends, strict=True)]
    end = _("Until %(day)s", day=date_text(ended_on)) if ended_on else ""
    words = [line for one in told for line in (*one.below, *one.step.hours_in_words())]
    needed = max(width_of(line, _TALLEST) for line in words) + 14
    room = width - (width_of(end, _TALLEST) + 24 if end else 0)
    parts, height = (
        _stairs(chart_id, told, end, pitch=min(room / len(told), _WIDEST))
        if len(told) > 1 and needed * len(told) <= room
        else _rows(chart_id, told, end, width=width)
    )
    description = ngettext("A ladder of %(num)s step.", "A ladder of %(num)s steps.", len(steps))
    return sheet(
        chart_id,
        title,
        " ".join((description, *(f"{one.description}." for one in told), end)).strip(),
        width,
        height,
        patterns(chart_id, {REAL, PRAKTIK}),
        *parts,
    )


def _bar(chart_id: str, series: int, *, x: float, y: float, width: float, height: float) -> Markup:
    fill = fill_of(chart_id, series)
    return element("rect", {"x": x, "y": y, "width": width, "height": height, "fill": fill})


def _soft(x: float, y: float, line: str, *, anchor: str = "start") -> Markup:
    return text(x, y, line, size=_TALLEST, anchor=anchor, fill=INK_SOFT, css="ink-soft")


def _stairs(chart_id: str, told: Sequence[_Told], end: str, *, pitch: float) -> tuple[list[Markup], int]:
    """Return columns of equal width, the paid hours below, with the hours above and the rest below each."""
    largest = max(one.step.hours for one in told)
    above = 2 * _LINE + 6
    bottom = above + _STAIR
    height = bottom + 3 * _LINE + 10
    parts = []
    for place, one in enumerate(told):
        x, middle = place * pitch, (place + 0.5) * pitch
        paid = float(one.step.paid) / largest * _STAIR
        praktik = float(one.step.praktik) / largest * _STAIR
        top = bottom - paid - praktik
        drawn = []
        if paid:
            drawn.append(_bar(chart_id, REAL, x=x, y=bottom - paid, width=pitch - 2, height=paid))
        if praktik:
            drawn.append(_bar(chart_id, PRAKTIK, x=x, y=top, width=pitch - 2, height=praktik))
        hours = one.step.hours_in_words()
        drawn += [
            text(middle, top - 8 - _LINE * (len(hours) - 1 - line), words, size=_TALLEST, anchor="middle", weight=600)
            for line, words in enumerate(hours)
        ]
        drawn += [
            text(middle, bottom + _LINE * (line + 1) + 2, words, size=_TALLEST, anchor="middle")
            if line == 0
            else _soft(middle, bottom + _LINE * (line + 1) + 2, words, anchor="middle")
            for line, words in enumerate(one.below)
        ]
        parts.append(mark(None, one.description, hit_area(x, 0, pitch, height), *drawn))
    right = len(told) * pitch
    parts.append(rule(0, bottom, right, bottom))
    if end:
        parts.append(rule(right, above, right, bottom + 8))
        parts.append(_soft(right + 10, bottom + _LINE + 2, end))
    return parts, height


def _rows(chart_id: str, told: Sequence[_Told], end: str, *, width: int) -> tuple[list[Markup], int]:
    """Return a row for each step: its words, and below them its hours as a bar."""
    largest = max(one.step.hours for one in told)
    parts = []
    for place, one in enumerate(told):
        top = place * _ROW
        paid = float(one.step.paid) / largest * width
        praktik = float(one.step.praktik) / largest * width
        bar = top + 2 * _LINE + 8
        drawn = [
            text(0, top + _LINE - 2, " + ".join(one.step.hours_in_words()), size=_TALLEST, weight=600),
            _soft(0, top + 2 * _LINE, wrapped(" · ".join(one.below), width, _TALLEST, max_lines=1)[0]),
        ]
        if paid:
            drawn.append(_bar(chart_id, REAL, x=0, y=bar, width=paid, height=_BAR))
        if praktik:
            drawn.append(_bar(chart_id, PRAKTIK, x=paid, y=bar, width=praktik, height=_BAR))
        parts.append(mark(None, one.description, hit_area(0, top, width, _ROW - 6), *drawn))
    height = len(told) * _ROW
    if end:
        parts.append(_soft(0, height + _LINE - 4, end))
        height += _LINE + 4
    return parts, height


def ladder_chart(
    chart_id: str,
    title: str,
    steps: Sequence[LadderStep],
    *,
    ended_on: date | None = None,
    intro: str | None = None,
    level: int = 3,
) -> Markup:
    """Return a figure of the hours ladder. `title` says what has become of the hours."""
    return figure(
        chart_id,
        title,
        lambda own_id, width: draw_ladder(own_id, title, steps, width, ended_on=ended_on),
        intro=intro,
        legend=[(REAL, _("Paid hours a week")), (PRAKTIK, _("Hours of work placement a week"))],
        columns=[_("From"), _("Paid hours a week"), _("Hours of work placement a week"), _("Kind of job")],
        rows=[
            [date_text(step.starts_on), number_text(step.paid), number_text(step.praktik), step.job_type]
            for step in steps
        ],
        words={3},
        level=level,
    )

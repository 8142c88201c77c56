"""The sections about what has changed: since the meeting before, and in what earlier meetings saw; and the targets.

In the current language. The sums, their terms and their words are those of `bridge`, the forecasts those of `targets`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.dashboard.bridge.domain import KINDS
from services.dashboard.bridge.words import explanation, sign, sum_text, term_text, times_text
from services.dashboard.pack.document import Chart, Column, Headline, Section, Share, Sign, Table
from services.dashboard.targets.words import COLUMNS, draw_targets, finding, target_rows
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.bridge.domain import Bridge, Kind
    from services.dashboard.meeting.changes import Changes, Correction
    from services.dashboard.pack.document import Cell
    from services.dashboard.targets.domain import Forecast
    from services.dashboard.targets.words import TargetRow

_WIDTH: Final = 760
_TARGET, _WINDOW, _GOAL, _SO_FAR, _OF_ALL, _EXPECTED, _LAST_DAY, _STATUS = COLUMNS


def changes_section(changes: Changes) -> Section:
    """Return how each headline came from what the meeting before saw to what this one sees."""
    before, bridges = changes.before, changes.bridges
    title = _("What has changed since the last meeting") if before else _("What has changed")
    caption = ""
    if before is not None and bridges:
        caption = _("Since %(meeting)s: %(times)s.", meeting=before.title, times=times_text(bridges[0].since))
    kinds = [kind for kind in KINDS if any(term.kind == kind for one in bridges for term in one.terms)]
    return Section(
        "changes",
        title,
        _("What has changed"),
        caption,
        headlines=[Headline(one.end, _(one.measure.label)) for one in bridges],
        tables=[_sums_table(bridges), _bridges_table(bridges, kinds)] if bridges else [],
        empty=changes.nothing,
    )


def _sums_table(bridges: Sequence[Bridge]) -> Table:
    return Table(
        _("As a sum"),
        [Column(_("Figure"), words=True), Column(_("From before to now"), words=True)],
        [[_(one.measure.label), sum_text(one)] for one in bridges],
    )


def _bridges_table(bridges: Sequence[Bridge], kinds: Sequence[Kind]) -> Table:
    rows: list[list[Cell]] = []
    for one in bridges:
        counts = {term.kind: term.count for term in one.terms}
        rows.append([_(one.measure.label), one.start, *(counts.get(kind, 0) for kind in kinds), one.end])
    return Table(
        _("Term by term"),
        [
            Column(_("Figure"), words=True),
            Column(_("Before")),
            *(Column(_heading(kind)) for kind in kinds),
            Column(_("Now")),
        ],
        rows,
        note=" ".join(f"{_heading(kind)}: {explanation(kind)}" for kind in kinds),
    )


def _heading(kind: Kind) -> str:
    """Return the name of a kind as the heading of a column."""
    return {
        "new": _("New"),
        "ended": _("Ended"),
        "late": _("Recorded late"),
        "merged": _("Merged"),
        "unmerged": _("Unmerged"),
        "revoked": _("Revoked"),
        "moved": _("Moved"),
        "corrected": _("Corrected"),
    }[kind]


def errata_section(corrections: Sequence[Correction]) -> Section:
    """Return what earlier meetings saw, what is known of that day now, and why it differs."""
    rows: list[list[Cell]] = [
        [
            one.meeting.title,
            one.meeting.held_on,
            _(one.bridge.measure.label),
            _(JOB_TYPES[one.bridge.job_type]) if one.bridge.job_type else Sign.NOT_APPLICABLE,
            one.bridge.start,
            one.bridge.end,
            ", ".join(f"{sign(term)} {term_text(term)}" for term in one.bridge.terms),
        ]
        for one in corrections
    ]
    return Section(
        "errata",
        _("Corrections to what earlier meetings saw"),
        _("Corrections"),
        _("What has been recorded since about the time before the meeting."),
        tables=[
            Table(
                _("Corrections to what earlier meetings saw"),
                [
                    Column(_("Meeting"), words=True),
                    Column(_("Day")),
                    Column(_("Figure"), words=True),
                    Column(_("Job type"), words=True),
                    Column(_("The meeting saw")),
                    Column(_("Known now")),
                    Column(_("Why"), words=True),
                ],
                rows,
            )
        ]
        if rows
        else [],
        empty=_("Nothing has changed in what earlier meetings saw."),
    )


def targets_section(forecasts: Sequence[Forecast], *, hides_small: bool) -> Section:
    """Return how far each target has come, and what is expected."""
    rows = target_rows(forecasts, hides_small=hides_small)
    title = finding(rows) if rows else _("Targets")
    spoken = "; ".join(f"{row.label}: {row.so_far}, {row.status}" for row in rows)
    return Section(
        "targets",
        title,
        _("Targets"),
        charts=[Chart(draw_targets("pack-targets", rows, _WIDTH), f"{title}. {spoken}.")] if rows else [],
        tables=[_targets_table(rows)] if rows else [],
        empty=_("No target has been set."),
    )


def _targets_table(rows: Sequence[TargetRow]) -> Table:
    return Table(
        _("Targets"),
        [
            Column(_(_TARGET), words=True),
            Column(_(_WINDOW), words=True),
            Column(_(_GOAL)),
            Column(_(_SO_FAR)),
            Column(_("Of")),
            Column(_("Share")),
            Column(_(_OF_ALL)),
            Column(_("Share")),
            Column(_(_EXPECTED)),
            Column(_(_LAST_DAY)),
            Column(_(_STATUS), words=True),
        ],
        [[row.label, row.window, *_target_cells(row), row.status] for row in rows],
        note=_("Of: those whose time has run out; only they decide. “So far” and the first share count these."),
    )


def _target_cells(row: TargetRow) -> list[Cell]:
    """Return the goal, what was counted and of how many with its share, all with their share, what is expected, and the
    last day."""
    one, none = row.forecast, Sign.NOT_APPLICABLE
    percent = one.terms.measure.unit == "percent"
    goal: Cell = Share(one.terms.value / 100) if percent else one.terms.value
    if row.hidden:
        return [goal, *[Sign.HIDDEN] * 6, Sign.HIDDEN]
    counted, ripe, begun = one.progress.counted, one.progress.ripe, one.progress.begun
    expected: Cell = none
    if row.expected and one.expected is not None:
        expected = Share(one.expected / 100) if percent else round(one.expected)
    return [
        goal,
        counted,
        *([ripe, Share(counted / ripe) if ripe else none] if percent else [none, none]),
        *([begun, Share(counted / begun) if begun else none] if percent else [none, none]),
        expected,
        one.reachable_until if row.last_day and one.reachable_until else none,
    ]

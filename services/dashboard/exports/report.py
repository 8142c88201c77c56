"""The half-yearly report for those who gave a grant: who has begun, who has ended and why, and who is employed.

Everything is the difference of two figures, so it is counted as on the dashboard: by the rules of its measures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from services.dashboard.measures.citizens import Citizens
from services.dashboard.measures.hires import (
    Hires,
    HiresCurrent,
    HiresCurrentByHours,
    HiresCurrentByLadder,
    HiresEndedByReason,
    HiresFromPledges,
    HiresWithoutPledge,
)
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.pack.document import Column, Document, Section, Table
from services.dashboard.pack.sections import definitions
from shared.i18n.translations import N_, current_language
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.refusals import Refusal
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from datetime import datetime

    from services.dashboard.measures.figures import Counts, Figures
    from services.dashboard.measures.measure import Measure
    from services.dashboard.pack.document import Cell

_HALF: Final = re.compile(r"(20\d\d)-H([12])")
_ADDED: Final[tuple[type[Measure], ...]] = (PledgedPositions, Hires, Citizens, HiresFromPledges, HiresWithoutPledge)


class NotAHalf(Refusal):
    """The half of a year cannot be read."""

    code = "not-a-half-year"
    kind = "invalid"
    title = N_("This is no half of a year")
    detail = N_("Give it as the year and H1 or H2, such as 2026-H2.")
    field = "?half"


class HalfStillToCome(Refusal):
    """Nothing can have happened in this half of a year yet."""

    code = "half-year-to-come"
    kind = "invalid"
    title = N_("This half of a year has not begun")
    detail = N_("A report is for the half that is going on, or for an earlier one.")
    field = "?half"


@dataclass(frozen=True, slots=True)
class Half:
    """Half a year."""

    year: int
    number: int

    @classmethod
    def read(cls, text: str) -> Half:
        """Read `2026-H2`. Raises `NotAHalf`."""
        found = _HALF.fullmatch(text.strip().upper())
        if found is None:
            raise NotAHalf
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Half:
        """Return the half that a day is in."""
        return cls(day.year, 1 if day.month <= 6 else 2)

    @property
    def first(self) -> date:
        return date(self.year, 1 if self.number == 1 else 7, 1)

    @property
    def last(self) -> date:
        return date(self.year, 6, 30) if self.number == 1 else date(self.year, 12, 31)

    @property
    def before(self) -> Half:
        return Half.of(self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year}-H{self.number}"


def report(taskforce: str, half: Half, before: Figures, after: Figures, *, at: datetime) -> Document:
    """Return the report as a document, in the current language.

    Args:
        before: the figures on the day before the half begins.
        after: those on its last day, or today if it is going on.
        at: the moment it is made.
    """
    until = _("up to %(day)s", day=date_text(after.as_of))
    return Document(
        current_language(),
        taskforce,
        _("Half-yearly report %(half)s", half=str(half)),
        _("%(first)s to %(last)s", first=date_text(half.first), last=date_text(half.last)),
        until if after.as_of < half.last else "",
        at,
        [
            Section(
                "report",
                _("Half-yearly report %(half)s", half=str(half)),
                _("Report"),
                _(
                    "All numbers count hires, except that of citizens: whoever is hired again is no new citizen. "
                    "Job types are different things and are not added together."
                ),
                tables=[
                    _in_and_out(before.counts, after.counts),
                    _ended(before.counts, after.counts),
                    _hours(after),
                    _ladder(after),
                ],
            ),
            definitions(),
        ],
    )


def _in_and_out(before: Counts, after: Counts) -> Table:
    rows: list[list[Cell]] = []
    for job_type, label in JOB_TYPES.items():
        added = [after.by_job_type(one)[job_type] - before.by_job_type(one)[job_type] for one in _ADDED]
        ended = sum(
            _difference(before, after, HiresEndedByReason, reason, job_type) for reason in HiresEndedByReason.groups
        )
        current = [counts.by_job_type(HiresCurrent)[job_type] for counts in (before, after)]
        if any([*added, ended, *current]):
            rows.append([_(label), current[0], *added, ended, current[1]])
    return Table(
        _("In and out"),
        [
            Column(_("Job type"), words=True),
            Column(_("Employed before")),
            Column(_("Pledged positions")),
            Column(_("Begun")),
            Column(_("new citizens")),
            Column(_("on pledged positions")),
            Column(_("without a pledge")),
            Column(_("Ended")),
            Column(_("Employed at the end")),
        ],
        rows,
        note=_("A hire that changes its job type begins under the new one without having ended under the former."),
    )


def _ended(before: Counts, after: Counts) -> Table:
    types = _types_with(after)
    rows: list[list[Cell]] = [
        [_(label), *(_difference(before, after, HiresEndedByReason, reason, one) for one in types)]
        for reason, label in HiresEndedByReason.group_labels.items()
    ]
    return Table(_("Ended, by reason"), [Column(_("Reason"), words=True), *_columns(types)], rows)


def _hours(after: Figures) -> Table:
    types = _types_with(after.counts)
    rows: list[list[Cell]] = [
        [_(label), *(after.counts.by_group(HiresCurrentByHours, one)[band] for one in types)]
        for band, label in HiresCurrentByHours.group_labels.items()
    ]
    return Table(
        _("Employed at the end, by paid hours a week"),
        [Column(_("Paid hours a week"), words=True), *_columns(types)],
        rows,
    )


def _ladder(after: Figures) -> Table:
    types = _types_with(after.counts)
    rows: list[list[Cell]] = [
        [_(label), *(after.counts.by_group(HiresCurrentByLadder, one)[group] for one in types)]
        for group, label in HiresCurrentByLadder.group_labels.items()
    ]
    return Table(
        _("Employed at the end, by the hours ladder"),
        [Column(_("Paid hours a week"), words=True), *_columns(types)],
        rows,
    )


def _difference(before: Counts, after: Counts, measure: type[Measure], group: str, job_type: str) -> int:
    """Return what a group has grown by."""
    return sum(sign * counts.by_group(measure, job_type).get(group, 0) for sign, counts in ((1, after), (-1, before)))


def _types_with(counts: Counts) -> list[str]:
    """Return the job types that have ever had a hire."""
    return [one for one in JOB_TYPES if counts.by_job_type(Hires)[one]] or ["smaajob"]


def _columns(types: list[str]) -> list[Column]:
    return [Column(_(JOB_TYPES[one])) for one in types]  # type: ignore[index]

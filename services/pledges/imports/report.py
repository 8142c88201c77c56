"""The report of an import: a verdict on each line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

_FIRST_LISTED: Final = 5_000
_MOST_LISTED: Final = 10_000


class Unreadable(Exception):
    """The file cannot be read.

    Args:
        message: in English; it is translated where it is shown.
        parameters: the values in the message.
    """

    def __init__(self, message: str, **parameters: object) -> None:
        super().__init__(message)
        self.message = message
        self.parameters = parameters


class NotATable(Unreadable):
    """The file cannot be read as a table."""


class NotOfAPhone(Unreadable):
    """The file cannot be read as the pledges that a phone holds."""


Verdict = Literal["new", "changed", "known", "refused"]


@dataclass(frozen=True, slots=True)
class CellError:
    """An error of a cell, without the cell's content. `column` is empty for an error of the whole line."""

    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """The verdict on one line: `new`, `changed` (a participant who is known, with other content), `known` (imported
    before), or `refused`.

    Attributes:
        line: its number in the file; the header is 1, as in Excel. Of a phone's file: the phone's running number.
        positions: the number of pledged positions; 0 if it could not be read.
        flags: codes of `words.FLAGS` that a coordinator should check.
        warnings: sentences in the current language about possible errors and similar lines or pledges.
        company: its cell, shortened, to identify the line. The only cell that is shown; empty if it looks like a CPR
        number.
        participant_id, case_reference: of a participant, in the same way.
    """

    line: int
    verdict: Verdict
    pledge_id: UUID | None
    positions: int
    errors: tuple[CellError, ...] = ()
    flags: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    company: str = ""
    hire_id: UUID | None = None
    participant_id: UUID | None = None
    case_reference: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import has done, or would do without `dry_run`.

    Attributes:
        problem: why the whole file cannot be read; None if it can.
        rows: the verdicts on the lines, in their order; of a long file those that say more than `new` or `known`.
        ignored_columns: columns with unknown names.
        of_phone: whether the file is the one of a phone.
        practice_left_out: how many pledges of practice the phone's file has.
        sheet: the name of the sheet that was read; empty for a file without sheets, and if it looks like a CPR number.
        other_sheets: the names of the sheets that were not read, though they are shown and have content.
        not_listed: of a long file, how many lines have a verdict that is not in `rows`.
        positions_not_listed: the positions in those of them that are new.
        imported: whether the new lines have been logged.
    """

    problem: str | None = None
    rows: tuple[Row, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    imported: bool = False
    of_phone: bool = False
    practice_left_out: int = 0
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    not_listed: Mapping[Verdict, int] = field(default_factory=dict)
    positions_not_listed: int = 0

    @property
    def ok(self) -> bool:
        """Whether every line can be imported, or has been."""
        return self.problem is None and not self.count("refused")

    def count(self, verdict: Verdict) -> int:
        """Return the number of lines with a verdict."""
        return sum(row.verdict == verdict for row in self.rows) + self.not_listed.get(verdict, 0)

    @property
    def lines(self) -> int:
        """The number of lines below the header."""
        return len(self.rows) + sum(self.not_listed.values())

    @property
    def new_positions(self) -> int:
        """The number of positions in the new lines."""
        return sum(row.positions for row in self.rows if row.verdict == "new") + self.positions_not_listed


class Verdicts:
    """Collects the verdicts of a file: those of its first lines, and then those that say more than `new` or `known`."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._not_listed: Counter[Verdict] = Counter()
        self._positions_not_listed = 0

    def add(self, row: Row) -> None:
        """Add the verdict on a line."""
        says_more = bool(row.errors or row.warnings or row.flags)
        if len(self._rows) < (_MOST_LISTED if says_more else _FIRST_LISTED):
            self._rows.append(row)
            return
        self._not_listed[row.verdict] += 1
        if row.verdict == "new":
            self._positions_not_listed += row.positions

    def on(self, report: Report) -> Report:
        """Return a report with the verdicts."""
        return replace(
            report,
            rows=tuple(self._rows),
            not_listed=dict(self._not_listed),
            positions_not_listed=self._positions_not_listed,
        )

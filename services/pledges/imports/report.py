"""The report of an import: a verdict on each line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from uuid import UUID


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


Verdict = Literal["new", "known", "refused"]


@dataclass(frozen=True, slots=True)
class CellError:
    """An error of a cell, without the cell's content. `column` is empty for an error of the whole line."""

    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """The verdict on one line: `new`, `known` (imported before), or `refused`.

    Attributes:
        line: its number in the file; the header is 1, as in Excel. Of a phone's file: the phone's running number.
        positions: the number of pledged positions; 0 if it could not be read.
        flags: codes of `words.FLAGS` that a coordinator should check.
        warnings: sentences in the current language about possible errors and similar lines or pledges.
        company: its cell, shortened, to identify the line. The only cell that is shown; empty if it looks like a CPR
        number.
    """

    line: int
    verdict: Verdict
    pledge_id: UUID | None
    positions: int
    errors: tuple[CellError, ...] = ()
    flags: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    company: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import has done, or would do without `dry_run`.

    Attributes:
        problem: why the whole file cannot be read; None if it can.
        rows: the verdict on each line, in their order.
        ignored_columns: columns with unknown names.
        of_phone: whether the file is the one of a phone.
        practice_left_out: how many pledges of practice the phone's file has.
        sheet: the name of the sheet that was read; empty for a file without sheets, and if it looks like a CPR number.
        other_sheets: the names of the sheets that were not read, though they are shown and have content.
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

    @property
    def ok(self) -> bool:
        """Whether every line can be imported, or has been."""
        return self.problem is None and not self.count("refused")

    def count(self, verdict: Verdict) -> int:
        """Return the number of lines with a verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def new_positions(self) -> int:
        """The number of positions in the new lines."""
        return sum(row.positions for row in self.rows if row.verdict == "new")

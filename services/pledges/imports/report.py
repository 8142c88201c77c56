"""What an import has done, or would do: a verdict on each line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from uuid import UUID

Verdict = Literal["new", "known", "refused"]


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong with a cell; never holds what the cell holds. `column` is empty where it is the whole line."""

    column: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """The verdict on one line: `new`, `known` (a pledge already), or `refused`.

    Attributes:
        line: its number in the file, as Excel counts.
        positions: how many it promises; 0 where that could not be read.
        flags: what a coordinator will look at.
        company: its cell, shortened, for finding the line again; the only cell that is repeated, and empty where
            it holds something like a CPR number.
    """

    line: int
    verdict: Verdict
    pledge_id: UUID | None
    positions: int
    errors: tuple[CellError, ...] = ()
    flags: tuple[str, ...] = ()
    company: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import has done, or would do.

    Attributes:
        problem: why the file as a whole cannot be read; None where it can.
        rows: the verdict on each line, in their order.
        ignored_columns: columns of the file that mean nothing to us.
        imported: whether the new lines are pledges now.
    """

    problem: str | None = None
    rows: tuple[Row, ...] = ()
    ignored_columns: tuple[str, ...] = ()
    imported: bool = False

    @property
    def ok(self) -> bool:
        """Whether everything in the file can be imported, or has been."""
        return self.problem is None and not self.count("refused")

    def count(self, verdict: Verdict) -> int:
        """How many lines got a verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def new_positions(self) -> int:
        """How many positions the new lines promise."""
        return sum(row.positions for row in self.rows if row.verdict == "new")

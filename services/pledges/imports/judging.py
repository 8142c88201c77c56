"""A line of a list and its verdict so far, whatever kind of list it is. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from pydantic_core import PydanticCustomError

from services.pledges.imports.cells import (
    as_typed,
    day_with_short_year,
    is_day_number,
    may_have_lost_letters,
    placeholder_error,
    visible_part,
    without_decimals,
    without_midnight,
)
from services.pledges.imports.contents import reference_key
from services.pledges.imports.report import CellError, Row
from shared.fields.cpr import contains_cpr_shape
from shared.fields.dates import iso_date, refuse_distant
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from services.pledges.imports.layout import Layout
    from services.pledges.imports.report import Verdict
    from services.pledges.imports.spreadsheet import Line

_NAMES: Final = frozenset({"virksomhed", "kontaktperson"})
_COMPANY_SHOWN: Final = 80
"""The largest number of characters of a shown cell."""


@dataclass(slots=True)
class Judged:
    """A line with its verdict so far.

    Attributes:
        reference: in the form in which references are compared; empty where the line has none.
        known: whether it was imported before.
        company: its cell, unless it looks like a CPR number.
        warnings: sentences about possible errors.
    """

    number: int
    reference: str = ""
    known: bool = False
    company: str = ""
    errors: list[CellError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, column: str, message: str) -> None:
        """Add an error of a cell."""
        self.errors.append(CellError(column, message))

    def mark_known(self) -> None:
        """Mark the line as imported before, and drop its warnings."""
        self.known = True
        self.warnings.clear()

    def refuse_line(self, line: Line) -> bool:
        """Refuse a line that is none of the list. Returns whether it is one of these."""
        if line.begins_a_file:
            self.refuse("", _("Another file begins here: files were joined. Import each by itself."))
        elif line.repeats_header:
            self.refuse("", _("Repeats the names of the columns. Delete the line."))
        return bool(self.errors)

    def read_cells(self, line: Line, layout: Layout) -> dict[str, str]:
        """Return the cells that hold data, by column. Cells of ignored columns are searched for CPR numbers, too."""
        cells = {}
        for name, cell in line.cells.items():
            column = layout.meaning(name)
            if may_hold_cpr(layout, column or name, cell):
                self.refuse(column or name, _("Looks like a CPR number (a date and four digits); please leave it out"))
            elif column is None:
                continue
            elif wrong := placeholder_error(layout.kind(column), visible_part(layout.kind(column), cell)):
                self.refuse(column, wrong)
            else:
                kind = layout.kind(column)
                cells[column] = without_decimals(kind, visible_part(kind, as_typed(cell)))
            if column in _NAMES and may_have_lost_letters(cell):
                self.warnings.append(_("%(column)s: has a letter become a question mark?", column=column))
        self.company = cells.get("virksomhed", "")
        return cells

    def read_reference(self, cells: Mapping[str, str], references: set[str]) -> None:
        """Read the line's reference, and refuse it if an earlier line has it.

        Args:
            references: of the earlier lines; the line's is added.
        """
        self.reference = reference_key(cells.get("reference", ""))
        if self.reference in references:
            self.refuse("reference", _("Another line has this reference."))
        if self.reference:
            references.add(self.reference)

    def day(self, column: str, cells: Mapping[str, str]) -> str:
        """Return the day of a column in ISO 8601; "" for an empty or refused cell."""
        cell = without_midnight(cells.get(column, ""))
        if is_day_number(cell):
            self.refuse(
                column, _("Is a spreadsheet's number for a day. Make the column a column of dates, and save it again.")
            )
            return ""
        day = day_with_short_year(cell)
        if day is not None:
            self.warnings.append(
                _("%(column)s: the year has two digits, and was read as %(year)s.", column=column, year=day.year)
            )
            return day.isoformat()
        if not cell:
            return ""
        try:
            # Spreadsheets show an empty day as one in 1899 or 1900.
            return refuse_distant(date.fromisoformat(iso_date(cell))).isoformat()
        except PydanticCustomError as error:
            self.refuse(column, _(error.message()))
        except ValueError:
            self.refuse(column, _("Must be a date like 31-12-2026."))
        return ""

    def verdict(
        self,
        layout: Layout,
        *,
        pledge_id: UUID | None = None,
        hire_id: UUID | None = None,
        positions: int = 0,
        flags: tuple[str, ...] = (),
    ) -> Row:
        """Return the verdict, with its errors in the order of the columns."""
        verdict: Verdict = "refused" if self.errors else "known" if self.known else "new"
        columns = (*layout.columns, *(error.column for error in self.errors))
        return Row(
            line=self.number,
            verdict=verdict,
            pledge_id=pledge_id,
            hire_id=hire_id,
            positions=positions,
            errors=tuple(sorted(self.errors, key=lambda error: columns.index(error.column))),
            flags=flags,
            warnings=tuple(self.warnings),
            company=self.company[:_COMPANY_SHOWN],
        )


def may_hold_cpr(layout: Layout, column: str, cell: str) -> bool:
    """Whether a cell has something like a CPR number where none may be."""
    return column not in layout.may_look_like_cpr and contains_cpr_shape(cell)

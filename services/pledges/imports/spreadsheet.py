"""Reading a table that a Danish Excel has saved, as a workbook or as CSV.

The separator of a CSV file is that of semicolon, tab and comma which separates the names of the columns. The encoding
is in `encoding`, the cells of a workbook are in `workbook`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.pledges.imports.columns import REQUIRED, meaning
from services.pledges.imports.encoding import decode
from services.pledges.imports.report import NotATable
from services.pledges.imports.workbook import is_workbook, read_sheet
from services.pledges.register.domain import name_key
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from services.pledges.imports.workbook import Sheet

MAX_ROWS: Final = 5_000
MAX_BYTES: Final = 2 * 1024 * 1024
_MAX_CELL_LENGTH: Final = 2_000
_LONGEST_HEADER: Final = 5_000
"""Characters in which the names of the columns are looked for, to find their separator."""
_SEPARATORS: Final = ";\t,"
_TITLE_ROWS: Final = 20
"""How many rows above the header are recognised as titles."""
_BYTE_ORDER_MARK: Final = "\ufeff"
_END_OF_FILE: Final = "\x1a"
"""As DOS wrote it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    Attributes:
        number: of its first line in the file, counted as Excel does: the header is 1.
        cells: the cells that are not empty, by the column's name in lower case.
        repeats_header: whether its cells are the names of the columns.
        begins_a_file: whether it begins with a byte order mark: files were joined.
    """

    number: int
    cells: dict[str, str]
    repeats_header: bool = False
    begins_a_file: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its lines; empty lines are left out.

    Attributes:
        sheet: the name of the sheet; None for a CSV file.
        other_sheets: the names of the sheets that were not read, though they are shown and have content.
    """

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()


def read_table(content: bytes) -> Table:
    """Return the table in a workbook or a CSV file. Blocks for some ms per 1,000 lines.

    Raises:
        NotATable: the content is not a table, or too large.
    """
    if len(content) > MAX_BYTES:
        raise NotATable(N_("The file is larger than 2 MB. Split it into several."))
    sheet = read_sheet(content) if is_workbook(content) else None
    rows = _rows(decode(content)) if sheet is None else _rows_of(sheet)
    if not rows:
        raise NotATable(N_("The file is empty."))
    _number, header = rows[0]
    if not _has_required(header):
        for number, cells in rows[1:_TITLE_ROWS]:
            if _has_required(cells):
                raise NotATable(
                    N_("The names of the columns are in line %(line)s. Delete the lines above it."), line=number
                )
    columns = _columns(header)
    if len(rows) - 1 > MAX_ROWS:
        raise NotATable(N_("The file has more than 5,000 lines. Split it into several."))
    if sheet is None:
        return Table(columns, tuple(_line(number, cells, columns) for number, cells in rows[1:]))
    _refuse_unsolved(sheet, columns)
    # Notes beside the table are in columns without a name. In a CSV file they may be what a separator moved there.
    width = max(len(cells) for _number, cells in rows)
    lines = tuple(_line(number, cells, columns, width=width) for number, cells in rows[1:])
    return Table(columns, lines, sheet.name, sheet.other_sheets)


def _rows_of(sheet: Sheet) -> list[tuple[int, list[str]]]:
    """Return the cells of the rows that are not empty, each with its number."""
    for number, cells in sheet.rows:
        if any(len(cell) > _MAX_CELL_LENGTH for cell in cells):
            raise NotATable(N_("A cell in line %(line)s has more than 2,000 characters. Shorten it."), line=number)
    return list(sheet.rows)


def _refuse_unsolved(sheet: Sheet, columns: tuple[str, ...]) -> None:
    for line, column in sorted(sheet.unsolved):
        if column <= len(columns) and meaning(columns[column - 1]):
            raise NotATable(
                N_(
                    "Line %(line)s, %(column)s, has a formula without its result. Open the workbook in Excel, and save"
                    " it again."
                ),
                line=line,
                column=columns[column - 1],
            )


def _rows(text: str) -> list[tuple[int, list[str]]]:
    """Return the cells of the rows that are not empty, each with the number of its first line."""
    text, skipped, separator = _separator(text.rstrip(_END_OF_FILE))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, list[str]]] = []
    lines_read = 0
    try:
        for row in reader:
            number, lines_read = lines_read + 1 + skipped, reader.line_num
            cells = [cell.replace("\u00a0", " ").strip() for cell in row]
            if any(len(cell) > _MAX_CELL_LENGTH for cell in cells):
                raise NotATable(
                    N_("A cell in line %(line)s has more than 2,000 characters. Is a quotation mark missing?"),
                    line=number,
                )
            if any(cells):
                rows.append((number, cells))
    except csv.Error:
        raise NotATable(N_("The file is no table separated by semicolons. Is a quotation mark missing?")) from None
    return rows


def _separator(text: str) -> tuple[str, int, str]:
    """Return the text from the header on, how many lines were left out before it, and the separator.

    A line "sep=;" tells Excel the separator; the header follows.
    """
    first_lines = text.lstrip().splitlines()[:_TITLE_ROWS] or [""]
    first = first_lines[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:
        return text.lstrip().partition("\n")[2], 1, first[-1]
    for line in first_lines:
        for separator in _SEPARATORS:
            if _has_required([cell.strip(' "') for cell in line[:_LONGEST_HEADER].split(separator)]):
                return text, 0, separator
    return text, 0, max(_SEPARATORS, key=first.count)


def _has_required(cells: list[str]) -> bool:
    return {meaning(_column_name(cell)) for cell in cells}.issuperset(REQUIRED)


def _line(number: int, cells: list[str], columns: tuple[str, ...], *, width: int = 0) -> Line:
    """Return a line.

    Args:
        width: how many cells it may have, if more than columns have a name.
    """
    begins_a_file = cells[0].startswith(_BYTE_ORDER_MARK)
    if any(cells[max(width, len(columns)) :]):
        if any(_BYTE_ORDER_MARK in cell for cell in cells):
            raise NotATable(
                N_("Another file begins in line %(line)s: files were joined. Import each by itself."), line=number
            )
        raise NotATable(N_("Line %(line)s has more cells than the header. Is a semicolon inside a cell?"), line=number)
    names = [_column_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    unnamed = ("",) * (width - len(columns))
    return Line(number, _by_name(columns + unnamed, cells), tuple(names) == columns, begins_a_file)


def _by_name(columns: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    """Return the cells that are not empty, by column name. Cells of columns without a name are joined."""
    named: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=False):
        if cell:
            named[name] = f"{named[name]} {cell}" if name in named else cell
    return named


def _columns(cells: list[str]) -> tuple[str, ...]:
    names = [_column_name(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    filled = [name for name in names if name]
    if len(set(filled)) != len(filled):
        raise NotATable(N_("Two columns have the same name."))
    return tuple(names)


def _column_name(cell: str) -> str:
    return name_key(cell).rstrip("*: ")

"""Reading a table that a Danish Excel has saved, as a workbook or as CSV.

The separator of a CSV file is that of semicolon, tab and comma which separates the names of the columns. The encoding
is in `encoding`, the cells of a workbook are in `workbook`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from services.pledges.imports.encoding import decode, has_misread_letters
from services.pledges.imports.layout import OF_PAGE
from services.pledges.imports.report import NotATable
from services.pledges.imports.workbook import is_workbook, open_sheet, row_of_cells
from services.pledges.register.domain import name_key
from shared.i18n.translations import N_
from shared.ui.formats import number_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from services.pledges.imports.layout import Layout, SizeLimits
    from services.pledges.imports.workbook import Sheet

_MEGABYTE: Final = 1024 * 1024
_MAX_CELL_LENGTH: Final = 2_000
_LONGEST_HEADER: Final = 5_000
"""Characters in which the names of the columns are looked for, to find their separator."""
_SEPARATORS: Final = ";\t,"
_TITLE_ROWS: Final = 20
"""How many rows above the header are recognised as titles."""
_BYTE_ORDER_MARK: Final = "\ufeff"
_END_OF_FILE: Final = "\x1a"
"""As DOS wrote it."""
_PHYSICAL_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


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
    """A header and its lines.

    Attributes:
        lines: those that are not empty. They are read from the file each time they are iterated over, which raises
            `NotATable` where that is not possible or where the file is too long.
        sheet: the name of the sheet; None for a CSV file.
        other_sheets: the names of the sheets that were not read, though they are shown and have content.
        expected_lines: about how many lines there are, for a progress bar; None where the file does not say so.
    """

    columns: tuple[str, ...]
    lines: Iterable[Line]
    sheet: str | None = None
    other_sheets: tuple[str, ...] = ()
    expected_lines: int | None = None


def open_table(content: bytes, layout: Layout, limits: SizeLimits = OF_PAGE) -> Table:
    """Return the table in a workbook or a CSV file, with the lines still to be read. Blocks for some ms per MB.

    Raises:
        NotATable: the content is not a table, or too large.
    """
    if len(content) > limits.file_bytes:
        raise NotATable(
            N_("The file is larger than %(megabytes)s MB. Split it into several."),
            megabytes=limits.file_bytes // _MEGABYTE,
        )
    sheet = open_sheet(content, limits) if is_workbook(content) else None
    rows: Callable[[], Iterator[_Row]]
    expected: int | None
    if sheet is None:
        text = decode(content)
        rows, expected = partial(_rows, text, layout), text.count("\n")
    else:
        rows, expected = partial(_rows_of, sheet), sheet.expected_lines
    first_rows = [row for row in islice(rows(), _TITLE_ROWS) if row.cells]
    if not first_rows:
        raise NotATable(N_("The file is empty."))
    header = first_rows[0].cells
    if not _has_required(header, layout):
        for row in first_rows[1:]:
            if _has_required(row.cells, layout):
                raise NotATable(
                    N_("The names of the columns are in line %(line)s. Delete the lines above it."), line=row.number
                )
    columns = _columns(header)
    lines = _Lines(rows, columns, layout, limits, of_workbook=sheet is not None)
    if sheet is None:
        return Table(columns, lines, expected_lines=expected)
    return Table(columns, lines, sheet.name, sheet.other_sheets, expected)


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    cells: list[str]
    unsolved: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines below the header, read anew for each iteration."""

    rows: Callable[[], Iterator[_Row]]
    columns: tuple[str, ...]
    layout: Layout
    limits: SizeLimits
    of_workbook: bool

    def __iter__(self) -> Iterator[Line]:
        count = 0
        for row in self.rows():
            self._refuse_unsolved(row)
            if not row.cells:
                continue
            if count > self.limits.lines:
                raise NotATable(
                    N_("The file has more than %(lines)s lines. Split it into several."),
                    lines=number_text(self.limits.lines),
                )
            if count > 0:
                # Notes beside the table are in columns without a name. In a CSV file they may be what a separator moved
                # there.
                width = len(row.cells) if self.of_workbook else 0
                line = _line(row.number, row.cells, self.columns, width=width)
                self._refuse_misread(line)
                yield line
            count += 1

    def _refuse_misread(self, line: Line) -> None:
        for name, cell in line.cells.items():
            if has_misread_letters(cell) and (column := self.layout.meaning(name)) is not None:
                raise NotATable(
                    N_(
                        "The letters in line %(line)s, %(column)s, look misread, like “BÃ¦k” for “Bæk”. Open the file"
                        " in the spreadsheet, check the letters, and save it as “CSV UTF-8 (semicolon separated)”."
                    ),
                    line=line.number,
                    column=column,
                )

    def _refuse_unsolved(self, row: _Row) -> None:
        for column in row.unsolved:
            if column <= len(self.columns) and self.layout.meaning(self.columns[column - 1]):
                raise NotATable(
                    N_(
                        "Line %(line)s, %(column)s, has a formula without its result. Open the workbook in Excel, and"
                        " save it again."
                    ),
                    line=row.number,
                    column=self.columns[column - 1],
                )


def _rows_of(sheet: Sheet) -> Iterator[_Row]:
    """Return the cells of the rows that are not empty."""
    for row in sheet.rows():
        if any(len(cell) > _MAX_CELL_LENGTH for cell in row.cells.values()):
            raise NotATable(N_("A cell in line %(line)s has more than 2,000 characters. Shorten it."), line=row.number)
        yield _Row(row.number, row_of_cells(row), row.unsolved)


def _rows(text: str, layout: Layout) -> Iterator[_Row]:
    """Return the cells of the rows that are not empty, each with the number of its first line."""
    start, skipped, separator = _separator(text, layout)
    reader = csv.reader(_physical_lines(text, start), delimiter=separator, strict=True)
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
                yield _Row(number, cells)
    except csv.Error:
        raise NotATable(N_("The file is no table separated by semicolons. Is a quotation mark missing?")) from None


def _physical_lines(text: str, start: int) -> Iterator[str]:
    """Return the lines with their ends, without what DOS wrote at the end of the file."""
    end = len(text)
    while end > start and text[end - 1] == _END_OF_FILE:
        end -= 1
    return (found[0] for found in _PHYSICAL_LINE.finditer(text, start, end))


def _separator(text: str, layout: Layout) -> tuple[int, int, str]:
    """Return where the header begins, how many lines were left out before it, and the separator.

    A line "sep=;" tells Excel the separator; the header follows.
    """
    begin = len(text) - len(text.lstrip())
    first_lines = text[begin : begin + _TITLE_ROWS * _LONGEST_HEADER].splitlines()[:_TITLE_ROWS] or [""]
    first = first_lines[0].strip()
    if first.lower().startswith("sep=") and len(first) == 5:
        return (text.find("\n", begin) + 1 or len(text)), 1, first[-1]
    for line in first_lines:
        for separator in _SEPARATORS:
            if _has_required([cell.strip(' "') for cell in line[:_LONGEST_HEADER].split(separator)], layout):
                return 0, 0, separator
    return 0, 0, max(_SEPARATORS, key=first.count)


def _has_required(cells: list[str], layout: Layout) -> bool:
    return {layout.meaning(_column_name(cell)) for cell in cells}.issuperset(layout.required)


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

"""Reading a table that a Danish Excel has saved as CSV.

The encoding is UTF-8, with or without a byte order mark, or Windows-1252. The separator is the most frequent one of
semicolon, tab and comma in the header.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Final

from services.pledges.register.domain import name_key
from shared.i18n.translations import N_

MAX_ROWS: Final = 5_000
MAX_BYTES: Final = 2 * 1024 * 1024
_MAX_CELL_LENGTH: Final = 2_000
_SEPARATORS: Final = ";\t,"
# Bytes that stand for no character in Windows-1252.
_UNDEFINED_BYTES: Final = frozenset(b"\x81\x8d\x8f\x90\x9d")


class NotATable(Exception):
    """The file cannot be read as a table. The message is in English and is translated where it is shown."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    Attributes:
        number: of its first line in the file, counted as Excel does: the header is 1.
        cells: the cells that are not empty, by the column's name in lower case.
    """

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and its lines; empty lines are left out."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]


def read_table(content: bytes) -> Table:
    """Return the table in a CSV file. Blocks for some ms per 1,000 lines.

    Raises:
        NotATable: the content is not a table, or too large.
    """
    if len(content) > MAX_BYTES:
        raise NotATable(N_("The file is larger than 2 MB. Split it into several."))
    text = _decoded(content)
    header = text.lstrip().partition("\n")[0]
    separator = max(_SEPARATORS, key=header.count)
    # A line "sep=;" tells Excel the separator; the header follows.
    if header.strip().lower().startswith("sep=") and len(header.strip()) == 5:
        separator = header.strip()[-1]
        text = text.lstrip().partition("\n")[2]
        skipped = 1
    else:
        skipped = 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    lines: list[Line] = []
    columns: tuple[str, ...] | None = None
    try:
        lines_read = 0
        for row in reader:
            number, lines_read = lines_read + 1 + skipped, reader.line_num
            cells = [cell.replace("\u00a0", " ").strip() for cell in row]
            if not any(cells):
                continue
            if columns is None:
                columns = _columns(cells)
                continue
            if len(lines) == MAX_ROWS:
                raise NotATable(N_("The file has more than 5,000 lines. Split it into several."))
            if any(cells[len(columns) :]):
                raise NotATable(N_("A line has more cells than the header. Is a semicolon inside a cell?"))
            if any(len(cell) > _MAX_CELL_LENGTH for cell in cells):
                raise NotATable(N_("A cell has more than 2,000 characters. Is a quotation mark missing?"))
            lines.append(Line(number, _by_name(columns, cells)))
    except csv.Error:
        raise NotATable(N_("The file is no table separated by semicolons. Is a quotation mark missing?")) from None
    if columns is None:
        raise NotATable(N_("The file is empty."))
    return Table(columns, tuple(lines))


def _by_name(columns: tuple[str, ...], cells: list[str]) -> dict[str, str]:
    """Return the cells that are not empty, by column name. Cells of columns without a name are joined."""
    named: dict[str, str] = {}
    for name, cell in zip(columns, cells, strict=False):
        if cell:
            named[name] = f"{named[name]} {cell}" if name in named else cell
    return named


def _columns(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells.pop()
    names = tuple(name_key(cell).rstrip("*: ") for cell in cells)
    filled = [name for name in names if name]
    if len(set(filled)) != len(filled):
        raise NotATable(N_("Two columns have the same name."))
    return names


def _decoded(content: bytes) -> str:
    if content.startswith(b"PK\x03\x04"):
        raise NotATable(N_("This is an Excel workbook. Save it as “CSV UTF-8 (semicolon separated)” first."))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return _without_nul(content.decode("utf-16"))
        except UnicodeDecodeError:
            raise NotATable(N_("The file is not text.")) from None
    try:
        return _without_nul(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        if _UNDEFINED_BYTES & set(content):
            raise NotATable(N_("The file is not text.")) from None
        return _without_nul(content.decode("windows-1252"))


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise NotATable(N_("The file is not text."))
    return text

"""A document of figures as XLSX: a sheet for each section, with real numbers, dates and percentages.

Nothing that is written becomes a formula, a link or a macro: texts are written as texts. The same document gives the
same bytes.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, Final

import xlsxwriter

from services.dashboard.pack.document import Cell, Share, Sign
from shared.i18n.translations import gettext as _
from shared.ui.formats import local_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from services.dashboard.pack.document import Document, Section, Table

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_NAME_LENGTH: Final = 31
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\]")
MAX_ROWS: Final = 1_048_575
"""So many rows a sheet holds below its heading."""
_A4: Final = 9
_WIDEST, _FIRST_COLUMN, _OTHER_COLUMNS = 60, 34, 9
_LINE: Final = 110
"""So many characters a line of running text has at most."""

Formats = dict[str, Any]


def workbook(document: Document) -> bytes:
    """Return the document as XLSX. Blocks for some hundredths of a second: call it in a thread.

    The words that are added here are in the current language, which has to be the document's.
    """
    content = BytesIO()
    book = _opened(content, document.title, document.letterhead, document.made_at, {"in_memory": True})
    formats = _formats(book)
    _cover(_Sheet(book, formats, _("Overview")), document)
    for section in document.sections:
        _fill(_Sheet(book, formats, section.sheet), section)
    book.close()
    return content.getvalue()


class WorkbookOfRows:
    """One table as XLSX, with a filter over its columns. Rows are written to a temporary file as they come.

    It blocks: call its methods in a thread.

    Args:
        content: where the workbook is written when it is closed.
    """

    def __init__(self, content: IO[bytes], title: str, headings: Sequence[str], *, made_at: datetime) -> None:
        self.rows = 0
        self._columns = len(headings)
        self._book = _opened(content, title, "", made_at, {"constant_memory": True})
        self._formats = _formats(self._book)
        self._sheet = self._book.add_worksheet(_sheet_name(title))
        for column, heading in enumerate(headings):
            self._sheet.set_column(column, column, max(len(heading) + 4, 18))
            self._sheet.write_string(0, column, heading, self._formats["head"])
        self._sheet.freeze_panes(1, 0)

    def add(self, rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows below those that are there; at most `MAX_ROWS` in all."""
        for cells in rows:
            self.rows += 1
            for column, cell in enumerate(cells):
                _write(self._sheet, self.rows, column, cell, self._formats)

    def close(self) -> None:
        """Write the workbook."""
        self._sheet.autofilter(0, 0, self.rows, max(self._columns - 1, 0))
        self._book.close()


def _opened(content: IO[bytes], title: str, author: str, made_at: datetime, options: Mapping[str, Any]) -> Any:
    book = xlsxwriter.Workbook(content, dict(options))
    created = made_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.set_properties({"title": title, "author": author, "created": created})
    return book


def _formats(book: Any) -> Formats:
    ink, quiet = {"font_color": "#12353b"}, {"font_color": "#4d5a5e"}
    at_least = _("at least %(share)s", share="\0").partition("\0")[0]
    head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
    styles: Mapping[str, Mapping[str, Any]] = {
        "title": {"bold": True, "font_size": 16} | ink,
        "heading": {"bold": True, "font_size": 12} | ink,
        "head": head,
        "head of numbers": head | {"align": "right"},
        "text": {"num_format": "@"},
        "quiet": {"num_format": "@"} | quiet,
        "number": {"num_format": "#,##0"},
        "decimal": {"num_format": "#,##0.0##"},
        "share": {"num_format": "0%"},
        "at least": {"num_format": f'"{at_least}"0%'},
        "day": {"num_format": "dd-mm-yyyy", "align": "right"},
        "moment": {"num_format": "dd-mm-yyyy hh:mm", "align": "right"},
        "sign": {"num_format": "@", "align": "right"} | quiet,
    }
    return {name: book.add_format(dict(style)) for name, style in styles.items()}


def _write(sheet: Any, line: int, column: int, cell: Cell, formats: Formats) -> None:
    """Write a cell by its type."""
    match cell:
        case str():
            sheet.write_string(line, column, cell, formats["text"])
        case Sign():
            sheet.write_string(line, column, cell.mark, formats["sign"])
        case Share():
            sheet.write_number(line, column, cell.value, formats["at least" if cell.at_least else "share"])
        case datetime():
            # A cell has no time zone: it holds people's own time.
            sheet.write_datetime(line, column, local_time(cell).replace(tzinfo=None), formats["moment"])
        case date():
            sheet.write_datetime(line, column, cell, formats["day"])
        case int():
            sheet.write_number(line, column, cell, formats["number"])
        case float():
            sheet.write_number(line, column, cell, formats["decimal"])


class _Sheet:
    """A sheet that is filled from the top, line by line."""

    def __init__(self, book: Any, formats: Formats, name: str) -> None:
        self._sheet = book.add_worksheet(_sheet_name(name))
        self._formats = formats
        self._line = 0
        self._widths: dict[int, int] = {}

    def text(self, text: str, style: str = "text") -> None:
        """Write a text, in several lines if it is long. It goes on over the empty cells to its right."""
        for line in _lines(text):
            self._sheet.write_string(self._line, 0, line, self._formats[style])
            self._line += 1

    def space(self) -> None:
        """Leave a line empty."""
        self._line += 1

    def cells(self, cells: Sequence[Cell]) -> None:
        """Write a row of cells, each by its type."""
        for column, cell in enumerate(cells):
            _write(self._sheet, self._line, column, cell, self._formats)
            width = len(cell) if isinstance(cell, str) else 16 if isinstance(cell, datetime) else 11
            self._widths[column] = max(self._widths.get(column, 0), width)
        self._line += 1

    def table(self, table: Table) -> None:
        """Write a table under its title."""
        self.text(table.title, "heading")
        for place, column in enumerate(table.columns):
            style = "head" if column.words or place == 0 else "head of numbers"
            self._sheet.write_string(self._line, place, column.heading, self._formats[style])
            self._widths[place] = max(self._widths.get(place, 0), min(len(column.heading), 18))
        self._line += 1
        for row in table.rows:
            self.cells(row)
        if table.note:
            self.text(table.note, "quiet")
        self.space()

    def finish(self) -> None:
        """Set the widths of the columns and how the sheet is printed."""
        for column, width in self._widths.items():
            least = _FIRST_COLUMN if column == 0 else _OTHER_COLUMNS
            self._sheet.set_column(column, column, min(max(width + 2, least), _WIDEST))
        if 0 not in self._widths:
            self._sheet.set_column(0, 0, _FIRST_COLUMN)
        self._sheet.set_paper(_A4)
        self._sheet.set_landscape()
        self._sheet.fit_to_pages(1, 0)


def _cover(sheet: _Sheet, document: Document) -> None:
    sheet.text(document.title, "title")
    for line in (document.letterhead, document.subtitle, document.times, *document.notes):
        sheet.text(line)
    sheet.space()
    for section in document.sections:
        sheet.cells([section.title, _sheet_name(section.sheet)])
    sheet.finish()


def _fill(sheet: _Sheet, section: Section) -> None:
    sheet.text(section.title, "title")
    if section.caption:
        sheet.text(section.caption, "quiet")
    sheet.space()
    if section.is_empty:
        sheet.text(section.empty)
    for headline in section.headlines:
        sheet.cells([headline.label, headline.value, *([headline.note] if headline.note else [])])
    if section.headlines:
        sheet.space()
    for table in section.tables:
        sheet.table(table)
    for entry in section.entries:
        sheet.text(entry.title, "heading")
        if entry.facts:
            sheet.text(" · ".join(entry.facts), "quiet")
        if entry.text:
            sheet.text(entry.text)
        sheet.space()
    sheet.finish()


def _sheet_name(name: str) -> str:
    """Return a name without the characters that a sheet's name must not have, and not longer than it may be."""
    return _NOT_IN_NAMES.sub("", name).strip(" '")[:SHEET_NAME_LENGTH]


def _lines(text: str) -> list[str]:
    """Return a text in lines, broken at its own line breaks and at spaces."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for word in paragraph.split(" "):
            if line and len(line) + len(word) >= _LINE:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(line)
    return lines

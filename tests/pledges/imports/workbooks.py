"""Workbooks as Excel saves them, and what is read from files."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import xlsxwriter

from services.pledges.imports.columns import PLEDGES
from services.pledges.imports.spreadsheet import open_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from services.pledges.imports.spreadsheet import Line

HEADER = ("virksomhed", "dato", "pladser", "timer fra", "kontaktperson", "telefon", "cvr")


def workbook(fill: Callable[[Any], None], **options: object) -> bytes:
    """Return the workbook that `fill` writes."""
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "default_date_format": "dd-mm-yyyy"} | options)
    fill(book)
    book.close()
    return content.getvalue()


def one_sheet(*rows: Sequence[object], name: str = "Ark1", first: int = 0) -> bytes:
    """Return a workbook of one sheet with these rows, the first of which is in line `first` + 1."""

    def fill(book: Any) -> None:
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows, start=first):
            sheet.write_row(number, 0, row)

    return workbook(fill)


@dataclass(frozen=True)
class ReadTable:
    """The table of a list of pledges, with all its lines."""

    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    sheet: str | None
    other_sheets: tuple[str, ...]


def read_table(content: bytes) -> ReadTable:
    """Return the table of a list of pledges."""
    table = open_table(content, PLEDGES)
    return ReadTable(table.columns, tuple(table.lines), table.sheet, table.other_sheets)


def with_part(content: bytes, changes: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """Return a workbook in which parts have been changed."""
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, bytes)(old.read(name)))
    return changed.getvalue()

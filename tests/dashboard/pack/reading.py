"""Reads PDF and XLSX with programs of others: pypdf and calamine."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pypdf
import python_calamine

if TYPE_CHECKING:
    from collections.abc import Sequence

CellValue = object


def pdf_text(content: bytes) -> str:
    """The text of all pages, in one line."""
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def sheets(content: bytes) -> dict[str, list[list[CellValue]]]:
    """The rows of every sheet by its name, each without the empty cells at its end."""
    book = python_calamine.load_workbook(io.BytesIO(content))
    return {name: [_trimmed(row) for row in book.get_sheet_by_name(name).to_python()] for name in book.sheet_names}


def read_value(value: CellValue) -> CellValue:
    """A value as it is compared: XLSX holds a number with 16 digits."""
    return round(value, 12) if isinstance(value, float) else value


def _trimmed(cells: Sequence[CellValue]) -> list[CellValue]:
    row = [read_value(cell) for cell in cells]
    while row and row[-1] == "":
        row = row[:-1]
    return row

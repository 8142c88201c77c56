"""Reading the first sheet of an Excel workbook (.xlsx) that is shown and has content.

The XML is read in `workbook_xml`.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.pledges.imports.report import NotATable
from services.pledges.imports.workbook_xml import (
    UnreadableXml,
    read_cells,
    read_sheets,
    read_strings,
    read_styles,
)
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.pledges.imports.workbook_xml import SheetCells

MAX_UNPACKED_BYTES: Final = 16 * 1024 * 1024
MAX_COLUMNS: Final = 1_000

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONSHIPS: Final = "xl/_rels/workbook.xml.rels"
_STYLES: Final = "xl/styles.xml"
_STRINGS: Final = "xl/sharedstrings.xml"
_SHEETS: Final = "xl/worksheets/"
_OF_OTHER_FORMATS: Final = frozenset({"xl/workbook.bin", "content.xml"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that was read.

    Attributes:
        rows: the lines that are not empty, each with its number and its cells from the first column on.
        unsolved: line and column of the formulas that were saved without their result.
        other_sheets: the names of the other sheets that are shown and have content.
    """

    name: str
    rows: tuple[tuple[int, list[str]], ...]
    unsolved: frozenset[tuple[int, int]]
    other_sheets: tuple[str, ...]


def is_workbook(content: bytes) -> bool:
    """Whether a file is a workbook of any kind, or another archive. No text begins like one."""
    return content.startswith((_ZIP, _OLE))


def read_sheet(content: bytes) -> Sheet:
    """Return the cells of a workbook as Excel in Denmark would save them as CSV. Blocks for some ms per 100 lines.

    Numbers have a decimal comma, days are written `dd-mm-yyyy`, and true and false are SAND and FALSK.

    Raises:
        NotATable: the content is no .xlsx workbook, is protected, damaged or empty, or its parts are too large.
    """
    if content.startswith(_OLE):
        # Excel puts a workbook with a password into a file of its old format.
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise NotATable(N_("The workbook is protected by a password. Remove the password, and save it again."))
        raise _other_format()
    try:
        return _read(_unpack(content))
    except (UnreadableXml, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        # The last two: a method of packing that is unknown, or a password of the archive.
        raise _damaged() from None


def _other_format() -> NotATable:
    return NotATable(
        N_("The file is a workbook of another format (.xls, .xlsb, .ods). Save it as an Excel workbook (.xlsx) first.")
    )


def _damaged() -> NotATable:
    return NotATable(N_("The workbook is damaged. Open it in the spreadsheet, and save it again."))


def _unpack(content: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook that are read, by name in lower case."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {entry.filename.lower(): entry for entry in archive.infolist()}
        if _WORKBOOK not in entries or _RELATIONSHIPS not in entries:
            if _OF_OTHER_FORMATS & entries.keys():
                raise _other_format()
            raise NotATable(N_("The file is no spreadsheet."))
        wanted = {
            name: entry
            for name, entry in entries.items()
            if name in {_WORKBOOK, _RELATIONSHIPS, _STYLES, _STRINGS} or name.startswith(_SHEETS)
        }
        # No entry is unpacked beyond the size that the archive gives for it.
        if sum(entry.file_size for entry in wanted.values()) > MAX_UNPACKED_BYTES:
            raise NotATable(
                N_("The workbook is larger than 16 MB when it is unpacked. Copy the list to a workbook of its own.")
            )
        return {name: archive.read(entry) for name, entry in wanted.items()}


def _read(parts: Mapping[str, bytes]) -> Sheet:
    entries, from_1904 = read_sheets(parts[_WORKBOOK], parts[_RELATIONSHIPS])
    strings = read_strings(parts[_STRINGS]) if _STRINGS in parts else []
    styles = read_styles(parts[_STYLES]) if _STYLES in parts else []
    filled: list[tuple[str, SheetCells]] = []
    for entry in entries:
        if entry.is_shown:
            part = posixpath.normpath(posixpath.join("/xl", entry.target)).lstrip("/").lower()
            if part not in parts:
                raise UnreadableXml
            cells = read_cells(parts[part], strings, styles, from_1904=from_1904)
            if cells.rows:
                filled.append((entry.name, cells))
    if not filled:
        raise NotATable(N_("The sheets of the workbook that are shown are empty."))
    (name, cells), *others = filled
    rows = tuple((line, _row(line, cells.rows[line])) for line in sorted(cells.rows))
    return Sheet(name, rows, frozenset(cells.unsolved), tuple(other for other, _cells in others))


def _row(line: int, cells: Mapping[int, str]) -> list[str]:
    last = max(cells)
    if last > MAX_COLUMNS:
        raise NotATable(
            N_("A cell in line %(line)s is far to the right of the list. Delete it, and save the workbook again."),
            line=line,
        )
    return [cells.get(column, "") for column in range(1, last + 1)]

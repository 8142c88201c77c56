"""Reading the first sheet of an Excel workbook (.xlsx) that is shown and has content.

The XML is read in `workbook_xml`.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from services.pledges.imports.report import NotATable
from services.pledges.imports.workbook_xml import (
    UnreadableXml,
    read_rows,
    read_sheets,
    read_strings,
    read_styles,
)
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from services.pledges.imports.layout import SizeLimits
    from services.pledges.imports.workbook_xml import SheetRow, Style

MAX_COLUMNS: Final = 1_000

_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONSHIPS: Final = "xl/_rels/workbook.xml.rels"
_STYLES: Final = "xl/styles.xml"
_STRINGS: Final = "xl/sharedstrings.xml"
_SHEETS: Final = "xl/worksheets/"
_MEGABYTE: Final = 1024 * 1024
_READ_AT_A_TIME: Final = 64 * 1024
_BEFORE_LINES: Final = 4096
"""Bytes at the beginning of a sheet in which it says its dimension."""
_DIMENSION: Final = re.compile(rb'<dimension ref="[A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}([0-9]{1,7})"')
_OF_OTHER_FORMATS: Final = frozenset({"xl/workbook.bin", "content.xml"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that is read.

    Attributes:
        other_sheets: the names of the other sheets that are shown and have content.
        rows: returns the lines that are not empty, from the first one on, each time it is called. Raises `NotATable`
            where the sheet cannot be read further.
        expected_lines: about how many lines there are; None where the workbook does not say so.
    """

    name: str
    other_sheets: tuple[str, ...]
    rows: Callable[[], Iterator[SheetRow]]
    expected_lines: int | None = None


def is_workbook(content: bytes) -> bool:
    """Whether a file is a workbook of any kind, or another archive. No text begins like one."""
    return content.startswith((_ZIP, _OLE))


def open_sheet(content: bytes, limits: SizeLimits) -> Sheet:
    """Return the sheet of a workbook that has the list. Blocks for some ms.

    Its cells are as Excel in Denmark would save them as CSV: numbers have a decimal comma, days are written
    `dd-mm-yyyy`, and true and false are SAND and FALSK.

    Raises:
        NotATable: the content is no .xlsx workbook, is protected, damaged or empty, or its parts are too large.
    """
    if content.startswith(_OLE):
        # Excel puts a workbook with a password into a file of its old format.
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise NotATable(N_("The workbook is protected by a password. Remove the password, and save it again."))
        raise _other_format()
    with _damage_in_words():
        return _open(content, limits)


@contextmanager
def _damage_in_words() -> Iterator[None]:
    try:
        yield
    except (UnreadableXml, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        # The last two: a method of packing that is unknown, or a password of the archive.
        raise NotATable(N_("The workbook is damaged. Open it in the spreadsheet, and save it again.")) from None


def _other_format() -> NotATable:
    return NotATable(
        N_("The file is a workbook of another format (.xls, .xlsb, .ods). Save it as an Excel workbook (.xlsx) first.")
    )


def _entries(archive: zipfile.ZipFile, limits: SizeLimits) -> dict[str, zipfile.ZipInfo]:
    """Return the parts of a workbook that are read, by name in lower case."""
    entries = {entry.filename.lower(): entry for entry in archive.infolist()}
    if _WORKBOOK not in entries or _RELATIONSHIPS not in entries:
        if _OF_OTHER_FORMATS & entries.keys():
            raise _other_format()
        raise NotATable(N_("The file is no spreadsheet."))
    sheets = {name: entry for name, entry in entries.items() if name.startswith(_SHEETS)}
    others = {name: entries[name] for name in (_WORKBOOK, _RELATIONSHIPS, _STYLES, _STRINGS) if name in entries}
    # No entry is unpacked beyond the size that the archive gives for it.
    for parts, largest in ((sheets | others, limits.unpacked_bytes), (others, limits.text_bytes)):
        if sum(entry.file_size for entry in parts.values()) > largest:
            raise NotATable(
                N_(
                    "The workbook is larger than %(megabytes)s MB when it is unpacked. Copy the list to a workbook of"
                    " its own."
                ),
                megabytes=largest // _MEGABYTE,
            )
    return sheets | others


def _open(content: bytes, limits: SizeLimits) -> Sheet:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = _entries(archive, limits)
        sheets, from_1904 = read_sheets(archive.read(parts[_WORKBOOK]), archive.read(parts[_RELATIONSHIPS]))
        strings = read_strings(archive.read(parts[_STRINGS])) if _STRINGS in parts else []
        styles = read_styles(archive.read(parts[_STYLES])) if _STYLES in parts else []
    filled: list[Sheet] = []
    for sheet in sheets:
        if sheet.is_shown:
            part = posixpath.normpath(posixpath.join("/xl", sheet.target)).lstrip("/").lower()
            if part not in parts:
                raise UnreadableXml
            rows = partial(_rows, content, parts[part], strings, styles, from_1904=from_1904)
            if next((row for row in rows() if row.cells), None) is not None:
                filled.append(Sheet(sheet.name, (), rows, _expected_lines(content, parts[part])))
    if not filled:
        raise NotATable(N_("The sheets of the workbook that are shown are empty."))
    first, *others = filled
    return replace(first, other_sheets=tuple(other.name for other in others))


def _expected_lines(content: bytes, part: zipfile.ZipInfo) -> int | None:
    """Return the number of the last line as the sheet gives it; it may be wrong."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part) as xml:
        found = _DIMENSION.search(xml.read(_BEFORE_LINES))
    return int(found[1]) if found else None


def _rows(
    content: bytes, part: zipfile.ZipInfo, strings: Sequence[str], styles: Sequence[Style], *, from_1904: bool
) -> Iterator[SheetRow]:
    with _damage_in_words(), zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(part) as xml:
        yield from read_rows(iter(partial(xml.read, _READ_AT_A_TIME), b""), strings, styles, from_1904=from_1904)


def row_of_cells(row: SheetRow) -> list[str]:
    """Return the cells of a line from the first column on. Raises `NotATable` if they reach far to the right."""
    last = max(row.cells, default=0)
    if last > MAX_COLUMNS:
        raise NotATable(
            N_("A cell in line %(line)s is far to the right of the list. Delete it, and save the workbook again."),
            line=row.number,
        )
    return [row.cells.get(column, "") for column in range(1, last + 1)]

"""Writes rows of cells as CSV, XLSX or JSON into a temporary file, some at a time, whatever their number.

A cell that begins like a formula is kept a text: XLSX by its type, CSV by an apostrophe, as our imports leave it out.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import tempfile
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any, Final, Literal

from fastapi.responses import StreamingResponse

from services.dashboard.pack.document import Share, Sign
from services.dashboard.pack.xlsx import MAX_ROWS, WorkbookOfRows
from services.dashboard.pack.xlsx import MEDIA_TYPE as XLSX
from shared.i18n.translations import N_, current_language
from shared.refusals import Refusal
from shared.ui.formats import iso, local_time

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence

    from fastapi.responses import Response

    from services.dashboard.pack.document import Cell

Kind = Literal["csv", "xlsx", "json"]
Rows = "AsyncIterable[Sequence[Sequence[Cell]]]"

MEDIA_TYPES: Final[Mapping[Kind, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": XLSX,
    "json": "application/json",
}
_BEGINS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_IN_MEMORY: Final = 1 << 20
"""A file up to this size, in bytes, needs no disk."""
_CHUNK: Final = 64 * 1024


class TooManyRows(Refusal):
    """A sheet of a workbook has no room for so many rows."""

    code = "too-many-rows"
    kind = "invalid"
    title = N_("The list is too long for a workbook")
    detail = N_("A sheet holds a million rows. Fetch it as CSV, or narrow it by a filter.")


async def as_response(
    kind: Kind, name: str, headings: Sequence[str], batches: AsyncIterable[Sequence[Sequence[Cell]]], *, at: datetime
) -> Response:
    """Return rows as a file to save. All of them have been read when it returns; memory does not grow with them.

    Args:
        name: of the file, without its ending; of the sheet as well.
        headings: the names of the columns. In JSON they are the names of each row's members.
        batches: the rows, some at a time.
        at: the time of creation of a workbook.

    Raises:
        TooManyRows: for XLSX.
    """
    write = {"csv": _write_csv, "json": _write_json, "xlsx": _write_xlsx}[kind]
    file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (closed when it is sent)
    try:
        await write(file, name, headings, batches, at)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return StreamingResponse(_sent(file), media_type=MEDIA_TYPES[kind], headers=headers(name, kind))


def headers(name: str, kind: str) -> dict[str, str]:
    """Return the headers of a file to save, which no cache keeps."""
    return {"content-disposition": f'attachment; filename="{name}.{kind}"', "cache-control": "private, no-store"}


async def _sent(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, _CHUNK):
            yield chunk
    finally:
        file.close()


async def _write_csv(
    file: IO[bytes],
    _name: str,
    headings: Sequence[str],
    batches: AsyncIterable[Sequence[Sequence[Cell]]],
    _at: datetime,
) -> None:
    """CSV as Excel in Denmark opens it: semicolons, UTF-8 with its mark, decimal commas in Danish."""
    file.write("\ufeff".encode() + csv_lines([headings]))
    async for rows in batches:
        file.write(csv_lines(rows))


def csv_lines(rows: Sequence[Sequence[Cell]]) -> bytes:
    """Return rows as lines of CSV, in the current language."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([_csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _csv_cell(cell: Cell) -> str:
    match cell:
        case str():
            return "'" + cell if cell.startswith(_BEGINS_A_FORMULA) else cell
        case Share() | float():
            return _decimal(cell.value if isinstance(cell, Share) else cell)
        case int():
            return str(cell)
        case datetime():
            return f"{local_time(cell):%d-%m-%Y %H:%M}"
        case date():
            return f"{cell:%d-%m-%Y}"
    return cell.mark


def _decimal(value: float) -> str:
    """Return a number without separators of thousands, which a program would read as decimals."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if current_language() == "da" else text


async def _write_json(
    file: IO[bytes],
    _name: str,
    headings: Sequence[str],
    batches: AsyncIterable[Sequence[Sequence[Cell]]],
    _at: datetime,
) -> None:
    """A list of objects, one on each line."""
    separator = b"[\n"
    async for rows in batches:
        for row in rows:
            members = {heading: json_value(cell) for heading, cell in zip(headings, row, strict=True)}
            file.write(separator + json.dumps(members, ensure_ascii=False).encode())
            separator = b",\n"
    file.write(b"[]\n" if separator == b"[\n" else b"\n]\n")


def json_value(cell: Cell) -> Any:
    """Return a cell as JSON has it: a number as a number, a sign as null."""
    match cell:
        case Sign():
            return None
        case Share():
            return cell.value
        case date():
            return iso(cell)
    return cell


async def _write_xlsx(
    file: IO[bytes],
    name: str,
    headings: Sequence[str],
    batches: AsyncIterable[Sequence[Sequence[Cell]]],
    at: datetime,
) -> None:
    book = WorkbookOfRows(file, name, headings, made_at=at)
    async for rows in batches:
        if book.rows + len(rows) > MAX_ROWS:
            raise TooManyRows
        await asyncio.to_thread(book.add, rows)
    await asyncio.to_thread(book.close)

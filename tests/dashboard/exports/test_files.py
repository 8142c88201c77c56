"""Rows as files: real values, nothing that becomes a formula, whatever their number."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from services.dashboard.exports import files
from services.dashboard.exports.files import Kind, TooManyRows, as_response
from services.dashboard.exports.report import Half, NotAHalf
from services.dashboard.pack.document import Share, Sign
from tests.dashboard.pack.reading import sheets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from services.dashboard.pack.document import Cell

AT = datetime(2026, 12, 1, 19, 30, tzinfo=UTC)
ROW: list[Cell] = ["=1+1", 1234, 12.5, Share(1 / 3), date(2026, 12, 1), AT, Sign.HIDDEN, 'a;"b"']
NAMES = ["text", "number", "decimal", "share", "day", "moment", "sign", "quoted"]


async def batches(*rows: Sequence[Cell]) -> AsyncIterator[Sequence[Sequence[Cell]]]:
    for row in rows:
        yield [row]


async def exported(kind: Kind, *rows: Sequence[Cell]) -> bytes:
    response = await as_response(kind, "list", NAMES, batches(*rows), at=AT)
    return b"".join([chunk async for chunk in response.body_iterator])  # type: ignore[attr-defined]


async def test_a_row_as_csv_for_danish_excel() -> None:
    content = await exported("csv", ROW)
    assert content.startswith(b"\xef\xbb\xbftext;number;")
    assert content.decode("utf-8-sig").splitlines()[1] == (
        '\'=1+1;1234;12,5;0,333333;01-12-2026;01-12-2026 20:30;•;"a;""b"""'
    )


async def test_a_row_as_json() -> None:
    [row] = json.loads(await exported("json", ROW))
    assert row == {
        "text": "=1+1",
        "number": 1234,
        "decimal": 12.5,
        "share": 1 / 3,
        "day": "2026-12-01",
        "moment": "2026-12-01T19:30:00Z",
        "sign": None,
        "quoted": 'a;"b"',
    }
    assert json.loads(await exported("json")) == []


async def test_a_row_as_a_workbook() -> None:
    content = await exported("xlsx", ROW)
    assert sheets(content)["list"][1] == [
        "=1+1",
        1234,
        12.5,
        round(1 / 3, 12),
        date(2026, 12, 1),
        datetime(2026, 12, 1, 20, 30),  # noqa: DTZ001  (a cell has no time zone)
        "•",
        'a;"b"',
    ]
    assert content == await exported("xlsx", ROW)


async def test_a_list_with_more_rows_than_a_sheet_has_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_ROWS", 1)
    with pytest.raises(TooManyRows):
        await exported("xlsx", ROW, ROW)


def test_halves_of_years() -> None:
    half = Half.read("2026-h2")
    assert (half.first, half.last, str(half.before)) == (date(2026, 7, 1), date(2026, 12, 31), "2026-H1")
    assert Half.of(date(2026, 6, 30)) == half.before
    for text in ("2026", "2026-H3", "H1-2026", "1026-H1"):
        with pytest.raises(NotAHalf):
            Half.read(text)

"""Lists of 100,000 lines: all of them or nothing, in little memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from tests.bench.children import Child
from tests.bench.lists import list_of

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from tests.bench.lists import Kind
    from tests.support.infrastructure import Databases

LINES = 100_000
PATIENCE = 900
MOST_MB = {"hires": 200, "pledges": 450}
"""The most that a process may have had, of which the program itself takes about 90."""


@pytest.mark.long("services/pledges/imports", "services/pledges/hires")
@pytest.mark.parametrize("kind", ["hires", "pledges"])
async def test_a_list_of_100_000_lines_is_imported_whole_or_not_at_all(
    pledges_dsns: Databases, base_settings: dict[str, Any], taskforce_id: UUID, tmp_path: Path, kind: Kind
) -> None:
    dsn = pledges_dsns.app_dsn("pledges")
    last_is_bad, file = tmp_path / "bad.csv", tmp_path / "good.csv"
    last_is_bad.write_bytes(list_of(kind, LINES, bad_line=LINES + 1))
    file.write_bytes(list_of(kind, LINES))
    settings = {"dsn": dsn, "taskforce": str(taskforce_id), "token_jwks": base_settings["token_jwks"]}
    with Child("importing", tmp_path / "children.log", **settings) as child:
        refused = child.ask(patience=PATIENCE, kind=kind, file=str(last_is_bad), dry_run=False)
        none = await _count(dsn, taskforce_id, kind)
        imported = child.ask(patience=PATIENCE, kind=kind, file=str(file), dry_run=False)
        again = child.ask(patience=PATIENCE, kind=kind, file=str(file), dry_run=False)

    for step, answer in (("the last one bad", refused), ("imported", imported), ("imported again", again)):
        print(
            f"{LINES:,} {kind}, {step}: {answer['seconds']:.0f} s, peak {answer['peak_mb']:.0f} MB"
            f" (before: {answer['before_mb']:.0f} MB), event loop kept for {answer['pause_ms']:.0f} ms at most"
        )
    assert (refused["imported"], refused["refused"], none) == (False, 1, 0)
    assert (imported["imported"], imported["new"]) == (True, LINES)
    assert (again["new"], again["known"]) == (0, LINES)
    assert await _count(dsn, taskforce_id, kind) == LINES
    assert again["peak_mb"] < MOST_MB[kind]


async def _count(dsn: str, taskforce_id: UUID, table: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        await conn.execute("select set_config('app.taskforce', $1, false)", str(taskforce_id))
        count: int = await conn.fetchval(f"select count(*) from {table}")
    finally:
        await conn.close()
    return count

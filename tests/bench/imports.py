"""Imports of long lists, in lines a second, beside a plain `copy` of the same lines into one table.

A `copy` only splits lines into cells. An import also judges every cell, recognises the company and what was imported
before, and writes several rows in several tables, with an index or more each, and a message.
"""

from __future__ import annotations

import asyncio
import io
import time
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from tests.bench.children import Child
from tests.bench.lists import list_of
from tests.bench.measures import Measure, Target, spread
from tests.bench.topology import TASKFORCE, installation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.lists import Kind
    from tests.bench.plan import Plan
    from tests.bench.topology import Installation

SECTION: Final = "imports"
LINES: Final = 10_000
_KINDS: Final[tuple[Kind, ...]] = ("hires", "pledges")
_MEMORY: Final = Target(450.0)
_PATIENCE: Final = 600.0


def measure(plan: Plan, progress: Callable[[str], None]) -> Iterator[Measure]:
    """Measure and yield the lines of the table.

    Raises:
        AssertionError: a list was not imported.
        ChildFailed: the process failed, or was not done in time.
    """
    with installation() as whole:
        for kind in _KINDS:
            answers: list[dict[str, Any]] = []
            floors: list[float] = []
            for number in range(plan.rounds):
                progress(f"import of {LINES:,} {kind}, round {number + 1}")
                content = list_of(kind, LINES, first=number * LINES)
                floors.append(LINES / asyncio.run(_copy(whole, content)))
                # A process of its own, so that its memory is that of this import.
                answers.append(_import(whole, kind, content))
            yield Measure(
                SECTION,
                f"lines of {kind} imported",
                "/s",
                spread([LINES / answer["seconds"] for answer in answers]),
                "plain copy of the same lines",
                spread(floors),
                note=f"{LINES:,} lines, with the check, in one transaction",
            )
            yield Measure(
                SECTION,
                f"memory of the import of {kind}, at most",
                "MB",
                spread([answer["peak_mb"] for answer in answers]),
                target=_MEMORY,
                note=f"{answers[0]['before_mb']:.0f} MB of it before the import began",
            )


def _import(whole: Installation, kind: Kind, content: bytes) -> dict[str, Any]:
    file = whole.folder / f"{kind}.csv"
    file.write_bytes(content)
    settings = {
        "dsn": whole.app_dsn("pledges"),
        "taskforce": str(TASKFORCE),
        "token_jwks": whole.secrets["TOKEN_JWKS"],
    }
    with Child("importing", whole.folder / "children.log", **settings) as child:
        answer = child.ask(patience=_PATIENCE, kind=kind, file=str(file), dry_run=False)
    assert answer["imported"], answer["problem"]
    assert answer["new"] == LINES
    return answer


async def _copy(whole: Installation, content: bytes) -> float:
    """Return the seconds of a `copy` of all cells as text, committed."""
    header, _, lines = content.partition(b"\r\n")
    columns = ", ".join(f"c{number} text" for number in range(header.count(b";") + 1))
    conn = await asyncpg.connect(whole.superuser_dsn("pledges"))
    try:
        await conn.execute(f"create table copied ({columns})")
        began = time.perf_counter()
        await conn.copy_to_table(
            "copied", source=io.BytesIO(lines), format="csv", delimiter=";", encoding="windows-1252"
        )
        seconds = time.perf_counter() - began
        await conn.execute("drop table copied")
    finally:
        await conn.close()
    return seconds

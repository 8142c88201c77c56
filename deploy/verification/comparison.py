"""Walking through what is true and what is shown side by side, in order, however many rows there are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

if TYPE_CHECKING:
    import asyncpg

    Row = asyncpg.Record
    Key = tuple[UUID, UUID]

_IDENTITY: Final = ("taskforce_id", "id", "versions")


@dataclass(frozen=True)
class Difference:
    """One thing on which the dashboard and the services disagree.

    Attributes:
        taskforce_id: whose it is.
        about: what it concerns, e.g. `pledge 4f1c…` or `hires of smaajob on 2026-11-22`.
        what: how they differ, in words.
    """

    taskforce_id: UUID
    about: str
    what: str


async def rows(conn: asyncpg.Connection[asyncpg.Record], sql: str) -> AsyncIterator[Row]:
    """Read a query's rows a few thousand at a time, inside the caller's transaction."""
    async for row in conn.cursor(sql, prefetch=2000):
        yield row


async def compare_rows(
    kind: str, service: str, truth: AsyncIterator[Row], shown: AsyncIterator[Row]
) -> AsyncIterator[list[Difference]]:
    """Yield for each aggregate where it differs, if it does; both sides are in the order of taskforce and id.

    Args:
        kind: what one of them is called.
        service: who owns the truth.
    """
    true, seen = await anext(truth, None), await anext(shown, None)
    while true is not None or seen is not None:
        if seen is None or (true is not None and _key(true) < _key(seen)):
            assert true is not None
            what = f"{service} has it, the dashboard has not"
            yield [Difference(true["taskforce_id"], f"{kind} {true['id']}", what)]
            true = await anext(truth, None)
        elif true is None or _key(seen) < _key(true):
            what = f"the dashboard has it, {service} has not"
            yield [Difference(seen["taskforce_id"], f"{kind} {seen['id']}", what)]
            seen = await anext(shown, None)
        else:
            yield _disagreements(kind, service, true, seen)
            true, seen = await anext(truth, None), await anext(shown, None)


def compare_figures(
    taskforce_id: UUID, day: str, truth: Mapping[str, int], shown: Mapping[str, int]
) -> list[Difference]:
    """Return where two sets of counts differ; what one of them does not name is 0.

    Args:
        day: the day both are for, as text.
        truth, shown: counts by what they count, in words.
    """
    return [
        Difference(
            taskforce_id,
            f"{name} on {day}",
            f"the dashboard says {shown.get(name, 0)}, counted anew it is {truth.get(name, 0)}",
        )
        for name in sorted(truth.keys() | shown.keys())
        if truth.get(name, 0) != shown.get(name, 0)
    ]


def _key(row: Row) -> Key:
    return row["taskforce_id"], row["id"]


def _disagreements(kind: str, service: str, true: Row, seen: Row) -> list[Difference]:
    about = f"{kind} {true['id']}"
    if seen["version"] != true["version"]:
        # Everything else follows from it.
        what = f"the dashboard has version {seen['version']}, {service} version {true['version']}"
        return [Difference(true["taskforce_id"], about, what)]
    found = [
        Difference(
            true["taskforce_id"],
            about,
            f"{name}: the dashboard has {_said(seen[name])}, {service} has {_said(true[name])}",
        )
        for name in true.keys()  # noqa: SIM118  (a record yields its values)
        if name not in _IDENTITY and seen[name] != true[name]
    ]
    if seen["versions"] != true["version"]:
        what = f"the dashboard keeps {seen['versions']} of its {true['version']} versions"
        found.append(Difference(true["taskforce_id"], about, what))
    return found


def _said(value: Any) -> str:
    return "nothing" if value is None else str(value)

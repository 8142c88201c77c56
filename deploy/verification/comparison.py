"""Compares two sorted row streams, and two sets of counts. Memory use does not depend on the number of rows."""

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
    """One difference between the dashboard and the services.

    Attributes:
        taskforce_id: the taskforce that owns the row or figure.
        about: the row or figure, for example `pledge 4f1c…` or `hires of smaajob on 2026-11-22`.
        what: a description of the difference.
    """

    taskforce_id: UUID
    about: str
    what: str


async def rows(conn: asyncpg.Connection[asyncpg.Record], sql: str) -> AsyncIterator[Row]:
    """Yield a query's rows, fetched 2,000 at a time inside the caller's transaction."""
    async for row in conn.cursor(sql, prefetch=2000):
        yield row


async def compare_rows(
    kind: str, service: str, expected: AsyncIterator[Row], actual: AsyncIterator[Row]
) -> AsyncIterator[list[Difference]]:
    """Yield the differences of each aggregate; the list is empty where both sides are equal.

    Args:
        kind: the type of aggregate, used in messages.
        service: the service that owns the aggregates, used in messages.
        expected: rows of the owning service, sorted by taskforce and id.
        actual: rows of the dashboard, in the same order.
    """
    wanted, found = await anext(expected, None), await anext(actual, None)
    while wanted is not None or found is not None:
        if found is None or (wanted is not None and _key(wanted) < _key(found)):
            assert wanted is not None
            what = f"{service} has it, the dashboard has not"
            yield [Difference(wanted["taskforce_id"], f"{kind} {wanted['id']}", what)]
            wanted = await anext(expected, None)
        elif wanted is None or _key(found) < _key(wanted):
            what = f"the dashboard has it, {service} has not"
            yield [Difference(found["taskforce_id"], f"{kind} {found['id']}", what)]
            found = await anext(actual, None)
        else:
            yield _row_differences(kind, service, wanted, found)
            wanted, found = await anext(expected, None), await anext(actual, None)


def compare_figures(
    taskforce_id: UUID, day: str, expected: Mapping[str, int], actual: Mapping[str, int]
) -> list[Difference]:
    """Return the differences between two sets of counts; a missing count is 0.

    Args:
        taskforce_id: the taskforce both belong to.
        day: the day both are for, RFC 3339.
        expected, actual: counts by name.
    """
    return [
        Difference(
            taskforce_id,
            f"{name} on {day}",
            f"the dashboard says {actual.get(name, 0)}, counted anew it is {expected.get(name, 0)}",
        )
        for name in sorted(expected.keys() | actual.keys())
        if expected.get(name, 0) != actual.get(name, 0)
    ]


def _key(row: Row) -> Key:
    return row["taskforce_id"], row["id"]


def _row_differences(kind: str, service: str, wanted: Row, found: Row) -> list[Difference]:
    about = f"{kind} {wanted['id']}"
    if found["version"] != wanted["version"]:
        # The other columns differ as a consequence.
        what = f"the dashboard has version {found['version']}, {service} version {wanted['version']}"
        return [Difference(wanted["taskforce_id"], about, what)]
    differences = [
        Difference(
            wanted["taskforce_id"],
            about,
            f"{name}: the dashboard has {_text(found[name])}, {service} has {_text(wanted[name])}",
        )
        for name in wanted.keys()  # noqa: SIM118  (a record yields its values)
        if name not in _IDENTITY and found[name] != wanted[name]
    ]
    if found["versions"] != wanted["version"]:
        what = f"the dashboard keeps {found['versions']} of its {wanted['version']} versions"
        differences.append(Difference(wanted["taskforce_id"], about, what))
    return differences


def _text(value: Any) -> str:
    return "nothing" if value is None else str(value)

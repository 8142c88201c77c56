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
    source_row, dashboard_row = await anext(expected, None), await anext(actual, None)
    while source_row is not None or dashboard_row is not None:
        if dashboard_row is None or (source_row is not None and _key(source_row) < _key(dashboard_row)):
            assert source_row is not None
            what = f"{service} has it, the dashboard has not"
            yield [Difference(source_row["taskforce_id"], f"{kind} {source_row['id']}", what)]
            source_row = await anext(expected, None)
        elif source_row is None or _key(dashboard_row) < _key(source_row):
            what = f"the dashboard has it, {service} has not"
            yield [Difference(dashboard_row["taskforce_id"], f"{kind} {dashboard_row['id']}", what)]
            dashboard_row = await anext(actual, None)
        else:
            yield _row_differences(kind, service, source_row, dashboard_row)
            source_row, dashboard_row = await anext(expected, None), await anext(actual, None)


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


def _row_differences(kind: str, service: str, source_row: Row, dashboard_row: Row) -> list[Difference]:
    about = f"{kind} {source_row['id']}"
    if dashboard_row["version"] != source_row["version"]:
        # The other columns differ as a consequence.
        what = f"the dashboard has version {dashboard_row['version']}, {service} version {source_row['version']}"
        return [Difference(source_row["taskforce_id"], about, what)]
    differences = [
        Difference(
            source_row["taskforce_id"],
            about,
            f"{name}: the dashboard has {_text(dashboard_row[name])}, {service} has {_text(source_row[name])}",
        )
        for name in source_row.keys()  # noqa: SIM118  (a record yields its values)
        if name not in _IDENTITY and dashboard_row[name] != source_row[name]
    ]
    if dashboard_row["versions"] != source_row["version"]:
        what = f"the dashboard keeps {dashboard_row['versions']} of its {source_row['version']} versions"
        differences.append(Difference(source_row["taskforce_id"], about, what))
    return differences


def _text(value: Any) -> str:
    return "nothing" if value is None else str(value)

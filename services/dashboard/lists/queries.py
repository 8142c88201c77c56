"""The SQL of lists: keyset pages, the newest first."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, cast
from uuid import UUID

from services.dashboard.bridge.names import COMPANIES, EVENTS, names
from services.dashboard.bridge.queries import companies_of, value
from services.dashboard.bridge.terms import Conditions, changes, effects, known
from services.dashboard.lists.domain import Row
from services.dashboard.measures.narrowing import Arguments
from services.dashboard.read_model.generations import SERVED
from shared.http.paging import SortKey

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    import asyncpg

    from services.dashboard.bridge.domain import Kind
    from services.dashboard.bridge.terms import Companies
    from services.dashboard.lists.domain import Listing, Thing
    from shared.db.database import Connection

_BATCH: Final = 1000
_CHANGES: Final[frozenset[Kind]] = frozenset({"late", "merged", "unmerged", "revoked", "moved", "corrected"})
_COLUMNS: Final = "id, sorted_on, day, number, version"
_COLUMNS_OF_CHANGES: Final = f"{_COLUMNS}, old_version, old_number, new_number, effective_on, recorded_at"

_FACTS: Final[Mapping[Thing, Sequence[str]]] = {
    "pledge": (
        "status", "job_type", "positions", "positions_cancelled", "event_id", "company_id", "municipality",
        "pledged_on", "counted", "ended_on", "recorded_at",
    ),
    "hire": (
        "pledge_id", "job_type", "event_id", "company_id", "municipality", "start_date", "weekly_hours", "confirmed_on",
        "ended_on", "end_reason", "counted", "recorded_at",
    ),
    "attendance": ("event_id", "company_id", "checked_in_on", "undone_at", "recorded_at"),
}  # fmt: skip


class Newest(SortKey):
    """The order of a list."""

    day: date
    id: UUID

    @classmethod
    def of(cls, row: Row) -> Newest:
        """Return the key of a row."""
        return cls(day=row.sorted_on, id=row.id)


async def total(conn: Connection, listing: Listing) -> int:
    """Return what all rows of a list add up to."""
    if listing.since is None:
        return await value(conn, listing.counted, listing.until)
    sql, arguments = await _rows(conn, listing)
    return cast("int", await conn.fetchval(f"select coalesce(sum(number), 0)::bigint from ({sql}) as row", *arguments))  # noqa: S608  (our own words)


async def page(conn: Connection, listing: Listing, *, after: Newest | None, limit: int) -> list[Row]:
    """Return at most so many rows after a sort key, the newest first."""
    sql, arguments = await _rows(conn, listing)
    columns = _COLUMNS_OF_CHANGES if listing.term in _CHANGES else _COLUMNS
    later = "true"
    if after is not None:
        day, id = arguments.add(after.day, "date"), arguments.add(after.id, "uuid")
        # The first condition is for the index.
        later = f"sorted_on <= {day} and (sorted_on < {day} or id > {id})"
    rows = await conn.fetch(
        f"""
        select {columns}
          from ({sql}) as row
         where {later}
         order by sorted_on desc, id
         limit {arguments.add(limit, "integer")}
        """,  # noqa: S608  (our own words)
        *arguments,
    )
    return await _with_facts(conn, listing, rows)


async def all_rows(conn: Connection, listing: Listing) -> AsyncIterator[Row]:
    """Yield every row of a list, the newest first, some at a time. The connection has one snapshot for all of them."""
    after = None
    while True:
        rows = await page(conn, listing, after=after, limit=_BATCH)
        for row in rows:
            yield row
        if len(rows) < _BATCH:
            return
        after = Newest.of(rows[-1])


async def _rows(conn: Connection, listing: Listing) -> tuple[str, Arguments]:
    """Return SQL for rows of `_COLUMNS`, or of `_COLUMNS_OF_CHANGES`."""
    counted = listing.counted
    until = await companies_of(conn, counted, listing.until)
    if listing.since is None:
        return _of_figure(listing, until)
    if listing.term in _CHANGES:
        if listing.since.known_at is None:
            # Everything was known at the first moment.
            return (
                """
                select null::uuid as id, null::date as sorted_on, null::date as day, 0 as number, 0 as version,
                       0 as old_version, 0 as old_number, 0 as new_number, null::date as effective_on,
                       null::timestamptz as recorded_at
                 where false
                """,
                Arguments(),
            )
        since = await companies_of(conn, counted, listing.since)
        arguments = Arguments()
        sql = changes(counted, listing.since, listing.until, (since, until), arguments)
        kind = arguments.add(listing.term, "text")
        return (
            f"""
            select id,
                   (recorded_at at time zone 'Europe/Copenhagen')::date as day,
                   (recorded_at at time zone 'Europe/Copenhagen')::date as sorted_on,
                   number,
                   new_version as version,
                   old_version,
                   old_number,
                   new_number,
                   effective_on,
                   recorded_at
              from ({sql}) as change
             where kind = {kind}
            """,  # noqa: S608  (our own words)
            arguments,
        )
    sql, arguments = effects(counted, listing.since, listing.until, until)
    kind = arguments.add(listing.term, "text")
    return (
        f"select id, day as sorted_on, day, number, version from ({sql}) as effect where kind = {kind}",  # noqa: S608  (our own words)
        arguments,
    )


def _of_figure(listing: Listing, companies: Companies) -> tuple[str, Arguments]:
    """Return SQL that reads the versions in the order of an index, and so only as many as a page needs."""
    conditions = Conditions(listing.counted)
    arguments, source = conditions.arguments, listing.counted.source
    as_of = arguments.add(listing.until.as_of, "date")
    # So that the index is read from the day on, and not from the newest of all.
    begun = f"version.{source.day} <= {as_of}" if listing.counted.begins_with_its_day else "true"
    of_event = "true"
    if listing.counted.filters.event_id is not None:
        # All deltas of a version have its event.
        of_event = f"version.event_id = {arguments.add(listing.counted.filters.event_id, 'uuid')}"
    sql = f"""
    select version.{source.key} as id,
           version.version,
           version.{source.day} as sorted_on,
           sums.day,
           sums.number
      from {source.table} as version
     cross join lateral (select sum({conditions.sign} * delta.delta) as number,
                                coalesce(min(delta.day) filter (where {conditions.sign} * delta.delta > 0),
                                         min(delta.day)) as day
                           from unnest(version.deltas) as delta
                          where {conditions.measured}
                            and {conditions.selected}
                            and delta.day <= {as_of}) as sums
     where version.generation = {SERVED}
       and {begun}
       and {known("version.recorded_at", listing.until.known_at, arguments)}
       and {of_event}
       and {conditions.of_company("version", companies)}
       and sums.number <> 0
       and not exists (select
                         from {source.table} as later
                        where later.generation = version.generation
                          and later.taskforce_id = version.taskforce_id
                          and later.{source.key} = version.{source.key}
                          and later.version > version.version
                          and {known("later.recorded_at", listing.until.known_at, arguments)})
    """  # noqa: S608  (our own words)
    return sql, arguments


async def _with_facts(conn: Connection, listing: Listing, rows: Sequence[asyncpg.Record]) -> list[Row]:
    versions = [(row["id"], row[name]) for row in rows for name in ("version", "old_version") if row.get(name)]
    facts = await _facts(conn, listing, versions)
    known_at = listing.until.known_at
    companies = await names(conn, COMPANIES, {one["company_id"] for one in facts.values()}, known_at)
    events = await names(conn, EVENTS, {one["event_id"] for one in facts.values()}, known_at)
    found = []
    for row in rows:
        of = facts[row["id"], row["version"]]
        old_version = row.get("old_version")
        earlier = facts.get((row["id"], old_version)) if old_version else None
        found.append(
            Row(
                listing.thing,
                row["id"],
                row["sorted_on"],
                row["day"],
                row["number"],
                companies.get(of["company_id"]),
                events.get(of["event_id"]),
                of,
                earlier,
                row.get("old_number") or 0,
                row.get("new_number") or 0,
                row.get("recorded_at"),
                row.get("effective_on") or row["day"],
            )
        )
    return found


async def _facts(
    conn: Connection, listing: Listing, versions: Sequence[tuple[UUID, int]]
) -> Mapping[tuple[UUID, int], Mapping[str, Any]]:
    source = listing.counted.source
    columns = ", ".join(f"version.{name}" for name in _FACTS[listing.thing])
    rows = await conn.fetch(
        f"""
        select version.{source.key} as id, version.version, {columns}
          from unnest($1::uuid[], $2::integer[]) as wanted (id, version)
          join {source.table} as version
            on version.generation = {SERVED}
           and version.{source.key} = wanted.id
           and version.version = wanted.version
        """,  # noqa: S608  (our own words)
        [id for id, _version in versions],
        [version for _id, version in versions],
    )
    return {(row["id"], row["version"]): dict(row) for row in rows}

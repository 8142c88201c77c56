"""The names of companies and events, as they were known at a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from services.dashboard.bridge.terms import known
from services.dashboard.measures.narrowing import Arguments
from services.dashboard.read_model.generations import SERVED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection


class Named(NamedTuple):
    """A table of versions that have a name."""

    table: str
    key: str
    name: str


COMPANIES: Final = Named("companies", "company_id", "name")
EVENTS: Final = Named("employer_events", "event_id", "title")


async def names(
    conn: Connection, named: Named, ids: Iterable[UUID | None], known_at: datetime | None
) -> Mapping[UUID | None, str | None]:
    """Return the latest names that were known, by id; None for a company whose name is not published."""
    arguments = Arguments()
    rows = await conn.fetch(
        f"""
        select distinct on ({named.key}) {named.key} as id, {named.name} as name
          from {named.table}
         where generation = {SERVED}
           and {named.key} = any ({arguments.add([id for id in ids if id is not None], "uuid[]")})
           and {known("recorded_at", known_at, arguments)}
         order by {named.key}, version desc
        """,  # noqa: S608  (our own words)
        *arguments,
    )
    return {row["id"]: row["name"] for row in rows}

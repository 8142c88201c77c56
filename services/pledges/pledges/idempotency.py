"""SQL about requests that may come again: the claim of their keys, and what they are recognised by.

Everything takes the transaction's connection; nothing commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from services.pledges.register.domain import EventFacts, RegisteredCompany, TypedCompany, name_key
from shared.fields.cvr import read_cvr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection

Operation = Literal["log_pledge", "confirm_hire"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that may come again.

    Attributes:
        key: what its sender calls it (the header Idempotency-Key).
        digest: what it is recognised by when it comes again.
    """

    key: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the register has told us that bears on a new pledge or hire."""

    event: EventFacts | None
    candidates: list[RegisteredCompany]


async def look_around(
    conn: Connection, taskforce_id: UUID, wanted: Sequence[tuple[UUID | None, TypedCompany | None]]
) -> list[Surroundings]:
    """Look up what bears on each of several pledges or hires, given their events and companies, in the same order."""
    rows = await conn.fetch(
        """
        select event.id,
               event.status,
               event.starts_at,
               event.ends_at,
               event.closed_at,
               event.pass_generation,
               array(
                 select (company.id, company.name_key, company.cvr, company.municipality)
                   from companies as company
                  where company.taskforce_id = $1
                    and (company.id = wanted.company_id or company.cvr = wanted.cvr
                         or company.name_key = wanted.name_key)
                  limit 20
               ) as candidates
          from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[])
               with ordinality as wanted (event_id, company_id, cvr, name_key, number)
          left join employer_events as event
            on event.taskforce_id = $1
           and event.id = wanted.event_id
         order by wanted.number
        """,
        taskforce_id,
        [event_id for event_id, _ in wanted],
        [company.id if company else None for _, company in wanted],
        [read_cvr(company.cvr) if company else None for _, company in wanted],
        [name_key(company.name) if company else None for _, company in wanted],
    )
    return [_surroundings(row) for row in rows]


async def claim(
    conn: Connection,
    taskforce_id: UUID,
    operation: Operation,
    wanted: Sequence[tuple[Asked, UUID, datetime]],
) -> set[str]:
    """Claim idempotency keys for this transaction, and return those that were not claimed before.

    Waits for another transaction that is claiming one of them.

    Args:
        wanted: requests, each with the id of what will be its effect and the moment it came, in the order of their
            keys: then two transactions that claim the same ones wait for one another, and not each for the other.
    """
    rows = await conn.fetch(
        """
        insert into idempotency_keys (taskforce_id, operation, key, request_digest, subject_id, recorded_at)
        select $1, $2, key, digest, subject_id, recorded_at
          from unnest($3::text[], $4::bytea[], $5::uuid[], $6::timestamptz[])
               with ordinality as wanted (key, digest, subject_id, recorded_at, number)
         order by number
            on conflict do nothing
        returning key
        """,
        taskforce_id,
        operation,
        [asked.key for asked, _, _ in wanted],
        [asked.digest for asked, _, _ in wanted],
        [subject_id for _, subject_id, _ in wanted],
        [recorded_at for _, _, recorded_at in wanted],
    )
    return {row["key"] for row in rows}


def _surroundings(row: asyncpg.Record) -> Surroundings:
    event = None
    if row["id"] is not None:
        event = EventFacts(
            id=row["id"],
            status=row["status"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            closed_at=row["closed_at"],
            pass_generation=row["pass_generation"],
        )
    return Surroundings(event, [RegisteredCompany(*candidate) for candidate in row["candidates"]])


@dataclass(frozen=True, slots=True)
class Claimed:
    """What an idempotency key was claimed for."""

    digest: bytes
    subject_id: UUID


async def claimed_before(conn: Connection, taskforce_id: UUID, operation: Operation, key: str) -> Claimed | None:
    """Return what the key was claimed for, or None."""
    row = await conn.fetchrow(
        """
        select request_digest, subject_id
          from idempotency_keys
         where taskforce_id = $1
           and operation = $2
           and key = $3
        """,
        taskforce_id,
        operation,
        key,
    )
    return Claimed(row["request_digest"], row["subject_id"]) if row else None


async def subject_of_request(conn: Connection, key: str, digest: bytes) -> UUID | None:
    """Return which pledge a request has logged under its key; None if the key is another request's or unused.

    Also for the intake role, which may not read the digests of others' requests (`store.pledge_of_request`).

    Args:
        digest: the request's fingerprint.
    """
    found: UUID | None = await conn.fetchval("select subject_of_request($1, $2)", key, digest)
    return found


async def request_digests(conn: Connection, taskforce_id: UUID, pledge_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """Return the digest of what logged each of the pledges that exist."""
    rows = await conn.fetch(
        """
        select id, request_digest
          from pledges
         where taskforce_id = $1
           and id = any($2::uuid[])
        """,
        taskforce_id,
        pledge_ids,
    )
    return {row["id"]: row["request_digest"] for row in rows}


async def taskforces_of_outbox(conn: Connection) -> list[UUID]:
    """Return every taskforce that anything was ever logged for."""
    rows = await conn.fetch("select distinct taskforce_id from outbox")
    return [row["taskforce_id"] for row in rows]

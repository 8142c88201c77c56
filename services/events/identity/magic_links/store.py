"""SQL that loads and saves requests for links. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.events.identity.magic_links.domain import LIFETIME

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A request for a link.

    Attributes:
        browser_hash: the hash of the requesting browser's secret.
        next: the local path to go on to.
    """

    person_id: UUID
    browser_hash: bytes
    next: str
    asked_at: datetime


async def insert(conn: Connection, taskforce_id: UUID, request_id: UUID, link_request: LinkRequest) -> None:
    """Insert a request, and delete expired ones of the taskforce."""
    await conn.execute(
        "delete from link_requests where taskforce_id = $1 and asked_at <= $2",
        taskforce_id,
        link_request.asked_at - LIFETIME,
    )
    await conn.execute(
        """
        insert into link_requests (taskforce_id, id, person_id, browser_hash, next, asked_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        taskforce_id,
        request_id,
        link_request.person_id,
        link_request.browser_hash,
        link_request.next,
        link_request.asked_at,
    )


async def count_of_person(
    conn: Connection, taskforce_id: UUID, person_id: UUID, browser_hash: bytes, since: datetime
) -> tuple[int, int]:
    """Return the number of requests for the person since a moment: from this browser, and from all."""
    row = await conn.fetchrow(
        """
        select count(*) filter (where browser_hash = $3) as here,
               count(*) as of_all
          from link_requests
         where taskforce_id = $1
           and person_id = $2
           and asked_at > $4
        """,
        taskforce_id,
        person_id,
        browser_hash,
        since,
    )
    assert row is not None
    return row["here"], row["of_all"]


async def delete_of_person(conn: Connection, taskforce_id: UUID, person_id: UUID) -> None:
    """Delete the person's requests: their links stop working."""
    await conn.execute("delete from link_requests where taskforce_id = $1 and person_id = $2", taskforce_id, person_id)


async def lock_valid(conn: Connection, taskforce_id: UUID, request_id: UUID, now: datetime) -> LinkRequest | None:
    """Return the request if it is unused and not expired, locked until the transaction ends; None otherwise."""
    row = await conn.fetchrow(
        """
        select person_id, browser_hash, next, asked_at
          from link_requests
         where taskforce_id = $1
           and id = $2
           and used_at is null
           and asked_at > $3
           for update
        """,
        taskforce_id,
        request_id,
        now - LIFETIME,
    )
    return None if row is None else LinkRequest(**row)


async def add_secret(
    conn: Connection, taskforce_id: UUID, request_id: UUID, secret_hash: bytes, *, max_secrets: int
) -> bool:
    """Store the hash of one more link of the request. Returns whether there were fewer than `max_secrets`."""
    added = await conn.fetchval(
        """
        update link_requests
           set secret_hashes = secret_hashes || $3::bytea
         where taskforce_id = $1
           and id = $2
           and cardinality(secret_hashes) < $4
        returning true
        """,
        taskforce_id,
        request_id,
        secret_hash,
        max_secrets,
    )
    return bool(added)


async def secret_hashes(conn: Connection, taskforce_id: UUID, request_id: UUID) -> list[bytes]:
    """Return the hashes of all links of the request."""
    hashes: list[bytes] = await conn.fetchval(
        "select secret_hashes from link_requests where taskforce_id = $1 and id = $2", taskforce_id, request_id
    )
    return hashes


async def mark_used(conn: Connection, taskforce_id: UUID, request_id: UUID, now: datetime) -> None:
    """Mark the request as used: its links stop working."""
    await conn.execute(
        "update link_requests set used_at = $3 where taskforce_id = $1 and id = $2", taskforce_id, request_id, now
    )

"""SQL for links that have been asked for. Takes the change's transaction, never commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.events.identity.magic_links.domain import LIFETIME

if TYPE_CHECKING:
    from datetime import datetime

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class Asked:
    """A link that has been asked for and is good still.

    Attributes:
        browser_hash: of what the browser holds in which it was asked for.
        next: the local path to go on to.
    """

    person_id: UUID
    browser_hash: bytes
    next: str
    asked_at: datetime


async def insert(conn: Connection, taskforce_id: UUID, request_id: UUID, asked: Asked) -> None:
    """Note that somebody has asked, and forget what nobody can use any more."""
    await conn.execute(
        "delete from link_requests where taskforce_id = $1 and asked_at <= $2", taskforce_id, asked.asked_at - LIFETIME
    )
    await conn.execute(
        """
        insert into link_requests (taskforce_id, id, person_id, browser_hash, next, asked_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        taskforce_id,
        request_id,
        asked.person_id,
        asked.browser_hash,
        asked.next,
        asked.asked_at,
    )


async def count_of_person(
    conn: Connection, taskforce_id: UUID, person_id: UUID, browser_hash: bytes, since: datetime
) -> tuple[int, int]:
    """How many links have been asked for since then on behalf of the person: by this browser, and by all of them."""
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
    """No link that was asked for on behalf of the person opens anything any more."""
    await conn.execute("delete from link_requests where taskforce_id = $1 and person_id = $2", taskforce_id, person_id)


async def lock_good(conn: Connection, taskforce_id: UUID, request_id: UUID, now: datetime) -> Asked | None:
    """Return what was asked for unless it has been used or is too old, locked until the transaction ends."""
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
    return None if row is None else Asked(**row)


async def add_secret(conn: Connection, taskforce_id: UUID, request_id: UUID, secret_hash: bytes, *, most: int) -> bool:
    """Keep the hash of one more link for the same request. Returns whether there was room: at most `most`."""
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
        most,
    )
    return bool(added)


async def secret_hashes(conn: Connection, taskforce_id: UUID, request_id: UUID) -> list[bytes]:
    """The hashes of every link that was made for the request."""
    hashes: list[bytes] = await conn.fetchval(
        "select secret_hashes from link_requests where taskforce_id = $1 and id = $2", taskforce_id, request_id
    )
    return hashes


async def mark_used(conn: Connection, taskforce_id: UUID, request_id: UUID, now: datetime) -> None:
    """No link of this request opens anything any more."""
    await conn.execute(
        "update link_requests set used_at = $3 where taskforce_id = $1 and id = $2", taskforce_id, request_id, now
    )

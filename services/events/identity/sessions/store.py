"""SQL that loads and saves sessions. Runs in the caller's transaction, never commits."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from services.events.identity.sessions.domain import IDLE_TIMEOUT, Session, SessionEnded, SessionKey

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from services.events.identity.sessions.domain import Proof
    from shared.db.database import Connection

_SELECT = """
    select id, person_id, proof, device, started_at, used_at, ends_at, passkey_id, proved_at, secret_hash
      from sessions
     where taskforce_id = $1
"""


async def insert(conn: Connection, key: SessionKey, session: Session) -> None:
    """Insert a session with the hash of its secret."""
    await conn.execute(
        """
        insert into sessions
               (taskforce_id, id, person_id, secret_hash, proof, device, started_at, used_at, ends_at, passkey_id,
                proved_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        key.taskforce_id,
        session.id,
        session.person_id,
        key.hash(),
        session.proof,
        session.device,
        session.started_at,
        session.used_at,
        session.latest_end,
        session.passkey_id,
        session.proved_at,
    )


async def load(conn: Connection, key: SessionKey, now: datetime) -> Session:
    """Return the session of a key. Raises `SessionEnded`."""
    row = await conn.fetchrow(_SELECT + " and id = $2", key.taskforce_id, key.session_id)
    if row is None or not hmac.compare_digest(row["secret_hash"], key.hash()):
        raise SessionEnded
    session = _session(row)
    if session.has_ended(now):
        raise SessionEnded
    return session


async def find_proof(conn: Connection, taskforce_id: UUID, person_id: UUID, session_id: UUID | None) -> Proof | None:
    """Return the proof of the person's session; None if there is no such session."""
    proof: Proof | None = await conn.fetchval(
        """
        select proof
          from sessions
         where taskforce_id = $1
           and person_id = $2
           and id = $3
        """,
        taskforce_id,
        person_id,
        session_id,
    )
    return proof


async def touch(conn: Connection, taskforce_id: UUID, session_id: UUID, at: datetime) -> None:
    """Save the person's last action."""
    await conn.execute(
        """
        update sessions
           set used_at = $3
         where taskforce_id = $1
           and id = $2
           and used_at < $3
        """,
        taskforce_id,
        session_id,
        at,
    )


async def delete(conn: Connection, taskforce_id: UUID, person_id: UUID, session_id: UUID) -> bool:
    """Delete one of the person's sessions. Returns whether there was one."""
    ended = await conn.execute(
        """
        delete from sessions
         where taskforce_id = $1
           and person_id = $2
           and id = $3
        """,
        taskforce_id,
        person_id,
        session_id,
    )
    return bool(ended.endswith(" 1"))


async def delete_all(conn: Connection, taskforce_id: UUID, person_id: UUID, *, but: UUID | None = None) -> int:
    """Delete all of the person's sessions except one. Returns how many."""
    ended = await conn.execute(
        """
        delete from sessions
         where taskforce_id = $1
           and person_id = $2
           and id is distinct from $3
        """,
        taskforce_id,
        person_id,
        but,
    )
    return int(ended.rpartition(" ")[2])


async def delete_of_passkey(conn: Connection, taskforce_id: UUID, person_id: UUID, passkey_id: UUID) -> list[UUID]:
    """Delete the sessions that one of the person's passkeys opened. Returns their ids."""
    rows = await conn.fetch(
        """
        delete from sessions
         where taskforce_id = $1
           and person_id = $2
           and passkey_id = $3
        returning id
        """,
        taskforce_id,
        person_id,
        passkey_id,
    )
    return [row["id"] for row in rows]


async def delete_ended(conn: Connection, taskforce_id: UUID, now: datetime) -> int:
    """Delete the taskforce's ended sessions. Returns how many."""
    ended = await conn.execute(
        """
        delete from sessions
         where taskforce_id = $1
           and id in (select id
                        from sessions
                       where taskforce_id = $1
                         and (ends_at <= $2 or used_at <= $3)
                         for update skip locked)
        """,
        taskforce_id,
        now,
        now - IDLE_TIMEOUT,
    )
    return int(ended.rpartition(" ")[2])


def _session(row: asyncpg.Record) -> Session:
    return Session(
        id=row["id"],
        person_id=row["person_id"],
        proof=row["proof"],
        device=row["device"],
        started_at=row["started_at"],
        used_at=row["used_at"],
        latest_end=row["ends_at"],
        passkey_id=row["passkey_id"],
        proved_at=row["proved_at"],
    )

"""SQL that loads and saves passkeys, challenges and enrolment codes. Never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from services.events.identity.passkeys.domain import EnrolmentCode, Passkey, PasskeyKnown, PasskeyNotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection


async def insert(conn: Connection, taskforce_id: UUID, passkey: Passkey) -> None:
    """Insert a passkey. Raises `PasskeyKnown`, after which the transaction cannot go on."""
    try:
        await conn.execute(
            """
            insert into passkeys
                   (taskforce_id, id, person_id, credential_id, public_key, sign_count, name, backed_up, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            taskforce_id,
            passkey.id,
            passkey.person_id,
            passkey.credential_id,
            passkey.public_key,
            passkey.sign_count,
            passkey.name,
            passkey.backed_up,
            passkey.created_at,
        )
    except asyncpg.UniqueViolationError as error:
        raise PasskeyKnown from error


async def find_by_credential(conn: Connection, taskforce_id: UUID, credential_id: bytes) -> Passkey | None:
    """Return the passkey with this credential id, locked until the transaction ends; None if there is none."""
    row = await conn.fetchrow(
        """
        select id, person_id, credential_id, public_key, sign_count, name, backed_up, created_at
          from passkeys
         where taskforce_id = $1
           and credential_id = $2
           for no key update
        """,
        taskforce_id,
        credential_id,
    )
    return None if row is None else Passkey(**row)


async def record_use(
    conn: Connection, taskforce_id: UUID, passkey_id: UUID, *, sign_count: int, backed_up: bool, at: datetime
) -> None:
    """Record that the passkey has signed its person in."""
    await conn.execute(
        """
        update passkeys
           set sign_count = $3,
               backed_up = $4,
               used_at = $5
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        passkey_id,
        sign_count,
        backed_up,
        at,
    )


async def credential_ids(conn: Connection, taskforce_id: UUID, person_id: UUID) -> list[bytes]:
    """Return the ids of the person's credentials."""
    rows = await conn.fetch(
        """
        select credential_id
          from passkeys
         where taskforce_id = $1
           and person_id = $2
         order by created_at, id
        """,
        taskforce_id,
        person_id,
    )
    return [row["credential_id"] for row in rows]


async def rename(conn: Connection, taskforce_id: UUID, person_id: UUID, passkey_id: UUID, name: str) -> None:
    """Rename one of the person's passkeys. Raises `PasskeyNotFound`."""
    renamed = await conn.execute(
        """
        update passkeys
           set name = $4
         where taskforce_id = $1
           and person_id = $2
           and id = $3
        """,
        taskforce_id,
        person_id,
        passkey_id,
        name,
    )
    if renamed != "UPDATE 1":
        raise PasskeyNotFound


async def delete(conn: Connection, taskforce_id: UUID, person_id: UUID, passkey_id: UUID) -> None:
    """Delete one of the person's passkeys. Raises `PasskeyNotFound`."""
    deleted = await conn.execute(
        """
        delete from passkeys
         where taskforce_id = $1
           and person_id = $2
           and id = $3
        """,
        taskforce_id,
        person_id,
        passkey_id,
    )
    if deleted != "DELETE 1":
        raise PasskeyNotFound


async def delete_of_person(conn: Connection, taskforce_id: UUID, person_id: UUID) -> None:
    """Delete all passkeys of the person."""
    await conn.execute("delete from passkeys where taskforce_id = $1 and person_id = $2", taskforce_id, person_id)


async def insert_challenge(conn: Connection, digest: bytes, *, expires_at: datetime, now: datetime) -> None:
    """Insert a challenge, and delete expired ones."""
    await conn.execute("delete from passkey_challenges where expires_at <= $1", now)
    await conn.execute("insert into passkey_challenges (digest, expires_at) values ($1, $2)", digest, expires_at)


async def take_challenge(conn: Connection, digest: bytes, now: datetime) -> bool:
    """Delete a challenge. Returns whether it was there and not expired: of two callers, one gets it."""
    taken: bool | None = await conn.fetchval(
        """
        delete from passkey_challenges
         where digest = $1
        returning expires_at > $2
        """,
        digest,
        now,
    )
    return bool(taken)


async def save_code(conn: Connection, taskforce_id: UUID, person_id: UUID, code: EnrolmentCode, now: datetime) -> None:
    """Save the person's enrolment code in place of the previous one, and delete expired ones of the taskforce."""
    await conn.execute("delete from enrolment_codes where taskforce_id = $1 and expires_at <= $2", taskforce_id, now)
    await conn.execute(
        """
        insert into enrolment_codes (taskforce_id, person_id, code_hash, expires_at, wrong_tries)
        values ($1, $2, $3, $4, $5)
            on conflict (taskforce_id, person_id) do update
           set code_hash = excluded.code_hash,
               expires_at = excluded.expires_at,
               wrong_tries = excluded.wrong_tries
        """,
        taskforce_id,
        person_id,
        code.hash,
        code.expires_at,
        code.wrong_tries,
    )


async def find_code(conn: Connection, taskforce_id: UUID, person_id: UUID) -> EnrolmentCode | None:
    """Return the person's enrolment code, locked until the transaction ends; None if there is none."""
    row = await conn.fetchrow(
        """
        select code_hash as hash, expires_at, wrong_tries
          from enrolment_codes
         where taskforce_id = $1
           and person_id = $2
           for update
        """,
        taskforce_id,
        person_id,
    )
    return None if row is None else EnrolmentCode(**row)


async def count_wrong_try(conn: Connection, taskforce_id: UUID, person_id: UUID) -> None:
    """Count a wrong try of the person's code."""
    await conn.execute(
        """
        update enrolment_codes
           set wrong_tries = wrong_tries + 1
         where taskforce_id = $1
           and person_id = $2
        """,
        taskforce_id,
        person_id,
    )


async def delete_code(conn: Connection, taskforce_id: UUID, person_id: UUID) -> None:
    """Delete the person's code, if there is one."""
    await conn.execute(
        "delete from enrolment_codes where taskforce_id = $1 and person_id = $2", taskforce_id, person_id
    )

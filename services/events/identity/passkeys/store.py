"""SQL for passkeys, their challenges, and the codes that let somebody add one. Never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg

from services.events.identity.passkeys.domain import EnrolmentCode, Passkey, PasskeyKnown, PasskeyNotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection


async def insert(conn: Connection, taskforce_id: UUID, passkey: Passkey) -> None:
    """Keep a new passkey. Raises `PasskeyKnown`; the transaction is lost then."""
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
    """Return the passkey that the device calls this; nobody else uses it until the transaction ends."""
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


async def note_use(
    conn: Connection, taskforce_id: UUID, passkey_id: UUID, *, sign_count: int, backed_up: bool, at: datetime
) -> None:
    """Note that it has signed its person in."""
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
    """What the devices call the person's passkeys."""
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
    """Call one of the person's passkeys something else. Raises `PasskeyNotFound`."""
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
    """No passkey of the person signs them in any more."""
    await conn.execute("delete from passkeys where taskforce_id = $1 and person_id = $2", taskforce_id, person_id)


async def insert_challenge(conn: Connection, digest: bytes, *, expires_at: datetime, now: datetime) -> None:
    """Keep a challenge until it is used. Clears away those that are over."""
    await conn.execute("delete from passkey_challenges where expires_at <= $1", now)
    await conn.execute("insert into passkey_challenges (digest, expires_at) values ($1, $2)", digest, expires_at)


async def take_challenge(conn: Connection, digest: bytes, now: datetime) -> bool:
    """Use a challenge up. Returns whether it was there, and good; one of two that ask at once gets it."""
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
    """Keep the person's code, in place of the one before. Clears away the taskforce's that are over."""
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
    """Return the person's code; nobody else tries it until the transaction ends."""
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
    """Note that another code was typed."""
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
    """Use the person's code up, if there is one."""
    await conn.execute(
        "delete from enrolment_codes where taskforce_id = $1 and person_id = $2", taskforce_id, person_id
    )

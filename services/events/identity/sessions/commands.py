"""Use cases of sessions: one function each, which owns its transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.events.identity.people import store as people
from services.events.identity.people.domain import POWERFUL, PersonNotFound
from services.events.identity.sessions import store
from services.events.identity.sessions.domain import (
    LONGEST,
    STRONG,
    Session,
    SessionKey,
    SessionNotFound,
    SessionOver,
)
from shared.http.auth import Principal

if TYPE_CHECKING:
    from uuid import UUID

    from services.events.identity.people.domain import Person
    from services.events.identity.sessions.domain import Proof
    from shared.db.database import Connection, Database
    from shared.product.roles import Role


async def start(
    db: Database, taskforce_id: UUID, person_id: UUID, *, proof: Proof, device: str, now: datetime | None = None
) -> tuple[SessionKey, Principal]:
    """Sign somebody in: a new session, whatever this browser had before. Returns its key and who they are.

    Raises:
        PersonNotFound: no such person, or one who no longer takes part.
    """
    async with db.change(taskforce_id) as conn:
        now = now or datetime.now(UTC)
        return await begin(conn, taskforce_id, person_id, proof=proof, device=device, now=now, proved_at=now)


async def begin(
    conn: Connection,
    taskforce_id: UUID,
    person_id: UUID,
    *,
    proof: Proof,
    device: str,
    now: datetime,
    proved_at: datetime | None,
    passkey_id: UUID | None = None,
) -> tuple[SessionKey, Principal]:
    """As `start`, in the transaction of whatever proved it. Clears away the taskforce's sessions that are over.

    Args:
        proved_at: when they showed who they are; None where nobody says.
        passkey_id: which passkey proved it, where one did.
    """
    # Not while they are being let go, or lose a role.
    await people.lock_people(conn, taskforce_id)
    person = await people.load_active_person(conn, taskforce_id, person_id)
    key = SessionKey.new(taskforce_id)
    session = Session(key.session_id, person_id, proof, device, now, now, now + LONGEST, passkey_id, proved_at)
    await store.delete_over(conn, taskforce_id, now)
    await store.insert(conn, key, session)
    return key, principal_of(person, taskforce_id, session, now)


async def renew(
    db: Database, key: SessionKey, *, by_person: bool, demonstrations: bool = True, now: datetime | None = None
) -> tuple[Session, Principal]:
    """Say who has the key, as they are now.

    Args:
        by_person: whether they did something themselves, or a page that follows along did.
        demonstrations: whether a session without any proof is good here.

    Raises:
        SessionOver: it was ended, its time is up, or its person no longer takes part.
    """
    now = now or datetime.now(UTC)
    async with db.change(key.taskforce_id) as conn:
        session = await store.load(conn, key, now)
        if session.proof == "demonstration" and not demonstrations:
            raise SessionOver
        try:
            person = await people.load_active_person(conn, key.taskforce_id, session.person_id)
        except PersonNotFound as error:
            raise SessionOver from error
        if by_person:
            await store.touch(conn, key.taskforce_id, session.id, now)
            session = await store.load(conn, key, now)
    return session, principal_of(person, key.taskforce_id, session, now)


async def end(db: Database, key: SessionKey) -> Session | None:
    """Sign out: end the session that the key opens, and return it. None, and nothing happens, where it is over."""
    async with db.change(key.taskforce_id) as conn:
        try:
            session = await store.load(conn, key, datetime.now(UTC))
        except SessionOver:
            return None
        await store.delete(conn, key.taskforce_id, session.person_id, session.id)
    return session


async def end_one(db: Database, taskforce_id: UUID, person_id: UUID, session_id: UUID) -> None:
    """End one of one's own sessions, wherever it is.

    Raises:
        SessionNotFound.
    """
    async with db.change(taskforce_id) as conn:
        if not await store.delete(conn, taskforce_id, person_id, session_id):
            raise SessionNotFound


async def end_others(db: Database, taskforce_id: UUID, person_id: UUID, *, but: UUID | None) -> int:
    """End all of one's own sessions but the one in which one asks. Returns how many."""
    async with db.change(taskforce_id) as conn:
        return await store.delete_all(conn, taskforce_id, person_id, but=but)


def principal_of(person: Person, taskforce_id: UUID, session: Session, now: datetime) -> Principal:
    """Who the person is to every service for the next minute: all that they are, as far as the session's proof goes."""
    withheld = withheld_from(person, session.proof)
    proved_at = session.last_proof(now)
    return Principal(
        subject=f"person:{person.id}",
        roles=person.roles - withheld,
        withheld=bool(withheld),
        taskforce_id=taskforce_id,
        municipality=person.municipality,
        session_id=session.id,
        session_ends_at=int(session.ends_at.timestamp()),
        proved_at=int(proved_at.timestamp()) if proved_at else None,
    )


def withheld_from(person: Person, proof: Proof) -> frozenset[Role]:
    """Which of their roles are not open to somebody who has signed in like this.

    What a provider gives opens only where it has signed them in: it would not sign in whom it no longer knows.
    """
    weak = frozenset() if proof in STRONG else person.roles & POWERFUL
    return weak if proof in {"provider", "demonstration"} else weak | person.provided

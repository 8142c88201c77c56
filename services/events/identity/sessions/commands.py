"""Use cases of sessions: one function each, which owns its transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.events.identity.people import store as people
from services.events.identity.people.domain import PRIVILEGED, PersonNotFound
from services.events.identity.sessions import store
from services.events.identity.sessions.domain import (
    MAX_LIFETIME,
    STRONG_PROOFS,
    Session,
    SessionEnded,
    SessionKey,
    SessionNotFound,
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
    """Open a new session for a person. Returns its key and the principal.

    Raises:
        PersonNotFound: there is no such active person.
    """
    async with db.change(taskforce_id) as conn:
        now = now or datetime.now(UTC)
        return await start_in(conn, taskforce_id, person_id, proof=proof, device=device, now=now, proved_at=now)


async def start_in(
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
    """Open a session in the caller's transaction. Deletes the taskforce's ended sessions.

    Args:
        proved_at: when the person proved who they are; None: not known.
        passkey_id: the passkey that opened it, if one did.

    Raises:
        PersonNotFound: there is no such active person.
    """
    # The lock waits for a change that deactivates the person or takes a role away.
    await people.lock_people(conn, taskforce_id)
    person = await people.load_active_person(conn, taskforce_id, person_id)
    key = SessionKey.new(taskforce_id)
    session = Session(key.session_id, person_id, proof, device, now, now, now + MAX_LIFETIME, passkey_id, proved_at)
    await store.delete_ended(conn, taskforce_id, now)
    await store.insert(conn, key, session)
    return key, principal_of(person, taskforce_id, session, now)


async def renew(
    db: Database, key: SessionKey, *, by_person: bool, allow_demonstration: bool = True, now: datetime | None = None
) -> tuple[Session, Principal]:
    """Return the session, and the principal with the person's current roles.

    Args:
        by_person: whether the person acted, as opposed to a page that polls. Only an action renews the idle timeout.
        allow_demonstration: whether sessions of the demonstration, which need no proof, are accepted.

    Raises:
        SessionEnded: it was ended, it expired, or its person is no longer active.
    """
    now = now or datetime.now(UTC)
    async with db.change(key.taskforce_id) as conn:
        session = await store.load(conn, key, now)
        if session.proof == "demonstration" and not allow_demonstration:
            raise SessionEnded
        try:
            person = await people.load_active_person(conn, key.taskforce_id, session.person_id)
        except PersonNotFound as error:
            raise SessionEnded from error
        if by_person:
            await store.touch(conn, key.taskforce_id, session.id, now)
            session = await store.load(conn, key, now)
    return session, principal_of(person, key.taskforce_id, session, now)


async def end(db: Database, key: SessionKey) -> Session | None:
    """End the session of a key and return it; None if it has ended already."""
    async with db.change(key.taskforce_id) as conn:
        try:
            session = await store.load(conn, key, datetime.now(UTC))
        except SessionEnded:
            return None
        await store.delete(conn, key.taskforce_id, session.person_id, session.id)
    return session


async def end_session(db: Database, taskforce_id: UUID, person_id: UUID, session_id: UUID) -> None:
    """End one session of a person.

    Raises:
        SessionNotFound: the person has no such session.
    """
    async with db.change(taskforce_id) as conn:
        if not await store.delete(conn, taskforce_id, person_id, session_id):
            raise SessionNotFound


async def end_other_sessions(db: Database, taskforce_id: UUID, person_id: UUID, *, but: UUID | None) -> int:
    """End all sessions of a person except `but`, the current one. Returns how many it ended."""
    async with db.change(taskforce_id) as conn:
        return await store.delete_all(conn, taskforce_id, person_id, but=but)


def principal_of(person: Person, taskforce_id: UUID, session: Session, now: datetime) -> Principal:
    """Return the principal of a session's next token, without the roles that the session's proof is too weak for."""
    withheld = withheld_from(person, session.proof)
    proved_at = session.last_proof(now)
    return Principal(
        subject=f"person:{person.id}",
        roles=person.roles - withheld,
        withheld=bool(withheld),
        taskforce_id=taskforce_id,
        municipality=person.municipality,
        programme=person.programme,
        session_id=session.id,
        session_ends_at=int(session.ends_at.timestamp()),
        proved_at=int(proved_at.timestamp()) if proved_at else None,
    )


def withheld_from(person: Person, proof: Proof) -> frozenset[Role]:
    """Return the person's roles that this proof is too weak for.

    Roles granted by the provider need a sign-in at the provider, which refuses people who have left the organisation.
    """
    withheld = frozenset() if proof in STRONG_PROOFS else person.roles & PRIVILEGED
    return withheld if proof in {"provider", "demonstration"} else withheld | person.provided

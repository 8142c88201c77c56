"""Use cases of administering people: one function each, which owns its transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import structlog

from services.events import events_out
from services.events.identity.api_keys.commands import log_suspended_keys
from services.events.identity.magic_links import store as links
from services.events.identity.oidc import store as oidc
from services.events.identity.passkeys import store as passkeys
from services.events.identity.people import store
from services.events.identity.people.domain import (
    INVITED_AGAIN_AFTER,
    PRIVILEGED,
    AddressTaken,
    InvitedJustNow,
    LastAdministrator,
    is_last_administrator,
)
from services.events.identity.sessions import store as sessions
from services.events.register.domain import CompanyNotFound, IdTaken, TaskforceUnknown
from shared.fields.email import email_key
from shared.messaging import outbox

if TYPE_CHECKING:
    from services.events.identity.people.domain import Person
    from shared.db.database import Connection, Database


_log = structlog.get_logger(__name__)


async def add_person(
    db: Database, taskforce_id: UUID, person: Person, *, invite: bool = False, at: datetime | None = None
) -> None:
    """Add a person. Adding the same person again changes nothing.

    Args:
        invite: whether to mail an invitation.
        at: when the person was added, by default now.

    Raises:
        IdTaken: another person, or the same person with other facts, has the id.
        AddressTaken, MunicipalityMissing, ProgrammeMissing, CompanyNotFound, TaskforceUnknown.
    """
    person.check()
    try:
        async with db.change(taskforce_id) as conn:
            await store.lock_people(conn, taskforce_id)
            await _refuse_taken_address(conn, taskforce_id, person)
            added = await store.insert_person(conn, taskforce_id, person, at=at or datetime.now(UTC))
            if added and invite:
                await _invite(conn, taskforce_id, person.id, datetime.now(UTC))
            if not added and await store.load_person(conn, taskforce_id, person.id) != person:
                raise IdTaken
    except asyncpg.ForeignKeyViolationError as error:
        raise _missing_reference(error) from error
    if added:
        _log_change("added", taskforce_id, person.id, roles=sorted(person.roles))


async def invite_person(db: Database, taskforce_id: UUID, person_id: UUID, *, now: datetime | None = None) -> None:
    """Mail an invitation to a person, again if needed.

    The invitation holds no secret: it leads to the sign-in page, where the person requests a magic link.

    Raises:
        InvitedJustNow: the last invitation is less than ten minutes old.
        PersonNotFound: there is no such active person.
    """
    now = now or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        await store.lock_people(conn, taskforce_id)
        await store.load_active_person(conn, taskforce_id, person_id)
        invited_at = await store.invited_at(conn, taskforce_id, person_id)
        if invited_at is not None and now - invited_at < INVITED_AGAIN_AFTER:
            raise InvitedJustNow
        await _invite(conn, taskforce_id, person_id, now)


async def change_person(db: Database, taskforce_id: UUID, person: Person) -> None:
    """Change a person's facts and roles. New roles apply to existing sessions within a minute.

    A new e-mail address ends all sessions, magic links and the link to the provider. API keys of a person who is no
    longer an administrator are suspended until another administrator takes them over.

    Raises:
        LastAdministrator: there is no other active administrator.
        PersonNotFound, AddressTaken, MunicipalityMissing, ProgrammeMissing, CompanyNotFound.
    """
    person.check()
    try:
        async with db.change(taskforce_id) as conn:
            await store.lock_people(conn, taskforce_id)
            known = await store.load_person(conn, taskforce_id, person.id)
            if "admin" in known.roles - person.roles:
                await _refuse_last_administrator(conn, taskforce_id, person.id)
            await _refuse_taken_address(conn, taskforce_id, person)
            await store.save_person(conn, taskforce_id, person)
            another_address = email_key(known.email) != email_key(person.email)
            if another_address:
                # The mailbox of the old address, and sessions opened through it, may belong to another person.
                await _sign_out(conn, taskforce_id, person.id)
                await oidc.delete_link(conn, taskforce_id, person.id)
            if "admin" in known.roles - person.roles:
                await log_suspended_keys(conn, taskforce_id, person.id)
            if not known.roles & PRIVILEGED and (another_address or person.roles & PRIVILEGED):
                # Without privileged roles no enrolment code was needed: these passkeys prove access to a mailbox only.
                await passkeys.delete_of_person(conn, taskforce_id, person.id)
                await sessions.delete_all(conn, taskforce_id, person.id)
    except asyncpg.ForeignKeyViolationError as error:
        raise _missing_reference(error) from error
    _log_change(
        "changed",
        taskforce_id,
        person.id,
        roles=sorted(person.roles),
        before=sorted(known.roles),
        another_address=another_address,
    )


async def deactivate_person(db: Database, taskforce_id: UUID, person_id: UUID) -> None:
    """Deactivate a person. All their sessions end within a minute. Idempotent.

    Their API keys are suspended until another administrator takes them over.

    Raises:
        LastAdministrator: there is no other active administrator.
        PersonNotFound.
    """
    async with db.change(taskforce_id) as conn:
        await store.lock_people(conn, taskforce_id)
        person = await store.load_person(conn, taskforce_id, person_id)
        if not await store.is_active(conn, taskforce_id, person_id):
            return
        if "admin" in person.roles:
            await _refuse_last_administrator(conn, taskforce_id, person_id)
        await store.set_deactivated(conn, taskforce_id, person_id, datetime.now(UTC))
        await _sign_out(conn, taskforce_id, person_id)
        await log_suspended_keys(conn, taskforce_id, person_id)
    _log_change("deactivated", taskforce_id, person_id)


async def reactivate_person(db: Database, taskforce_id: UUID, person_id: UUID) -> None:
    """Reactivate a person. Idempotent. The next sign-in at the provider links the account anew, by e-mail address.

    Raises:
        PersonNotFound.
    """
    async with db.change(taskforce_id) as conn:
        await store.lock_people(conn, taskforce_id)
        await store.load_person(conn, taskforce_id, person_id)
        if await store.is_active(conn, taskforce_id, person_id):
            return
        await store.set_deactivated(conn, taskforce_id, person_id, None)
        await oidc.delete_link(conn, taskforce_id, person_id)
    _log_change("reactivated", taskforce_id, person_id)


def _log_change(what: str, taskforce_id: UUID, person_id: UUID, **more: object) -> None:
    """Log a change to an account, by its id."""
    _log.info(f"people.{what}", taskforce=str(taskforce_id), person=str(person_id), **more)


async def _invite(conn: Connection, taskforce_id: UUID, person_id: UUID, now: datetime) -> None:
    await store.set_invited(conn, taskforce_id, person_id, now)
    await outbox.add(conn, events_out.person_invited(taskforce_id, person_id, at=now))


async def _sign_out(conn: Connection, taskforce_id: UUID, person_id: UUID) -> None:
    await sessions.delete_all(conn, taskforce_id, person_id)
    await links.delete_of_person(conn, taskforce_id, person_id)


async def _refuse_last_administrator(conn: Connection, taskforce_id: UUID, person_id: UUID) -> None:
    if is_last_administrator(person_id, await store.administrators(conn, taskforce_id)):
        raise LastAdministrator


async def _refuse_taken_address(conn: Connection, taskforce_id: UUID, person: Person) -> None:
    other = await store.find_by_email(conn, taskforce_id, person.email)
    if other is not None and other.id != person.id:
        raise AddressTaken


def _missing_reference(error: asyncpg.ForeignKeyViolationError) -> CompanyNotFound | TaskforceUnknown:
    return CompanyNotFound() if error.constraint_name == "company_is_registered" else TaskforceUnknown()

"""Use cases of signing in at the provider: one function each, which owns its transactions.

The account is the one linked to the subject; at the first sign-in the one with the verified e-mail address; if there is
none and a group grants a role, a new one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import structlog
from pydantic import TypeAdapter, ValidationError

from services.events.identity.api_keys.commands import log_suspended_keys
from services.events.identity.oidc import store
from services.events.identity.oidc.domain import (
    LIFETIME,
    AccountClosed,
    AddressNotVerified,
    DifferentPerson,
    LinkedToAnother,
    NoRoleHere,
    PendingSignIn,
    ProviderNotConfigured,
    SignInNotPending,
    grants_of,
    with_grants,
)
from services.events.identity.passkeys import store as passkeys
from services.events.identity.people import store as people
from services.events.identity.people.domain import PRIVILEGED, Person, PersonNotFound
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions import store as session_store
from services.events.register import queries
from shared.fields.email import Email, KnownEmail
from shared.fields.text import Name

if TYPE_CHECKING:
    from services.events.identity.oidc.domain import Grants, Identity
    from services.events.identity.oidc.provider import Provider
    from services.events.identity.people.domain import Language
    from services.events.identity.sessions.domain import SessionKey
    from services.events.settings import Groups
    from shared.db.database import Connection, Database
    from shared.http.auth import Principal

_EMAIL: Final[TypeAdapter[str]] = TypeAdapter(Email)
_KNOWN_EMAIL: Final[TypeAdapter[str]] = TypeAdapter(KnownEmail)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)

_log = structlog.get_logger(__name__)


async def taskforce_of(db: Database, provider: Provider, slug: str) -> UUID:
    """Return the taskforce with the slug. Raises `ProviderNotConfigured` if its people cannot use the provider."""
    async with db.system() as conn:
        found = [one for one in await queries.taskforces(conn) if one.slug == slug]
    if not found or slug not in provider.settings.groups:
        raise ProviderNotConfigured
    return found[0].id


async def start_sign_in(
    db: Database, provider: Provider, slug: str, *, next: str, now: datetime, step_up_person: UUID | None = None
) -> tuple[str, PendingSignIn]:
    """Start a sign-in. Returns the authorization URL and what the browser has to keep.

    Args:
        slug: of the taskforce.
        next: the local path to go on to.
        step_up_person: the person who steps up; None for a sign-in.

    Raises:
        ProviderNotConfigured: for this taskforce.
        ProviderUnavailable, ProviderNotTrusted.
    """
    taskforce_id = await taskforce_of(db, provider, slug)
    pending = PendingSignIn.new(taskforce_id, next, step_up_person=step_up_person, at=int(now.timestamp()))
    address = await provider.authorization_url(pending)
    async with db.system() as conn:
        await store.insert_pending(conn, pending.digest(), expires_at=now + LIFETIME, now=now)
    return address, pending


async def consume(db: Database, pending: PendingSignIn, *, now: datetime) -> None:
    """Use up a pending sign-in when the browser returns, whatever the outcome.

    Raises:
        SignInNotPending: it has been used up, has expired, or never was.
    """
    async with db.system() as conn:
        taken = await store.take_pending(conn, pending.digest(), now)
    if not taken:
        raise SignInNotPending


async def groups_of(db: Database, provider: Provider, taskforce_id: UUID) -> Groups:
    """Return the grants of the provider's groups in a taskforce. Raises `ProviderNotConfigured`."""
    async with db.system() as conn:
        slug = (await queries.taskforce(conn, taskforce_id)).slug
    if slug not in provider.settings.groups:
        raise ProviderNotConfigured
    return provider.settings.groups[slug]


async def sign_in(
    db: Database,
    taskforce_id: UUID,
    groups: Groups,
    identity: Identity,
    *,
    language: Language,
    device: str,
    now: datetime,
    step_up_person: UUID | None = None,
) -> tuple[SessionKey, Principal]:
    """Sign in by an identity, with the roles that the provider grants now.

    Roles that it no longer grants are removed, even if none is left; roles given by an administrator stay. The last
    administrator keeps that role.

    Args:
        groups: the grants of groups in this taskforce.
        language: of mails, for a new account.
        step_up_person: the person who steps up, whose account it has to be; None for a sign-in.

    Raises:
        DifferentPerson: it is another account.
        NoRoleHere, AccountClosed, AddressNotVerified, LinkedToAnother.
        ConflictingGroups, MunicipalityNotGiven, ProgrammeNotGiven.
    """
    grants = grants_of(groups, identity)
    async with db.change(taskforce_id) as conn:
        await people.lock_people(conn, taskforce_id)
        person = await _find_or_insert_account(conn, taskforce_id, identity, grants, language=language, now=now)
        if step_up_person not in {None, person.id}:
            raise DifferentPerson
        changed = await _keep_last_administrator(conn, taskforce_id, person, with_grants(person, grants))
        await store.save_provided(
            conn,
            taskforce_id,
            person.id,
            roles=changed.provided,
            municipality=changed.municipality,
            programme=changed.programme,
        )
        if "admin" in person.roles - changed.roles:
            await log_suspended_keys(conn, taskforce_id, person.id)
        if not person.roles & PRIVILEGED and changed.roles & PRIVILEGED:
            # Without privileged roles no enrolment code was needed: these passkeys prove access to a mailbox only.
            await passkeys.delete_of_person(conn, taskforce_id, person.id)
            await session_store.delete_all(conn, taskforce_id, person.id)
        await store.record_use(conn, taskforce_id, person.id, now)
        authenticated_at = identity.authenticated_at
        signed_in = (
            await sessions.start_in(
                conn,
                taskforce_id,
                person.id,
                proof="provider",
                device=device,
                now=now,
                proved_at=None
                if authenticated_at is None
                else datetime.fromtimestamp(max(0, min(authenticated_at, now.timestamp())), UTC),
            )
            if changed.roles
            else None
        )
    if signed_in is None:
        # After the commit: the removed roles stay removed.
        raise NoRoleHere
    return signed_in


async def _find_or_insert_account(
    conn: Connection, taskforce_id: UUID, identity: Identity, grants: Grants, *, language: Language, now: datetime
) -> Person:
    """Return the account of an identity. Links or inserts it at the first sign-in."""
    linked = await store.find_person(conn, taskforce_id, identity.hash())
    if linked is not None:
        return await _active_account(conn, taskforce_id, linked)
    # Invisible characters are ignored in what people type. At the provider such an address is another one.
    claim = identity.email if identity.email is not None and identity.email.isprintable() else None
    email = _valid(_KNOWN_EMAIL, claim)
    known = None if email is None else await people.find_by_email(conn, taskforce_id, email)
    if known is None and not grants.roles:
        raise NoRoleHere
    if email is None or not identity.email_verified:
        raise AddressNotVerified
    if known is None:
        if (stored := _valid(_EMAIL, email)) is None:
            raise AddressNotVerified
        name = _valid(_NAME, identity.name) or stored
        known = Person(uuid4(), name, stored, frozenset(), language=language)
        await people.insert_person(conn, taskforce_id, known, at=now)
    elif await store.is_linked(conn, taskforce_id, known.id):
        raise LinkedToAnother
    person = await _active_account(conn, taskforce_id, known.id)
    await store.insert_link(conn, taskforce_id, person.id, identity.hash(), now)
    return person


async def _active_account(conn: Connection, taskforce_id: UUID, person_id: UUID) -> Person:
    try:
        return await people.load_active_person(conn, taskforce_id, person_id)
    except PersonNotFound as error:
        raise AccountClosed from error


async def _keep_last_administrator(conn: Connection, taskforce_id: UUID, person: Person, changed: Person) -> Person:
    if "admin" not in person.roles - changed.roles:
        return changed
    if (await people.administrators(conn, taskforce_id)).keys() - {person.id}:
        return changed
    _log.warning("provider.last_administrator_kept", person=str(person.id), taskforce=str(taskforce_id))
    return replace(changed, roles=changed.roles | {"admin"}, provided=changed.provided | {"admin"})


def _valid(kind: TypeAdapter[str], text: str | None) -> str | None:
    """Return a claim if it is valid as a form field; None otherwise."""
    try:
        return None if text is None else kind.validate_python(text)
    except ValidationError:
        return None

"""Use cases of signing in at a provider: one function each, which owns its transactions.

Who somebody is here: whoever was linked to what the provider calls them; the first time, the account with the mail
address that the provider says is theirs; if there is none and one of their groups gives a role, a new account.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import structlog
from pydantic import TypeAdapter, ValidationError

from services.events.identity.api_keys.commands import note_standing_still
from services.events.identity.oidc import store
from services.events.identity.oidc.domain import (
    LIFETIME,
    AccountClosed,
    AddressNotVerified,
    AnotherPerson,
    Begun,
    LinkedToAnother,
    NoRoleHere,
    NotBegunHere,
    ProviderNotOffered,
    as_given,
    given_by,
)
from services.events.identity.passkeys import store as passkeys
from services.events.identity.people import store as people
from services.events.identity.people.domain import POWERFUL, Person, PersonNotFound
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions import store as session_store
from services.events.register import queries
from shared.fields.email import Email
from shared.fields.text import Name

if TYPE_CHECKING:
    from services.events.identity.oidc.domain import Given, Identity
    from services.events.identity.oidc.provider import Provider
    from services.events.identity.people.domain import Language
    from services.events.identity.sessions.domain import SessionKey
    from services.events.settings import Groups
    from shared.db.database import Connection, Database
    from shared.http.auth import Principal

_EMAIL: Final[TypeAdapter[str]] = TypeAdapter(Email)
_NAME: Final[TypeAdapter[str]] = TypeAdapter(Name)

_log = structlog.get_logger(__name__)


async def taskforce_of(db: Database, provider: Provider, slug: str) -> UUID:
    """The taskforce whose people may sign in at the provider. Raises `ProviderNotOffered` for any other."""
    async with db.system() as conn:
        found = [one for one in await queries.taskforces(conn) if one.slug == slug]
    if not found or slug not in provider.settings.groups:
        raise ProviderNotOffered
    return found[0].id


async def begin(
    db: Database, provider: Provider, slug: str, *, next: str, now: datetime, prover: UUID | None = None
) -> tuple[str, Begun]:
    """Begin a sign-in. Returns the address at the provider, and what the browser has to keep.

    Args:
        slug: of the taskforce.
        next: the local path to go on to.
        prover: who is signed in here and has to show it again; None where somebody signs in.

    Raises:
        ProviderNotOffered: to the people of this taskforce.
        ProviderUnavailable, ProviderNotBelieved.
    """
    taskforce_id = await taskforce_of(db, provider, slug)
    begun = Begun.new(taskforce_id, next, prover=prover, at=int(now.timestamp()))
    address = await provider.way_there(begun)
    async with db.system() as conn:
        await store.insert_begun(conn, begun.digest(), expires_at=now + LIFETIME, now=now)
    return address, begun


async def take(db: Database, begun: Begun, *, now: datetime) -> None:
    """Use up what a browser has begun, now that it is back: however it ends, it ends once.

    Raises:
        NotBegunHere: it has ended, it took too long, or it never was.
    """
    async with db.system() as conn:
        taken = await store.take_begun(conn, begun.digest(), now)
    if not taken:
        raise NotBegunHere


async def groups_of(db: Database, provider: Provider, taskforce_id: UUID) -> Groups:
    """What the provider's groups give in a taskforce. Raises `ProviderNotOffered`."""
    async with db.system() as conn:
        slug = (await queries.taskforce(conn, taskforce_id)).slug
    if slug not in provider.settings.groups:
        raise ProviderNotOffered
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
    prover: UUID | None = None,
) -> tuple[SessionKey, Principal]:
    """Sign in whoever the provider says it is, with the roles that it gives them now.

    Roles that it no longer gives are gone, also where nothing is left with which to sign in. Those that an
    administrator has given stay, and so does the last administrator.

    Args:
        groups: what groups give in this taskforce.
        language: of mails, for a new account.
        prover: whose account it has to be, where somebody shows it again.

    Raises:
        AnotherPerson: it is somebody else's.
        NoRoleHere, AccountClosed, AddressNotVerified, LinkedToAnother.
        GroupsContradict, MunicipalityNotGiven, ProgrammeNotGiven.
    """
    given = given_by(groups, identity)
    async with db.change(taskforce_id) as conn:
        await people.lock_people(conn, taskforce_id)
        person = await _recognised(conn, taskforce_id, identity, given, language=language, now=now)
        if prover not in {None, person.id}:
            raise AnotherPerson
        changed = await _keep_last_administrator(conn, taskforce_id, person, as_given(person, given))
        await store.save_provided(
            conn,
            taskforce_id,
            person.id,
            roles=changed.provided,
            municipality=changed.municipality,
            programme=changed.programme,
        )
        if "admin" in person.roles - changed.roles:
            await note_standing_still(conn, taskforce_id, person.id)
        if not person.roles & POWERFUL and changed.roles & POWERFUL:
            # Added by whoever read the mails, without an administrator's code: no proof for more than that.
            await passkeys.delete_of_person(conn, taskforce_id, person.id)
            await session_store.delete_all(conn, taskforce_id, person.id)
        await store.note_use(conn, taskforce_id, person.id, now)
        shown_at = identity.shown_at
        begun = (
            await sessions.begin(
                conn,
                taskforce_id,
                person.id,
                proof="provider",
                device=device,
                now=now,
                proved_at=None
                if shown_at is None
                else datetime.fromtimestamp(max(0, min(shown_at, now.timestamp())), UTC),
            )
            if changed.roles
            else None
        )
    if begun is None:
        # What was taken away stays taken away.
        raise NoRoleHere
    return begun


async def _recognised(
    conn: Connection, taskforce_id: UUID, identity: Identity, given: Given, *, language: Language, now: datetime
) -> Person:
    """Whose account it is. Links it, and makes it, the first time."""
    linked = await store.find_person(conn, taskforce_id, identity.hash())
    if linked is not None:
        return await _open(conn, taskforce_id, linked)
    email = _valid(_EMAIL, identity.email)
    known = None if email is None else await people.find_by_address(conn, taskforce_id, email)
    if known is None and not given.roles:
        raise NoRoleHere
    if email is None or not identity.email_verified:
        raise AddressNotVerified
    if known is None:
        name = _valid(_NAME, identity.name) or email
        known = Person(uuid4(), name, email, frozenset(), language=language)
        await people.insert_person(conn, taskforce_id, known, at=now)
    elif await store.is_linked(conn, taskforce_id, known.id):
        raise LinkedToAnother
    person = await _open(conn, taskforce_id, known.id)
    await store.insert_link(conn, taskforce_id, person.id, identity.hash(), now)
    return person


async def _open(conn: Connection, taskforce_id: UUID, person_id: UUID) -> Person:
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
    """What the provider says, where it is what we would take from a form."""
    try:
        return None if text is None else kind.validate_python(text)
    except ValidationError:
        return None

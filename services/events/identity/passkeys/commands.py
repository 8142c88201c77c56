"""Use cases of passkeys: one function each, which owns its transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import structlog

from services.events.identity.passkeys import ceremony, codes, queries, store
from services.events.identity.passkeys.domain import (
    CHALLENGE_LIFETIME,
    CODE_LIFETIME,
    MAX_PASSKEYS,
    ChallengeExpired,
    CodeNeeded,
    CodeWrong,
    EnrolmentCode,
    Passkey,
    PasskeyNotFound,
    PasskeyOfAnother,
    PasskeyRefused,
    TooManyPasskeys,
    check_removal,
    digest,
    needs_code,
)
from services.events.identity.people import store as people
from services.events.identity.people.domain import PersonNotFound
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions import store as session_store
from services.events.identity.sessions.domain import SessionEnded
from shared.secrets import new_code

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from services.events.identity.passkeys.ceremony import Assertion, NewCredential, RelyingParty
    from services.events.identity.sessions.domain import SessionKey
    from services.events.settings import EventsSettings
    from shared.db.database import Connection, Database
    from shared.http.auth import Principal

_SIGN_IN: Final = b"sign in"
_REGISTRATION: Final = b"enrol"
_STEP_UP: Final = b"prove"

_log = structlog.get_logger(__name__)


async def sign_in_options(db: Database, party: RelyingParty, browser: bytes, *, now: datetime) -> dict[str, Any]:
    """Create a challenge for signing in. Returns the options for the browser.

    Args:
        browser: the secret of the requesting browser; the challenge is valid only there.
    """
    challenge = ceremony.new_challenge()
    async with db.system() as conn:
        await store.insert_challenge(
            conn, digest(challenge, browser, _SIGN_IN), expires_at=now + CHALLENGE_LIFETIME, now=now
        )
    return party.sign_in_options(challenge)


async def sign_in(
    db: Database, party: RelyingParty, sent: dict[str, Any], browser: bytes, *, device: str, now: datetime
) -> tuple[SessionKey, Principal]:
    """Sign in by an assertion. The challenge is used up even if this fails.

    Raises:
        ChallengeExpired, PasskeyRefused.
    """
    assertion = ceremony.read_assertion(sent)
    await _consume_challenge(db, digest(assertion.challenge, browser, _SIGN_IN), now)
    return await complete_sign_in(db, party, assertion, device=device, now=now)


async def step_up_options(
    db: Database, party: RelyingParty, who: Principal, *, session_id: UUID, browser: bytes, now: datetime
) -> dict[str, Any]:
    """Create a challenge for step-up. Returns the options for the browser.

    Args:
        browser: the secret of the requesting browser; the challenge is valid only there.
    """
    challenge = ceremony.new_challenge()
    async with db.system() as conn:
        await store.insert_challenge(
            conn,
            digest(challenge, browser, *_step_up_purpose(who, session_id)),
            expires_at=now + CHALLENGE_LIFETIME,
            now=now,
        )
    return party.sign_in_options(challenge)


async def step_up(
    db: Database,
    party: RelyingParty,
    who: Principal,
    sent: dict[str, Any],
    *,
    session_id: UUID,
    browser: bytes,
    device: str,
    now: datetime,
) -> tuple[SessionKey, Principal]:
    """Step up by an assertion: opens a new session. The challenge is used up even if this fails.

    Raises:
        PasskeyOfAnother: the passkey belongs to another person.
        ChallengeExpired, PasskeyRefused.
    """
    assertion = ceremony.read_assertion(sent)
    await _consume_challenge(db, digest(assertion.challenge, browser, *_step_up_purpose(who, session_id)), now)
    if (assertion.taskforce_id, assertion.person_id) != (who.taskforce, who.person):
        raise PasskeyOfAnother
    return await complete_sign_in(db, party, assertion, device=device, now=now)


async def complete_sign_in(
    db: Database, party: RelyingParty, assertion: Assertion, *, device: str, now: datetime
) -> tuple[SessionKey, Principal]:
    """Verify an assertion and open a session. Raises `PasskeyRefused`."""
    async with db.change(assertion.taskforce_id) as conn:
        # Lock people before passkeys, as every command that deletes passkeys does.
        await people.lock_people(conn, assertion.taskforce_id)
        passkey = await store.find_by_credential(conn, assertion.taskforce_id, assertion.credential_id)
        if passkey is None or passkey.person_id != assertion.person_id:
            raise PasskeyRefused
        sign_count, backed_up = party.verify_assertion(assertion, passkey.public_key)
        if not passkey.accepts_count(sign_count):
            _log.warning("passkeys.may_be_copied", passkey=str(passkey.id), taskforce=str(assertion.taskforce_id))
            raise PasskeyRefused
        await store.record_use(
            conn, assertion.taskforce_id, passkey.id, sign_count=sign_count, backed_up=backed_up, at=now
        )
        try:
            return await sessions.start_in(
                conn,
                assertion.taskforce_id,
                passkey.person_id,
                proof="passkey",
                device=device,
                now=now,
                proved_at=now,
                passkey_id=passkey.id,
            )
        except PersonNotFound as error:
            raise PasskeyRefused from error


async def registration_options(
    db: Database,
    party: RelyingParty,
    settings: EventsSettings,
    who: Principal,
    *,
    session_id: UUID,
    browser: bytes,
    code: str | None,
    now: datetime,
) -> dict[str, Any]:
    """Create a challenge for adding a passkey. Returns the options for the browser.

    Args:
        browser: the secret of the requesting browser; the challenge is valid only there.
        code: the typed enrolment code, where one is required. Wrong codes are counted.

    Raises:
        CodeNeeded, CodeWrong, TooManyPasskeys, SessionEnded, PersonNotFound.
    """
    async with db.change(who.taskforce) as conn:
        person = await people.load_active_person(conn, who.taskforce, who.person)
        known = await store.credential_ids(conn, who.taskforce, who.person)
        if len(known) >= MAX_PASSKEYS:
            raise TooManyPasskeys
        second = await required_code(conn, who.taskforce, who.person, session_id, now=now)
        typed = codes.code_hash(settings, who.taskforce, who.person, code or "")
        wrong = second is not None and not second.matches(typed)
        if wrong and code:
            await store.count_wrong_try(conn, who.taskforce, who.person)
    if wrong:
        raise CodeWrong
    challenge = ceremony.new_challenge()
    async with db.system() as conn:
        await store.insert_challenge(
            conn,
            digest(challenge, browser, *_registration_purpose(who, session_id, second)),
            expires_at=now + CHALLENGE_LIFETIME,
            now=now,
        )
    return party.registration_options(challenge, who.taskforce, person, known)


async def add_passkey(
    db: Database,
    party: RelyingParty,
    who: Principal,
    sent: dict[str, Any],
    *,
    session_id: UUID,
    browser: bytes,
    device: str,
    now: datetime,
) -> tuple[SessionKey, Principal]:
    """Add the passkey that a device has created. The challenge is used up even if this fails.

    The current session ends, and the new passkey opens another one.

    Raises:
        ChallengeExpired, CodeNeeded, PasskeyKnown, PasskeyRefused, SessionEnded, PersonNotFound.
    """
    made = ceremony.read_registration(sent)
    challenge = ceremony.registration_challenge(made)
    async with db.change(who.taskforce) as conn:
        second = await required_code(conn, who.taskforce, who.person, session_id, now=now)
    await _consume_challenge(db, digest(challenge, browser, *_registration_purpose(who, session_id, second)), now)
    return await save_passkey(db, who, session_id, party.verify_registration(made), second, device=device, now=now)


async def save_passkey(
    db: Database,
    who: Principal,
    session_id: UUID,
    made: NewCredential,
    second: EnrolmentCode | None,
    *,
    device: str,
    now: datetime,
) -> tuple[SessionKey, Principal]:
    """Save a verified passkey and replace the session by one that the passkey has opened.

    Args:
        second: the enrolment code with which the challenge was requested; it is used up.

    Raises:
        CodeNeeded: the code is no longer valid.
        PasskeyKnown, SessionEnded, PersonNotFound.
    """
    passkey = Passkey(
        uuid4(), who.person, made.credential_id, made.public_key, made.sign_count, device, made.backed_up, now
    )
    async with db.change(who.taskforce) as conn:
        # Lock people before codes and sessions, as every command that deletes those does.
        await people.lock_people(conn, who.taskforce)
        still = await required_code(conn, who.taskforce, who.person, session_id, now=now)
        if (still and still.hash) != (second and second.hash):
            raise CodeNeeded
        await store.delete_code(conn, who.taskforce, who.person)
        if not await session_store.delete(conn, who.taskforce, who.person, session_id):
            raise SessionEnded
        await store.insert(conn, who.taskforce, passkey)
        begun = await sessions.start_in(
            conn,
            who.taskforce,
            who.person,
            proof="passkey",
            device=device,
            now=now,
            proved_at=now,
            passkey_id=passkey.id,
        )
    _log.info("passkeys.added", passkey=str(passkey.id), taskforce=str(who.taskforce), who=who.subject)
    return begun


async def required_code(
    conn: Connection, taskforce_id: UUID, person_id: UUID, session_id: UUID, *, now: datetime
) -> EnrolmentCode | None:
    """Return the enrolment code that is required to add a passkey in this session; None if none is.

    Raises:
        CodeNeeded: one is required, and there is no valid one.
        SessionEnded, PersonNotFound.
    """
    proof = await session_store.find_proof(conn, taskforce_id, person_id, session_id)
    if proof is None:
        raise SessionEnded
    person = await people.load_active_person(conn, taskforce_id, person_id)
    if not needs_code(proof, person.roles):
        return None
    code = await store.find_code(conn, taskforce_id, person_id)
    if code is None:
        raise CodeNeeded
    code.check(now)
    return code


async def make_code(
    db: Database, settings: EventsSettings, taskforce_id: UUID, person_id: UUID, *, by: str, now: datetime
) -> str:
    """Make an enrolment code for an active person and return it. Only its hash is stored; the previous code is void.

    Args:
        by: the subject of the administrator's token, for the log.

    Raises:
        PersonNotFound.
    """
    code = new_code()
    kept = EnrolmentCode(codes.code_hash(settings, taskforce_id, person_id, code), now + CODE_LIFETIME, 0)
    async with db.change(taskforce_id) as conn:
        await people.load_active_person(conn, taskforce_id, person_id)
        await store.save_code(conn, taskforce_id, person_id, kept, now)
    _log.info("passkeys.code_made", person=str(person_id), by=by)
    return code


async def rename(db: Database, taskforce_id: UUID, person_id: UUID, passkey_id: UUID, name: str) -> None:
    """Rename one of one's own passkeys. Raises `PasskeyNotFound`."""
    async with db.change(taskforce_id) as conn:
        await store.rename(conn, taskforce_id, person_id, passkey_id, name)


async def remove(
    db: Database,
    taskforce_id: UUID,
    person_id: UUID,
    passkey_id: UUID,
    *,
    session_id: UUID | None,
    opened: AbstractSet[str],
) -> list[UUID]:
    """Remove one of one's own passkeys, and end the sessions that it opened: the device may be lost.

    The current session is among them, unless it was opened by another passkey or after a step-up with another one.

    Args:
        session_id: the current session; None if a program calls.
        opened: the roles of the current principal.

    Returns:
        The ids of the sessions that ended.

    Raises:
        PasskeyNotFound, LastPasskey, SignInTooWeak.
    """
    async with db.change(taskforce_id) as conn:
        # Serializes two removals at once, which could leave no passkey.
        await people.lock_people(conn, taskforce_id)
        ids = [one.id for one in await queries.passkeys(conn, taskforce_id, person_id)]
        if passkey_id not in ids:
            raise PasskeyNotFound
        person = await people.load_person(conn, taskforce_id, person_id)
        proof = await session_store.find_proof(conn, taskforce_id, person_id, session_id)
        # Roles granted by the provider are not opened by passkeys.
        check_removal(proof, person.roles - person.provided, opened, others=len(ids) - 1)
        ended = await session_store.delete_of_passkey(conn, taskforce_id, person_id, passkey_id)
        await store.delete(conn, taskforce_id, person_id, passkey_id)
    _log.info(
        "passkeys.removed",
        passkey=str(passkey_id),
        taskforce=str(taskforce_id),
        person=str(person_id),
        sessions=len(ended),
    )
    return ended


def _registration_purpose(who: Principal, session_id: UUID, second: EnrolmentCode | None) -> tuple[bytes, ...]:
    """What a challenge for registration is bound to: person, session and enrolment code."""
    return (
        _REGISTRATION,
        who.taskforce.bytes,
        who.person.bytes,
        session_id.bytes,
        b"" if second is None else second.hash,
    )


def _step_up_purpose(who: Principal, session_id: UUID) -> tuple[bytes, ...]:
    """What a challenge for step-up is bound to: person and session."""
    return _STEP_UP, who.taskforce.bytes, who.person.bytes, session_id.bytes


async def _consume_challenge(db: Database, challenge: bytes, now: datetime) -> None:
    # In a transaction of its own: the challenge is used up whatever happens next.
    async with db.system() as conn:
        taken = await store.take_challenge(conn, challenge, now)
    if not taken:
        raise ChallengeExpired

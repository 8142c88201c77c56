"""Use cases of passkeys: one function each, which owns its transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import structlog

from services.events.identity.passkeys import ceremony, codes, queries, store
from services.events.identity.passkeys.domain import (
    CHALLENGE_LASTS,
    CODE_LASTS,
    MOST_PASSKEYS,
    ChallengeOver,
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
from services.events.identity.sessions.domain import SessionOver
from shared.secrets import new_code

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from services.events.identity.passkeys.ceremony import Answer, Enrolled, RelyingParty
    from services.events.identity.sessions.domain import SessionKey
    from services.events.settings import EventsSettings
    from shared.db.database import Connection, Database
    from shared.http.auth import Principal

_SIGN_IN: Final = b"sign in"
_ENROL: Final = b"enrol"
_PROVE: Final = b"prove"

_log = structlog.get_logger(__name__)


async def ask_to_sign_in(db: Database, party: RelyingParty, browser: bytes, *, now: datetime) -> dict[str, Any]:
    """Ask whoever has a passkey to sign in. Returns what the browser is given.

    Args:
        browser: a secret of the browser that asks: no other can answer.
    """
    challenge = ceremony.new_challenge()
    async with db.system() as conn:
        await store.insert_challenge(
            conn, digest(challenge, browser, _SIGN_IN), expires_at=now + CHALLENGE_LASTS, now=now
        )
    return party.ask_to_sign_in(challenge)


async def sign_in(
    db: Database, party: RelyingParty, sent: dict[str, Any], browser: bytes, *, device: str, now: datetime
) -> tuple[SessionKey, Principal]:
    """Sign somebody in by what their device has signed. However it ends, the challenge is used up.

    Raises:
        ChallengeOver, PasskeyRefused.
    """
    answer = ceremony.read_answer(sent)
    await _take(db, digest(answer.challenge, browser, _SIGN_IN), now)
    return await let_in(db, party, answer, device=device, now=now)


async def ask_to_prove(
    db: Database, party: RelyingParty, who: Principal, *, session_id: UUID, browser: bytes, now: datetime
) -> dict[str, Any]:
    """Ask somebody who is signed in to show by a passkey that it is still them. Returns what the browser is given.

    Args:
        browser: a secret of the browser that asks: no other can answer.
    """
    challenge = ceremony.new_challenge()
    async with db.system() as conn:
        await store.insert_challenge(
            conn,
            digest(challenge, browser, *_for_proving(who, session_id)),
            expires_at=now + CHALLENGE_LASTS,
            now=now,
        )
    return party.ask_to_sign_in(challenge)


async def prove(
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
    """Sign somebody in anew, who is signed in. However it ends, the challenge is used up.

    Raises:
        PasskeyOfAnother: the passkey is not theirs.
        ChallengeOver, PasskeyRefused.
    """
    answer = ceremony.read_answer(sent)
    await _take(db, digest(answer.challenge, browser, *_for_proving(who, session_id)), now)
    if (answer.taskforce_id, answer.person_id) != (who.taskforce, who.person):
        raise PasskeyOfAnother
    return await let_in(db, party, answer, device=device, now=now)


async def let_in(
    db: Database, party: RelyingParty, answer: Answer, *, device: str, now: datetime
) -> tuple[SessionKey, Principal]:
    """Sign in whoever an answer to a challenge of ours is from. Raises `PasskeyRefused`."""
    async with db.change(answer.taskforce_id) as conn:
        # Before the passkey: whoever takes passkeys away takes the two in this order.
        await people.lock_people(conn, answer.taskforce_id)
        passkey = await store.find_by_credential(conn, answer.taskforce_id, answer.credential_id)
        if passkey is None or passkey.person_id != answer.person_id:
            raise PasskeyRefused
        sign_count, backed_up = party.verify(answer, passkey.public_key)
        if not passkey.counts_on(sign_count):
            _log.warning("passkeys.may_be_copied", passkey=str(passkey.id), taskforce=str(answer.taskforce_id))
            raise PasskeyRefused
        await store.note_use(conn, answer.taskforce_id, passkey.id, sign_count=sign_count, backed_up=backed_up, at=now)
        try:
            return await sessions.begin(
                conn,
                answer.taskforce_id,
                passkey.person_id,
                proof="passkey",
                device=device,
                now=now,
                proved_at=now,
                passkey_id=passkey.id,
            )
        except PersonNotFound as error:
            raise PasskeyRefused from error


async def ask_to_enrol(
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
    """Ask somebody who is signed in for a new passkey. Returns what the browser is given.

    Args:
        browser: a secret of the browser that asks: no other can answer.
        code: what an administrator has told them, where they need one; a wrong one is counted.

    Raises:
        CodeNeeded, CodeWrong, TooManyPasskeys, SessionOver, PersonNotFound.
    """
    async with db.change(who.taskforce) as conn:
        person = await people.load_active_person(conn, who.taskforce, who.person)
        known = await store.credential_ids(conn, who.taskforce, who.person)
        if len(known) >= MOST_PASSKEYS:
            raise TooManyPasskeys
        second = await second_proof(conn, who.taskforce, who.person, session_id, now=now)
        typed = codes.code_hash(settings, who.taskforce, who.person, code or "")
        wrong = second is not None and not second.is_(typed)
        if wrong and code:
            await store.count_wrong_try(conn, who.taskforce, who.person)
    if wrong:
        raise CodeWrong
    challenge = ceremony.new_challenge()
    async with db.system() as conn:
        await store.insert_challenge(
            conn,
            digest(challenge, browser, *_for_enrolling(who, session_id, second)),
            expires_at=now + CHALLENGE_LASTS,
            now=now,
        )
    return party.ask_to_enrol(challenge, who.taskforce, person, known)


async def enrol(
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
    """Keep a passkey that somebody's device has made. However it ends, the challenge is used up.

    The session in which they asked ends, and one that the passkey has opened begins.

    Raises:
        ChallengeOver, CodeNeeded, PasskeyKnown, PasskeyRefused, SessionOver, PersonNotFound.
    """
    made = ceremony.read_enrolment(sent)
    challenge = ceremony.challenge_of(made)
    async with db.change(who.taskforce) as conn:
        second = await second_proof(conn, who.taskforce, who.person, session_id, now=now)
    await _take(db, digest(challenge, browser, *_for_enrolling(who, session_id, second)), now)
    return await keep(db, who, session_id, party.enrolled(made), second, device=device, now=now)


async def keep(
    db: Database,
    who: Principal,
    session_id: UUID,
    made: Enrolled,
    second: EnrolmentCode | None,
    *,
    device: str,
    now: datetime,
) -> tuple[SessionKey, Principal]:
    """Keep a key that answers a challenge of ours, and go on in a session of its own.

    Args:
        second: the code with which the challenge was asked for; it is used up.

    Raises:
        CodeNeeded: there is no such code any more.
        PasskeyKnown, SessionOver, PersonNotFound.
    """
    passkey = Passkey(
        uuid4(), who.person, made.credential_id, made.public_key, made.sign_count, device, made.backed_up, now
    )
    async with db.change(who.taskforce) as conn:
        # Before code and session: whoever takes those away takes them in this order.
        await people.lock_people(conn, who.taskforce)
        still = await second_proof(conn, who.taskforce, who.person, session_id, now=now)
        if (still and still.hash) != (second and second.hash):
            raise CodeNeeded
        await store.delete_code(conn, who.taskforce, who.person)
        if not await session_store.delete(conn, who.taskforce, who.person, session_id):
            raise SessionOver
        await store.insert(conn, who.taskforce, passkey)
        begun = await sessions.begin(
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


async def second_proof(
    conn: Connection, taskforce_id: UUID, person_id: UUID, session_id: UUID, *, now: datetime
) -> EnrolmentCode | None:
    """Return the code that somebody has to know to add a passkey in this session; None where they need none.

    Raises:
        CodeNeeded: they need one, and there is none that is good.
        SessionOver, PersonNotFound.
    """
    proof = await session_store.find_proof(conn, taskforce_id, person_id, session_id)
    if proof is None:
        raise SessionOver
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
    """Make a code that lets somebody who takes part add a passkey. It is told once, here; the one before is void.

    Args:
        by: the subject of the administrator's token, for the log.

    Raises:
        PersonNotFound.
    """
    code = new_code()
    kept = EnrolmentCode(codes.code_hash(settings, taskforce_id, person_id, code), now + CODE_LASTS, 0)
    async with db.change(taskforce_id) as conn:
        await people.load_active_person(conn, taskforce_id, person_id)
        await store.save_code(conn, taskforce_id, person_id, kept, now)
    _log.info("passkeys.code_made", person=str(person_id), by=by)
    return code


async def rename(db: Database, taskforce_id: UUID, person_id: UUID, passkey_id: UUID, name: str) -> None:
    """Call one of one's own passkeys something else. Raises `PasskeyNotFound`."""
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
    """Sign in no longer with one of one's own passkeys. What it has opened ends: whoever removes it may have lost it.

    That may be the session in which they ask: it stays where they have shown since that they have another one, for it
    is of that one then.

    Args:
        session_id: in which they ask; None where a program does.
        opened: the roles that they have in it.

    Returns:
        The sessions that ended.

    Raises:
        PasskeyNotFound, LastPasskey, SignInTooWeak.
    """
    async with db.change(taskforce_id) as conn:
        # Two at once, each of the other passkey, wait for one another.
        await people.lock_people(conn, taskforce_id)
        ids = [one.id for one in await queries.passkeys(conn, taskforce_id, person_id)]
        if passkey_id not in ids:
            raise PasskeyNotFound
        person = await people.load_person(conn, taskforce_id, person_id)
        proof = await session_store.find_proof(conn, taskforce_id, person_id, session_id)
        # Those that a provider gives are not opened by passkeys.
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


def _for_enrolling(who: Principal, session_id: UUID, second: EnrolmentCode | None) -> tuple[bytes, ...]:
    """What a challenge for a new passkey is good for: whom, in which session, by which second proof."""
    return _ENROL, who.taskforce.bytes, who.person.bytes, session_id.bytes, b"" if second is None else second.hash


def _for_proving(who: Principal, session_id: UUID) -> tuple[bytes, ...]:
    """What a challenge to show it again is good for: whom, in which session."""
    return _PROVE, who.taskforce.bytes, who.person.bytes, session_id.bytes


async def _take(db: Database, wanted: bytes, now: datetime) -> None:
    # In a transaction of its own: it is used up whatever comes after.
    async with db.system() as conn:
        taken = await store.take_challenge(conn, wanted, now)
    if not taken:
        raise ChallengeOver

"""Use cases of signing in by a mailed link: one function each, which owns its transaction."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from services.events import events_out
from services.events.identity.magic_links import store
from services.events.identity.magic_links.domain import (
    LIFETIME,
    MOST_AT_ONCE,
    MOST_MAILS,
    MOST_OF_ALL,
    AnotherBrowser,
    LinkCode,
    LinkOver,
)
from services.events.identity.magic_links.store import Asked
from services.events.identity.people import store as people
from services.events.identity.people.domain import PersonNotFound
from services.events.identity.sessions import commands as sessions
from services.events.register import queries
from shared.messaging import outbox
from shared.secrets import hash_secret, new_secret

if TYPE_CHECKING:
    from services.events.identity.people.domain import Language
    from services.events.identity.sessions.domain import SessionKey
    from shared.db.database import Connection, Database
    from shared.http.auth import Principal


@dataclass(frozen=True, slots=True, repr=False)
class LinkMail:
    """What the courier needs to send a link."""

    email: str
    name: str
    language: Language
    code: LinkCode


async def request_links(db: Database, email: str, *, browser: bytes, next: str, now: datetime | None = None) -> None:
    """Have a link sent for every taskforce in which somebody has this address. Says nothing of whether there is one.

    Who has asked for as many as one can need is sent no more of them.

    Args:
        browser: the secret of the browser that asks; only there the link opens anything.
        next: the local path to go on to.
    """
    now = now or datetime.now(UTC)
    async with db.system() as conn:
        taskforces = await queries.taskforces(conn)
    for taskforce in taskforces:
        async with db.change(taskforce.id) as conn:
            await _request(conn, taskforce.id, email, browser_hash=hash_secret(browser), next=next, now=now)


async def _request(
    conn: Connection, taskforce_id: UUID, email: str, *, browser_hash: bytes, next: str, now: datetime
) -> None:
    person = await people.find_by_address(conn, taskforce_id, email)
    if person is None or not await people.is_active(conn, taskforce_id, person.id):
        return
    await people.lock_people(conn, taskforce_id)
    here, of_all = await store.count_of_person(conn, taskforce_id, person.id, browser_hash, now - LIFETIME)
    if here >= MOST_AT_ONCE or of_all >= MOST_OF_ALL:
        return
    request_id = uuid4()
    await store.insert(conn, taskforce_id, request_id, Asked(person.id, browser_hash, next, now))
    message = events_out.sign_in_link_requested(taskforce_id, request_id, person.id, at=now, expires_at=now + LIFETIME)
    await outbox.add(conn, message)


async def make_link(db: Database, taskforce_id: UUID, request_id: UUID) -> LinkMail:
    """Make the link that was asked for, at the moment of sending it. Each of several is as good as the others.

    Raises:
        LinkOver: it has been used, is too old, or has been made as often as a mail may be sent.
        PersonNotFound: whoever asked no longer takes part.
    """
    async with db.change(taskforce_id) as conn:
        asked = await store.lock_good(conn, taskforce_id, request_id, datetime.now(UTC))
        if asked is None:
            raise LinkOver
        person = await people.load_active_person(conn, taskforce_id, asked.person_id)
        code = LinkCode(taskforce_id, request_id, new_secret())
        if not await store.add_secret(conn, taskforce_id, request_id, hash_secret(code.secret), most=MOST_MAILS):
            raise LinkOver
    return LinkMail(person.email, person.name, person.language, code)


async def open_link(
    db: Database, code: LinkCode, *, browser: bytes | None, device: str, now: datetime | None = None
) -> tuple[SessionKey, Principal, str]:
    """Sign in by a link, once. Returns the session's key, who they are, and the local path to go on to.

    Args:
        browser: the secret of the browser that opens it.

    Raises:
        LinkOver: it has been used, is too old, is none of ours, or its person no longer takes part.
        AnotherBrowser: the link is good, in the browser in which it was asked for. It stays so.
    """
    now = now or datetime.now(UTC)
    async with db.change(code.taskforce_id) as conn:
        await people.lock_people(conn, code.taskforce_id)
        asked = await store.lock_good(conn, code.taskforce_id, code.request_id, now)
        if asked is None:
            raise LinkOver
        known = await store.secret_hashes(conn, code.taskforce_id, code.request_id)
        if not any(hmac.compare_digest(one, hash_secret(code.secret)) for one in known):
            raise LinkOver
        if browser is None or not hmac.compare_digest(hash_secret(browser), asked.browser_hash):
            raise AnotherBrowser
        await store.mark_used(conn, code.taskforce_id, code.request_id, now)
        try:
            key, principal = await sessions.begin(
                conn, code.taskforce_id, asked.person_id, proof="link", device=device, now=now, proved_at=now
            )
        except PersonNotFound as error:
            raise LinkOver from error
    return key, principal, asked.next

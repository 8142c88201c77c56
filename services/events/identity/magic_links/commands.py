"""Use cases of magic links: one function each, which owns its transactions."""

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
    MAX_MAILS,
    MAX_PER_BROWSER,
    MAX_PER_PERSON,
    LinkCode,
    LinkExpired,
    WrongBrowser,
)
from services.events.identity.magic_links.store import LinkRequest
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
    """What a mail with a link needs."""

    email: str
    name: str
    language: Language
    code: LinkCode


async def request_links(db: Database, email: str, *, browser: bytes, next: str, now: datetime | None = None) -> None:
    """Request a link in every taskforce in which a person has this address. Does not reveal whether there is one.

    Requests above `MAX_PER_BROWSER` and `MAX_PER_PERSON` are ignored.

    Args:
        browser: the secret of the requesting browser; the link works only there.
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
    person = await people.find_by_email(conn, taskforce_id, email)
    if person is None or not await people.is_active(conn, taskforce_id, person.id):
        return
    await people.lock_people(conn, taskforce_id)
    here, of_all = await store.count_of_person(conn, taskforce_id, person.id, browser_hash, now - LIFETIME)
    if here >= MAX_PER_BROWSER or of_all >= MAX_PER_PERSON:
        return
    request_id = uuid4()
    await store.insert(conn, taskforce_id, request_id, LinkRequest(person.id, browser_hash, next, now))
    message = events_out.sign_in_link_requested(taskforce_id, request_id, person.id, at=now, expires_at=now + LIFETIME)
    await outbox.add(conn, message)


async def make_link(db: Database, taskforce_id: UUID, request_id: UUID) -> LinkMail:
    """Make the requested link when its mail is sent. All links of one request are equally valid.

    Raises:
        LinkExpired: the request has been used, is too old, or `MAX_MAILS` links were made for it.
        PersonNotFound: the person is no longer active.
    """
    async with db.change(taskforce_id) as conn:
        link_request = await store.lock_valid(conn, taskforce_id, request_id, datetime.now(UTC))
        if link_request is None:
            raise LinkExpired
        person = await people.load_active_person(conn, taskforce_id, link_request.person_id)
        code = LinkCode(taskforce_id, request_id, new_secret())
        if not await store.add_secret(conn, taskforce_id, request_id, hash_secret(code.secret), max_secrets=MAX_MAILS):
            raise LinkExpired
    return LinkMail(person.email, person.name, person.language, code)


async def open_link(
    db: Database, code: LinkCode, *, browser: bytes | None, device: str, now: datetime | None = None
) -> tuple[SessionKey, Principal, str]:
    """Sign in by a link, once. Returns the session's key, the principal, and the local path to go on to.

    Args:
        browser: the secret of the browser that opens it.

    Raises:
        LinkExpired: it has been used, is too old, does not exist, or its person is no longer active.
        WrongBrowser: it was requested in another browser, where it stays valid.
    """
    now = now or datetime.now(UTC)
    async with db.change(code.taskforce_id) as conn:
        await people.lock_people(conn, code.taskforce_id)
        link_request = await store.lock_valid(conn, code.taskforce_id, code.request_id, now)
        if link_request is None:
            raise LinkExpired
        known = await store.secret_hashes(conn, code.taskforce_id, code.request_id)
        if not any(hmac.compare_digest(one, hash_secret(code.secret)) for one in known):
            raise LinkExpired
        if browser is None or not hmac.compare_digest(hash_secret(browser), link_request.browser_hash):
            raise WrongBrowser
        await store.mark_used(conn, code.taskforce_id, code.request_id, now)
        try:
            key, principal = await sessions.start_in(
                conn, code.taskforce_id, link_request.person_id, proof="link", device=device, now=now, proved_at=now
            )
        except PersonNotFound as error:
            raise LinkExpired from error
    return key, principal, link_request.next

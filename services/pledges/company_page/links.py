"""Making, showing and revoking the link of a company. What a use case returns has been committed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from services.pledges.company_page import store
from services.pledges.company_page.domain import CompanyLink, contact_is_known
from services.pledges.company_page.refusals import LinkUnknown, NoSuchCompany
from services.pledges.company_page.tokens import read_token
from services.pledges.pledges.store import load_pledge

if TYPE_CHECKING:
    from pydantic import SecretStr

    from shared.db.database import Connection, Database


async def issue_link(
    db: Database, taskforce_id: UUID, company_id: UUID, *, by: UUID | None, at: datetime | None = None
) -> CompanyLink:
    """Return the company's link with its full lifetime: the one that works, or a new one.

    Args:
        by: the account that asks for it; None: it is for a mail.
        at: when; None: now.

    Raises:
        NoSuchCompany
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        if not await store.company_exists(conn, taskforce_id, company_id):
            raise NoSuchCompany
        await store.lock_links(conn, taskforce_id, company_id)
        link = await store.link_in_use(conn, taskforce_id, company_id, lock=True)
        if link is not None and link.works(now):
            if link.renew(now):
                await store.save_link(conn, link)
            return link
        if link is not None:
            link.revoke(by=None, at=now)
            await store.save_link(conn, link)
        link = CompanyLink.issue(taskforce_id, uuid4(), company_id, by=by, at=now)
        await store.insert_link(conn, link)
        return link


async def link_for_contact(db: Database, taskforce_id: UUID, pledge_id: UUID) -> CompanyLink | None:
    """Return the link for a mail to the contact of a pledge; None where they may not have it.

    See `domain.contact_is_known`.
    """
    async with db.read(taskforce_id) as conn:
        found = await load_pledge(conn, taskforce_id, pledge_id)
    if found is None or found[0].company_id is None or not contact_is_known(found[0]):
        return None
    try:
        return await issue_link(db, taskforce_id, found[0].company_id, by=None)
    except NoSuchCompany:
        return None


async def revoke_link(db: Database, taskforce_id: UUID, company_id: UUID, *, by: UUID) -> None:
    """Let the company's link work no longer; the next mail has a new one. Nothing happens where none works.

    Raises:
        NoSuchCompany
    """
    async with db.change(taskforce_id) as conn:
        if not await store.company_exists(conn, taskforce_id, company_id):
            raise NoSuchCompany
        await store.lock_links(conn, taskforce_id, company_id)
        link = await store.link_in_use(conn, taskforce_id, company_id, lock=True)
        if link is not None and link.revoke(by=by, at=datetime.now(UTC)):
            await store.save_link(conn, link)


async def open_link(db: Database, token: str, *, key: SecretStr) -> CompanyLink:
    """Return the link of a token. It is not renewed by this: a mail scanner opens links, too.

    Raises:
        LinkUnknown, LinkExpired, LinkRevoked
    """
    taskforce_id, link_id = read_token(token, key=key)
    async with db.read(taskforce_id) as conn:
        link = await store.load_link(conn, taskforce_id, link_id)
    if link is None:
        raise LinkUnknown
    link.check(datetime.now(UTC))
    return link


async def use_link(conn: Connection, link: CompanyLink, *, at: datetime) -> CompanyLink:
    """Check a link again in the transaction of an answer, and renew it: a person has answered with it.

    Raises:
        LinkUnknown, LinkExpired, LinkRevoked
    """
    current = await store.load_link(conn, link.taskforce_id, link.id, lock=True)
    if current is None:
        raise LinkUnknown
    current.check(at)
    if current.renew(at):
        await store.save_link(conn, current)
    return current

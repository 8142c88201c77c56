"""Looks up whom a notice goes to. The owning service is asked each time, and nothing is kept."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.notifications.notices.notice import Recipient
from services.notifications.notices.words import one_line
from services.notifications.outcomes import Undeliverable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.notifications.notices.addresses import AddressBook


async def pledge_contact(
    addresses: AddressBook, taskforce_id: UUID, recipient_id: UUID, _facts: Mapping[str, Any]
) -> Recipient | None:
    """The contact of the pledge `recipient_id`; None where there is none or their address is not known."""
    contact = await addresses.pledge_contact(taskforce_id, recipient_id)
    if contact is None or not contact.email:
        return None
    return Recipient(mail_address(contact.name, contact.email), contact.language, contact.company)


async def person(
    addresses: AddressBook, taskforce_id: UUID, recipient_id: UUID, facts: Mapping[str, Any]
) -> Recipient | None:
    """The person `recipient_id`, with the company of the pledge that the facts name; None where they are gone."""
    found = await addresses.person(taskforce_id, recipient_id)
    if found is None or not found.email:
        return None
    pledge = await addresses.pledge_contact(taskforce_id, UUID(facts["pledge_id"])) if "pledge_id" in facts else None
    company = pledge.company if pledge else ""
    return Recipient(mail_address(found.name, found.email), found.language, company, link="/sign-in")


async def who_signs_in(
    addresses: AddressBook, taskforce_id: UUID, _recipient_id: UUID, facts: Mapping[str, Any]
) -> Recipient | None:
    """The person who waits for a link to sign in with, and the link, which is made now; None where nobody waits."""
    link = await addresses.sign_in_link(taskforce_id, UUID(facts["request_id"]))
    if link is None:
        return None
    return Recipient(mail_address(link.name, link.email), link.language, link=link.path)


def mail_address(name: str, mailbox: str) -> Address:
    """Return an address that is safe in a header and in an SMTP command.

    An internationalised domain (`købmand.dk`) is encoded as the mail system knows it.

    Raises:
        Undeliverable: it is not one mail address.
    """
    username, _at, domain = mailbox.strip().rpartition("@")
    try:
        spelled = f"{username}@{domain.encode('idna').decode('ascii')}"
        whole = Address(one_line(name), addr_spec=spelled)
    except (MessageError, ValueError, IndexError):
        raise Undeliverable("bad_address") from None
    safe = all(sign.isprintable() and sign not in ' <>"' for sign in spelled)
    if not (whole.username and whole.domain and safe and whole.addr_spec == spelled):
        raise Undeliverable("bad_address")
    return whole

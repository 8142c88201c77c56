"""Fetches the recipient of a notice from the owning service, each time. Nothing is stored."""

from __future__ import annotations

from dataclasses import replace
from email.errors import MessageError
from email.headerregistry import Address
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.notifications.notices.notice import Recipient
from services.notifications.notices.words import one_line, shown_name
from services.notifications.outcomes import Undeliverable, Unneeded
from shared.fields.email import ascii_domain
from shared.fields.text import drop_invisible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.notifications.notices.addresses import AddressBook


async def pledge_contact(
    addresses: AddressBook, taskforce_id: UUID, recipient_id: UUID, facts: Mapping[str, Any]
) -> Recipient | None:
    """Return the contact of the pledge `recipient_id`, or None if there is no contact or no address.

    The name that a guest has typed is left out: a guest can have a mail sent to any address.
    """
    contact = await addresses.pledge_contact(taskforce_id, recipient_id)
    if contact is None or not contact.email:
        return None
    name = "" if facts.get("logged_by_guest", True) else contact.name
    return Recipient(mail_address(name, contact.email), contact.language, contact.company)


async def pledge_contact_with_link(
    addresses: AddressBook, taskforce_id: UUID, recipient_id: UUID, facts: Mapping[str, Any]
) -> Recipient | None:
    """Return the contact of the pledge `recipient_id` as `pledge_contact`, with the company's link if they may have it.

    The detail `has_link` says whether.
    """
    recipient = await pledge_contact(addresses, taskforce_id, recipient_id, facts)
    if recipient is None:
        return None
    link = await addresses.company_link(taskforce_id, recipient_id)
    return replace(recipient, link=link.path if link else "", details={"has_link": link is not None})


async def company_to_answer(
    addresses: AddressBook, taskforce_id: UUID, recipient_id: UUID, facts: Mapping[str, Any]
) -> Recipient | None:
    """Return the contact of the pledge `recipient_id` with the company's link; None without it: nobody could answer.

    The contact of a pledge that has become a job is known to the staff, so their name is in the mail.
    """
    recipient = await pledge_contact_with_link(
        addresses, taskforce_id, recipient_id, {**facts, "logged_by_guest": False}
    )
    return recipient if recipient is not None and recipient.link else None


async def person(
    addresses: AddressBook, taskforce_id: UUID, recipient_id: UUID, facts: Mapping[str, Any]
) -> Recipient | None:
    """Return the person `recipient_id`, with the company of the facts' pledge; None if the person was deleted."""
    found = await addresses.person(taskforce_id, recipient_id)
    if found is None or not found.email:
        return None
    pledge = await addresses.pledge_contact(taskforce_id, UUID(facts["pledge_id"])) if "pledge_id" in facts else None
    company = pledge.company if pledge else ""
    return Recipient(mail_address(found.name, found.email), found.language, company, link="/sign-in")


async def reader_of_pack(
    addresses: AddressBook, taskforce_id: UUID, recipient_id: UUID, facts: Mapping[str, Any]
) -> Recipient | None:
    """Return the person `recipient_id`, with the page of the meeting; None if the person was deleted."""
    found = await addresses.person(taskforce_id, recipient_id)
    if found is None or not found.email:
        return None
    return Recipient(
        mail_address(found.name, found.email), found.language, link=f"/meetings/{UUID(facts['meeting_id'])}"
    )


async def caller_of_list(
    addresses: AddressBook, taskforce_id: UUID, recipient_id: UUID, facts: Mapping[str, Any]
) -> Recipient | None:
    """Return the person who is to ring, with the calls; of the calls that nobody makes yet, the coordinator.

    Names that guests have typed are shown as `shown_name` allows. None if the person was deleted.

    Raises:
        Unneeded: every call has been made, or somebody else makes it now.
    """
    of_person = facts["person_id"] is not None
    found = await (addresses.person(taskforce_id, recipient_id) if of_person else addresses.coordinator(taskforce_id))
    if found is None or not found.email:
        return None
    event_id = UUID(facts["event_id"])
    calls = await addresses.call_list(taskforce_id, event_id, recipient_id if of_person else None, found.language)
    if calls is None or not calls.calls:
        raise Unneeded("nothing_left")
    return Recipient(
        mail_address(found.name, found.email),
        found.language,
        link=f"/pledges/calls?event={event_id}&who={'mine' if of_person else 'all'}",
        details={"event": one_line(calls.event), "calls": calls.calls},
    )


async def keeper_of_signs(
    addresses: AddressBook, taskforce_id: UUID, _recipient_id: UUID, _facts: Mapping[str, Any]
) -> Recipient | None:
    """Return the person who keeps the signs by the road, or else the coordinator; None if there is nobody."""
    found = await addresses.keeper_of_signs(taskforce_id)
    if found is None or not found.email:
        return None
    return Recipient(mail_address(found.name, found.email), found.language, link="/dashboard/board")


async def person_signing_in(
    addresses: AddressBook, taskforce_id: UUID, _recipient_id: UUID, facts: Mapping[str, Any]
) -> Recipient | None:
    """Return the person who requested a magic link, with a newly made link; None if the request is not open."""
    link = await addresses.sign_in_link(taskforce_id, UUID(facts["request_id"]))
    if link is None:
        return None
    return Recipient(mail_address(link.name, link.email), link.language, link=link.path)


def mail_address(name: str, mailbox: str) -> Address:
    """Return an address that is safe in a header and in an SMTP command.

    An internationalised domain (`købmand.dk`) is encoded by IDNA 2008. Invisible characters are dropped.

    Raises:
        Undeliverable: `mailbox` is not exactly one mail address.
    """
    username, _at, domain = drop_invisible(mailbox).strip().rpartition("@")
    try:
        addr_spec = f"{username}@{ascii_domain(domain)}"
        address = Address(shown_name(name), addr_spec=addr_spec)
    except (MessageError, ValueError, IndexError):
        raise Undeliverable("bad_address") from None
    safe = all(char.isprintable() and char not in ' <>"' for char in addr_spec)
    if not (address.username and address.domain and safe and address.addr_spec == addr_spec):
        raise Undeliverable("bad_address")
    return address

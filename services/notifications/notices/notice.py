"""A notice to one recipient, and the kinds of notices. Each kind is defined in a module of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from email.headerregistry import Address

    from services.notifications.notices.addresses import AddressBook
    from shared.contracts.message import Message
    from shared.i18n.translations import Language

RecipientKind = Literal["pledge_contact", "person", "coordinator"]
ChannelCode = Literal["email"]
CausedBy = Literal["staff", "pledger", "anybody"]

MAX_AGE: Final = timedelta(hours=24)
"""No notice is sent of a change older than this, so that replayed messages send no mails."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice to send to one recipient.

    Attributes:
        rule: the code of its kind.
        about_id: the aggregate it is about.
        recipient_id: the person; or the pledge whose contact, or the event whose coordinator, is the recipient.
        happened_at: when the change it is about happened.
        facts: the values in its text: counts, hours, dates, codes, ids. None of them is personal data.
    """

    rule: str
    about_id: UUID
    recipient_kind: RecipientKind
    recipient_id: UUID
    happened_at: datetime
    facts: dict[str, Any]

    @property
    def delivery_id(self) -> UUID:
        """Equal for all messages that lead to the same notice."""
        return uuid5(self.about_id, self.rule)


@dataclass(frozen=True, slots=True, repr=False)
class Recipient:
    """The recipient of a notice, just fetched from the owning service. Never stored or logged.

    Attributes:
        company: the name of the company; empty if it is unknown.
        link: the local path of a page that only the recipient may open.
        details: more variables of the templates, in the recipient's language.
    """

    address: Address
    language: Language
    company: str = ""
    link: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the list of deliveries shows of a notice, in the current language."""

    text: str
    pledge_id: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notice. Its templates are `templates/mails/<code>.{subject.txt,txt,html}`.

    Attributes:
        code: stored with each delivery and used in the API; it never changes.
        label: English, translated where it is shown.
        trigger: the class of the messages that cause it.
        plan: returns the notice that a message causes, or None.
        recipient: fetches the recipient, by taskforce, recipient_id and facts; None if there is none (any more).
        context: returns the variables of its templates, in the current language.
        summary: returns what the list of deliveries shows of it.
        caused_by: who can cause it: the taskforce's staff; anybody who logs a pledge, including guests with an event
        pass; or anybody. `deliveries.limits` limits what strangers can cause.
        published: whether it is about a pledge or a hire, so that its end is published. Its facts have the ids.
        listed: whether coordinators see it in the list of deliveries.
        channel: how it is sent.
    """

    code: str
    label: str
    trigger: type[Message]
    plan: Callable[[Any], Notice | None]
    recipient: Callable[[AddressBook, UUID, UUID, Mapping[str, Any]], Awaitable[Recipient | None]]
    context: Callable[[Mapping[str, Any]], dict[str, Any]]
    summary: Callable[[Mapping[str, Any]], Summary]
    caused_by: CausedBy = "staff"
    published: bool = False
    listed: bool = True
    channel: ChannelCode = "email"


def is_too_old(happened_at: datetime, now: datetime) -> bool:
    """Whether a change is too old for a notice."""
    return now - happened_at > MAX_AGE

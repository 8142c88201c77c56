"""What a notice is: its kind, defined once in a module of its own, and a single one that is to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from email.headerregistry import Address

    from services.notifications.notices.addresses import AddressBook
    from shared.contracts.message import Message
    from shared.i18n.translations import Language

RecipientKind = Literal["pledge_contact", "person"]
ChannelCode = Literal["email"]

OLD_NEWS: Final = timedelta(hours=24)
"""A change older than this leads to no notice, whatever is replayed."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice that is to be sent to somebody.

    Attributes:
        rule: the code of its kind.
        about_id: the aggregate it is about.
        recipient_id: the pledge whose contact it is for, or the person.
        happened_at: when the change it is about happened.
        facts: what its text needs, all of it public: counts, hours, dates, codes, ids.
    """

    rule: str
    about_id: UUID
    recipient_kind: RecipientKind
    recipient_id: UUID
    happened_at: datetime
    facts: dict[str, Any]

    @property
    def delivery_id(self) -> UUID:
        """The same for every message that leads to the same notice."""
        return uuid5(self.about_id, self.rule)


@dataclass(frozen=True, slots=True, repr=False)
class Recipient:
    """Whom a notice goes to, as the owning service answered just now. Never stored or logged.

    Attributes:
        company: what the company is called; empty where it is unknown.
        link: the local path of a page that only the recipient may open.
    """

    address: Address
    language: Language
    company: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What the list of deliveries says of a notice, in the current language."""

    text: str
    pledge_id: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice. Its templates are `templates/mails/<code>.{subject.txt,txt,html}`.

    Attributes:
        code: stored with each delivery and used in the API; it never changes.
        label: English, translated where it is shown.
        trigger: the class of the messages that lead to it.
        plan: the notice that a message leads to; None where it leads to none.
        recipient: asks whom it goes to, by taskforce, recipient_id and facts; None where there is nobody.
        context: what its templates need, in the current language.
        summary: what the list of deliveries says of it.
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
    listed: bool = True
    channel: ChannelCode = "email"


def is_old_news(happened_at: datetime, now: datetime) -> bool:
    """Whether a change is too old to lead to a notice."""
    return now - happened_at > OLD_NEWS

"""How many mails somebody without an account can cause: to one address, with one event's pass, and in an hour.

What is over a limit waits, and is sent when the limit allows it, if it is not too old by then.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.headerregistry import Address

    from services.notifications.notices.notice import NoticeKind
    from services.notifications.settings import NotificationsSettings

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(hours=24)
LONGEST_WINDOW: Final = DAY

LimitReason = Literal["many_to_address", "many_with_pass", "many_of_guests"]
REASONS: Final[tuple[LimitReason, ...]] = ("many_to_address", "many_with_pass", "many_of_guests")
"""The codes, in the list of deliveries, of mails that wait because of a limit."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many mails within a window.

    Attributes:
        reason: which mails are counted, too: those of the same kind to the same address, those that guests have caused
            with the pass of the same event, or all that guests have caused.
    """

    reason: LimitReason
    max_mails: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Countable:
    """What the limits of one mail depend on.

    Attributes:
        mailbox_hash: see `mailbox_hash`.
        event_id: the event whose pass a guest used to cause it, if one did.
        limits: those that it is counted against.
    """

    mailbox_hash: bytes
    event_id: UUID | None
    limits: tuple[Limit, ...]


def countable(
    settings: NotificationsSettings, kind: NoticeKind, facts: Mapping[str, Any], taskforce_id: UUID, address: Address
) -> Countable | None:
    """Return what limits a mail; None where only somebody who works for the taskforce can cause it."""
    if kind.caused_by == "staff":
        return None
    times = settings.rate_limits_times
    event = facts.get("event_id") if facts.get("logged_by_guest") else None
    if kind.caused_by == "anybody":
        limits = [Limit("many_to_address", round(settings.sign_in_mails_per_address * times), HOUR)]
    else:
        limits = [Limit("many_to_address", round(settings.mails_per_address * times), DAY)]
        if event:
            limits += [
                Limit("many_with_pass", round(settings.mails_per_pass * times), DAY),
                Limit("many_of_guests", round(settings.mails_per_hour * times), HOUR),
            ]
    return Countable(mailbox_hash(settings, taskforce_id, address), UUID(event) if event else None, tuple(limits))


def mailbox_hash(settings: NotificationsSettings, taskforce_id: UUID, address: Address) -> bytes:
    """Return a keyed hash of a mailbox, the same for every spelling of it: in capitals, or with a tag (`mette+1@…`)."""
    username = address.username.partition("+")[0] or address.username
    mailbox = f"{taskforce_id} {username}@{address.domain}".casefold()
    key = hashlib.sha256(b"mailbox hash\0" + settings.service_token.get_secret_value().encode()).digest()
    return hashlib.blake2b(mailbox.encode(), key=key, digest_size=16).digest()

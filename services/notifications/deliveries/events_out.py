"""The messages about what became of a mail: codes and ids, never an address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from shared.contracts.notifications import MailSent, MailUndeliverable

if TYPE_CHECKING:
    from datetime import datetime

    from services.notifications.deliveries.store import Claimed, Status
    from shared.contracts.notifications import MailState


def mail_state(delivery: Claimed, status: Status, reason: str | None, *, settled_at: datetime) -> MailState | None:
    """Return the message about a delivery that has ended; None if nobody was to get a mail any more.

    A mail that no server took within a day is as undeliverable as one to a wrong address.
    """
    if status == "sent":
        message: type[MailState] = MailSent
    elif status in {"failed", "expired"}:
        message = MailUndeliverable
    else:
        return None
    pledge_id, hire_id = delivery.facts.get("pledge_id"), delivery.facts.get("hire_id")
    return message(
        taskforce_id=delivery.taskforce_id,
        version=1,
        recorded_at=settled_at,
        delivery_id=delivery.delivery_id,
        notice=delivery.rule,
        recipient="company" if delivery.recipient_kind == "pledge_contact" else "person",
        pledge_id=UUID(pledge_id) if pledge_id else None,
        hire_id=UUID(hire_id) if hire_id else None,
        settled_at=settled_at,
        reason=None if status == "sent" else reason,
    )

"""Registers companies that have asked for it on their own page, which is in `pledges`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.events.calendar.registrations.commands import answer_request
from shared.contracts.pledges import EventRegistrationRequested
from shared.messaging.consumer import Consumer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Connection
    from shared.messaging.envelope import Delivery

GROUP = "tilsagn.events"


def create_consumer() -> Consumer:
    """Return the service's consumer."""
    return Consumer(group=GROUP, messages=(EventRegistrationRequested,), apply=apply)


async def apply(conn: Connection, deliveries: Sequence[Delivery]) -> None:
    """Do what the companies ask for. The versions of their requests make duplicates and replays harmless."""
    for delivery in deliveries:
        if isinstance(delivery.message, EventRegistrationRequested):
            await answer_request(conn, delivery.message, causation_id=delivery.message_id)

"""Messages in, deliveries out: each thing to be told is written down in the transaction that moves past it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.notifications.deliveries import store
from services.notifications.notices.rules import notices
from shared import metrics
from shared.contracts.events import PersonInvited, SignInLinkRequested, TaskforceRegistered
from shared.contracts.pledges import HireConfirmed, PledgeLogged
from shared.messaging.consumer import Consumer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from shared.db.database import Connection
    from shared.messaging.envelope import Delivery

GROUP = "tilsagn.notifications"


def create_consumer(after_commit: Callable[[set[UUID]], Awaitable[None]] | None = None) -> Consumer:
    """Return the service's consumer; `after_commit` as for `Consumer`."""
    return Consumer(
        group=GROUP,
        messages=(TaskforceRegistered, PersonInvited, SignInLinkRequested, PledgeLogged, HireConfirmed),
        apply=apply,
        after_commit=after_commit,
    )


async def apply(conn: Connection, deliveries: Sequence[Delivery]) -> None:
    """Write down what the messages give rise to. The id of a thing to be told is its idempotency key."""
    for delivery in deliveries:
        if isinstance(delivery.message, TaskforceRegistered):
            await store.remember_taskforce(conn, delivery.message)
    told = [notice for delivery in deliveries for notice in notices(delivery.message)]
    if told:
        too_old = await store.record(conn, deliveries[0].taskforce_id, told, datetime.now(UTC))
        for notice in too_old:
            metrics.MAILS.labels(notice.rule, "skipped").inc()

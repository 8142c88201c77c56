"""Messages in, deliveries out: a delivery is stored in the transaction that handles its message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.notifications.deliveries import store
from services.notifications.notices.registry import KINDS, plan
from shared import metrics
from shared.contracts.events import TaskforceRegistered
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
        messages=(TaskforceRegistered, *dict.fromkeys(kind.trigger for kind in KINDS.values())),
        apply=apply,
        after_commit=after_commit,
    )


async def apply(conn: Connection, deliveries: Sequence[Delivery]) -> None:
    """Store the deliveries that the messages lead to. The id of a delivery is its idempotency key."""
    for delivery in deliveries:
        if isinstance(delivery.message, TaskforceRegistered):
            await store.remember_taskforce(conn, delivery.message)
    notices = [notice for delivery in deliveries for notice in plan(delivery.message)]
    if notices:
        too_old = await store.record(conn, deliveries[0].taskforce_id, notices, datetime.now(UTC))
        for notice in too_old:
            metrics.MAILS.labels(notice.rule, "skipped").inc()

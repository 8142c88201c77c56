"""Couriers for tests, and the facts that tests wait for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from services.notifications.deliveries.courier import Courier
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.notifications.conftest import Harness
    from tests.notifications.mail_server import MailServer


def mails_accepted(mail_server: MailServer, number: int = 1) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return len(mail_server.accepted) >= number

    return enough


class ObservedCourier(Courier):
    """Counts how often it has found nothing to do."""

    rests = 0

    async def _rest(self) -> None:
        self.rests += 1
        await super()._rest()


async def wait_for_look(courier: Courier) -> None:
    """Return once the courier has looked for due deliveries after this call, and has found none."""
    assert isinstance(courier, ObservedCourier)
    # A look that ends now may have begun before.
    for _ in range(2):
        before = courier.rests
        await courier.wake(set())

        async def rests() -> bool:
            return courier.rests > before  # noqa: B023

        await eventually(rests)


async def wait_until_claim_expires(harness: Harness, mail_server: MailServer) -> None:
    """Return when the claim of the only delivery, which is being sent, expires if it is not renewed."""
    await eventually(partial(is_connected, mail_server))
    expires = await harness.database.pool.fetchval("select due_at from due_deliveries")

    async def over() -> bool:
        return bool(await harness.database.pool.fetchval("select clock_timestamp() > $1", expires))

    await eventually(over)


async def is_connected(mail_server: MailServer) -> bool:
    return mail_server.connections == 1

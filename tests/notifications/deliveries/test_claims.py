"""Claims: a delivery is sent once, through crashes, lost answers, expired leases and shutdowns."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import asyncpg
import pytest

from services.notifications.deliveries import courier as courier_module
from services.notifications.deliveries.courier import Courier
from tests.notifications.deliveries.couriers import (
    ObservedCourier,
    is_connected,
    mails_accepted,
    wait_for_look,
    wait_until_claim_expires,
)
from tests.notifications.messages import pledge
from tests.support.waiting import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from services.notifications.deliveries.courier import Outcome
    from services.notifications.deliveries.store import Claimed, Key
    from shared.db.database import Database
    from tests.notifications.conftest import Harness
    from tests.notifications.mail_server import MailServer
    from tests.support.infrastructure import Databases


class KilledBeforeMarking(Courier):
    """Hangs between the server's 250 and the mark, until it is killed."""

    reached: asyncio.Event

    async def _mark(self, database: Database, courier: UUID, delivery: Claimed, outcome: Outcome) -> None:
        assert outcome.status == "sent"
        self.reached.set()
        await asyncio.Event().wait()


async def test_a_crash_between_the_250_and_the_mark_makes_at_most_one_copy(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "SHUTDOWN_SECONDS", 0.01)
    KilledBeforeMarking.reached = asyncio.Event()
    message = pledge(taskforce_id)
    harness.set_contact(message)
    await harness.consume(message)
    lease = timedelta(seconds=2)
    async with harness.courier(lease=lease, kind=KilledBeforeMarking):
        await asyncio.wait_for(KilledBeforeMarking.reached.wait(), PATIENCE_SECONDS)
    assert await harness.statuses(taskforce_id) == {("waiting", None): 1}
    async with harness.courier(kind=ObservedCourier) as one, harness.courier(kind=ObservedCourier) as other:
        # Nothing is left to be claimed, whenever a claim of it would have expired.
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
        await wait_for_look(one)
        await wait_for_look(other)
    first, copy = mail_server.accepted
    assert first.message["Message-ID"] == copy.message["Message-ID"]
    assert await harness.statuses(taskforce_id) == {("sent", None): 1}


async def test_a_slow_mail_server_gets_the_mail_once(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    mail_server.hang = asyncio.Event()
    message = pledge(taskforce_id)
    harness.set_contact(message)
    await harness.consume(message)
    lease = timedelta(seconds=3)
    async with (
        harness.courier(lease=lease, kind=ObservedCourier) as one,
        harness.courier(lease=lease, kind=ObservedCourier) as other,
    ):
        await wait_until_claim_expires(harness, mail_server)
        await wait_for_look(one)
        await wait_for_look(other)
        mail_server.hang.set()
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    assert len(mail_server.accepted) == 1
    assert mail_server.connections == 1


class LosesAnAnswer(Courier):
    """Its first claim is there, and the database went away before it could say so."""

    lost: list[Claimed]

    async def _claim(self, database: Database, courier: UUID, limit: int, held: Collection[Key]) -> list[Claimed]:
        claimed = await super()._claim(database, courier, limit, held)
        if claimed and not self.lost:
            self.lost.extend(claimed)
            return []
        return claimed


async def test_a_claim_whose_answer_was_lost_expires_and_the_mail_is_sent(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    LosesAnAnswer.lost = []
    message = pledge(taskforce_id)
    harness.set_contact(message)
    await harness.consume(message)
    # Only this courier runs, so no other can take the delivery that it does not know it has claimed.
    async with harness.courier(lease=timedelta(seconds=1), kind=LosesAnAnswer):
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    assert len(LosesAnAnswer.lost) == 1
    assert len(mail_server.accepted) == 1
    (row,) = await harness.rows(taskforce_id)
    assert row["attempts"] == 2


class RenewsNothing(ObservedCourier):
    """The database is away whenever it would renew a claim."""

    async def _keep_claims(self, *_: object) -> None:
        await asyncio.Event().wait()


async def test_a_courier_never_claims_a_delivery_it_is_working_on(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    mail_server.hang = asyncio.Event()
    message = pledge(taskforce_id)
    harness.set_contact(message)
    await harness.consume(message)
    lease = timedelta(seconds=0.5)
    async with harness.courier(lease=lease, kind=RenewsNothing) as courier:
        await wait_until_claim_expires(harness, mail_server)
        await wait_for_look(courier)
        mail_server.hang.set()
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    assert mail_server.connections == 1


@pytest.mark.parametrize("turns", range(3))
async def test_a_courier_stops_even_if_a_delivery_becomes_due_at_that_moment(harness: Harness, turns: int) -> None:
    courier = ObservedCourier(harness.settings)
    running = asyncio.create_task(courier.run(harness.database))
    await wait_for_look(courier)
    await courier.wake(set())
    for _ in range(turns):
        # Turns of the event loop, so that the woken task is at different points.
        await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait({running}, timeout=PATIENCE_SECONDS)
    running.cancel()
    assert done, "the cancellation was lost"


async def test_a_shutdown_finishes_deliveries_under_way(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    mail_server.hang = asyncio.Event()
    message = pledge(taskforce_id)
    harness.set_contact(message)
    await harness.consume(message)
    async with harness.courier():
        await eventually(partial(is_connected, mail_server))
        asyncio.get_running_loop().call_later(0.5, mail_server.hang.set)
    assert await harness.statuses(taskforce_id) == {("sent", None): 1}


async def test_a_database_that_goes_away_after_the_250_does_not_cause_a_copy(
    harness: Harness, mail_server: MailServer, notifications_dsns: Databases, taskforce_id: UUID
) -> None:
    mail_server.hang = asyncio.Event()
    message = pledge(taskforce_id)
    harness.set_contact(message)
    await harness.consume(message)
    admin = await asyncpg.connect(notifications_dsns.postgres.superuser_dsn())
    name = notifications_dsns.names["notifications"]
    lease = timedelta(seconds=0.6)
    async with harness.courier(lease=lease):
        await eventually(partial(is_connected, mail_server))
        await admin.execute(f"alter database {name} allow_connections false")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        mail_server.hang.set()
        await eventually(mails_accepted(mail_server))
        await asyncio.sleep(lease.total_seconds() * 2)
        await admin.execute(f"alter database {name} allow_connections true")
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    await admin.close()
    assert len(mail_server.accepted) == 1

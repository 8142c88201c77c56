"""Sending: retries, refusals and expiry, with a real database, mail server and answers over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from starlette.responses import PlainTextResponse

from services.notifications.deliveries import courier as courier_module
from services.notifications.notices.registry import plan
from tests.notifications.deliveries.couriers import (
    ObservedCourier,
    mails_accepted,
    wait_for_look,
)
from tests.notifications.messages import hire, pledge
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from uuid import UUID

    from tests.notifications.conftest import Harness
    from tests.notifications.mail_server import MailServer
    from tests.notifications.owners import Owners


async def test_every_mail_is_sent_once_even_if_messages_arrive_three_times(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    pledges = [pledge(taskforce_id) for _ in range(20)]
    for message in pledges:
        harness.set_contact(message, email=f"{message.pledge_id}@firma.example")
    async with harness.courier(kind=ObservedCourier) as one, harness.courier(kind=ObservedCourier) as other:
        await harness.consume(*pledges, copies=3, shuffled=True)
        await one.wake({taskforce_id})
        await other.wake({taskforce_id})
        assert await harness.settled(taskforce_id) == {("sent", None): 20}
        await harness.consume(*pledges, copies=2, shuffled=True)
        await wait_for_look(one)
        await wait_for_look(other)
    assert sorted(mail.recipient for mail in mail_server.accepted) == sorted(
        f"{message.pledge_id}@firma.example" for message in pledges
    )


async def test_a_new_delivery_is_sent_at_once(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "POLL_SECONDS", 600.0)
    async with harness.courier(kind=ObservedCourier) as courier:
        harness.consumer._after_commit = courier.wake
        await wait_for_look(courier)
        message = pledge(taskforce_id)
        harness.set_contact(message)
        await harness.consume(message)
        await eventually(mails_accepted(mail_server))


async def test_mail_waits_for_a_mail_server_that_is_down(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    messages = [pledge(taskforce_id) for _ in range(3)]
    for message in messages:
        harness.set_contact(message)
    await mail_server.stop()
    await harness.consume(*messages)
    async with harness.courier():

        async def tried() -> bool:
            return await harness.statuses(taskforce_id) == {("waiting", "server_unreachable"): 3}

        await eventually(tried)
        await mail_server.start()
        # Without any help: a server that is away is tried again within seconds.
        assert await harness.settled(taskforce_id) == {("sent", None): 3}
    assert len(mail_server.accepted) == 3


async def test_mail_waits_for_an_owning_service_that_is_down(
    harness: Harness, owners: Owners, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = pledge(taskforce_id)
    harness.set_contact(message)
    owners.broken = PlainTextResponse("oops", 503)
    await harness.consume(message)
    async with harness.courier():

        async def tried() -> bool:
            return await harness.statuses(taskforce_id) == {("waiting", "address_unavailable"): 1}

        await eventually(tried)
        owners.broken = None
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    assert len(mail_server.accepted) == 1


async def test_a_recipient_refused_temporarily_is_retried_after_a_pause(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = pledge(taskforce_id)
    harness.set_contact(message)
    mail_server.recipients["mette@firma.example"] = "450 Greylisted"
    await harness.consume(message)
    async with harness.courier() as courier:

        async def tried() -> bool:
            return await harness.statuses(taskforce_id) == {("waiting", "recipient_450"): 1}

        await eventually(tried)
        pause = await harness.database.pool.fetchval("select due_at - clock_timestamp() from due_deliveries")
        assert timedelta(seconds=1) < pause <= timedelta(seconds=60)
        del mail_server.recipients["mette@firma.example"]
        await harness.make_all_due()
        await courier.wake({taskforce_id})
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    (row,) = await harness.rows(taskforce_id)
    assert row["attempts"] == 2


async def test_a_recipient_refused_permanently_is_stored_with_the_code(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    refused, fine = pledge(taskforce_id), pledge(taskforce_id)
    harness.set_contact(refused, email="nobody@firma.example")
    harness.set_contact(fine)
    mail_server.recipients["nobody@firma.example"] = "550 nobody@firma.example is unknown"
    await harness.consume(refused, fine)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("failed", "recipient_550"): 1, ("sent", None): 1}
    assert [mail.recipient for mail in mail_server.accepted] == ["mette@firma.example"]
    assert sorted(await harness.published(taskforce_id)) == [
        ("MailSent", fine.pledge_id, None),
        ("MailUndeliverable", refused.pledge_id, "recipient_550"),
    ]


@pytest.mark.parametrize("email", [None, ""])
async def test_without_an_address_nothing_is_sent(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID, email: str | None
) -> None:
    known, unknown = pledge(taskforce_id), pledge(taskforce_id)
    harness.set_contact(known, email=email)
    await harness.consume(known, unknown, hire(taskforce_id))
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("skipped", "no_address"): 3}
    assert mail_server.connections == 0
    assert await harness.published(taskforce_id) == []


async def test_an_invalid_address_is_never_tried(harness: Harness, mail_server: MailServer, taskforce_id: UUID) -> None:
    message = pledge(taskforce_id)
    harness.set_contact(message, email="mette@firma.example\r\nRCPT TO:<all@firma.example>")
    await harness.consume(message)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("failed", "bad_address"): 1}
    assert mail_server.connections == 0


async def test_a_change_older_than_a_day_is_never_mailed(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = pledge(taskforce_id, ago=timedelta(hours=24, seconds=5))
    harness.set_contact(message)
    await harness.consume(message)
    async with harness.courier(kind=ObservedCourier) as courier:
        await courier.wake({taskforce_id})
        assert await harness.settled(taskforce_id) == {("skipped", "too_old"): 1}
        await wait_for_look(courier)
    assert mail_server.connections == 0


async def test_a_delivery_that_failed_for_a_day_expires_with_the_reason(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = pledge(taskforce_id)
    harness.set_contact(message)
    await mail_server.stop()
    await harness.consume(message)
    async with harness.courier() as courier:

        async def tried() -> bool:
            return await harness.statuses(taskforce_id) == {("waiting", "server_unreachable"): 1}

        await eventually(tried)
        async with harness.database.change(taskforce_id) as conn:
            await conn.execute("update deliveries set happened_at = happened_at - interval '24 hours'")
        await harness.make_all_due()
        await courier.wake({taskforce_id})
        assert await harness.settled(taskforce_id) == {("expired", "server_unreachable"): 1}
    assert await harness.published(taskforce_id) == [("MailUndeliverable", message.pledge_id, "server_unreachable")]
    await mail_server.start()
    async with harness.courier(kind=ObservedCourier) as courier:
        await wait_for_look(courier)
    assert mail_server.accepted == []


async def test_a_notice_that_only_a_newer_release_knows_is_not_claimed(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    unknown, known = pledge(taskforce_id), pledge(taskforce_id)
    harness.set_contact(known)
    await harness.consume(unknown, known)
    async with harness.database.change(taskforce_id) as conn:
        for table in ("deliveries", "due_deliveries"):
            column = "id" if table == "deliveries" else "delivery_id"
            newer = await conn.execute(
                f"update {table} set rule = 'of_tomorrow' where {column} = $1", plan(unknown)[0].delivery_id
            )
            assert newer == "UPDATE 1"
    async with harness.courier(kind=ObservedCourier) as courier:
        await eventually(mails_accepted(mail_server))
        await wait_for_look(courier)
    left = {row["rule"]: (row["status"], row["attempts"]) for row in await harness.rows(taskforce_id)}
    assert left == {"of_tomorrow": ("waiting", 0), "pledge_received": ("sent", 1)}

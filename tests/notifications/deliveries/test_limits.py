"""Mails that somebody without an account can cause: what is over a limit waits, and is sent later."""

from __future__ import annotations

from datetime import timedelta
from email.headerregistry import Address
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.notifications.deliveries import queries
from services.notifications.deliveries.courier import check_limits
from services.notifications.deliveries.limits import REASONS, countable, mailbox_hash
from services.notifications.deliveries.pages import reason_text
from services.notifications.deliveries.store import forget_recent_mails
from services.notifications.notices.registry import KINDS, plan
from tests.notifications.messages import hire, pledge, taskforce
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from collections import Counter

    from services.notifications.settings import NotificationsSettings
    from shared.contracts.pledges import PledgeLogged
    from tests.notifications.conftest import Harness
    from tests.notifications.mail_server import MailServer


def limited(harness: Harness, **limits: int) -> None:
    harness.settings = harness.settings.model_copy(update=limits)


async def log_pledges(
    harness: Harness, number: int, *, taskforce_id: UUID, email: str = "", **fields: Any
) -> list[PledgeLogged]:
    """Log pledges, as a guest does unless `fields` say who. Each contact has another address if `email` is empty."""
    pledges = [pledge(taskforce_id, **fields) for _ in range(number)]
    for message in pledges:
        harness.set_contact(message, email=email or f"{message.pledge_id}@firma.example")
    await harness.consume(*pledges)
    return pledges


async def attempted(harness: Harness, taskforce_id: UUID) -> Counter[tuple[str, str | None]]:
    """Wait until every delivery has been attempted and marked, and return their statuses."""

    async def done() -> bool:
        statuses = await harness.statuses(taskforce_id)
        return ("waiting", None) not in statuses

    await eventually(done)
    return await harness.statuses(taskforce_id)


async def test_one_address_gets_so_many_mails_and_the_others_wait(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    limited(harness, mails_per_address=2)
    await log_pledges(harness, 4, taskforce_id=taskforce_id, email="Mette@firma.example", event_id=uuid4())
    await log_pledges(harness, 2, taskforce_id=taskforce_id, email="mette+x@FIRMA.example", event_id=uuid4())
    await log_pledges(harness, 2, taskforce_id=taskforce_id, email="other@firma.example", event_id=uuid4())
    async with harness.courier():
        statuses = await attempted(harness, taskforce_id)
    assert statuses == {("sent", None): 4, ("waiting", "many_to_address"): 4}
    assert sum("mette" in mail.recipient.lower() for mail in mail_server.accepted) == 2
    due = await harness.database.pool.fetchval("select min(due_at) - clock_timestamp() from due_deliveries")
    assert timedelta(hours=23) < due <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("limits", "reason", "waiting"),
    [({"mails_per_pass": 3}, "many_with_pass", 2), ({"mails_per_hour": 4}, "many_of_guests", 2)],
)
async def test_the_guests_of_an_event_and_of_an_hour_cause_so_many_mails(
    harness: Harness, taskforce_id: UUID, limits: dict[str, int], reason: str, waiting: int
) -> None:
    limited(harness, **limits)
    tonight, another = uuid4(), uuid4()
    await log_pledges(harness, 5, taskforce_id=taskforce_id, event_id=tonight)
    await log_pledges(harness, 1, taskforce_id=taskforce_id, event_id=another)
    async with harness.courier():
        statuses = await attempted(harness, taskforce_id)
    assert statuses == {("sent", None): 6 - waiting, ("waiting", reason): waiting}


async def test_what_waits_is_counted_on_the_page_and_in_the_status(harness: Harness, taskforce_id: UUID) -> None:
    limited(harness, mails_per_pass=3)
    await log_pledges(harness, 5, taskforce_id=taskforce_id, event_id=uuid4())
    async with harness.courier():
        await attempted(harness, taskforce_id)
    async with harness.database.read(taskforce_id) as conn:
        counts = await queries.counts(conn, taskforce_id)
    assert (counts.sent, counts.waiting, counts.over_limit) == (3, 2, 2)
    check = await check_limits(harness.database)
    assert (check.ok, check.detail) == (True, "2 wait because of a limit")
    assert all(reason_text(reason) != reason for reason in REASONS)


async def test_what_members_log_is_limited_by_address_only(harness: Harness, taskforce_id: UUID) -> None:
    limited(harness, mails_per_pass=1, mails_per_hour=1)
    await log_pledges(harness, 4, taskforce_id=taskforce_id, event_id=uuid4(), logged_by=uuid4())
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 4}


async def test_a_mail_that_waits_is_sent_when_the_limit_allows_it(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    limited(harness, mails_per_hour=1)
    await log_pledges(harness, 2, taskforce_id=taskforce_id, event_id=uuid4())
    async with harness.courier() as courier:
        assert ("waiting", "many_of_guests") in await attempted(harness, taskforce_id)
        async with harness.database.change(taskforce_id) as conn:
            await conn.execute("update recent_mails set sent_at = sent_at - interval '1 hour'")
        await harness.make_all_due()
        await courier.wake({taskforce_id})
        assert await harness.settled(taskforce_id) == {("sent", None): 2}
    assert len(mail_server.accepted) == 2


async def test_a_mail_that_waited_for_a_day_is_given_up_and_says_why(harness: Harness, taskforce_id: UUID) -> None:
    limited(harness, mails_per_hour=1)
    await log_pledges(harness, 2, taskforce_id=taskforce_id, event_id=uuid4())
    async with harness.courier() as courier:
        await attempted(harness, taskforce_id)
        async with harness.database.change(taskforce_id) as conn:
            await conn.execute("update deliveries set happened_at = happened_at - interval '24 hours'")
        await harness.make_all_due()
        await courier.wake({taskforce_id})
        assert await harness.settled(taskforce_id) == {("sent", None): 1, ("expired", "many_of_guests"): 1}


async def test_an_attempt_that_failed_is_counted_once(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    limited(harness, mails_per_hour=1)
    (message,) = await log_pledges(harness, 1, taskforce_id=taskforce_id, event_id=uuid4())
    mail_server.recipients[f"{message.pledge_id}@firma.example"] = "450 Greylisted"
    async with harness.courier() as courier:
        assert await attempted(harness, taskforce_id) == {("waiting", "recipient_450"): 1}
        mail_server.recipients.clear()
        await harness.make_all_due()
        await courier.wake({taskforce_id})
        assert await harness.settled(taskforce_id) == {("sent", None): 1}


async def test_two_couriers_keep_one_limit(harness: Harness, mail_server: MailServer, taskforce_id: UUID) -> None:
    limited(harness, mails_per_pass=3)
    await log_pledges(harness, 12, taskforce_id=taskforce_id, event_id=uuid4())
    async with harness.courier(), harness.courier():
        await attempted(harness, taskforce_id)
    assert len(mail_server.accepted) == 3


async def test_each_taskforce_has_limits_of_its_own(
    harness: Harness, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    limited(harness, mails_per_hour=1, mails_per_address=1)
    for one in (taskforce_id, other_taskforce_id):
        await log_pledges(harness, 1, taskforce_id=one, email="mette@firma.example", event_id=uuid4())
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
        assert await harness.settled(other_taskforce_id) == {("sent", None): 1}


def test_an_evening_of_104_pledges_reaches_no_limit(settings: NotificationsSettings, taskforce_id: UUID) -> None:
    [notice] = plan(pledge(taskforce_id, event_id=uuid4()))
    address = Address("", addr_spec="mette@firma.example")
    mail = countable(settings, KINDS[notice.rule], notice.facts, taskforce_id, address)
    assert mail is not None
    # The one that counts all addresses together is more than twice the largest evening there was (Holstebro, 2011).
    assert {limit.reason: limit.max_mails for limit in mail.limits} == {
        "many_to_address": 10,
        "many_with_pass": 400,
        "many_of_guests": 300,
    }


def test_what_only_staff_can_cause_has_no_limit(settings: NotificationsSettings, taskforce_id: UUID) -> None:
    [notice] = plan(hire(taskforce_id))
    address = Address("", addr_spec="anne@medlem.example")
    assert countable(settings, KINDS[notice.rule], notice.facts, taskforce_id, address) is None
    assert {code for code, kind in KINDS.items() if kind.caused_by != "staff"} == {"pledge_received", "sign_in_link"}


def test_links_to_sign_in_are_limited_by_address(settings: NotificationsSettings, taskforce_id: UUID) -> None:
    mail = countable(settings, KINDS["sign_in_link"], {}, taskforce_id, Address("", addr_spec="anne@medlem.example"))
    assert mail is not None
    assert [(limit.reason, limit.max_mails, limit.window) for limit in mail.limits] == [
        ("many_to_address", 30, timedelta(hours=1))
    ]


def test_a_mailbox_is_recognised_in_any_spelling_and_in_one_taskforce_only(
    settings: NotificationsSettings, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    def hashed(address: str, here: UUID = taskforce_id) -> bytes:
        return mailbox_hash(settings, here, Address("", addr_spec=address))

    assert hashed("Mette@Firma.example") == hashed("mette+spam@firma.example")
    assert hashed("mette@firma.example") != hashed("mette@firma2.example")
    assert hashed("mette@firma.example") != hashed("mette@firma.example", other_taskforce_id)


async def test_to_whom_mails_were_sent_is_forgotten_after_a_day(harness: Harness, taskforce_id: UUID) -> None:
    await harness.consume(taskforce(taskforce_id))
    await log_pledges(harness, 2, taskforce_id=taskforce_id, event_id=uuid4())
    async with harness.courier():
        await harness.settled(taskforce_id)
    async with harness.database.change(taskforce_id) as conn:
        await conn.execute(
            """
            update recent_mails
               set sent_at = sent_at - interval '24 hours'
             where delivery_id = (select min(delivery_id::text)::uuid from recent_mails)
            """
        )
    async with harness.database.system() as conn:
        await forget_recent_mails(conn)
    async with harness.database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from recent_mails") == 1

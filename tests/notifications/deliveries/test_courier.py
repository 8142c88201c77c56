"""Claim, ask, send, mark: on a real database, a real mail server and real answers over HTTP."""

from __future__ import annotations

import asyncio
import io
import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
from starlette.responses import PlainTextResponse

from services.notifications.deliveries import courier as courier_module
from services.notifications.deliveries.courier import Courier
from services.notifications.notices.registry import plan
from shared.logging import configure_logging
from tests.notifications.messages import hire, invited, pledge, taskforce
from tests.support.waiting import PATIENCE_SECONDS, eventually

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from uuid import UUID

    from services.notifications.deliveries.courier import Outcome
    from services.notifications.deliveries.store import Claimed, Key
    from shared.db.database import Database
    from tests.notifications.conftest import Harness
    from tests.notifications.mail_server import MailServer
    from tests.notifications.owners import Owners
    from tests.support.infrastructure import Databases


def accepted(mail_server: MailServer, number: int = 1) -> Callable[[], Awaitable[bool]]:
    async def enough() -> bool:
        return len(mail_server.accepted) >= number

    return enough


class Observed(Courier):
    """Counts how often it has found nothing to do."""

    rests = 0

    async def _rest(self) -> None:
        self.rests += 1
        await super()._rest()


async def has_looked(courier: Courier) -> None:
    """Return once the courier has looked for due deliveries after this call, and has found none."""
    assert isinstance(courier, Observed)
    # A look that ends now may have begun before.
    for _ in range(2):
        before = courier.rests
        await courier.wake(set())

        async def rests() -> bool:
            return courier.rests > before  # noqa: B023

        await eventually(rests)


async def claim_expires(harness: Harness, mail_server: MailServer) -> None:
    """Return when the claim of the only delivery, which is being sent, expires if it is not renewed."""
    await eventually(partial(_connected, mail_server))
    expires = await harness.database.pool.fetchval("select due_at from due_deliveries")

    async def over() -> bool:
        return bool(await harness.database.pool.fetchval("select clock_timestamp() > $1", expires))

    await eventually(over)


async def _connected(mail_server: MailServer) -> bool:
    return mail_server.connections == 1


async def test_the_contact_is_thanked_in_their_language(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = pledge(taskforce_id)
    harness.set_contact(message, language="en")
    await harness.consume(taskforce(taskforce_id), message)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    (mail,) = mail_server.accepted
    assert mail.recipient == "mette@firma.example"
    assert mail.message["Subject"] == "Thank you for your pledge of 3 småjobs"
    assert "Bager & Søn has said yes" in mail.text()
    assert mail.message["From"].addresses[0].display_name == "Taskforce Struer"


async def test_a_name_that_a_guest_has_typed_is_not_in_the_mail_and_a_members_is(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    by_guest, by_member = pledge(taskforce_id), pledge(taskforce_id, logged_by=uuid4())
    harness.set_contact(by_guest, email="guest@firma.example")
    harness.set_contact(by_member, email="member@firma.example")
    await harness.consume(by_guest, by_member)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 2}
    texts = {mail.recipient: f"{mail.message['To']} {mail.text()} {mail.text('html')}" for mail in mail_server.accepted}
    assert "Mette" not in texts["guest@firma.example"]
    assert "Kære Mette Sørensen" in texts["member@firma.example"]


async def test_the_person_who_logged_the_pledge_gets_a_mail_about_the_hire(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = hire(taskforce_id)
    harness.set_logger(message)
    await harness.consume(message)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    (mail,) = mail_server.accepted
    assert mail.recipient == "anne@medlem.example"
    assert "fra Bager & Søn" in mail.text()
    assert "Mette" not in mail.message.as_string(), "the contact's name is no business of the member's"


async def test_an_invited_person_gets_a_mail_that_says_where_to_sign_in(
    harness: Harness, owners: Owners, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message, closed = invited(taskforce_id), invited(taskforce_id)
    owners.people[taskforce_id, message.person_id] = {"email": "bo@x.example", "name": "Bo Bak", "language": "da"}
    await harness.consume(message, closed, copies=2)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1, ("skipped", "no_address"): 1}
    (mail,) = mail_server.accepted
    assert mail.recipient == "bo@x.example"
    assert "/sign-in\n" in mail.text().replace("\r", "")


async def test_a_hire_is_mailed_even_if_the_company_was_erased(
    harness: Harness, owners: Owners, mail_server: MailServer, taskforce_id: UUID
) -> None:
    message = hire(taskforce_id)
    harness.set_logger(message)
    owners.contacts.clear()
    await harness.consume(message)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    assert "Et tilsagn, du noterede, er blevet til et småjob" in mail_server.accepted[0].text()


async def test_every_mail_is_sent_once_though_every_message_arrives_three_times(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID
) -> None:
    pledges = [pledge(taskforce_id) for _ in range(20)]
    for message in pledges:
        harness.set_contact(message, email=f"{message.pledge_id}@firma.example")
    async with harness.courier(kind=Observed) as one, harness.courier(kind=Observed) as other:
        await harness.consume(*pledges, copies=3, shuffled=True)
        await one.wake({taskforce_id})
        await other.wake({taskforce_id})
        assert await harness.settled(taskforce_id) == {("sent", None): 20}
        await harness.consume(*pledges, copies=2, shuffled=True)
        await has_looked(one)
        await has_looked(other)
    assert sorted(mail.recipient for mail in mail_server.accepted) == sorted(
        f"{message.pledge_id}@firma.example" for message in pledges
    )


async def test_a_new_delivery_is_sent_at_once(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "POLL_SECONDS", 600.0)
    async with harness.courier(kind=Observed) as courier:
        harness.consumer._after_commit = courier.wake
        await has_looked(courier)
        message = pledge(taskforce_id)
        harness.set_contact(message)
        await harness.consume(message)
        await eventually(accepted(mail_server))


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
    async with harness.courier(kind=Observed) as courier:
        await courier.wake({taskforce_id})
        assert await harness.settled(taskforce_id) == {("skipped", "too_old"): 1}
        await has_looked(courier)
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
    await mail_server.start()
    async with harness.courier(kind=Observed) as courier:
        await has_looked(courier)
    assert mail_server.accepted == []


async def test_a_notice_of_a_kind_that_only_a_newer_release_knows_is_left_alone(
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
    async with harness.courier(kind=Observed) as courier:
        await eventually(accepted(mail_server))
        await has_looked(courier)
    left = {row["rule"]: (row["status"], row["attempts"]) for row in await harness.rows(taskforce_id)}
    assert left == {"of_tomorrow": ("waiting", 0), "pledge_received": ("sent", 1)}


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
    async with harness.courier(kind=Observed) as one, harness.courier(kind=Observed) as other:
        # Nothing is left to be claimed, whenever a claim of it would have expired.
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
        await has_looked(one)
        await has_looked(other)
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
        harness.courier(lease=lease, kind=Observed) as one,
        harness.courier(lease=lease, kind=Observed) as other,
    ):
        await claim_expires(harness, mail_server)
        await has_looked(one)
        await has_looked(other)
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


class RenewsNothing(Observed):
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
        await claim_expires(harness, mail_server)
        await has_looked(courier)
        mail_server.hang.set()
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    assert mail_server.connections == 1


@pytest.mark.parametrize("turns", range(3))
async def test_a_courier_stops_though_something_becomes_due_at_that_moment(harness: Harness, turns: int) -> None:
    courier = Observed(harness.settings)
    running = asyncio.create_task(courier.run(harness.database))
    await has_looked(courier)
    await courier.wake(set())
    for _ in range(turns):
        # Turns of the event loop: what the event has woken is somewhere on its way.
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
        await eventually(partial(_connected, mail_server))
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
        await eventually(partial(_connected, mail_server))
        await admin.execute(f"alter database {name} allow_connections false")
        await admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", name)
        mail_server.hang.set()
        await eventually(accepted(mail_server))
        await asyncio.sleep(lease.total_seconds() * 2)
        await admin.execute(f"alter database {name} allow_connections true")
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
    await admin.close()
    assert len(mail_server.accepted) == 1


async def test_two_taskforces_are_kept_apart(
    harness: Harness, mail_server: MailServer, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    ours = pledge(taskforce_id)
    theirs = pledge(other_taskforce_id, pledge_id=ours.pledge_id)
    harness.set_contact(ours, email="ours@firma.example")
    harness.set_contact(theirs, email="theirs@firma.example")
    await harness.consume(taskforce(taskforce_id, "Vores"), taskforce(other_taskforce_id, "Deres"), ours, theirs)
    async with harness.courier():
        assert await harness.settled(taskforce_id) == {("sent", None): 1}
        assert await harness.settled(other_taskforce_id) == {("sent", None): 1}
    assert {(mail.recipient, mail.message["From"].addresses[0].display_name) for mail in mail_server.accepted} == {
        ("ours@firma.example", "Vores"),
        ("theirs@firma.example", "Deres"),
    }


async def test_no_personal_data_is_stored_or_logged(
    harness: Harness,
    mail_server: MailServer,
    notifications_dsns: Databases,
    taskforce_id: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = io.StringIO()
    monkeypatch.setattr("sys.stderr", log)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setattr(root, "level", root.level)
    configure_logging(log_format="json", level="DEBUG")
    # The mail server of the test talks of everything; it is not ours.
    monkeypatch.setattr(logging.getLogger("mail.log"), "propagate", False)
    sent, refused, odd, hired = pledge(taskforce_id), pledge(taskforce_id), pledge(taskforce_id), hire(taskforce_id)
    harness.set_contact(sent)
    harness.set_contact(refused, email="nobody@firma.example")
    harness.set_contact(odd, email="mette@firma.example>", name="Mette\r\nSørensen")
    harness.set_logger(hired)
    mail_server.recipients["nobody@firma.example"] = "550 nobody@firma.example is unknown"
    await harness.consume(sent, refused, odd, hired)
    async with harness.courier():
        await harness.settled(taskforce_id)
    assert len(mail_server.accepted) == 2

    everything = await everything_stored(notifications_dsns.superuser_dsn("notifications"))
    for personal in ("firma.example", "medlem.example", "Mette", "Sørensen", "Anne", "Holm", "Bager", "Kære"):
        assert personal not in everything
        assert personal not in log.getvalue()
    assert str(sent.pledge_id) in everything, "the search looks at the right place"
    assert "courier.attempted" in log.getvalue()


async def everything_stored(dsn: str) -> str:
    """Every row of every table of the database, as text."""
    conn = await asyncpg.connect(dsn)
    tables = await conn.fetch(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'"
    )
    texts = [
        await conn.fetchval(f"select coalesce(string_agg(row::text, ' '), '') from {t['name']} as row") for t in tables
    ]
    await conn.close()
    return " ".join(texts)

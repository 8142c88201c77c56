"""The messages of `events` are saved, whatever their order and number."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.pledges.consumer import CHANNEL, GROUP, MESSAGES, apply, create_consumer
from shared.contracts.events import (
    CheckInUndone,
    CompanyCheckedIn,
    CompanyRegistered,
    EventClosed,
    EventOpened,
    EventPassRevoked,
    RegistrationCancelled,
    RegistrationMade,
)
from shared.messaging.envelope import Delivery, encode_headers
from tests.pledges.conftest import NOW
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shared.contracts.message import Message
    from shared.db.database import Database
    from shared.http.streams import Changes


def company(taskforce_id: UUID, company_id: UUID, version: int, **facts: Any) -> CompanyRegistered:
    return CompanyRegistered(
        taskforce_id=taskforce_id, company_id=company_id, version=version, recorded_at=NOW, **facts
    )


def event_facts(taskforce_id: UUID, event_id: UUID, version: int, **facts: Any) -> dict[str, Any]:
    return {
        "taskforce_id": taskforce_id,
        "event_id": event_id,
        "version": version,
        "recorded_at": NOW,
        "title": "Aften",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=3),
        "status": "open",
    } | facts


def deliveries(*messages: Message) -> list[Delivery]:
    return [Delivery(message, uuid4(), uuid4()) for message in messages]


async def test_any_order_and_number_of_copies_end_in_the_newest_state(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    company_id, event_id = uuid4(), uuid4()
    messages: list[Message] = [
        company(taskforce_id, company_id, 1, name="B&O", cvr="24256790"),
        company(taskforce_id, company_id, 2, name="Bang & Olufsen", cvr="24256790", member=True),
        company(taskforce_id, company_id, 3, name="Bang  &  Olufsen A/S", member=True),
        EventOpened(**event_facts(taskforce_id, event_id, 3, opened_at=NOW)),
        EventPassRevoked(**event_facts(taskforce_id, event_id, 4, opened_at=NOW, pass_generation=2)),
        EventClosed(
            **event_facts(taskforce_id, event_id, 5, status="closed", opened_at=NOW, closed_at=NOW, pass_generation=2)
        ),
        CompanyCheckedIn(
            taskforce_id=taskforce_id,
            version=1,
            recorded_at=NOW,
            event_id=event_id,
            company_id=company_id,
            checked_in_at=NOW,
        ),
        CheckInUndone(
            taskforce_id=taskforce_id,
            version=2,
            recorded_at=NOW,
            event_id=event_id,
            company_id=company_id,
            checked_in_at=NOW,
            undone_at=NOW,
        ),
    ]
    chance = random.Random(7)  # a fixed seed: a failure can be repeated
    for _ in range(20):
        shuffled = messages * 2
        chance.shuffle(shuffled)
        cut = chance.randrange(1, len(shuffled))
        for batch in (shuffled[:cut], shuffled[cut:]):
            async with pledges_database.change(taskforce_id) as conn:
                await apply(conn, deliveries(*batch))

    async with pledges_database.read(taskforce_id) as conn:
        companies = await conn.fetch("select id, version, name, name_key, cvr, member from companies")
        events = await conn.fetch("select id, version, status, pass_generation from employer_events")
        attendances = await conn.fetch("select event_id, company_id, version, undone_at from attendances")
    assert [tuple(row) for row in companies] == [
        (company_id, 3, "Bang  &  Olufsen A/S", "bang & olufsen a/s", None, True)
    ]
    assert [tuple(row) for row in events] == [(event_id, 5, "closed", 2)]
    assert [tuple(row) for row in attendances] == [(event_id, company_id, 2, NOW)]


async def test_a_registration_that_was_cancelled_and_made_again_is_one_in_any_order(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    event_id, company_id = uuid4(), uuid4()
    state: dict[str, Any] = {
        "taskforce_id": taskforce_id,
        "event_id": event_id,
        "company_id": company_id,
        "recorded_at": NOW,
        "registered_at": NOW,
    }
    made, again = RegistrationMade(**state, version=1), RegistrationMade(**state, version=3)
    cancelled = RegistrationCancelled(**state, version=2, cancelled_at=NOW)
    async with pledges_database.change(taskforce_id) as conn:
        await apply(conn, deliveries(cancelled))
        await apply(conn, deliveries(made))
        query = "select event_id, company_id, version, cancelled_at from registrations"
        assert [tuple(row) for row in await conn.fetch(query)] == [(event_id, company_id, 2, NOW)]
        await apply(conn, deliveries(again, cancelled))
        assert [tuple(row) for row in await conn.fetch(query)] == [(event_id, company_id, 3, None)]


async def test_a_personally_owned_company_is_an_id_and_nothing_else(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    company_id = uuid4()
    async with pledges_database.change(taskforce_id) as conn:
        await apply(conn, deliveries(company(taskforce_id, company_id, 1, personally_owned=True)))
        row = await conn.fetchrow("select name, name_key, cvr from companies where id = $1", company_id)

    assert row is not None
    assert tuple(row) == (None, None, None)


class _Record:
    """Return a record as the broker's client returns it."""

    def __init__(self, message: Message, offset: int) -> None:
        self.topic, self.partition, self.offset = message.topic(), 0, offset
        self.key = str(message.aggregate_id).encode()
        self.value = message.model_dump_json().encode()
        self.headers = encode_headers(
            message_id=uuid4(),
            type_name=message.type_name(),
            source="events",
            subject=message.aggregate_id,
            time=message.recorded_at.isoformat(),
            taskforce_id=message.taskforce_id,
            version=message.version,
            correlation_id=uuid4(),
            causation_id=None,
        )


async def test_a_message_the_database_cannot_store_is_a_dead_letter_and_the_rest_applied(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    good, too_new = uuid4(), uuid4()
    consumer = create_consumer()
    consumer._database = pledges_database
    records: Any = [
        _Record(company(taskforce_id, too_new, 2**40, name="B&O"), 1),
        _Record(company(taskforce_id, good, 1, name="B&O"), 2),
    ]

    await consumer.handle(records)

    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select array_agg(id) from companies") == [good]
    async with pledges_database.system() as conn:
        letters = await conn.fetch("select consumer_group, reason, value from dead_letters")
    assert [(row["consumer_group"], row["reason"]) for row in letters] == [(GROUP, "refused_by_database")]
    assert json.loads(letters[0]["value"])["company_id"] == str(too_new)


def test_the_consumer_reads_every_message_about_companies_events_attendance_targets_and_mails() -> None:
    assert create_consumer().topics == [
        "tilsagn.dashboard.target",
        "tilsagn.events.agreement",
        "tilsagn.events.attendance",
        "tilsagn.events.company",
        "tilsagn.events.employer_event",
        "tilsagn.events.registration",
        "tilsagn.events.target",
        "tilsagn.notifications.mail",
    ]
    assert len({message.type_name() for message in MESSAGES}) == len(MESSAGES)


async def test_what_events_says_of_an_evening_wakes_its_live_page(
    app: FastAPI, pledges_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    changes: Changes = app.state.changes

    def wakes_of(taskforce: UUID) -> int:
        return changes.version(taskforce)[1]

    async def listening() -> bool:
        # On both channels.
        return changes.version(taskforce_id)[0] >= 2

    async def woken() -> bool:
        return wakes_of(taskforce_id) > 0

    await eventually(listening)
    await pledges_database.pool.execute("select pg_notify($1, $2)", CHANNEL, str(other_taskforce_id))
    async with pledges_database.change(taskforce_id) as conn:
        await apply(conn, deliveries(company(taskforce_id, uuid4(), 1, name="B&O")))

    await eventually(woken)
    assert wakes_of(other_taskforce_id) == 1

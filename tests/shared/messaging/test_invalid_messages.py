"""Invalid messages become dead letters, and the next ones are applied."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.contracts.events import CompanyRegistered
from shared.messaging import consumer as consumer_module
from shared.messaging import dead_letters
from shared.messaging.broker import producer_for
from tests.shared.messaging.conftest import Effects, company, publish, rows, send_raw
from tests.support.waiting import eventually

if TYPE_CHECKING:
    from shared.db.database import Database
    from shared.messaging.worker import Worker
    from shared.settings import ServiceSettings


POISON: dict[str, tuple[bytes | None, dict[str, bytes | None]]] = {
    "bad_json": (b"{nope", {}),
    "bad_json utf-8": (b'"\xff\xfe"', {}),
    "no_value": (None, {}),
    "contract": (b"{}", {}),
    "contract list": (b"[]", {}),
    "bad_header": (b"{}", {"ce_id": None}),
    "bad_header bytes": (b"{}", {"ce_id": b"\xff\xfe\x00"}),
    "bad_json deep": (b"[" * 100_000, {}),
}


@pytest.mark.parametrize("kind", POISON)
async def test_an_invalid_message_becomes_a_dead_letter_and_the_next_is_applied(
    kind: str,
    worker: Worker,
    publisher_settings: ServiceSettings,
    events_database: Database,
    taskforce_id: UUID,
) -> None:
    value, overrides = POISON[kind]
    headers = {
        "ce_type": CompanyRegistered.type_name().encode(),
        "ce_id": str(uuid4()).encode(),
        "ce_correlationid": str(uuid4()).encode(),
        "ce_taskforceid": str(taskforce_id).encode(),
    } | overrides
    await send_raw(publisher_settings, value, headers=headers.items())
    await publish(events_database, company(taskforce_id))

    async def done() -> bool:
        async with events_database.system() as conn:
            return len(await rows(events_database)) == 1 and len(await dead_letters.pending(conn)) == 1

    await eventually(done)
    async with events_database.system() as conn:
        [letter] = await dead_letters.pending(conn)
    assert letter.reason == kind.split(" ", maxsplit=1)[0]
    assert letter.record.value == value


async def test_records_without_headers_or_key_and_unknown_types_are_skipped(
    worker: Worker,
    publisher_settings: ServiceSettings,
    events_database: Database,
    taskforce_id: UUID,
) -> None:
    await send_raw(publisher_settings, b"x", key=None)
    await send_raw(publisher_settings, b"x", headers=[("ce_type", b"tilsagn.events.Unheard.v9")])
    await publish(events_database, company(taskforce_id))

    async def done() -> bool:
        return len(await rows(events_database)) == 1

    await eventually(done)
    async with events_database.system() as conn:
        assert [letter.reason for letter in await dead_letters.pending(conn)] == ["no_type"]


async def test_a_rejected_message_becomes_a_dead_letter_and_can_be_replayed(
    worker: Worker, effects: Effects, events_database: Database, taskforce_id: UUID
) -> None:
    effects.refuse = {"later"}
    await publish(
        events_database,
        company(taskforce_id, name="good"),
        company(taskforce_id, name="later"),
        company(taskforce_id, name="forbidden"),
        company(taskforce_id, name="good too"),
    )

    async def done() -> bool:
        async with events_database.system() as conn:
            return len(await rows(events_database)) == 2 and len(await dead_letters.pending(conn)) == 2

    await eventually(done)
    effects.refuse = set()
    async with events_database.system() as conn:
        letters = {letter.reason: letter for letter in await dead_letters.pending(conn)}
    await worker.consumers[0].replay(events_database, letters["refused"])
    with pytest.raises(asyncpg.CheckViolationError):
        await worker.consumers[0].replay(events_database, letters["refused_by_database"])
    assert len(await rows(events_database)) == 3
    async with events_database.system() as conn:
        assert [letter.reason for letter in await dead_letters.pending(conn)] == ["refused_by_database"]


async def test_too_many_invalid_in_a_row_stop_the_consumer_instead_of_emptying_the_topic(
    worker: Worker,
    publisher_settings: ServiceSettings,
    events_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consumer_module, "INVALID_IN_A_ROW", 5)
    producer = producer_for(publisher_settings, client_id="test")
    await producer.start()
    for number in range(30):
        await producer.send_and_wait(
            CompanyRegistered.topic(),
            value=json.dumps(number).encode(),
            key=b"same",
            headers=[("ce_type", CompanyRegistered.type_name().encode())],
        )
    await producer.stop()

    async def alarmed() -> bool:
        return worker.consumers[0].alarmed

    await eventually(alarmed)
    assert not all(check.ok for check in await worker.health())
    async with events_database.system() as conn:
        assert len(await dead_letters.pending(conn)) <= 5

"""Pledges that arrive at the same moment share a transaction, and each is answered as if it were alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg

from shared.db.idempotency import idempotent_request
from tests.pledges.conftest import REQUEST_KEY, Caller, pledge_body
from tests.pledges.intake.test_api import CLOSED, as_pass
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from tests.support.infrastructure import Databases


async def _rows(pledges_dsns: Databases, query: str) -> list[asyncpg.Record]:
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"), command_timeout=PATIENCE_SECONDS)
    try:
        return list(await conn.fetch(query))
    finally:
        await conn.close()


async def test_pledges_that_arrive_together_share_transactions_and_are_logged_once(
    caller: Caller, pledges_dsns: Databases
) -> None:
    bodies = [pledge_body(positions=1 + number % 3) for number in range(40)]

    answers = await asyncio.gather(*(caller.log(body) for body in bodies))

    assert [answer.status_code for answer in answers] == [201] * 40
    assert [answer.json()["id"] for answer in answers] == [body["id"] for body in bodies]
    pledges = await _rows(pledges_dsns, "select id::text, xmin::text as transaction, position_count from pledges")
    assert sorted(row["id"] for row in pledges) == sorted(body["id"] for body in bodies)
    assert len({row["transaction"] for row in pledges}) < 20
    [counts] = await _rows(
        pledges_dsns,
        """
        select (select count(*) from positions) as positions,
               (select count(*) from pledge_contacts) as contacts,
               (select count(distinct aggregateid) from outbox) as published,
               (select count(*) from outbox) as messages,
               (select count(distinct correlation_id) from outbox) as requests,
               (select count(*) from idempotency_keys) as keys
        """,
    )
    assert tuple(counts) == (sum(row["position_count"] for row in pledges), 40, 40, 40, 40, 40)
    # Reading one by its id gives the same answer.
    one = answers[7].json()
    read = await caller.client.get(f"/api/pledges/v1/pledges/{one['id']}", headers=caller.headers("coordinator"))
    assert read.json() == one


async def test_each_request_of_a_batch_gets_its_own_answer(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    open_event, closed_event = await add_event(), await add_event(**CLOSED)
    logged_before = pledge_body(event_id=str(closed_event))
    await caller.log(logged_before)
    twice = pledge_body()
    another_with_its_key = pledge_body()
    same_id = pledge_body(id=logged_before["id"])
    too_many = pledge_body(positions=10_000)
    after_closing = pledge_body(event_id=str(closed_event), captured_at=datetime.now(UTC).isoformat())

    answers = await asyncio.gather(
        *(caller.log(pledge_body(event_id=str(open_event))) for _ in range(4)),
        caller.log(twice),
        caller.log(twice),
        caller.log(another_with_its_key, key=twice["id"]),
        caller.log(logged_before),
        caller.log(same_id, key=str(uuid4())),
        caller.log(too_many),
        caller.log(after_closing, "event_pass", **as_pass(closed_event)),
        *(caller.log(pledge_body()) for _ in range(4)),
    )

    codes = [answer.status_code for answer in answers]
    assert codes[:4] == codes[-4:] == [201] * 4
    # Of two requests with one key and different bodies, the first is logged.
    assert sorted(codes[4:7]) in ([201, 201, 422], [201, 422, 422])
    assert codes[7:11] == [201, 409, 422, 403]
    assert answers[7].json()["id"] == logged_before["id"]


async def test_a_locked_key_delays_only_its_own_request(
    caller: Caller, pledges_dsns: Databases, taskforce_id: UUID
) -> None:
    held, sender = pledge_body(), f"person:{uuid4()}"
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"), command_timeout=PATIENCE_SECONDS)
    try:
        transaction = conn.transaction()
        await transaction.start()
        await conn.execute(
            """
            insert into idempotency_keys (taskforce_id, operation, key, request_fingerprint, subject_id, recorded_at)
            values ($1, 'log_pledge', $2, '', $3, now())
            """,
            taskforce_id,
            idempotent_request(held["id"], held, sender=sender, key=REQUEST_KEY).key,
            uuid4(),
        )
        waiting = asyncio.create_task(caller.log(held, subject=sender))
        answers = await asyncio.wait_for(
            asyncio.gather(*(caller.log(pledge_body()) for _ in range(12))), PATIENCE_SECONDS
        )
        assert [answer.status_code for answer in answers] == [201] * 12
        assert not waiting.done()
        await transaction.rollback()
        assert (await waiting).status_code == 201
    finally:
        await conn.close()

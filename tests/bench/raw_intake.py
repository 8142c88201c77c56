"""The floor of the intake: asyncpg alone, writing the same rows for a pledge as the product.

It uses the same tables, columns, values, role and row-level security, in one transaction, with as few statements, and
nothing else: no HTTP, token, validation or look-ups; the values are computed before the measurement.
`tests/bench/test_floors.py` checks that it writes the same rows.

`python -m tests.bench.raw_intake`
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg

from services.pledges.pledges.domain import Limits, Person, Pledge
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.new_pledge import new_pledge
from services.pledges.pledges.schemas import PledgeIn
from services.pledges.register.domain import EventFacts, RegisteredCompany, name_key
from shared.contracts.pledges import PledgeLogged
from tests.bench.children import Answer, Clock, obey
from tests.bench.pledging import COMPANIES, MUNICIPALITY, bodies, company_id, company_name

if TYPE_CHECKING:
    from collections.abc import Iterable

_TENANT = "select set_config('app.taskforce', $1, true)"
_KEY = """
    insert into idempotency_keys (taskforce_id, operation, key, request_fingerprint, subject_id, recorded_at)
    values ($1, 'log_pledge', $2, $3, $4, $5)
"""
_PLEDGE = """
    with pledge as (
        insert into pledges
               (taskforce_id, id, event_id, company_name, company_municipality, company_id, municipality, job_type,
                position_count, weekly_hours_from, weekly_hours_to, tasks, captured_by, logged_by, logged_with_pass,
                captured_at, received_at, pledged_on, flags, request_fingerprint, version, status)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, false, $15, $16, $17, '{}', $18, 1,
                'logged')
    ), contact as (
        insert into pledge_contacts (taskforce_id, id, name, phone, email) values ($1, $2, $19, $20, $21)
    )
    insert into positions (taskforce_id, id, pledge_id, number, status)
    select $1, id, $2, number, 'open'
      from unnest($22::uuid[]) with ordinality as position (id, number)
"""
_OUTBOX = """
    insert into outbox
           (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, recorded_at, correlation_id)
    values ($1, $2, $3, $4, 1, $5, $6, $7, $8)
"""

Values = tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]
"""The values of the three statements."""


def prepared(
    taskforce_id: UUID, event: EventFacts | None, bodies: Iterable[dict[str, Any]], *, logged_by: UUID
) -> list[Values]:
    """Return the values of the rows of these pledges."""
    register = [
        RegisteredCompany(company_id(taskforce_id, number), name_key(company_name(number)), None, MUNICIPALITY)
        for number in range(COMPANIES)
    ]
    made = []
    for body in bodies:
        now = datetime.now(UTC)
        pledge = new_pledge(
            taskforce_id,
            PledgeIn.model_validate(body).terms(),
            by=Person(logged_by),
            event=event,
            register=register,
            received_at=now,
            limits=Limits(),
        )
        made.append(_values(pledge, hashlib.sha256(json.dumps(body).encode()).digest(), now))
    return made


def _values(pledge: Pledge, digest: bytes, now: datetime) -> Values:
    terms, taskforce_id, contact = pledge.terms, pledge.taskforce_id, pledge.terms.contact
    assert contact is not None
    state = pledge_state(PledgeLogged, pledge, recorded_at=now)
    return (
        (taskforce_id, str(pledge.id), digest, pledge.id, now),
        (
            taskforce_id,
            pledge.id,
            terms.event_id,
            terms.company.name,
            terms.company.municipality,
            pledge.company_id,
            pledge.municipality,
            terms.job_type,
            len(pledge.positions),
            terms.hours_from,
            terms.hours_to,
            list(terms.tasks),
            terms.captured_by,
            pledge.logged_by_person,
            terms.captured_at,
            pledge.received_at,
            pledge.pledged_on,
            digest,
            contact.name,
            contact.phone,
            contact.email,
            [position.id for position in pledge.positions],
        ),
        (uuid4(), taskforce_id, state.aggregate, pledge.id, state.type_name(), state.model_dump_json(), now, uuid4()),
    )


async def insert(conn: Any, taskforce_id: UUID, values: Values) -> None:
    """Write one pledge's rows in one transaction."""
    key, pledge, outbox = values
    async with conn.transaction():
        await conn.execute(_TENANT, str(taskforce_id))
        await conn.execute(_KEY, *key)
        await conn.execute(_PLEDGE, *pledge)
        await conn.execute(_OUTBOX, *outbox)


async def _begin(settings: dict[str, Any]) -> Answer:
    connections = [await asyncpg.connect(settings["dsn"]) for _ in range(settings["connections"])]
    taskforce_id, event_id = UUID(settings["taskforce"]), UUID(settings["event"])
    now = datetime.now(UTC)
    event = EventFacts(event_id, "open", now, now, None, 1)

    async def answer(order: dict[str, Any]) -> dict[str, Any]:
        pledges = bodies(taskforce_id, event_id, count=order["count"], seed=order["seed"])
        waiting = iter(prepared(taskforce_id, event, pledges, logged_by=uuid4()))

        async def work(conn: Any) -> None:
            for values in waiting:
                await insert(conn, taskforce_id, values)

        with Clock() as clock:
            await asyncio.gather(*(work(conn) for conn in connections))
        return {"rate": order["count"] / clock.seconds, "own_share": clock.own_seconds / clock.seconds}

    return answer


if __name__ == "__main__":
    obey(_begin)

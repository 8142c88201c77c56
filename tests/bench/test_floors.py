"""The floor of the intake writes the same rows, in the same tables, as the product."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid5

import asyncpg

from services.pledges.register.domain import EventFacts
from tests.bench import raw_intake
from tests.bench.pledging import MUNICIPALITY, bodies

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from tests.pledges.conftest import Caller
    from tests.support.infrastructure import Databases

TABLES = ("idempotency_keys", "pledges", "pledge_contacts", "positions", "outbox")
# Ids and times differ, so only their presence is compared.
_EACH_ITS_OWN = {
    "id",
    "key",
    "subject_id",
    "pledge_id",
    "aggregateid",
    "request_fingerprint",
    "logged_by",
    "received_at",
    "recorded_at",
    "captured_at",
    "correlation_id",
    "position",
    "payload",
}


async def test_raw_asyncpg_writes_the_same_rows_as_the_intake(
    pledges_dsns: Databases,
    caller: Caller,
    taskforce_id: UUID,
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
) -> None:
    event_id = await add_event()
    (body,) = bodies(taskforce_id, event_id, count=1, seed="the same")
    name = body["company"]["name"]
    await add_company(name, municipality=MUNICIPALITY, company_id=uuid5(taskforce_id, name))
    (same,) = bodies(taskforce_id, event_id, count=1, seed="the same")
    same["id"] = "6f0c1c1e-6b57-4f26-9a44-000000000001"
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    try:
        assert (await caller.log(body)).status_code == 201
        by_intake = await _rows(conn)
        raw = await asyncpg.connect(pledges_dsns.app_dsn("pledges"))
        now = datetime.now(UTC)
        event = EventFacts(event_id, "open", now - timedelta(hours=2), now + timedelta(hours=2), None, 1)
        (values,) = raw_intake.prepared(taskforce_id, event, [same], logged_by=taskforce_id)
        await raw_intake.insert(raw, taskforce_id, values)
        await raw.close()
        both = await _rows(conn)
    finally:
        await conn.close()
    for table in TABLES:
        mine = by_intake[table]
        others = [row for row in both[table] if row not in mine]
        assert [_alike(row) for row in others] == [_alike(row) for row in mine], table


async def _rows(conn: Any) -> dict[str, list[dict[str, Any]]]:
    return {table: [dict(row) for row in await conn.fetch(f"select * from {table}")] for table in TABLES}


def _alike(row: dict[str, Any]) -> dict[str, Any]:
    """Return what must be equal in both rows: for a message its field names, for bytes their length."""
    same = {name: value for name, value in row.items() if name not in _EACH_ITS_OWN}
    own: dict[str, Any] = {name: row[name] is not None for name in row if name in _EACH_ITS_OWN}
    if "payload" in row:
        own["payload"] = sorted(json.loads(row["payload"]))
    if "request_fingerprint" in row:
        own["request_fingerprint"] = len(row["request_fingerprint"])
    return same | own

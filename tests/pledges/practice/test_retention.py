"""Practice and phones are forgotten soon."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from services.pledges.privacy.evenings import forget_what_is_due
from tests.pledges.conftest import NOW, Caller
from tests.pledges.intake.test_sync import announce, on_phone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from shared.db.database import Database


async def test_practice_is_forgotten_after_a_day_and_phones_a_month_after_the_event(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    event_id, phone_id = await add_event(ends_at=NOW + timedelta(hours=2)), uuid4()
    await caller.log(on_phone(1, phone_id, event_id=str(event_id)))
    await caller.log(on_phone(1, phone_id, event_id=str(event_id), practice=True))
    await announce(caller, event_id, uuid4(), announced=1, name="Hannes telefon")

    async def rows() -> list[int]:
        async with pledges_database.read(taskforce_id) as conn:
            return [
                await conn.fetchval(f"select count(*) from {what}")
                for what in (
                    "practice_pledges",
                    "phone_captures where practice",
                    "phones where practice",
                    "phone_captures where not practice",
                    "phones where not practice",
                )
            ]

    kept = []
    for later in (timedelta(hours=23), timedelta(hours=25), timedelta(days=30), timedelta(days=31)):
        await forget_what_is_due(pledges_database, at=NOW + later)
        kept.append(await rows())

    assert kept == [[1, 1, 1, 1, 2], [0, 0, 0, 1, 2], [0, 0, 0, 1, 2], [0, 0, 0, 1, 0]]

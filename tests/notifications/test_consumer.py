"""From messages to deliveries, each once."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import TYPE_CHECKING

from tests.notifications.messages import hire, pledge, taskforce

if TYPE_CHECKING:
    from uuid import UUID

    from tests.notifications.conftest import Harness


async def test_each_message_leads_to_one_delivery_though_all_arrive_three_times_and_shuffled(
    harness: Harness, taskforce_id: UUID
) -> None:
    pledges = [pledge(taskforce_id) for _ in range(12)]
    hires = [hire(taskforce_id) for _ in range(5)]
    await harness.consume(*pledges, *hires, copies=3, shuffled=True)
    assert await harness.statuses(taskforce_id) == {("waiting", None): 17}
    assert {row["about_id"] for row in await harness.rows(taskforce_id)} == {
        *(message.pledge_id for message in pledges),
        *(message.hire_id for message in hires),
    }
    assert await harness.database.pool.fetchval("select count(*) from due_deliveries") == 17


async def test_all_versions_of_a_hire_lead_to_one_delivery(harness: Harness, taskforce_id: UUID) -> None:
    first = hire(taskforce_id)
    versions = [first.model_copy(update={"version": version}) for version in range(1, 6)]
    random.Random(3).shuffle(versions)
    for message in versions:
        await harness.consume(message)
    assert len(await harness.rows(taskforce_id)) == 1


async def test_a_notice_of_an_old_change_is_stored_and_never_due(harness: Harness, taskforce_id: UUID) -> None:
    await harness.consume(pledge(taskforce_id, ago=timedelta(hours=24, minutes=1)))
    assert await harness.statuses(taskforce_id) == {("skipped", "too_old"): 1}
    assert await harness.database.pool.fetchval("select count(*) from due_deliveries") == 0


async def test_one_id_in_two_taskforces_is_two_deliveries(
    harness: Harness, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    ours = pledge(taskforce_id)
    await harness.consume(ours, pledge(other_taskforce_id, pledge_id=ours.pledge_id))
    assert len(await harness.rows(taskforce_id)) == 1
    assert len(await harness.rows(other_taskforce_id)) == 1


async def test_the_newest_name_of_a_taskforce_is_kept(harness: Harness, taskforce_id: UUID) -> None:
    await harness.consume(taskforce(taskforce_id, "Ny", 2), taskforce(taskforce_id, "Gammel", 1))
    assert await harness.database.pool.fetchval("select name from taskforces") == "Ny"


async def test_deliveries_are_seen_by_their_own_taskforce_alone(
    harness: Harness, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    await harness.consume(pledge(taskforce_id))
    assert await harness.rows(other_taskforce_id) == []
    assert await harness.database.pool.fetchval("select count(*) from deliveries") == 0, "without a taskforce"

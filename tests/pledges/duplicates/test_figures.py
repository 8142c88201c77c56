"""Merging and separating, as the dashboard shows it: as of any day, and as known at any moment."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import pytest

from deploy.verification.source_records import FIGURES
from services.dashboard.measures.figures import compute
from services.dashboard.read_model.projections import MESSAGES
from services.pledges.duplicates.commands import decide
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.store import lock_pledge, save_state
from shared.contracts.catalogue import by_type
from shared.contracts.pledges import PledgeRestored, PledgeWithdrawn, PositionFilled
from shared.fields.copenhagen import COPENHAGEN
from shared.messaging import outbox
from shared.refusals import Refusal
from tests.dashboard.messages import apply_messages
from tests.pledges.conftest import Caller
from tests.pledges.duplicates.conftest import proposals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from services.pledges.duplicates.domain import ProposalDecision
    from shared.contracts.message import Message
    from shared.contracts.pledges import PledgeState
    from shared.db.database import Database

DECISIONS: Final[dict[str, ProposalDecision]] = {"merge": "merge", "unmerge": "unmerge", "keep": "keep"}
STEPS: Final = ("merge", "merge", "unmerge", "keep", "withdraw", "restore", "fill")


@pytest.mark.many_examples
async def test_figures_equal_their_recomputation_at_every_step_of_a_random_evening(
    caller: Caller,
    log_twins: Callable[..., Awaitable[list[dict[str, Any]]]],
    pledges_database: Database,
    dashboard_database: Database,
    taskforce_id: UUID,
) -> None:
    random = Random(6)
    pledges = [one["id"] for one in await log_twins(*({"positions": positions} for positions in (4, 5, 6, 7)))]
    pairs = {
        (pledges.index(one["first"]["id"]), pledges.index(one["second"]["id"])): one["id"]
        for one in await proposals(caller)
    }
    found = [pairs[pair] for pair in sorted(pairs)]
    assert len(found) == 6
    begun = datetime.now(UTC)
    days = [(begun.astimezone(COPENHAGEN) + timedelta(days=number)).date() for number in (0, 9, 40)]
    known: list[tuple[datetime, list[dict[str, int]]]] = []
    taken = set()
    for number in range(20):
        at = begun + timedelta(days=number, hours=1)
        step = random.choice(STEPS)
        with suppress(Refusal):
            if decision := DECISIONS.get(step):
                chosen = UUID(random.choice(found))
                await decide(pledges_database, taskforce_id, chosen, decision, decided_by=None, at=at)
            else:
                await _change(pledges_database, taskforce_id, UUID(random.choice(pledges)), step, at=at)
            taken.add(step)
        known.append((at, [await _recomputed(pledges_database, taskforce_id, day) for day in days]))
    await apply_messages(dashboard_database, *await _published(pledges_database, taskforce_id))

    assert taken == set(STEPS)
    assert len({str(figures) for _, figures in known}) > 5
    for at, expected in known:
        shown = [await compute(dashboard_database, taskforce_id, as_of=day, known_at=at) for day in days]
        assert [one.counts["pledged_positions"]["smaajob"] for one in shown] == [
            one.get("smaajob", 0) for one in expected
        ]


async def _change(database: Database, taskforce_id: UUID, pledge_id: UUID, step: str, *, at: datetime) -> None:
    async with database.change(taskforce_id) as conn:
        pledge = await lock_pledge(conn, taskforce_id, pledge_id)
        assert pledge is not None
        message: type[PledgeState]
        if step == "fill":
            pledge.fill(None, hire_id=uuid4())
            message, changed = PositionFilled, True
        elif step == "withdraw":
            changed = pledge.withdraw("company_withdrew", on=at.astimezone(COPENHAGEN).date())
            message = PledgeWithdrawn
        else:
            message, changed = PledgeRestored, pledge.restore()
        if changed:
            await save_state(conn, pledge)
            await outbox.add(conn, pledge_state(message, pledge, recorded_at=at))


async def _recomputed(database: Database, taskforce_id: UUID, day: date) -> dict[str, int]:
    """Return the pledged positions on a day from the service's own tables, by job type."""
    async with database.read(taskforce_id) as conn:
        rows = await conn.fetch(FIGURES, day)
    return {row["job_type"]: row["count"] for row in rows if (row["measure"], row["key"]) == ("pledged_positions", "")}


async def _published(database: Database, taskforce_id: UUID) -> list[Message]:
    classes = by_type(MESSAGES)
    async with database.read(taskforce_id) as conn:
        rows = await conn.fetch("select type, payload::text as payload from outbox order by position")
    return [classes[row["type"]].model_validate_json(row["payload"]) for row in rows]

"""Corrections and withdrawals, as the dashboard shows them: as of any day, and as known at any moment."""

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
from services.pledges.corrections.commands import correct_pledge
from services.pledges.corrections.schemas import PledgePatch
from services.pledges.hires.commands import confirm_hire
from services.pledges.hires.confirmation import HireConfirmation
from services.pledges.hires.domain import HireEditor
from services.pledges.pledges.commands import review_pledge
from services.pledges.pledges.domain import Contact, Editor, Limits
from services.pledges.withdrawals.commands import restore_pledge, withdraw_pledge
from shared.contracts.catalogue import by_type
from shared.db.idempotency import idempotent_request
from shared.fields.copenhagen import COPENHAGEN
from shared.refusals import Refusal
from tests.dashboard.messages import apply_messages
from tests.pledges.conftest import REQUEST_KEY, Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import date

    from shared.contracts.message import Message
    from shared.db.database import Database

    Counts = dict[tuple[str, str, str], int]

BY: Final = Editor(None, of_all=True)
MEASURES: Final = ("pledged_positions", "hires")
REASONS: Final = ("company_withdrew", "company_withdrew", "logged_by_mistake", "not_genuine")


@pytest.mark.many_examples
async def test_figures_equal_their_recomputation_after_every_change(
    caller: Caller,
    add_event: Callable[..., Awaitable[UUID]],
    pledges_database: Database,
    dashboard_database: Database,
    taskforce_id: UUID,
) -> None:
    random = Random(7)
    events = [str(await add_event()), str(await add_event()), None]
    pledges = [pledge_body(positions=3, event_id=random.choice(events)) for _ in range(4)]
    for body in pledges:
        await caller.log(body)
    begun = datetime.now(UTC)
    days = [(begun.astimezone(COPENHAGEN) + timedelta(days=number)).date() for number in (-1, 0, 9, 40)]
    known: list[tuple[datetime, list[Counts]]] = []
    for number in range(36):
        at = begun + timedelta(days=number, hours=1)
        chosen = UUID(random.choice(pledges)["id"])
        with suppress(Refusal):
            match random.choice(("correct", "correct", "correct", "withdraw", "restore", "restore", "fill", "decide")):
                case "correct":
                    patch = _patch(random, events)
                    await correct_pledge(pledges_database, taskforce_id, chosen, patch, by=BY, limits=Limits(), at=at)
                case "withdraw":
                    reason: Any = random.choice(REASONS)
                    await withdraw_pledge(pledges_database, taskforce_id, chosen, reason, by=BY, at=at)
                case "restore":
                    await restore_pledge(pledges_database, taskforce_id, chosen, by=BY, at=at)
                case "decide":
                    decision: Any = random.choice(("accepted", "accepted", "rejected"))
                    await review_pledge(pledges_database, taskforce_id, chosen, decision, decided_by=None, at=at)
                case _:
                    await _hire(pledges_database, taskforce_id, chosen, at=at)
        known.append((at, [await _recomputed(pledges_database, taskforce_id, day) for day in days]))
    await apply_messages(dashboard_database, *await _published(pledges_database, taskforce_id))

    assert len({str(counts) for _, counts in known}) > 5
    for at, expected in known:
        assert [await _shown(dashboard_database, taskforce_id, day, at) for day in days] == expected, at


def _patch(random: Random, events: list[str | None]) -> PledgePatch:
    changes: dict[str, Any] = {
        "positions": random.randint(1, 5),
        "job_type": random.choice(("smaajob", "praktik")),
        "event_id": random.choice(events),
    }
    name = random.choice(list(changes))
    return PledgePatch.model_validate({"reason": "Ringede", name: changes[name]})


async def _hire(database: Database, taskforce_id: UUID, pledge_id: UUID, *, at: datetime) -> None:
    confirmation = HireConfirmation(
        id=uuid4(),
        start_date=at.date(),
        weekly_hours=Limits().weekly_hours,
        contact_person=Contact("Jonas", "96848484"),
        pledge_id=pledge_id,
    )
    request = idempotent_request(str(confirmation.id), {}, sender="test", key=REQUEST_KEY)
    await confirm_hire(
        database, taskforce_id, confirmation, by=HireEditor(None), request=request, limits=Limits(), at=at
    )


async def _recomputed(database: Database, taskforce_id: UUID, day: date) -> Counts:
    """Return the figures by measure, event or quarter, and job type, from the pledges' own tables."""
    async with database.read(taskforce_id) as conn:
        rows = await conn.fetch(FIGURES, day)
    return {
        (row["measure"], row["key"], row["job_type"]): row["count"]
        for row in rows
        if row["measure"] in MEASURES and row["count"]
    }


async def _published(database: Database, taskforce_id: UUID) -> list[Message]:
    classes = by_type(MESSAGES)
    async with database.read(taskforce_id) as conn:
        rows = await conn.fetch("select type, payload::text as payload from outbox order by position")
    return [classes[row["type"]].model_validate_json(row["payload"]) for row in rows]


async def _shown(database: Database, taskforce_id: UUID, day: date, known_at: datetime) -> Counts:
    """Return the same from the dashboard."""
    figures = await compute(database, taskforce_id, as_of=day, known_at=known_at)
    parts = [("", figures.counts)]
    parts += [(str(event.event_id), event.counts) for event in figures.events]
    parts += [(quarter.quarter, quarter.counts) for quarter in figures.quarters]
    return {
        (measure, key, job_type): count
        for key, counts in parts
        for measure in MEASURES
        for job_type, count in counts[measure].items()
        if count
    }

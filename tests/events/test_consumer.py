"""Companies that have asked on their page to come to an event are registered, once, whatever comes again or late."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.events.consumer import apply
from shared.contracts.pledges import EventRegistrationRequested
from shared.messaging.envelope import Delivery
from tests.events.conftest import published

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.events.conftest import Caller


async def ask(
    db: Database, taskforce_id: UUID, event: dict[str, Any], company_id: str, *requests: tuple[int, bool]
) -> list[tuple[str, int]]:
    """Deliver a company's requests by version. Returns the messages about registrations since the start."""
    deliveries = [
        Delivery(
            EventRegistrationRequested(
                taskforce_id=taskforce_id,
                version=version,
                recorded_at=datetime.now(UTC),
                event_id=UUID(event["id"]),
                company_id=UUID(company_id),
                wanted=wanted,
            ),
            uuid4(),
            uuid4(),
        )
        for version, wanted in requests
    ]
    async with db.change(taskforce_id) as conn:
        await apply(conn, deliveries)
    return [(name, fact["version"]) for name, fact in await published(db) if name.startswith("Registration")]


async def test_a_request_registers_and_unregisters_once(caller: Caller, db: Database, taskforce_id: UUID) -> None:
    company, event = await caller.company(), await caller.event("publish")
    assert await ask(db, taskforce_id, event, company["id"], (1, True), (1, True)) == [("RegistrationMade", 1)]
    assert (await ask(db, taskforce_id, event, company["id"], (2, False)))[1:] == [("RegistrationCancelled", 2)]
    # The first one again, late.
    assert len(await ask(db, taskforce_id, event, company["id"], (1, True))) == 2


async def test_a_replay_does_not_undo_what_staff_have_done_since(
    caller: Caller, db: Database, taskforce_id: UUID
) -> None:
    company, event = await caller.company(), await caller.event("publish")
    await ask(db, taskforce_id, event, company["id"], (1, True))
    path = f"/events/{event['id']}/registrations"
    [made] = (await caller.get(path)).json()["items"]
    await caller.post(f"{path}/{made['id']}/cancel", if_match='"1"')

    await ask(db, taskforce_id, event, company["id"], (1, True))

    assert (await caller.get(path)).json()["items"] == []


async def test_what_the_rules_refuse_changes_nothing_and_lets_the_others_through(
    caller: Caller, db: Database, taskforce_id: UUID
) -> None:
    company, over = await caller.company(), await caller.event("publish", "open", "close")
    assert await ask(db, taskforce_id, over, company["id"], (1, True), (2, False)) == []
    assert await ask(db, taskforce_id, {"id": str(uuid4())}, company["id"], (1, True)) == []
    ahead = await caller.event("publish")
    assert await ask(db, taskforce_id, ahead, str(uuid4()), (1, True)) == []
    assert await ask(db, taskforce_id, ahead, company["id"], (1, True)) == [("RegistrationMade", 1)]

"""Logging a pledge for practice, and deleting what practice has left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from services.pledges.phones.store import Arrival, save_arrivals
from services.pledges.pledges.commands import LoggedPledge
from services.pledges.pledges.domain import Pledge
from services.pledges.pledges.new_pledge import new_pledge
from services.pledges.pledges.refusals import IdTaken
from services.pledges.practice import store
from services.pledges.register.store import load_register_context

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.pledges.pledges.commands import NewPledge
    from shared.db.database import Connection, Database


async def log_practice_pledge(db: Database, taskforce_id: UUID, new: NewPledge) -> LoggedPledge:
    """Answer a pledge of practice by the rules of a real one. Nothing but the live page of practice ever shows it.

    The same request again gets the same answer. It takes no idempotency key, because keys are kept for ever.

    Raises:
        IdTaken: another request has used the id for practice.
        Refusal: see `Pledge.log`.
    """
    async with db.change(taskforce_id) as conn:
        pledge = await _judge(conn, taskforce_id, new)
        if await store.insert_practice_pledge(conn, pledge, new.request.fingerprint):
            capture = pledge.terms.capture
            if capture is not None and pledge.terms.event_id is not None:
                arrival = Arrival(pledge.terms.event_id, capture, pledge.id, pledge.received_at)
                await save_arrivals(conn, taskforce_id, [arrival], practice=True)
            return LoggedPledge(pledge, repeated=False)
        received_at = await store.practice_pledge_of_request(conn, taskforce_id, pledge.id, new.request.fingerprint)
        if received_at is None:
            raise IdTaken
        return LoggedPledge(
            await _judge(conn, taskforce_id, replace(new, received_at=received_at)),
            repeated=True,
        )


async def _judge(conn: Connection, taskforce_id: UUID, new: NewPledge) -> Pledge:
    [context] = await load_register_context(conn, taskforce_id, [(new.event_id, new.terms.company)])
    return new_pledge(
        taskforce_id,
        new.terms,
        by=new.by,
        event=context.event,
        register=context.candidates,
        received_at=new.received_at,
        limits=new.limits,
    )


async def delete_practice(
    db: Database, taskforce_id: UUID, *, event_id: UUID | None = None, before: datetime | None = None
) -> None:
    """Delete what practice has left: of one event or of all, and only what is older than `before`."""
    async with db.change(taskforce_id) as conn:
        await store.delete_practice(conn, taskforce_id, event_id=event_id, before=before)

"""Pledges that come at the same moment, as an evening's do: those with nothing special about them share a transaction.

What is special (a repeat, a refusal, an id that is taken) is left to `commands.log_pledge`, which decides about one
pledge in a transaction of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.pledges.pledges import idempotency, store
from services.pledges.pledges.domain import Guest, Limits, Person, Pledge, Promise
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.refusals import IdTaken
from shared.contracts.pledges import PledgeLogged
from shared.db.group_commit import GroupCommit
from shared.messaging import outbox
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from services.pledges.pledges.idempotency import Asked
    from shared.db.database import Connection, Database


@dataclass(frozen=True, slots=True)
class NewPledge:
    """A pledge that somebody asks to be logged.

    Attributes:
        received_at: when it came.
        correlation_id: of the request.
    """

    promise: Promise
    by: Person | Guest
    asked: Asked
    limits: Limits
    received_at: datetime
    correlation_id: UUID | None

    @property
    def event_id(self) -> UUID | None:
        """The event it belongs to."""
        return event_of(self.promise, self.by)


PledgesTogether = GroupCommit[NewPledge, Pledge | None]


def pledges_together(database: Database) -> PledgesTogether:
    """Return what logs pledges together; of one that it leaves alone it has changed nothing, and says None.

    It looks at events and companies before it claims the keys, for what is refused must not keep its key: while it
    waits for a key (0.5 s at most), an event may close. Alone it is the other way round.
    """
    return GroupCommit(database, _log)


def event_of(promise: Promise, by: Person | Guest) -> UUID | None:
    """Return the event a promise belongs to: without one of its own, that of the pass it comes with."""
    return promise.event_id or (by.event_id if isinstance(by, Guest) else None)


async def _log(conn: Connection, taskforce_id: UUID, wanted: Sequence[NewPledge]) -> list[Pledge | None]:
    pledges = await _decide(conn, taskforce_id, wanted)
    # In the order of their keys: see `idempotency.claim`.
    order = sorted(pledges, key=lambda number: wanted[number].asked.key)
    claimed = await idempotency.claim(
        conn,
        taskforce_id,
        "log_pledge",
        [(wanted[number].asked, pledges[number].id, wanted[number].received_at) for number in order],
    )
    new = [number for number in order if wanted[number].asked.key in claimed]
    if new:
        digests = [(pledges[number], wanted[number].asked.digest) for number in new]
        if len(await store.insert_pledges(conn, digests)) != len(new):
            raise IdTaken  # of one of them; nothing of any is kept
        told = [
            (pledge_state(PledgeLogged, pledges[number], recorded_at=wanted[number].received_at), number)
            for number in new
        ]
        await outbox.add_all(conn, [(message, wanted[number].correlation_id) for message, number in told])
    logged = set(new)
    return [pledges[number] if number in logged else None for number in range(len(wanted))]


async def _decide(conn: Connection, taskforce_id: UUID, wanted: Sequence[NewPledge]) -> dict[int, Pledge]:
    """The pledges that can be logged, each by its number among those that are wanted."""
    around = await idempotency.look_around(conn, taskforce_id, [(one.event_id, one.promise.company) for one in wanted])
    pledges: dict[int, Pledge] = {}
    seen: set[str | UUID] = set()
    for number, (one, surroundings) in enumerate(zip(wanted, around, strict=True)):
        if not seen.isdisjoint({one.asked.key, one.promise.id}):  # the second of two that came at once
            continue
        try:
            pledges[number] = Pledge.log(
                taskforce_id,
                one.promise,
                by=one.by,
                event=surroundings.event,
                register=surroundings.candidates,
                received_at=one.received_at,
                limits=one.limits,
            )
        except Refusal:  # it may be the repeat of one that was not refused
            continue
        seen |= {one.asked.key, one.promise.id}
    return pledges

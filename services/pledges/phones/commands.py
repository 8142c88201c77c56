"""A phone tells how far its running numbers go, and somebody decides to wait for it no longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.phones import store
from services.pledges.phones.domain import PhoneNotFound, SetAside, missing_numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from uuid import UUID

    from shared.db.database import Database


@dataclass(frozen=True, slots=True)
class PhoneState:
    """What has arrived of a phone, and which numbers that it has told of have not."""

    arrived: Sequence[int]
    missing: Sequence[int]


async def announce_phone(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    phone_id: UUID,
    *,
    name: str | None,
    announced: int,
    discarded: Collection[int],
    practice: bool,
    at: datetime | None = None,
) -> PhoneState:
    """Record the highest running number that a phone has used, and the numbers that were deleted on it.

    Repeated, out of order or with less than before, it never forgets what the phone told of.

    Args:
        name: of the phone; None: it keeps the one it has.
        at: when the request came; None: now.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        told = await store.save_announcement(
            conn,
            taskforce_id,
            event_id,
            phone_id,
            practice=practice,
            announced=announced,
            discarded=discarded,
            at=now,
        )
        arrived = await store.arrived_numbers(conn, taskforce_id, event_id, phone_id, practice=practice)
        missing = missing_numbers(told.announced, arrived, told.discarded)
        waiting_since = (told.waiting_since or now) if missing else None
        await store.save_phone(
            conn, taskforce_id, event_id, phone_id, practice=practice, name=name, waiting_since=waiting_since
        )
    return PhoneState(arrived, missing)


async def set_phone_aside(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    phone_id: UUID,
    *,
    practice: bool,
    by: UUID,
    reason: str,
    at: datetime | None = None,
) -> None:
    """Wait no longer for what a phone has told of, until it is in contact again.

    Args:
        at: when it was decided; None: now.

    Raises:
        PhoneNotFound: no such phone has had the event's intake open.
    """
    decision = SetAside(at or datetime.now(UTC), by, reason)
    async with db.change(taskforce_id) as conn:
        if not await store.save_set_aside(
            conn, taskforce_id, event_id, phone_id, practice=practice, set_aside=decision
        ):
            raise PhoneNotFound


async def wait_for_phone(db: Database, taskforce_id: UUID, event_id: UUID, phone_id: UUID, *, practice: bool) -> None:
    """Undo `set_phone_aside`. A phone that is not set aside does not change.

    Raises:
        PhoneNotFound: no such phone has had the event's intake open.
    """
    async with db.change(taskforce_id) as conn:
        if not await store.save_set_aside(conn, taskforce_id, event_id, phone_id, practice=practice, set_aside=None):
            raise PhoneNotFound

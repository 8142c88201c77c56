"""Whose job a hire is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.hires.commands.locking import lock_for_change, save_change
from services.pledges.hires.domain import HireChange
from services.pledges.participants.access import disclosure_in
from services.pledges.participants.refusals import UnknownParticipant
from services.pledges.participants.store import find_participant
from shared.contracts.pledges import HireCitizenChanged
from shared.privacy.access_log import PLACEMENT

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.hires.domain import Hire, HireEditor
    from services.pledges.participants.access import Reader
    from shared.db.database import Connection, Database
    from shared.db.idempotency import IdempotentRequest


async def change_citizen(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    participant_id: UUID | None,
    *,
    by: HireEditor,
    reader: Reader | None = None,
    request: IdempotentRequest,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """Name another participant as the citizen of a hire, or nobody.

    Args:
        db: a `ParticipantsDatabase` where a participant is named.
        reader: as whom the case worker looks at participants; only needed for one.
        seen_version: the hire's version that the case worker saw; None: any.
        at: when the request came; None: now.

    Raises:
        IdempotencyKeyReused, HireNotFound, OtherMunicipality: see `lock_for_change`.
        UnknownParticipant: the reader sees no such participant.
        HireRevoked, StaleHire: see `Hire.change_citizen`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        locked = await lock_for_change(conn, taskforce_id, hire_id, "change_citizen", request, by=by, at=now)
        hire = locked.hire
        if not locked.repeated:
            citizen_id = await citizen_of(conn, participant_id, reader=reader)
            change = HireChange("citizen_changed", hire.snapshot(), by.id, now)
            if hire.change_citizen(citizen_id, seen_version=seen_version):
                await save_change(conn, hire, change, HireCitizenChanged)
    return hire


async def citizen_of(conn: Connection, participant_id: UUID | None, *, reader: Reader | None) -> UUID | None:
    """Return the `citizen_id` of a participant; None without one.

    The participant stays locked until the end of the transaction, so that nobody is erased between the look-up and the
    hire. The look-up is logged.

    Raises:
        UnknownParticipant: the reader sees no such participant.
    """
    if participant_id is None:
        return None
    assert reader is not None  # only a route without participants has none
    disclosure = await disclosure_in(conn, reader, purpose=PLACEMENT, action="change")
    participant = await find_participant(disclosure, participant_id, lock=True)
    if participant is None:
        raise UnknownParticipant
    return participant.citizen_id

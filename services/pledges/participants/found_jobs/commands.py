"""Logging a pledge that a company makes for one known participant."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from services.pledges.participants.access import disclosure_in
from services.pledges.participants.found_jobs.refusals import OneCitizenOnePosition
from services.pledges.participants.found_jobs.store import insert_found_job
from services.pledges.participants.matches import Match, record_match, standing_match_of_participant
from services.pledges.participants.refusals import UnknownParticipant
from services.pledges.participants.store import find_participant
from services.pledges.pledges.commands import log_within
from services.pledges.pledges.events_out import pledge_state
from services.pledges.pledges.position_changes import insert_position_change
from services.pledges.pledges.store import lock_pledge, save_state
from shared.contracts.pledges import PositionMatched
from shared.messaging import outbox
from shared.privacy.access_log import PLACEMENT
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant
    from services.pledges.pledges.commands import LoggedPledge, NewPledge
    from shared.privacy.access_log import Disclosure


async def log_found_job(
    db: ParticipantsDatabase, reader: Reader, participant_id: UUID, new: NewPledge, *, by: UUID | None
) -> LoggedPledge:
    """Log a pledge of one position for a participant, exactly once, and match its position with them.

    The position stays vacant where the pledge waits for a coordinator, or another position was found for them before.

    Args:
        reader: as whom the case worker looks at participants.
        by: the account of the case worker.

    Raises:
        OneCitizenOnePosition: it has several positions.
        UnknownParticipant: the reader sees no such participant.
        IdempotencyKeyReused, IdTaken, Refusal: see `log_pledge`. Nothing has changed.
    """
    if new.terms.positions != 1:
        raise OneCitizenOnePosition
    async with db.change(reader.taskforce_id) as conn:
        logged = await log_within(conn, reader.taskforce_id, new)
        disclosure = await disclosure_in(conn, reader, purpose=PLACEMENT, action="change")
        participant = await find_participant(disclosure, participant_id, lock=True)
        if participant is None:
            raise UnknownParticipant
        if not logged.repeated:
            await insert_found_job(disclosure, logged.pledge.id, participant_id, by=by, at=new.received_at)
            await _match(disclosure, logged.pledge.id, participant, by=by, at=new.received_at)
    return logged


async def _match(
    disclosure: Disclosure, pledge_id: UUID, participant: Participant, *, by: UUID | None, at: datetime
) -> None:
    pledge = await lock_pledge(disclosure.conn, disclosure.taskforce_id, pledge_id)
    assert pledge is not None  # this transaction has logged it
    if not pledge.counted or await standing_match_of_participant(disclosure, participant.id) is not None:
        return
    [position] = pledge.positions
    step = pledge.match(position.id, on=local_date(at))
    await save_state(disclosure.conn, pledge)
    await insert_position_change(disclosure.conn, pledge, step, by=by, at=at)
    await record_match(disclosure, Match(uuid4(), participant.id, position.id, pledge_id, by, at))
    await outbox.add(disclosure.conn, pledge_state(PositionMatched, pledge, recorded_at=at))

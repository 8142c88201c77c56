"""Deciding who gets a position, and noting what a company has answered. What a use case returns has been committed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from services.pledges.matching.refusals import ParticipantGone, ParticipantMatched, ParticipantNotActive
from services.pledges.matching.store import save_needs
from services.pledges.participants.access import disclose_participants
from services.pledges.participants.matches import Match, record_match, standing_match_of_participant
from services.pledges.participants.store import find_participant
from services.pledges.pledges.position_changes import pledge_of_position
from services.pledges.pledges.refusals import PositionNotFound
from services.pledges.positions.commands import match_position_in
from shared.privacy.access_log import PLACEMENT

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.matching.domain import Needs
    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.pledges.domain import Editor, Pledge
    from shared.db.database import Database
    from shared.db.idempotency import IdempotentRequest


async def match_participant(
    db: ParticipantsDatabase,
    reader: Reader,
    position_id: UUID,
    participant_id: UUID,
    *,
    by: Editor,
    request: IdempotentRequest | None = None,
    note: str | None = None,
    at: datetime | None = None,
) -> Pledge:
    """Decide that a participant gets a position. A person may decide so whatever the criteria say.

    Of two who choose the same position or the same participant at once, one succeeds: the pledge is locked first, and
    then the participant.

    Args:
        request: as of `positions.commands.match_position`.

    Raises:
        ParticipantGone: the reader sees no such participant.
        ParticipantNotActive, ParticipantMatched
        Refusal: see `positions.commands.match_position`. Nothing has changed.
    """
    at = at or datetime.now(UTC)
    async with disclose_participants(db, reader, purpose=PLACEMENT, action="change") as disclosure:
        # Whether there is such a participant is asked before anything else, and again once both are locked.
        if await find_participant(disclosure, participant_id) is None:
            raise ParticipantGone
        pledge, repeated = await match_position_in(
            disclosure.conn, reader.taskforce_id, position_id, by=by, request=request, note=note, at=at
        )
        if repeated:
            return pledge
        participant = await find_participant(disclosure, participant_id, lock=True)
        if participant is None:
            raise ParticipantGone
        if participant.status != "active":
            raise ParticipantNotActive
        if await standing_match_of_participant(disclosure, participant_id) is not None:
            raise ParticipantMatched
        await record_match(disclosure, Match(uuid4(), participant_id, position_id, pledge.id, by.id, at))
    return pledge


async def answer_needs(db: Database, taskforce_id: UUID, position_id: UUID, needs: Needs) -> None:
    """Note what a company has answered about the positions of a pledge, in place of what it answered before.

    Args:
        position_id: one of the positions.

    Raises:
        PositionNotFound: the taskforce has no such position.
    """
    async with db.change(taskforce_id) as conn:
        pledge_id = await pledge_of_position(conn, taskforce_id, position_id)
        if pledge_id is None:
            raise PositionNotFound
        await save_needs(conn, taskforce_id, pledge_id, needs, at=datetime.now(UTC))

"""Whose job a hire is, on the pages: by the municipality's case reference. Each look-up is logged."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from services.pledges.hires.access import record_unknown_participant
from services.pledges.participants.access import case_worker, disclose_participants
from services.pledges.participants.matches import standing_match_of_position
from services.pledges.participants.naming import named_participants
from shared.privacy.access_log import PLACEMENT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from fastapi import Request

    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.naming import NamedParticipant
    from shared.http.auth import Principal
    from shared.privacy.access_log import Disclosure


@asynccontextmanager
async def _look_up(db: ParticipantsDatabase, principal: Principal) -> AsyncIterator[Disclosure]:
    async with disclose_participants(db, case_worker(principal), purpose=PLACEMENT) as disclosure:
        yield disclosure


async def citizen_of_position(
    db: ParticipantsDatabase, principal: Principal, position_id: UUID
) -> NamedParticipant | None:
    """Return for whom a position was found; None: nobody whom the case worker may see."""
    async with _look_up(db, principal) as disclosure:
        match = await standing_match_of_position(disclosure, position_id)
        if match is None:
            return None
        found = await named_participants(disclosure, principal.taskforce, ids=[match.participant_id])
    return found[0] if found else None


async def citizen_called(
    db: ParticipantsDatabase, request: Request, principal: Principal, case_reference: str | None
) -> NamedParticipant | None:
    """Return the participant with a typed case reference. A reference that is nobody's is recorded as a refusal."""
    if not case_reference:
        return None
    async with _look_up(db, principal) as disclosure:
        found = await named_participants(disclosure, principal.taskforce, case_reference=case_reference)
    if not found:
        record_unknown_participant(request)
        return None
    return found[0]


async def citizens(
    db: ParticipantsDatabase, principal: Principal, citizen_ids: Sequence[UUID]
) -> dict[UUID, NamedParticipant]:
    """Return the participants whom hires name, by their `citizen_id`. An erased one is nobody's."""
    if not citizen_ids:
        return {}
    async with _look_up(db, principal) as disclosure:
        found = await named_participants(disclosure, principal.taskforce, citizens=citizen_ids)
    return {one.citizen_id: one for one in found}

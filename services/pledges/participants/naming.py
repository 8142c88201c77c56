"""The case reference behind a `citizen_id` or a typed case reference, for those who may see it. Nothing commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.pledges.participants.store import TABLE
from shared.fields.case_reference import case_reference_key
from shared.privacy.access_log import discloses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class NamedParticipant:
    """A participant as pages about something else name them.

    Attributes:
        hires: how many hires are theirs. Those whose confirmation was undone are left out.
    """

    id: UUID
    citizen_id: UUID
    case_reference: str
    hires: int


@discloses(TABLE, key=lambda participant: participant.id)
async def named_participants(
    conn: Connection,
    taskforce_id: UUID,
    *,
    ids: Sequence[UUID] = (),
    citizens: Sequence[UUID] = (),
    case_reference: str | None = None,
) -> list[NamedParticipant]:
    """Return those whom the transaction sees, by their case reference.

    Args:
        citizens: their `citizen_id`.
        case_reference: in any spelling; with the municipality it is one participant's.
    """
    rows = await conn.fetch(
        """
        select id,
               citizen_id,
               case_reference,
               (select count(*)
                  from hires
                 where hires.taskforce_id = participant.taskforce_id
                   and hires.citizen_id = participant.citizen_id
                   and hires.counted) as hires
          from participants.participants as participant
         where taskforce_id = $1
           and (id = any ($2) or citizen_id = any ($3) or case_reference_key = $4)
         order by case_reference_key, id
        """,
        taskforce_id,
        list(ids),
        list(citizens),
        case_reference_key(case_reference) if case_reference is not None else None,
    )
    return [NamedParticipant(*row) for row in rows]

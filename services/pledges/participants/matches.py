"""SQL of matches: for whom a position was found. Everything takes a `Disclosure`; nothing commits.

A person is matched with one position at a time, and a position with one person. That a match ends with its position's
status is the database's doing: see `participants.follow_position` in the migration.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.participants.store import TABLE
from shared.privacy.access_log import discloses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Connection
    from shared.privacy.access_log import Disclosure


@dataclass(frozen=True, slots=True)
class Match:
    """A position that was found for somebody.

    Attributes:
        matched_by: the account of who decided it.
    """

    id: UUID
    participant_id: UUID
    position_id: UUID
    pledge_id: UUID
    matched_by: UUID | None
    matched_at: datetime


_COLUMNS: Final = "id, participant_id, position_id, pledge_id, matched_by, matched_at"


async def record_match(disclosure: Disclosure, match: Match) -> None:
    """Save a match. The caller has locked the position's pledge, and then the participant.

    Raises:
        asyncpg.UniqueViolationError: the participant or the position has another match that stands.
        asyncpg.InsufficientPrivilegeError: the transaction may not see the participant.
    """
    await disclosure.conn.execute(
        """
        insert into participants.matches
               (taskforce_id, id, participant_id, position_id, pledge_id, matched_by, matched_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        disclosure.taskforce_id,
        match.id,
        match.participant_id,
        match.position_id,
        match.pledge_id,
        match.matched_by,
        match.matched_at,
    )
    await disclosure.log(TABLE, [match.participant_id])


@discloses(TABLE, key=lambda match: match.participant_id)
async def standing_matches(
    conn: Connection, taskforce_id: UUID, *, positions: Sequence[UUID] = (), participants: Sequence[UUID] = ()
) -> list[Match]:
    """Return the standing matches of some positions and of some participants, as far as the transaction sees them."""
    rows = await conn.fetch(
        f"""
        select {_COLUMNS}
          from participants.matches
         where taskforce_id = $1
           and ended_at is null
           and (position_id = any ($2) or participant_id = any ($3))
         order by matched_at, id
        """,  # noqa: S608  (our own columns)
        taskforce_id,
        list(positions),
        list(participants),
    )
    return [Match(*row) for row in rows]


async def standing_match_of_position(disclosure: Disclosure, position_id: UUID) -> Match | None:
    """Return for whom a position was found; None: for nobody whom the transaction sees."""
    found = await standing_matches(disclosure, disclosure.taskforce_id, positions=[position_id])
    return found[0] if found else None


async def standing_match_of_participant(disclosure: Disclosure, participant_id: UUID) -> Match | None:
    """Return which position was found for somebody; None: none."""
    found = await standing_matches(disclosure, disclosure.taskforce_id, participants=[participant_id])
    return found[0] if found else None

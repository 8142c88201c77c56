"""What a pack is asked for: the meeting, its edition, and the changes since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.dashboard.measures import queries
from services.dashboard.meeting.access import MeetingIsCancelled, MeetingNotFound
from services.dashboard.meeting.queries import meeting_before, meetings
from services.dashboard.read_model.generations import SERVED

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.dashboard.meeting.queries import Meeting
    from shared.db.database import Connection


async def find_meeting(conn: Connection, meeting_id: UUID, *, sees_drafts: bool) -> tuple[Meeting, Meeting | None]:
    """Return a meeting and the one before it.

    Args:
        sees_drafts: whether a draft exists for whoever asks.

    Raises:
        MeetingNotFound, MeetingIsCancelled.
    """
    every = await meetings(conn)
    meeting = next((one for one in every if one.id == meeting_id), None)
    if meeting is None or (meeting.status == "draft" and not sees_drafts):
        raise MeetingNotFound
    if meeting.status == "cancelled":
        raise MeetingIsCancelled
    return meeting, meeting_before(every, meeting)


async def edition(conn: Connection, meeting_id: UUID) -> str:
    """Return the versions of a meeting and of its event: when one changes, the pack is made again."""
    return await conn.fetchval(  # type: ignore[no-any-return]
        f"""
        select concat_ws('.',
                         (select max(version) from employer_events where generation = {SERVED} and event_id = $1),
                         (select max(version) from meetings where generation = {SERVED} and meeting_id = $1))
        """,  # noqa: S608  (our own words)
        meeting_id,
    )


async def changed_at(conn: Connection) -> datetime | None:
    """Return when the latest change to the figures was recorded; None: there is none."""
    return await queries.last_change(conn)

"""The messages about meetings. Titles of items, presenters, minutes and decisions never travel."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shared.contracts.events import AgendaItem, MeetingState

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.events.calendar.meetings.domain import Meeting

MeetingMessage = TypeVar("MeetingMessage", bound=MeetingState)


def meeting_state(
    message: type[MeetingMessage], taskforce_id: UUID, meeting: Meeting, *, at: datetime
) -> MeetingMessage:
    """Return the message about a meeting's last change.

    Args:
        message: what has happened to it, such as `MeetingFiguresFixed`.
    """
    return message(
        taskforce_id=taskforce_id,
        version=meeting.version,
        recorded_at=at,
        meeting_id=meeting.id,
        as_of=meeting.as_of,
        known_at=meeting.known_at,
        agenda=tuple(AgendaItem(item_id=item.id, minutes=item.minutes, shows=item.shows) for item in meeting.items),
        decisions_open=meeting.decisions_open,
    )

"""Which meetings a viewer sees, and what of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.dashboard.meeting_times import Meeting
    from shared.http.auth import Principal


class MeetingNotFound(Refusal):
    """The taskforce has no such meeting, or it is a draft and the viewer does not plan meetings."""

    code = "meeting-not-found"
    kind = "not_found"
    title = N_("There is no such meeting")
    detail = N_("Find it in the list of meetings.")
    next_step = ("/meetings", N_("Meetings"))


class MeetingIsCancelled(Refusal):
    """A cancelled meeting has no figures to show."""

    code = "meeting-is-cancelled"
    kind = "conflict"
    title = N_("The meeting is cancelled")
    detail = N_("It has no figures, and no other meeting is compared with it.")
    next_step = ("/meetings", N_("Meetings"))


def sees_drafts(viewer: Principal) -> bool:
    """Whether the viewer sees drafts of meetings: those who plan them, as in the events service."""
    return viewer.has("coordinator", "admin")


def sees_agendas(viewer: Principal) -> bool:
    """Whether the viewer may open a meeting's event, agenda and decisions, which the events service has."""
    return viewer.has("member", "coordinator", "caseworker", "facilitator", "admin")


def visible(meetings: Sequence[Meeting], viewer: Principal) -> list[Meeting]:
    """Return the meetings that the viewer sees, in their order."""
    return [meeting for meeting in meetings if meeting.status != "draft" or sees_drafts(viewer)]


def find_with_figures(meetings: Sequence[Meeting], meeting_id: UUID, *, sees_drafts: bool) -> Meeting:
    """Return one of the meetings that has figures.

    Args:
        sees_drafts: whether a draft exists for whoever asks.

    Raises:
        MeetingNotFound, MeetingIsCancelled.
    """
    meeting = find(meetings, meeting_id)
    if meeting.status == "draft" and not sees_drafts:
        raise MeetingNotFound
    if meeting.status == "cancelled":
        raise MeetingIsCancelled
    return meeting


def find(meetings: Sequence[Meeting], meeting_id: UUID) -> Meeting:
    """Return one of the meetings, or raise `MeetingNotFound`."""
    for meeting in meetings:
        if meeting.id == meeting_id:
            return meeting
    raise MeetingNotFound

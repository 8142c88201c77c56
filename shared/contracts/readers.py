"""Which service reads which messages, to see who is affected by a change.

A test compares this with the consumers in the services' code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.contracts import dashboard, events, notifications, pledges

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.contracts.message import Message

READERS: Final[Mapping[str, tuple[type[Message], ...]]] = {
    "tilsagn.dashboard": (
        events.REGISTER + events.MEETINGS + events.TARGETS + pledges.PLEDGES_AND_HIRES + pledges.OUTREACH
    ),
    "tilsagn.events": (pledges.EventRegistrationRequested,),
    "tilsagn.notifications": (
        events.TaskforceRegistered,
        events.PersonInvited,
        events.SignInLinkRequested,
        events.MeetingPackIssued,
        dashboard.BoardReleased,
        pledges.PledgeLogged,
        pledges.HireConfirmed,
        pledges.CallListIssued,
        pledges.CheckpointDue,
    ),
    "tilsagn.pledges": (
        *(message for message in events.REGISTER if message is not events.TaskforceRegistered),
        *events.REGISTRATIONS,
        *events.AGREEMENTS,
        *events.TARGETS,
        dashboard.TargetJudged,
        *notifications.MESSAGES,
    ),
}
"""By consumer group; a group is named `tilsagn.<service>`."""


def reads(service: str) -> tuple[type[Message], ...]:
    """Return the messages that a service reads; none for a service without a consumer."""
    return READERS.get(f"tilsagn.{service}", ())

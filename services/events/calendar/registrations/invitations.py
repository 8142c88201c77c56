"""Invitations: the link in the QR code that a registered company shows at the door.

It names the event and the company, and no person, and lets nobody in by itself: a door keeper scans it. The door's
phone knows the codes of tonight's companies, so it recognises one without a network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from services.events.calendar.codes import authenticated_code, read_code

if TYPE_CHECKING:
    from services.events.settings import EventsSettings

_PURPOSE: Final = "invitation link"
_UUID_BYTES: Final = 16


class Invitation(NamedTuple):
    """What an invitation's code names."""

    taskforce_id: UUID
    event_id: UUID
    company_id: UUID


def invitation_code(settings: EventsSettings, invitation: Invitation) -> str:
    """Return the code of an invitation's link: 80 characters."""
    return authenticated_code(settings, _PURPOSE, b"".join(id.bytes for id in invitation))


def invitation_link(settings: EventsSettings, invitation: Invitation) -> str:
    """Return the link in an invitation's QR code."""
    return f"{settings.public_url}/events/invitation/{invitation_code(settings, invitation)}"


def read_invitation(settings: EventsSettings, code: str) -> Invitation:
    """Return what a code names. Raises `InvalidCode`."""
    content = read_code(settings, _PURPOSE, code, content_bytes=3 * _UUID_BYTES)
    return Invitation(*(UUID(bytes=content[at : at + _UUID_BYTES]) for at in range(0, len(content), _UUID_BYTES)))

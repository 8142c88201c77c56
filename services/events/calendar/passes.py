"""Event passes: a guest's signed token, the short link in the QR code that leads to it, and the code under it.

Every service verifies the token. A QR code with the token in it would be too dense to scan across a hall, so it holds
a short link of some 90 characters: event and generation, authenticated by a MAC whose key is derived from the signing
key. Opening the link gives the token, if passes are still available. Those who cannot scan type an address with the
taskforce's slug and eight characters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.events.calendar.codes import authenticated_code, authentication, read_code
from shared.http.auth import Principal, sign_token
from shared.secrets import code_from_digest

if TYPE_CHECKING:
    from services.events.calendar.domain import EmployerEvent
    from services.events.settings import EventsSettings

_PURPOSE: Final = "event pass link"
_GENERATION_BYTES: Final = 4
_CONTENT_BYTES: Final = 16 + 16 + _GENERATION_BYTES


@dataclass(frozen=True, slots=True)
class EventPass:
    """An issued pass.

    Attributes:
        token: a bearer token.
        url: opens the intake with the token.
        link: the same, short enough for a QR code; works as long as passes of the generation do.
        expires_at: when the token expires, in UTC.
    """

    token: str
    url: str
    link: str
    generation: int
    expires_at: datetime


def issue(settings: EventsSettings, taskforce_id: UUID, event: EmployerEvent) -> EventPass:
    """Return a pass of the event's current generation. Raises `PassNotAvailable`."""
    now = datetime.now(UTC)
    expires_at = event.pass_expires_at(now)
    token = sign_token(
        settings.token_private_key.get_secret_value(),
        Principal(
            subject=f"pass:{event.id}",
            roles=frozenset({"event_pass"}),
            taskforce_id=taskforce_id,
            event_id=event.id,
            pass_generation=event.pass_generation,
        ),
        lifetime_seconds=math.ceil((expires_at - now).total_seconds()),
    )
    code = link_code(settings, taskforce_id, event.id, event.pass_generation)
    return EventPass(
        token=token,
        url=f"{settings.public_url}/pledges/pass/{token}",
        link=f"{settings.public_url}/events/pass/{code}",
        generation=event.pass_generation,
        expires_at=expires_at,
    )


def read_link(settings: EventsSettings, code: str) -> tuple[UUID, UUID, int]:
    """Return the taskforce, event and generation that a link's code names. Raises `InvalidCode`."""
    content = read_code(settings, _PURPOSE, code, content_bytes=_CONTENT_BYTES)
    return UUID(bytes=content[:16]), UUID(bytes=content[16:32]), int.from_bytes(content[32:])


def link_code(settings: EventsSettings, taskforce_id: UUID, event_id: UUID, generation: int) -> str:
    """Return the code of the short link: event, generation and MAC in 64 characters."""
    content = taskforce_id.bytes + event_id.bytes + generation.to_bytes(_GENERATION_BYTES)
    return authenticated_code(settings, _PURPOSE, content)


def typed_code(settings: EventsSettings, taskforce_id: UUID, event_id: UUID, generation: int) -> str:
    """Return the code that people type when they cannot scan: eight characters, such as `AB3D-9KLM`."""
    content = b"spoken" + taskforce_id.bytes + event_id.bytes + generation.to_bytes(_GENERATION_BYTES)
    return code_from_digest(authentication(settings, _PURPOSE, content))

"""Event passes: the signed token a guest gets, the short link behind the QR code that leads to it, the code.

Where nobody can scan, the same is typed: an address with the taskforce's short name and eight characters.
The token is what every service verifies; in a QR code it would be too dense to scan across a hall. So the
code holds a link of some ninety characters, which says event and generation and is sealed with a key derived
from the signing key. Whoever opens it gets the token, if the event still hands any out.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

import segno

from shared.http.auth import Principal, sign_token
from shared.secrets import code_from_digest

if TYPE_CHECKING:
    from services.events.calendar.domain import EmployerEvent
    from services.events.settings import EventsSettings

_GENERATION_BYTES: Final = 4
_SEAL_BYTES: Final = 12
_CODE_BYTES: Final = 16 + 16 + _GENERATION_BYTES + _SEAL_BYTES


class PassLinkBroken(Exception):
    """No code of ours: mistyped, cut off or made up."""


@dataclass(frozen=True, slots=True)
class EventPass:
    """A pass as it is handed out.

    Attributes:
        token: to be used as a bearer token by a program.
        url: opens the intake with the token.
        link: the same, short, for QR codes; it works for as long as the event's passes do.
    """

    token: str
    url: str
    link: str
    generation: int
    expires_at: datetime


def issue(settings: EventsSettings, taskforce_id: UUID, event: EmployerEvent) -> EventPass:
    """Hand out a pass of the event's present generation. Raises `PassNotAvailable`."""
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
    """Return the taskforce, event and generation of a link's code. Raises `PassLinkBroken`."""
    try:
        raw = base64.b64decode(code, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise PassLinkBroken from error
    if len(raw) != _CODE_BYTES:
        raise PassLinkBroken
    taskforce_id, event_id = UUID(bytes=raw[:16]), UUID(bytes=raw[16:32])
    generation = int.from_bytes(raw[32:-_SEAL_BYTES])
    # The whole text, not only its bytes: there is one way to write a code.
    if not hmac.compare_digest(code, link_code(settings, taskforce_id, event_id, generation)):
        raise PassLinkBroken
    return taskforce_id, event_id, generation


def qr_svg(link: str) -> bytes:
    """The link's QR code as an SVG document: black on white with its quiet zone, no fixed size."""
    drawing = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        drawing,
        kind="svg",
        border=4,
        dark="#000",
        light="#fff",
        omitsize=True,
        xmldecl=False,
        svgclass=None,
        lineclass=None,
    )
    return drawing.getvalue()


def link_code(settings: EventsSettings, taskforce_id: UUID, event_id: UUID, generation: int) -> str:
    """What a short link ends with: event and generation, sealed, in 64 characters."""
    content = taskforce_id.bytes + event_id.bytes + generation.to_bytes(_GENERATION_BYTES)
    return base64.urlsafe_b64encode(content + _seal(settings, content)).decode()


def spoken_code(settings: EventsSettings, taskforce_id: UUID, event_id: UUID, generation: int) -> str:
    """What stands under the QR code for whoever cannot scan it: eight characters that nobody mistakes, `AB3D-9KLM`."""
    content = b"spoken" + taskforce_id.bytes + event_id.bytes + generation.to_bytes(_GENERATION_BYTES)
    return code_from_digest(_seal(settings, content))


def _seal(settings: EventsSettings, content: bytes) -> bytes:
    key = hashlib.sha256(b"event pass link\0" + settings.token_private_key.get_secret_value().encode()).digest()
    return hmac.digest(key, content, "sha256")[:_SEAL_BYTES]

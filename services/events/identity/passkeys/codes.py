"""The code that an administrator reads out to somebody: eight signs that nobody mistakes, 40 bits."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

from services.events.calendar.passes import SPOKEN_SIGNS, as_spoken

if TYPE_CHECKING:
    from uuid import UUID

    from services.events.settings import EventsSettings


def new_code() -> str:
    """A code that nobody has had before, as it is told: `AB3D-9KLM`."""
    return as_spoken("".join(secrets.choice(SPOKEN_SIGNS) for _ in range(8)))


def code_hash(settings: EventsSettings, taskforce_id: UUID, person_id: UUID, typed: str) -> bytes:
    """What is kept of somebody's code: without the key, which is not in the database, it cannot be searched for."""
    key = hashlib.sha256(b"enrolment code\0" + settings.token_private_key.get_secret_value().encode()).digest()
    return hmac.digest(key, taskforce_id.bytes + person_id.bytes + as_spoken(typed).encode(), "sha256")

"""What the database keeps of an enrolment code, which an administrator reads out to a person (`shared.secrets`)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from shared.secrets import normalize_code

if TYPE_CHECKING:
    from uuid import UUID

    from services.events.settings import EventsSettings


def code_hash(settings: EventsSettings, taskforce_id: UUID, person_id: UUID, typed: str) -> bytes:
    """Return the keyed hash of a person's code. The key is not in the database: a copy of that gives no code away."""
    key = hashlib.sha256(b"enrolment code\0" + settings.token_private_key.get_secret_value().encode()).digest()
    return hmac.digest(key, taskforce_id.bytes + person_id.bytes + normalize_code(typed).encode(), "sha256")

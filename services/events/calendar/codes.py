"""Codes of links in QR codes: what they name and a MAC, in base64url. Nobody can make or change one without our key.

A code for one purpose is of no use for another one: each purpose has a key of its own, derived from the signing key.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from services.events.settings import EventsSettings

_MAC_BYTES: Final = 12


class InvalidCode(Exception):
    """The code of a link is mistyped, incomplete or forged."""


def authenticated_code(settings: EventsSettings, purpose: str, content: bytes) -> str:
    """Return the code for what `content` names. Its length in bytes plus 12 should be a multiple of 3."""
    return base64.urlsafe_b64encode(content + authentication(settings, purpose, content)).decode()


def read_code(settings: EventsSettings, purpose: str, code: str, *, content_bytes: int) -> bytes:
    """Return the content of a code that was made for the purpose. Raises `InvalidCode`."""
    try:
        raw = base64.b64decode(code, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidCode from error
    if len(raw) != content_bytes + _MAC_BYTES:
        raise InvalidCode
    content = raw[:content_bytes]
    # Compares the text, not the bytes: base64 has several spellings of the same bytes.
    if not hmac.compare_digest(code, authenticated_code(settings, purpose, content)):
        raise InvalidCode
    return content


def authentication(settings: EventsSettings, purpose: str, content: bytes) -> bytes:
    """Return the MAC of the content, 12 bytes."""
    key = hashlib.sha256(purpose.encode() + b"\0" + settings.token_private_key.get_secret_value().encode()).digest()
    return hmac.digest(key, content, "sha256")[:_MAC_BYTES]

"""Random secrets and codes: making them, writing them as text, and what the database keeps of them.

A secret that a program carries (a cookie, a link, an API key) is 32 random bytes in base64url. A code that a person
reads out or types has eight characters that are hard to confuse, such as `AB3D-9KLM`: 40 bits, so code that accepts one
limits the number of tries.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from typing import Final

SECRET_BYTES: Final = 32
CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # pragma: allowlist secret
"""Crockford's base32: without I, L, O and U."""
_CODE_LENGTH: Final = 8
_LOOK_ALIKES: Final = str.maketrans("OIL", "011")


def new_secret() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(SECRET_BYTES)


def hash_secret(secret: bytes) -> bytes:
    """Return what the database keeps of a secret: its SHA-256. A secret is long and random, so that is enough."""
    return hashlib.sha256(secret).digest()


def write_secret(secret: bytes) -> str:
    """Return a secret as text for a cookie; `read_secret` is the inverse."""
    return to_base64url(secret)


def read_secret(text: str) -> bytes | None:
    """Return the secret that `write_secret` wrote; None for any other text."""
    secret = from_base64url(text)
    return secret if secret is not None and len(secret) == SECRET_BYTES else None


def to_base64url(raw: bytes) -> str:
    """Return bytes as base64url without padding, for addresses and cookies; `from_base64url` is the inverse."""
    return base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")


def from_base64url(text: str) -> bytes | None:
    """Return the bytes of base64url without padding; None for text that is not base64url."""
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return None


def new_code() -> str:
    """Return a random code for a person, such as `AB3D-9KLM`."""
    return normalize_code("".join(secrets.choice(CODE_ALPHABET) for _ in range(_CODE_LENGTH)))


def code_from_digest(digest: bytes) -> str:
    """Return the code for a person that a digest determines: 5 bits a character, from the digest's last bits."""
    number = int.from_bytes(digest)
    return normalize_code("".join(CODE_ALPHABET[number >> (5 * place) & 31] for place in range(_CODE_LENGTH)))


def normalize_code(typed: str) -> str:
    """Return a typed code in the form in which it is made: case, hyphens, blanks and look-alikes do not matter."""
    characters = typed.upper().translate(_LOOK_ALIKES).replace("-", "").replace(" ", "")
    return characters[:4] + "-" + characters[4:]

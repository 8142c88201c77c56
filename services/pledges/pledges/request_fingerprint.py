"""How a request that comes again is recognised, without keeping anything from which to guess what it said.

What is kept of a request is an HMAC of it under a key of the installation, which is not in the database. A plain
hash would not do: a body holds a contact's name and telephone number, and what is kept of it outlives their erasure;
whoever has the rows could try names and numbers until a hash fits.

The key must stay the same. Under another one a repeat of what was received before is refused as something else (it is
not logged twice, for its id is taken), and lines of an import without a reference are taken for new ones: their ids
follow from their content and the key.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr

_SEALED = b"\x01"
PLAIN_BYTES = 32
"""How long a plain hash is, as it was kept before there was a key; one that is sealed is longer."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a request is recognised by.

    Attributes:
        sealed: to be kept.
    """

    sealed: bytes
    _plain: bytes = field(repr=False)

    @property
    def as_kept(self) -> tuple[bytes, bytes]:
        """What may be kept of it: now, and before there was a key."""
        return self.sealed, self._plain

    def matches(self, kept: bytes) -> bool:
        """Whether this is what was asked then. Understands what was kept before there was a key."""
        return hmac.compare_digest(self._plain if len(kept) == PLAIN_BYTES else self.sealed, kept)


def fingerprint(content: str, key: SecretStr) -> Fingerprint:
    """Return what a request is recognised by.

    Args:
        content: what it asks, written in one way only.
        key: the installation's (`PledgesSettings.request_key`).
    """
    plain = hashlib.sha256(content.encode()).digest()
    return Fingerprint(seal(plain, key), plain)


def seal(plain: bytes, key: SecretStr) -> bytes:
    """Return what is kept instead of a plain SHA-256 hash, known by its length."""
    return _SEALED + hmac.digest(key.get_secret_value().encode(), plain, "sha256")

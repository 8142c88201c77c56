"""The token in the link of a card: whose taskforce it is, and a secret, in base64url: 43 characters.

The secret of a link for companies can be computed again with the installation's key, so that its QR code can be printed
as often as needed. The secret of a citizen's link is random and known to the citizen alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.participants.profile_cards.refusals import CardNotShown
from shared.secrets import from_base64url, hash_secret, to_base64url

if TYPE_CHECKING:
    from pydantic import SecretStr

_PURPOSE: Final = b"profile card\0"
_ID_BYTES: Final = 16
_SECRET_BYTES: Final = 16


def printed_secret(link_id: UUID, *, key: SecretStr) -> bytes:
    """Return the secret of a link for companies.

    Args:
        key: the installation's (`PledgesSettings.request_key`).
    """
    derived = hashlib.sha256(_PURPOSE + key.get_secret_value().encode()).digest()
    return hmac.digest(derived, link_id.bytes, "sha256")[:_SECRET_BYTES]


def random_secret() -> bytes:
    """Return the secret of a new link of a citizen."""
    return secrets.token_bytes(_SECRET_BYTES)


def write_token(taskforce_id: UUID, secret: bytes) -> str:
    """Return the token of a link."""
    return to_base64url(taskforce_id.bytes + secret)


def read_token(token: str) -> tuple[UUID, bytes]:
    """Return the taskforce of a token, and the hash of its secret. Raises `CardNotShown` for every other text."""
    raw = from_base64url(token)
    # base64 has several spellings of the same bytes: one of them is ours.
    if raw is None or len(raw) != _ID_BYTES + _SECRET_BYTES or to_base64url(raw) != token:
        raise CardNotShown
    return UUID(bytes=raw[:_ID_BYTES]), hash_secret(raw[_ID_BYTES:])

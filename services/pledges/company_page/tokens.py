"""The token in a company's link: which link of which taskforce it is, and a MAC, in base64url.

It says the same in every mail, so that all mails to a company hold one link. Nobody can make one without the
installation's key; the key is derived from `PledgesSettings.request_key`, for this purpose alone.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.company_page.refusals import LinkUnknown
from shared.secrets import from_base64url, to_base64url

if TYPE_CHECKING:
    from pydantic import SecretStr

_PURPOSE: Final = b"company link\0"
_MAC_BYTES: Final = 16
_ID_BYTES: Final = 16


def write_token(taskforce_id: UUID, link_id: UUID, *, key: SecretStr) -> str:
    """Return the token of a link: 64 characters.

    Args:
        key: the installation's (`PledgesSettings.request_key`).
    """
    content = taskforce_id.bytes + link_id.bytes
    return to_base64url(content + _mac(content, key))


def read_token(token: str, *, key: SecretStr) -> tuple[UUID, UUID]:
    """Return the taskforce and the link that a token names. Raises `LinkUnknown` for every other text."""
    raw = from_base64url(token)
    if raw is None or len(raw) != 2 * _ID_BYTES + _MAC_BYTES:
        raise LinkUnknown
    content = raw[: 2 * _ID_BYTES]
    # Compares the text, not the bytes: base64 has several spellings of the same bytes.
    if not hmac.compare_digest(token.encode(), to_base64url(content + _mac(content, key)).encode()):
        raise LinkUnknown
    return UUID(bytes=content[:_ID_BYTES]), UUID(bytes=content[_ID_BYTES:])


def _mac(content: bytes, key: SecretStr) -> bytes:
    derived = hashlib.sha256(_PURPOSE + key.get_secret_value().encode()).digest()
    return hmac.digest(derived, content, "sha256")[:_MAC_BYTES]

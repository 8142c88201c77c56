"""How a repeated request is recognised, without storing anything from which its content can be guessed.

What is stored of a request is an HMAC of it under a key of the installation, which is not in the database. A plain
hash would not do: a body holds a contact's name and telephone number, and what is stored of it outlives their erasure;
whoever has the rows could try names and numbers until a hash fits.

The key must stay the same. Under another one a repeat of an earlier request is refused as something else (it is not
logged twice, because its id is taken), and lines of an import without a reference count as new ones: their ids follow
from their content and the key.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import SecretStr


def fingerprint(content: str, key: SecretStr) -> bytes:
    """Return the 32 bytes that a request is recognised by; compare them with `hmac.compare_digest`.

    Args:
        content: what the request says, in its one canonical form.
        key: the installation's (`PledgesSettings.request_key`).
    """
    return hmac.digest(key.get_secret_value().encode(), content.encode(), "sha256")

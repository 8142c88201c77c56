"""Magic links, and when they are valid. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self
from uuid import UUID

from shared.i18n.translations import N_
from shared.refusals import Refusal
from shared.secrets import SECRET_BYTES, from_base64url, to_base64url

LIFETIME: Final = timedelta(minutes=10)
"""How long a link is valid (OWASP ASVS 5.0, 6.5.5: at most ten minutes for codes sent out of band)."""
MAX_PER_BROWSER: Final = 5
"""Requests from one browser for one person within `LIFETIME`."""
MAX_PER_PERSON: Final = 20
"""Requests from all browsers for one person within `LIFETIME`. Larger than `MAX_PER_BROWSER`, so that
a stranger cannot easily lock the person out.
"""
MAX_PER_NETWORK: Final = 10
"""Requests from one network for one address within `LIFETIME`, whether or not an account has the address. Smaller than
`MAX_PER_PERSON`, so that a stranger who discards cookies cannot reach that limit from one network.
"""
MAX_MAILS: Final = 5
"""Links that are made for one request. Each retry of the notifications service makes a new one."""


class LinkExpired(Refusal):
    """The link has been used, is too old, or does not exist."""

    code = "link-over"
    kind = "conflict"
    title = N_("This link no longer works")
    detail = N_("It has been used, or is more than ten minutes old. Ask for a new one.")
    next_step = ("/sign-in", N_("Ask for a new link"))


class WrongBrowser(Refusal):
    """The link was requested in another browser: the person who opens it may not be the one who requested it."""

    code = "another-browser"
    kind = "forbidden"
    title = N_("The link was requested in another browser")
    detail = N_("Open it there: it still works. Or ask for a new one here.")
    next_step = ("/sign-in", N_("Ask for a new link"))


@dataclass(frozen=True, slots=True)
class LinkCode:
    """The code in a link: the request's id, and a secret that is only in the mail."""

    taskforce_id: UUID
    request_id: UUID
    secret: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a link's code. Raises `LinkExpired` if it is malformed."""
        packed = from_base64url(text)
        if packed is None or len(packed) != 32 + SECRET_BYTES:
            raise LinkExpired
        return cls(UUID(bytes=packed[:16]), UUID(bytes=packed[16:32]), packed[32:])

    def text(self) -> str:
        """Return the code as text; `read` is the inverse."""
        return to_base64url(self.taskforce_id.bytes + self.request_id.bytes + self.secret)

"""A link and what makes it good. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self
from uuid import UUID

from shared.i18n.translations import N_
from shared.refusals import Refusal
from shared.secrets import SECRET_BYTES, from_base64url, to_base64url

LIFETIME: Final = timedelta(minutes=10)
"""How long a link is good (OWASP ASVS 5.0, 6.5.5: ten minutes at most for codes sent out of band)."""
MOST_AT_ONCE: Final = 5
"""Links that one browser can ask for on behalf of one person within `LIFETIME`."""
MOST_OF_ALL: Final = 20
"""And all browsers together: a stranger who asks in vain does not keep the person out at once."""
MOST_OF_ONE_NETWORK: Final = 10
"""How often one network may ask for one address, whether anybody has it or not: a stranger who throws away what their
browser is given does not use up `MOST_OF_ALL` from one place."""
MOST_MAILS: Final = 5
"""How often one link is made for the courier, who asks again when a mail server keeps him waiting."""


class LinkOver(Refusal):
    """The link has been used, is too old, or is none of ours."""

    code = "link-over"
    kind = "conflict"
    title = N_("This link no longer works")
    detail = N_("It has been used, or is more than ten minutes old. Ask for a new one.")
    next_step = ("/sign-in", N_("Ask for a new link"))


class AnotherBrowser(Refusal):
    """The link was asked for in another browser: whoever was sent it may not be who opens it."""

    code = "another-browser"
    kind = "forbidden"
    title = N_("The link was asked for in another browser")
    detail = N_("Open it there: it still works. Or ask for a new one here.")
    next_step = ("/sign-in", N_("Ask for a new link"))


@dataclass(frozen=True, slots=True)
class LinkCode:
    """What stands in the link: what was asked for, and the secret that was only ever in the mail."""

    taskforce_id: UUID
    request_id: UUID
    secret: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a link's code. Raises `LinkOver` for anything that we cannot have written."""
        packed = from_base64url(text)
        if packed is None or len(packed) != 32 + SECRET_BYTES:
            raise LinkOver
        return cls(UUID(bytes=packed[:16]), UUID(bytes=packed[16:32]), packed[32:])

    def text(self) -> str:
        """The code; `read` is its inverse."""
        return to_base64url(self.taskforce_id.bytes + self.request_id.bytes + self.secret)

"""E-mail addresses."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from shared.fields.cpr import refuse_cpr
from shared.fields.text import one_line

LONGEST = 254
"""Characters (RFC 5321, section 4.5.3.1.3, without the angle brackets)."""
# One mailbox as people write it. Only a mail sent there shows whether it exists. No character that separates
# addresses or headers.
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]{1,64}@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\".]{2,}")


def read_email(text: str) -> str:
    """Return the address. Raises the validation error `email` where it is not one."""
    if len(text) > LONGEST or not _EMAIL.fullmatch(text):
        raise PydanticCustomError("email", "Is not an e-mail address.")
    return text


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=LONGEST),
    AfterValidator(one_line),
    AfterValidator(refuse_cpr),
    AfterValidator(read_email),
]
"""One address on one line, in the case it was typed in."""

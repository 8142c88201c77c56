"""CVR numbers, which identify Danish companies."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator
from stdnum.dk import cvr as cvr_rules

from shared.fields.cpr import refuse_cpr
from shared.fields.text import canonical_line, drop_invisible

CVR_PREFIX: Final = r"(?:cvr(?:[ -]?(?:nr|nummer))?)?[\s.:-]*(?:dk)?[\s.:-]*"
"""A regular expression, in small letters, for what people write before a CVR number: `DK`, `CVR-nr.`."""
_PREFIX = re.compile(CVR_PREFIX, re.IGNORECASE)

TypedCvr = Annotated[str, AfterValidator(drop_invisible), AfterValidator(canonical_line), AfterValidator(refuse_cpr)]
"""Typed text of a CVR field, without invisible characters; `read_cvr` validates it."""


def cvr_digits(typed: str | None) -> str | None:
    """Return the eight digits of what was typed, whether or not they are a valid CVR number; None for anything else.

    Spaces, points, dashes, invisible characters and a leading `DK` or `CVR-nr.` are accepted.
    """
    compact = str(cvr_rules.compact(_PREFIX.sub("", drop_invisible(typed or "").strip(), count=1)))
    # ASCII digits only: `isdigit` accepts the digits of other scripts, too.
    return compact if compact.isascii() and compact.isdigit() and len(compact) == 8 else None


def read_cvr(typed: str | None) -> str | None:
    """Return the CVR number in what was typed, or None where it is not valid.

    Eight digits, weights 2,7,6,5,4,3,2,1, sum divisible by 11 (source: Erhvervsstyrelsen). What is accepted around
    them says `cvr_digits`.
    """
    digits = cvr_digits(typed)
    return digits if digits is not None and cvr_rules.is_valid(digits) else None

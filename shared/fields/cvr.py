"""CVR numbers, which Danish companies are known by."""

from __future__ import annotations

from stdnum.dk import cvr as cvr_rules


def read_cvr(typed: str | None) -> str | None:
    """Return the CVR number in what was typed, or None where there is no right one.

    Eight digits, weights 2,7,6,5,4,3,2,1, sum divisible by 11 (source: Erhvervsstyrelsen). Spaces and a
    leading `DK` are no mistake.
    """
    # Only ASCII digits: other scripts' digits would pass as digits and not be the number.
    if typed and typed.isascii() and cvr_rules.is_valid(typed):
        return str(cvr_rules.compact(typed))
    return None

"""CVR numbers, which Danish companies are known by."""

from __future__ import annotations

from stdnum.dk import cvr as cvr_rules


def read_cvr(typed: str | None) -> str | None:
    """Return the CVR number in what was typed, or None where it is not valid.

    Eight digits, weights 2,7,6,5,4,3,2,1, sum divisible by 11 (source: Erhvervsstyrelsen). Spaces and a leading `DK`
    are accepted.
    """
    # ASCII digits only: `isdigit` accepts the digits of other scripts, too.
    if typed and typed.isascii() and cvr_rules.is_valid(typed):
        return str(cvr_rules.compact(typed))
    return None

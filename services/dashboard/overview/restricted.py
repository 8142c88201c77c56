"""What viewers see who may not know of single persons: counts of 1 to 4 of them are hidden, and what gives them away.

Not here: how counts are hidden (`disclosure`), and who is restricted (`access`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.dashboard.disclosure import TOTAL, Hidden, hide_small
from services.dashboard.measures.figures import Employed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.dashboard.measures.selection import Filters


def shows_hires(filters: Filters) -> bool:
    """Whether hires are counted for a restricted viewer: not of one company, municipality or industry."""
    return filters.company_id is None and filters.municipality is None and filters.industry is None


def shown_counts(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the counts of a group's parts, with None for those to hide.

    The viewer knows the total from elsewhere on the page. Where it would give a part away whatever is hidden, such as
    in a group of three persons, all of the parts are None, zeros too.
    """
    shown = hide_small(counts, total_shown=True)
    if isinstance(shown[TOTAL], Hidden):
        return dict.fromkeys(counts)
    return {part: None if isinstance(shown[part], Hidden) else counts[part] for part in counts}


def shown_employed(counts: Employed) -> Employed | None:
    """Return an outcome after some months, or None if a part of it is to be hidden."""
    shown = shown_counts({"yes": counts.yes, "no": counts.no, "unknown": counts.unknown})
    return None if None in shown.values() else counts

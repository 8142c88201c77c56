"""What viewers see who may not know of single persons: counts of 1 to 4 of them are hidden, and what gives them away.

Of contacts with companies they see the whole taskforce only: which company the staff have contacted is not for them.

What divides hires more closely (by hours, reason and municipality, and after 3, 6 and 12 months), and how many citizens
they are, they see as it stood at the end of a quarter, and of the whole taskforce only. Otherwise two days, two moments
or two filters, one subtracted from the other, would tell about the one person who makes the difference: of the only
hire of a day, that the citizen had had another one before.

Not here: how counts are hidden (`disclosure`), and who is restricted (`access`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.dashboard.disclosure import COMPANIES, TOTAL, Hidden, hide_small, is_small
from services.dashboard.measures.breakdowns import Part, break_down
from services.dashboard.measures.figures import Counts, Employed, close_counts_from
from services.dashboard.measures.hires import Hires, HiresCurrent
from services.dashboard.measures.outreach import Outreach
from services.dashboard.measures.selection import Times, quarter_ends
from services.dashboard.measures.waits import OF_PERSONS, Wait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.dashboard.measures.breakdowns import Breakdown
    from services.dashboard.measures.figures import Figures
    from services.dashboard.measures.selection import Filters
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection


async def restrict_figures(conn: Connection, figures: Figures, *, job_type: JobType | None = None) -> None:
    """Replace in the figures what a restricted viewer sees at earlier times, or not at all.

    What is left has small counts, which are hidden where they are shown.

    Args:
        conn: with the snapshot of the figures.
        job_type: that of the breakdowns, if they have only one.
    """
    figures.waits = {
        pair: Wait(None, None) if pair in OF_PERSONS and is_small(wait.cases or 0) else wait
        for pair, wait in figures.waits.items()
    }
    figures.outreach = None if figures.filters else _shown_outreach(figures.outreach)
    if figures.filters:
        figures.hides_groups = True
        figures.counts.take_close_counts(Counts.zero("taskforce"))
    else:
        figures.closely = quarter_ends(Times(figures.as_of, figures.known_at))
        figures.counts.take_close_counts(await close_counts_from(conn, figures.closely))
        if "municipality" in figures.breakdowns:
            then = (await break_down(conn, figures.closely, job_type=job_type))["municipality"]
            _with_hires_of(figures.breakdowns["municipality"], then)
    figures.counts.without_health()


def _shown_outreach(outreach: Outreach | None) -> Outreach | None:
    """Hide the small counts. A card that was handed over is one person's."""
    if outreach is None or outreach.new_companies is None:
        return outreach
    return Outreach(
        None if is_small(outreach.new_companies, smallest=COMPANIES) else outreach.new_companies,
        {kind: None if is_small(number or 0) else number for kind, number in outreach.contacts.items()},
    )


def _with_hires_of(breakdown: Breakdown, then: Breakdown) -> None:
    """Replace the hires of each part by those of the same part at another time."""
    parts, earlier = {part.key: part for part in breakdown.parts}, {part.key: part for part in then.parts}
    for key in parts | earlier:
        numbers = earlier.get(key) or Part.zero(key, next(iter((parts | earlier)[key].counts.values())))
        if key not in parts:
            parts[key] = Part.zero(key, next(iter(numbers.counts.values())))
            breakdown.parts.append(parts[key])
        for measure in (Hires, HiresCurrent):
            parts[key].counts[measure.code] = numbers.counts[measure.code]


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

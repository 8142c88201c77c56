"""What has changed: each headline figure as a sum, from what the last meeting saw to now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from services.dashboard.bridge.counted import counted_by
from services.dashboard.bridge.queries import bridges
from services.dashboard.measures.catalogue import HEADLINES
from services.dashboard.measures.hires import Hires
from services.dashboard.measures.selection import Times
from services.dashboard.meeting_times import last_meeting
from services.dashboard.overview import findings
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.dashboard.bridge.domain import Bridge
    from services.dashboard.measures.figures import Figures
    from services.dashboard.measures.measure import Measure
    from services.dashboard.selection import Selection
    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed between two pairs of times.

    Attributes:
        title: the finding.
        meeting_id: the meeting that saw the first figures; None: there was none, and they are those of a quarter's end.
        bridges: one for each of the headline figures that the viewer may see.
    """

    title: str
    since: Times
    meeting_id: UUID | None
    bridges: Sequence[Bridge]


def end_of_last_quarter(day: date) -> Times | None:
    """Return the times of the figures at the end of the quarter before a day, as they were known at its end.

    Returns:
        None before the first quarter that a date can be in.
    """
    begins = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    if begins == date.min:
        return None
    return Times(begins - timedelta(days=1), datetime.combine(begins, time(0), COPENHAGEN))


def _is_earlier(since: Times, selection: Selection) -> bool:
    known_at = selection.known_at or datetime.now(UTC)
    return since.known_at is None or since.known_at <= known_at


async def changes(
    conn: Connection, selection: Selection, figures: Figures, measures: Sequence[type[Measure]] = HEADLINES
) -> Changes | None:
    """Return what has changed since the last meeting, or since the last quarter ended where there was none.

    Args:
        figures: those of the selection, from the same snapshot: what each sum leads to.
        measures: those that the viewer may see.

    Returns:
        None if the end of the quarter is still to come at the selection's times: there is nothing to compare with.
    """
    last = await last_meeting(conn, selection.times)
    since = last.times(selection.day) if last else end_of_last_quarter(selection.day)
    if since is None or not _is_earlier(since, selection):
        return None
    counted = [counted_by(measure, selection.job_type, filters=selection.filters) for measure in measures]
    ends = {measure: figures.counts.by_job_type(measure)[selection.job_type] for measure in measures}
    built = await bridges(conn, counted, since, selection.times, ends=ends)
    day = last.held_on if last else since.as_of
    hires = next((one for one in built if one.measure is Hires), None)
    title = findings.changes(hires.end - hires.start, day, meeting=last is not None) if hires else ""
    return Changes(title, since, last.id if last else None, built)

"""Reads everything that a pack is made from, all from one snapshot of the database."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from services.dashboard.bridge.counted import counted_by
from services.dashboard.bridge.domain import TimesReversed
from services.dashboard.bridge.errata import HEADLINES, HeldMeeting, errata
from services.dashboard.bridge.queries import bridge
from services.dashboard.measures.breakdowns import break_down
from services.dashboard.measures.figures import compute_from
from services.dashboard.measures.selection import Times
from services.dashboard.meeting.queries import meetings
from services.dashboard.pack.changes import changes_section, errata_section, targets_section
from services.dashboard.pack.content import JOB_TYPE, Facts
from services.dashboard.pack.queries import find_meeting
from services.dashboard.targets.figures import targets_in

if TYPE_CHECKING:
    from services.dashboard.bridge.domain import Bridge
    from services.dashboard.bridge.errata import Erratum
    from services.dashboard.meeting.queries import Meeting
    from services.dashboard.pack.agenda import Agenda
    from services.dashboard.pack.domain import Pack
    from shared.db.database import Connection

_CORRECTED_MEETINGS: Final = 6
"""Of so many of the latest meetings the pack prints corrections: at four or five a year, those of more than a year."""


async def read_facts(conn: Connection, taskforce: str, pack: Pack, agenda: Agenda | None) -> Facts:
    """Return what a pack is made from, with the sections that need the database, in the current language.

    Args:
        taskforce: its name.

    Raises:
        MeetingNotFound, MeetingIsCancelled.
    """
    meeting, before = await find_meeting(conn, pack.meeting_id, sees_drafts=True)
    times = Times(pack.as_of, pack.known_at)
    figures = await compute_from(conn, times)
    figures.breakdowns = await break_down(conn, times, job_type=JOB_TYPE)
    if pack.audience != "staff":
        figures.counts.without_health()
    since, bridges = await _bridges(conn, before, times)
    return Facts(
        taskforce,
        meeting,
        before,
        pack,
        figures,
        agenda,
        changes=changes_section(bridges, before, since),
        errata=errata_section(await _errata(conn, meeting, times)),
        targets=targets_section(await targets_in(conn, times), hides_small=pack.audience != "staff"),
    )


async def _bridges(conn: Connection, before: Meeting | None, until: Times) -> tuple[Times | None, list[Bridge]]:
    """Return how the headlines have changed since the meeting before; without one, since the quarter before."""
    since = before.times(until.as_of) if before else Times(_end_of_last_quarter(until.as_of), until.known_at)
    try:
        return since, [await bridge(conn, counted_by(one, JOB_TYPE), since, until) for one in HEADLINES]
    except TimesReversed:
        # The meeting before is ahead as well, or its figures were fixed after those of this one.
        return None, []


def _end_of_last_quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)


async def _errata(conn: Connection, meeting: Meeting, times: Times) -> list[tuple[Meeting, Erratum]]:
    """Return what is known otherwise now of the days of the latest meetings before."""
    earlier = [
        one
        for one in await meetings(conn)
        if one.counts and one.known_at is not None and one.starts_at < meeting.starts_at
    ][:_CORRECTED_MEETINGS]
    held = [HeldMeeting(one.id, Times(one.as_of, one.known_at)) for one in reversed(earlier)]
    by_id = {one.id: one for one in earlier}
    return [(by_id[one.meeting.meeting_id], one) for one in await errata(conn, held, times.known_at)]

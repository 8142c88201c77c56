"""Reads everything that a pack is made from, all from one snapshot of the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.dashboard.measures.breakdowns import break_down
from services.dashboard.measures.figures import compute_from
from services.dashboard.measures.selection import Times
from services.dashboard.meeting.access import find_with_figures
from services.dashboard.meeting.changes import changes_since_last, corrections
from services.dashboard.meeting_times import meetings
from services.dashboard.overview.restricted import restrict_figures
from services.dashboard.pack.changes import changes_section, errata_section, targets_section
from services.dashboard.pack.content import JOB_TYPE, Facts
from services.dashboard.targets.figures import targets_in
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from services.dashboard.pack.agenda import Agenda
    from services.dashboard.pack.domain import Pack
    from shared.db.database import Connection


async def read_facts(conn: Connection, taskforce: str, pack: Pack, agenda: Agenda | None) -> Facts:
    """Return what a pack is made from, with the sections that need the database, in the current language.

    Args:
        taskforce: its name.

    Raises:
        MeetingNotFound, MeetingIsCancelled.
    """
    every, today = await meetings(conn), local_date(pack.known_at)
    meeting = find_with_figures(every, pack.meeting_id, sees_drafts=True)
    times = Times(pack.as_of, pack.known_at)
    figures = await compute_from(conn, times)
    figures.breakdowns = await break_down(conn, times, job_type=JOB_TYPE)
    if pack.audience != "staff":
        await restrict_figures(conn, figures, job_type=JOB_TYPE)
    changed = await changes_since_last(conn, every, meeting, today=today, job_type=JOB_TYPE, times=times)
    corrected = await corrections(conn, every, meeting, today=today, job_types=tuple(JOB_TYPES), times=times)
    return Facts(
        taskforce,
        meeting,
        pack,
        figures,
        agenda,
        changes=changes_section(changed),
        errata=errata_section(corrected),
        targets=targets_section(
            await targets_in(conn, times, shares_at=figures.closely), hides_small=pack.audience != "staff"
        ),
    )

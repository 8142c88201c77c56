"""What a meeting sees of the time since the one before, and which figures of earlier meetings are others now.

Its page, the projector and the pack use the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.dashboard.bridge.counted import counted_by
from services.dashboard.bridge.domain import TimesReversed, check_order
from services.dashboard.bridge.errata import HeldMeeting, errata
from services.dashboard.bridge.queries import bridges
from services.dashboard.measures.catalogue import HEADLINES
from services.dashboard.meeting_times import meeting_before
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from services.dashboard.bridge.domain import Bridge
    from services.dashboard.bridge.errata import Erratum
    from services.dashboard.measures.selection import Times
    from services.dashboard.meeting_times import Meeting
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection

MEETINGS_LOOKED_AT: Final = 6
"""Errata are looked for in so many meetings: those of more than a year."""


@dataclass(frozen=True, slots=True)
class Changes:
    """How the headlines have changed since the meeting before.

    Attributes:
        before: None: this is the first meeting.
        bridges: one for each headline; empty where nothing can be compared.
        nothing: why there are none.
    """

    before: Meeting | None
    bridges: Sequence[Bridge] = ()
    nothing: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A headline that an earlier meeting saw and that is another number now."""

    meeting: Meeting
    bridge: Bridge


async def changes_since_last(
    conn: Connection,
    meetings: Sequence[Meeting],
    meeting: Meeting,
    *,
    today: date,
    job_type: JobType,
    times: Times | None = None,
) -> Changes:
    """Return what has changed from the times of the meeting before to those of this one.

    Args:
        times: those that a pack has of the meeting; None: those of the meeting itself.
    """
    before = meeting_before(meetings, meeting)
    if before is None:
        return Changes(None, nothing=_("This is the first meeting, so there is none to compare with."))
    since, until = before.times(today), times or meeting.times(today)
    if since.known_at is None:
        return Changes(before, nothing=_("The meeting before has not been held yet."))
    try:
        check_order(since, until)
    except TimesReversed:
        words = _("The figures of this meeting are older than those of the meeting before, so they are not compared.")
        return Changes(before, nothing=words)
    return Changes(before, await bridges(conn, [counted_by(one, job_type) for one in HEADLINES], since, until))


async def corrections(
    conn: Connection,
    meetings: Sequence[Meeting],
    meeting: Meeting,
    *,
    today: date,
    job_types: Sequence[JobType],
    times: Times | None = None,
) -> list[Correction]:
    """Return the headlines of the `MEETINGS_LOOKED_AT` meetings before that were corrected since, the latest first.

    They are compared with what is known at this meeting. The arguments are those of `changes_since_last`.
    """
    earlier = [
        one
        for one in meetings
        if one.counts and one.known_at is not None and (one.starts_at, one.id) < (meeting.starts_at, meeting.id)
    ]
    held = {one.id: one for one in earlier[:MEETINGS_LOOKED_AT]}
    found: list[Erratum] = await errata(
        conn,
        [HeldMeeting(one.id, one.times(today)) for one in held.values()],
        (times or meeting.times(today)).known_at,
        job_types=job_types,
    )
    return [Correction(held[one.meeting.meeting_id], one.bridge) for one in found]

"""Figures that an earlier meeting saw and that later knowledge has changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dashboard.bridge.counted import counted_by
from services.dashboard.bridge.queries import bridges, values
from services.dashboard.measures.catalogue import HEADLINES
from services.dashboard.measures.selection import Times
from shared.product.vocabulary import JOB_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from services.dashboard.bridge.domain import Bridge
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class HeldMeeting:
    """A meeting that has seen its figures: its pair of times is fixed."""

    meeting_id: UUID
    times: Times


@dataclass(frozen=True, slots=True)
class Erratum:
    """A headline of an earlier meeting that is another number by what was recorded after it.

    Attributes:
        bridge: from what the meeting saw (`start`) to what is known now of that day (`end`), and why.
    """

    meeting: HeldMeeting
    bridge: Bridge


async def errata(
    conn: Connection,
    meetings: Iterable[HeldMeeting],
    known_at: datetime | None,
    *,
    job_types: Iterable[JobType] = tuple(JOB_TYPES),
) -> list[Erratum]:
    """Return the headlines of the meetings that have changed since, by meeting, job type and measure.

    Args:
        meetings: those whose pair of times is fixed; others have no errata and are left out. So is a meeting before
            the first figure was recorded: it has seen none, and what was loaded afterwards corrects nothing.
        known_at: what is known now, at least as late as at each meeting; None: everything. Meetings after it are left
            out.
    """
    found = []
    for meeting in meetings:
        seen = meeting.times
        if seen.known_at is None or (known_at is not None and known_at < seen.known_at):
            continue
        now = Times(seen.as_of, known_at)
        before, after = await values(conn, HEADLINES, seen), await values(conn, HEADLINES, now)
        if not any(before.values()):
            continue
        changed = [
            counted_by(measure, job_type)
            for job_type in job_types
            for measure in HEADLINES
            if before[measure, job_type] != after[measure, job_type]
        ]
        found += [Erratum(meeting, one) for one in await bridges(conn, changed, seen, now)]
    return found

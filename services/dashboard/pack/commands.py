"""Use cases of packs: asking for one, and reading its file. Each owns its transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.dashboard.measures import queries
from services.dashboard.measures.figures import today
from services.dashboard.meeting.access import find_with_figures
from services.dashboard.meeting_times import meetings
from services.dashboard.pack import store
from services.dashboard.pack.domain import Wanted
from services.dashboard.pack.queries import edition

if TYPE_CHECKING:
    from uuid import UUID

    from services.dashboard.meeting_times import Meeting
    from services.dashboard.pack.domain import Audience, Pack
    from shared.db.database import Connection, Database
    from shared.i18n.translations import Language


@dataclass(frozen=True, slots=True)
class Asked:
    """The pack that answers a request, and its meeting."""

    meeting: Meeting
    pack: Pack


async def ask_for_pack(
    database: Database,
    taskforce_id: UUID,
    meeting_id: UUID,
    *,
    language: Language,
    audience: Audience,
    sees_drafts: bool = False,
    again: bool = False,
    at: datetime | None = None,
) -> Asked:
    """Return the pack of a meeting that is up to date; if there is none, let the worker make one.

    Asked for by several at once, it is made once.

    Args:
        again: make a new one also if the latest is up to date or has failed.

    Raises:
        MeetingNotFound, MeetingIsCancelled.
    """
    at = at or datetime.now(UTC)
    async with database.read(taskforce_id) as conn:
        meeting = find_with_figures(await meetings(conn), meeting_id, sees_drafts=sees_drafts)
        wanted = await _wanted(conn, meeting, language, audience, at)
        pack = await store.latest(conn, taskforce_id, wanted)
        changed = await queries.last_change(conn) if wanted.known_at is None else None
    if pack is not None and not _is_needed(pack, wanted, again=again, changed=changed, at=at):
        return Asked(meeting, pack)
    async with database.change(taskforce_id) as conn:
        await store.ask(conn, taskforce_id, wanted, at=at)
        pack = await store.latest(conn, taskforce_id, wanted)
    assert pack is not None
    return Asked(meeting, pack)


async def _wanted(conn: Connection, meeting: Meeting, language: Language, audience: Audience, at: datetime) -> Wanted:
    times = meeting.times(today(at))
    return Wanted(meeting.id, language, audience, times.as_of, times.known_at, await edition(conn, meeting.id))


def _is_needed(pack: Pack, wanted: Wanted, *, again: bool, changed: datetime | None, at: datetime) -> bool:
    """Whether a new pack is needed. One that is being made is waited for, and a failed one is not tried again by
    itself."""
    if pack.status in {"waiting", "making"}:
        return False
    if again:
        return True
    if pack.status == "failed":
        return (pack.as_of, pack.edition) != (wanted.as_of, wanted.edition)
    return not pack.answers(wanted, changed_at=changed, now=at)

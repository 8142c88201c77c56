"""Writing and ticking off the notes of a case. What a use case returns has been committed.

Nothing is published: notes stay with the colleagues who work with the case.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.case_notes import store
from services.pledges.case_notes.domain import Case, CaseNote
from services.pledges.case_notes.refusals import NoteNotFound
from services.pledges.hires.support_log.commands import hire_for
from services.pledges.pledges.refusals import PledgeNotFound
from services.pledges.pledges.store import load_pledge
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from services.pledges.hires.domain import HireEditor
    from shared.db.database import Connection, Database


async def write_note(
    db: Database,
    taskforce_id: UUID,
    case: Case,
    note_id: UUID,
    body: str,
    *,
    by: HireEditor,
    person_ids: Collection[UUID] = (),
    follow_up_on: date | None = None,
    at: datetime | None = None,
) -> None:
    """Write a note about a case. The same id again changes nothing.

    Args:
        person_ids, follow_up_on: see `CaseNote.write`.
        at: when the request came; None: now.

    Raises:
        PledgeNotFound, HireNotFound, OtherMunicipality: there is no such case for the author.
        ImplausibleFollowUp: see `CaseNote.write`.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        await _check_case(conn, taskforce_id, case, by=by)
        assert by.id is not None
        note = CaseNote.write(
            note_id,
            case,
            body,
            by=by.id,
            person_ids=person_ids,
            follow_up_on=follow_up_on,
            now=now,
            today=local_date(now),
        )
        await store.insert_note(conn, taskforce_id, note)


async def tick_note(
    db: Database,
    taskforce_id: UUID,
    case: Case,
    mention_id: UUID,
    *,
    done: bool,
    by: HireEditor,
    at: datetime | None = None,
) -> None:
    """Tick off that a note is somebody's work, or undo that. The same again changes nothing.

    Raises:
        PledgeNotFound, HireNotFound, OtherMunicipality: there is no such case for the reader.
        NoteNotFound: no note of it has such a mention.
        TickedByOthers: see `CaseNote.tick`.
    """
    async with db.change(taskforce_id) as conn:
        await _check_case(conn, taskforce_id, case, by=by)
        note = await store.lock_note(conn, taskforce_id, case, mention_id)
        if note is None:
            raise NoteNotFound
        assert by.id is not None
        mention = note.tick(mention_id, done, by=by.id, of_all=by.coordinator, now=at or datetime.now(UTC))
        if mention is not None:
            await store.save_tick(conn, taskforce_id, mention)


async def _check_case(conn: Connection, taskforce_id: UUID, case: Case, *, by: HireEditor) -> None:
    if case.hire_id is not None:
        await hire_for(conn, taskforce_id, case.hire_id, by=by)
    elif case.pledge_id is None or await load_pledge(conn, taskforce_id, case.pledge_id) is None:
        raise PledgeNotFound

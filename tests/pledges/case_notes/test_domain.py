"""The rules of notes, without a database."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from services.pledges.case_notes import refusals
from services.pledges.case_notes.domain import Case, CaseNote
from shared.refusals import Refusal
from tests.pledges.builders import NOW

TODAY = date(2026, 12, 1)
ME, COLLEAGUE, OTHER = uuid4(), uuid4(), uuid4()
SOON = TODAY + timedelta(days=5)


def note(person_id: UUID | None = None, follow_up_on: date | None = None) -> CaseNote:
    return CaseNote.write(
        uuid4(),
        Case(pledge_id=uuid4()),
        "Ring til dem",
        by=ME,
        person_id=person_id,
        follow_up_on=follow_up_on,
        now=NOW,
        today=TODAY,
    )


@pytest.mark.parametrize(
    ("person_id", "follow_up_on", "expected"),
    [
        (None, None, ("note", None, None)),
        (ME, None, ("note", None, None)),
        (COLLEAGUE, None, ("mention", COLLEAGUE, TODAY)),
        (None, SOON, ("follow_up", ME, SOON)),
        (COLLEAGUE, TODAY, ("follow_up", COLLEAGUE, TODAY)),
    ],
)
def test_a_note_is_work_for_a_colleague_at_once_or_for_somebody_on_a_day(
    person_id: UUID | None, follow_up_on: date | None, expected: tuple[str, UUID | None, date | None]
) -> None:
    written = note(person_id, follow_up_on)

    assert (written.kind, written.person_id, written.due_on) == expected


@pytest.mark.parametrize("days", [-1, 733])
def test_a_follow_up_is_neither_in_the_past_nor_years_ahead(days: int) -> None:
    with pytest.raises(refusals.ImplausibleFollowUp):
        note(follow_up_on=TODAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("person_id", "by", "of_all", "refusal"),
    [
        (None, ME, True, refusals.NothingToTick),
        (COLLEAGUE, OTHER, False, refusals.TickedByOthers),
        (COLLEAGUE, OTHER, True, None),
        (COLLEAGUE, COLLEAGUE, False, None),
        (COLLEAGUE, ME, False, None),
    ],
)
def test_a_note_is_ticked_off_by_those_it_concerns(
    person_id: UUID | None, by: UUID, of_all: bool, refusal: type[Refusal] | None
) -> None:
    written = note(person_id)
    if refusal is not None:
        with pytest.raises(refusal):
            written.tick(True, by=by, of_all=of_all, now=NOW)
        return
    changed = [written.tick(done, by=by, of_all=of_all, now=NOW) for done in (True, True, False)]
    assert (changed, written.done_at, written.done_by) == ([True, False, True], None, None)

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


def note(*person_ids: UUID, follow_up_on: date | None = None) -> CaseNote:
    return CaseNote.write(
        uuid4(),
        Case(pledge_id=uuid4()),
        "Ring til dem",
        by=ME,
        person_ids=person_ids,
        follow_up_on=follow_up_on,
        now=NOW,
        today=TODAY,
    )


@pytest.mark.parametrize(
    ("person_ids", "follow_up_on", "expected"),
    [
        ([], None, ("note", [], None)),
        ([ME], None, ("note", [], None)),
        ([COLLEAGUE, ME, OTHER, COLLEAGUE], None, ("mention", [COLLEAGUE, OTHER], TODAY)),
        ([], SOON, ("follow_up", [ME], SOON)),
        ([COLLEAGUE, ME], TODAY, ("follow_up", [COLLEAGUE, ME], TODAY)),
    ],
)
def test_a_note_is_work_for_colleagues_at_once_or_for_somebody_on_a_day(
    person_ids: list[UUID], follow_up_on: date | None, expected: tuple[str, list[UUID], date | None]
) -> None:
    written = note(*person_ids, follow_up_on=follow_up_on)

    assert (written.kind, [one.person_id for one in written.mentions], written.due_on) == expected


@pytest.mark.parametrize("days", [-1, 733])
def test_a_follow_up_is_neither_in_the_past_nor_years_ahead(days: int) -> None:
    with pytest.raises(refusals.ImplausibleFollowUp):
        note(follow_up_on=TODAY + timedelta(days=days))


@pytest.mark.parametrize(
    ("by", "of_all", "refusal"),
    [
        (OTHER, False, refusals.TickedByOthers),
        (OTHER, True, None),
        (COLLEAGUE, False, None),
        (ME, False, None),
    ],
)
def test_a_mention_is_ticked_off_by_those_it_concerns(by: UUID, of_all: bool, refusal: type[Refusal] | None) -> None:
    written = note(COLLEAGUE)
    [mention] = written.mentions
    if refusal is not None:
        with pytest.raises(refusal):
            written.tick(mention.id, True, by=by, of_all=of_all, now=NOW)
        return
    ticked = [written.tick(mention.id, done, by=by, of_all=of_all, now=NOW) for done in (True, True, False)]
    assert (ticked, mention.done_at, mention.done_by) == ([mention, None, mention], None, None)


def test_each_of_several_colleagues_ticks_off_their_own_mention() -> None:
    written = note(COLLEAGUE, OTHER)
    first, second = written.mentions

    written.tick(first.id, True, by=COLLEAGUE, of_all=False, now=NOW)

    assert (first.done_by, second.done_by, written.is_open) == (COLLEAGUE, None, True)
    with pytest.raises(refusals.TickedByOthers):
        written.tick(second.id, True, by=COLLEAGUE, of_all=False, now=NOW)
    with pytest.raises(refusals.NoteNotFound):
        written.tick(written.id, True, by=COLLEAGUE, of_all=True, now=NOW)

"""What cells of a list of participants say, and which are refused in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from services.pledges.imports.participants.columns import LIMITS, PARTICIPANTS, weekdays_of
from services.pledges.imports.participants.lines import Importer, judge_participants
from services.pledges.imports.spreadsheet import open_table
from services.pledges.participants.domain import Availability, TargetGroup, Tasks
from services.pledges.participants.target_groups import TargetGroupCodes
from services.pledges.pledges.typed_words import task_words
from shared.i18n.translations import use_language

if TYPE_CHECKING:
    from services.pledges.imports.participants.lines import JudgedParticipant

HEADER = (
    "Sagsnr;Kommune;Målgruppe;Målgruppe fra;Indsats;Ledig fra;Timer fra;Timer til;Dage;Afstand (km);Transport;Jobtyper;"
    "Kan;Vil gerne;Kan ikke;Bemærkning"
)
IMPORTER = Importer(
    taskforce_id=UUID(int=1),
    municipality="0671",
    by=None,
    at=datetime(2026, 12, 1, 9, tzinfo=UTC),
    today=date(2026, 12, 1),
    tasks=task_words(),
    codes=TargetGroupCodes(),
)


def judged(*lines: str, header: str = HEADER) -> list[JudgedParticipant]:
    table = open_table("\r\n".join([header, *lines]).encode("cp1252"), PARTICIPANTS, LIMITS)
    with use_language("en", "pledges"):
        found = list(judge_participants(table.lines, IMPORTER))
        for one in found:
            one.apply(None, IMPORTER)
    return found


def cells(**known: str) -> str:
    """Return a line with these cells, by the first words of their columns in lower case."""
    names = [name.lower().replace(" ", "_") for name in HEADER.replace(" (km)", "").split(";")]
    return ";".join(({"sagsnr": "S-1"} | known).get(name, "") for name in names)


def test_a_line_says_what_is_known_about_a_participant() -> None:
    line = cells(
        sagsnr="S-2041",
        kommune="671",
        målgruppe="6,2",
        målgruppe_fra="01-11-2026",
        indsats="Jobnetværk",
        ledig_fra="4.1.2027",
        timer_fra="7,5",
        timer_til="15",
        dage="man, ons-fre",
        afstand="25 km",
        transport="egen bil",
        jobtyper="småjob, ordinær",
        kan="opvask og køkkenhjælp, kantine",
        vil_gerne="pedelopgaver",
        kan_ikke="Snerydning",
    )
    [one] = judged(line)
    assert one.errors == []
    found = one.participant
    assert found is not None
    assert (found.case_reference, found.municipality, found.programme) == ("S-2041", "0671", "job_network")
    assert found.availability == Availability(
        date(2027, 1, 4),
        Decimal("7.5"),
        Decimal(15),
        frozenset({1, 3, 4, 5}),
        25,
        "car",
        frozenset({"smaajob", "ordinaer"}),
    )
    assert [len(tasks) for tasks in (found.tasks.can, found.tasks.want, found.tasks.cannot)] == [2, 1, 1]
    assert found.target_groups == (TargetGroup("6.2", date(2026, 11, 1)),)


def test_what_is_not_said_is_not_known() -> None:
    [one] = judged(cells(sagsnr="S-1"))
    assert one.participant is not None
    assert (one.participant.availability, one.participant.tasks) == (Availability(), Tasks())


def test_a_line_changes_only_what_it_says() -> None:
    [first] = judged(cells(timer_fra="5", transport="cykel", kan="kantine"))
    known = first.participant
    assert known is not None
    for line, verdict in ((cells(timer_fra="5"), "known"), (cells(transport="bil"), "changed"), (cells(), "known")):
        [again] = judged(line)
        again.participant = again.changes = None
        again.apply(known, IMPORTER)
        assert again.row().verdict == verdict
    assert (known.version, known.availability.transport) == (2, "car")
    assert (known.availability.weekly_hours_to, len(known.tasks.can)) == (Decimal(5), 1)


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        (cells(sagsnr="010190-1234"), "sagsnummer", "Looks like a CPR number"),
        (cells(bemærkning="ring 0101901234"), "bemærkning", "Looks like a CPR number"),
        (cells(kan="kantine, 010190 1234"), "kan", "Looks like a CPR number"),
        (cells(sagsnr="", timer_fra="5"), "sagsnummer", "Write the case reference"),
        (cells(sagsnr="«»"), "sagsnummer", "letters or digits"),
        (cells(kommune="0661"), "kommune", "another municipality"),
        (cells(målgruppe="99"), "målgruppe", ""),
        (cells(målgruppe_fra="01-11-2026"), "målgruppe", "Write the code"),
        (cells(indsats="cirkus"), "indsats", "no word that is known"),
        (cells(ledig_fra="i morgen"), "ledig fra", "Must be a date"),
        (cells(timer_fra="20", timer_til="10"), "timer fra", "fewest hours are more"),
        (cells(timer_fra="mange"), "timer fra", ""),
        (cells(timer_til="mange"), "timer til", ""),
        (cells(dage="fre-man"), "dage", "weekdays"),
        (cells(afstand="-3"), "afstand", ""),
        (cells(transport="raket"), "transport", "no word that is known"),
        (cells(jobtyper="smaajob, direktør"), "jobtyper", ""),
        (cells(kan="flyvning"), "kan", "not in the task catalogue"),
        (cells(kan="kantine", kan_ikke="kantine"), "kan", ""),
    ],
)
def test_a_cell_that_cannot_be_right_is_refused_in_words(line: str, column: str, words: str) -> None:
    [one] = judged(line)
    row = one.row()
    assert [error.column for error in row.errors] == [column]
    assert words in row.errors[0].message
    assert (row.verdict, row.participant_id) == ("refused", None)


def test_a_cpr_number_is_not_repeated_in_the_verdict() -> None:
    [one] = judged(cells(sagsnr="010190-1234"))
    assert "010190" not in repr(one.row())


def test_a_case_reference_occurs_once_in_a_list() -> None:
    first, second, third = judged(cells(sagsnr="S 2041"), cells(sagsnr="s-2041"), cells(sagsnr="S-2042"))
    assert [bool(one.errors) for one in (first, second, third)] == [False, True, False]


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("man, ons, fre", [1, 3, 5]),
        ("mandag og onsdag", [1, 3]),
        ("Man-fre", [1, 2, 3, 4, 5]),
        ("tirsdag til torsdag; søn", [2, 3, 4, 7]),
        ("1 3 5", [1, 3, 5]),
        ("hverdage", [1, 2, 3, 4, 5]),
        ("Mon, Tue", [1, 2]),
        ("man.", [1]),
        ("8", None),
        ("fre-man", None),
        ("måske", None),
        ("man-ons-fre", None),
    ],
)
def test_weekdays_are_read_as_people_write_them(typed: str, days: list[int] | None) -> None:
    assert weekdays_of(typed) == days

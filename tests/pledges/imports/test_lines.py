"""Judging lines without a database; errors name what a spreadsheet did to the file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from services.pledges.imports.lines import RegisterIndex, judge
from services.pledges.imports.report import NotATable
from services.pledges.pledges.domain import Limits
from shared.i18n.translations import use_language
from tests.pledges.conftest import REQUEST_KEY
from tests.pledges.imports.workbooks import read_table

if TYPE_CHECKING:
    from services.pledges.imports.report import Row

TASKFORCE = UUID("5f0c9d3e-6d2b-4a7e-9c41-2f6f8f1f0a11")
HEADER = "virksomhed;dato;pladser;timer fra;kontaktperson;telefon;cvr"
GOOD = "Ålekisten;03-11-2024;2;7,5;Mette Krog;20304050;24256790"
NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def rows_of(*lines: str) -> list[Row]:
    with use_language("en", "pledges"):
        judged = judge(
            TASKFORCE,
            read_table("\r\n".join(lines).encode("utf-8-sig")).lines,
            RegisterIndex([], []),
            now=NOW,
            limits=Limits(),
            request_key=REQUEST_KEY,
        )
        return [line.row() for line in judged]


def errors_of(line: str) -> list[tuple[str, str]]:
    [row] = rows_of(HEADER, line)
    return [(error.column, error.message) for error in row.errors]


@pytest.mark.parametrize("value", ["#REFERENCE!", "#I/T", "#NAVN?", "#VÆRDI!", "NULL", "nan"])
def test_a_cell_that_holds_no_data_is_named_once(value: str) -> None:
    columns = [column for column, _message in errors_of(f"{value};03-11-2024;{value};{value};{value};20304050;{value}")]

    assert columns == ["virksomhed", "cvr", "pladser", "timer fra", "kontaktperson"]


@pytest.mark.parametrize(
    ("positions", "hours", "words"),
    [
        ("1.000", "5", "Is it thousands?"),
        ("2", "7.500", "Is it thousands?"),
        ("1e1", "5", "power of ten"),
        ("1_0", "5", "underscore"),
        ("\uff12", "5", "digits of another script"),
    ],
)
def test_a_number_that_could_be_another_one_is_refused_in_words(positions: str, hours: str, words: str) -> None:
    [(column, message)] = errors_of(f"Bæk;03-11-2024;{positions};{hours};Eva;20304050;")

    assert column == ("pladser" if hours == "5" else "timer fra")
    assert words in message


def test_a_number_of_a_day_is_refused_in_words() -> None:
    assert errors_of("Bæk;45599;2;5;Eva;20304050;") == [
        ("dato", "Is a spreadsheet's number for a day. Make the column a column of dates, and save it again.")
    ]


def test_a_day_in_the_future_is_refused_with_a_year_of_two_digits_too() -> None:
    assert errors_of("Bæk;03-11-99;2;5;Eva;20304050;") == [("dato", "Lies in the future.")]


def test_a_year_of_two_digits_is_read_and_pointed_out() -> None:
    [row] = rows_of(HEADER, "Bæk;03-11-24;2;5;Eva;20304050;")

    assert row.verdict == "new"
    assert row.warnings == ("dato: the year has two digits, and was read as 2024.",)


def test_a_name_with_a_question_mark_inside_a_word_is_pointed_out() -> None:
    [row] = rows_of(HEADER, "S?nderb?k;03-11-2024;2;5;Eva;20304050;")

    assert (row.verdict, row.warnings) == ("new", ("virksomhed: has a letter become a question mark?",))


def test_invisible_characters_of_contact_cards_do_no_harm() -> None:
    [row] = rows_of(HEADER, "Vask ApS;03-11-2024;2;7,5;Mette;\u202a+45 20 30 40 50\u202c;\u202a24256790\u202c")

    assert (row.verdict, row.flags) == ("new", ())


def test_invisible_characters_of_copied_days_and_numbers_do_no_harm() -> None:
    header = HEADER + ";kommune;tidligst start"
    seen = GOOD + ";0671;03-12-2024"
    copied = ";".join("\u200e" + cell + "\u200e" for cell in seen.split(";"))

    rows = rows_of(header, seen, copied)

    assert [(row.verdict, row.errors) for row in rows] == [("new", ()), ("new", ())]


@pytest.mark.parametrize("day", ["30-12-1899", "01-01-1900", "31-12-1999", "03-11-0024", "03-11-2124"])
def test_a_day_that_stands_for_nothing_is_refused_in_words(day: str) -> None:
    header, line = HEADER + ";tidligst start", f"Bæk;{day};2;5;Eva;20304050;;{day}"

    [row] = rows_of(header, line)

    assert [(error.column, error.message) for error in row.errors] == [
        (column, "Must be between the years 2000 and 2100.") for column in ("dato", "tidligst start")
    ]


def test_the_names_of_columns_may_have_underscores_as_in_surveys() -> None:
    header = "virksomhed,dato,pladser,timer_fra,timer_til,kontaktperson,telefon,e_mail,p_nummer,tidligst_start,_uuid"
    line = "Bæk,2024-11-03,2,5,10,Eva,20304050,eva@bk.dk,1003387539,2024-12-01,01010199-0123-4567-8abc-0101901234ab"

    [row] = rows_of(header, line)

    assert (row.verdict, row.errors) == ("new", ())


def test_the_sign_of_dos_for_the_end_of_a_file_is_no_line() -> None:
    assert [row.verdict for row in rows_of(HEADER, GOOD, "\x1a")] == ["new"]


def test_references_of_invisible_characters_are_none() -> None:
    rows = rows_of(HEADER + ";reference", *[GOOD + ";\u200b"] * 2)

    assert [row.verdict for row in rows] == ["new", "new"]
    assert rows[0].pledge_id != rows[1].pledge_id


def test_a_repeated_header_is_said_as_what_it_is() -> None:
    rows = rows_of(HEADER, GOOD, HEADER.upper() + ";;", GOOD)

    assert [row.verdict for row in rows] == ["new", "refused", "new"]
    assert [(error.column, error.message) for error in rows[1].errors] == [
        ("", "Repeats the names of the columns. Delete the line.")
    ]


@pytest.mark.parametrize("first", [GOOD, HEADER])
def test_files_that_were_joined_are_said_as_what_they_are(first: str) -> None:
    rows = rows_of(HEADER, GOOD, "\ufeff" + first)

    assert [row.verdict for row in rows] == ["new", "refused"]
    assert "files were joined" in rows[1].errors[0].message


@pytest.mark.parametrize(
    "title", ["Småjob-tilsagn, efterår 2026", "Liste\tudskrevet", "Liste;;udskrevet;03-11-2026;;;"]
)
def test_the_line_with_the_names_of_the_columns_is_said_if_it_is_not_the_first(title: str) -> None:
    with pytest.raises(NotATable) as refusal:
        rows_of(title, "", HEADER, GOOD)

    assert refusal.value.parameters == {"line": 3}
    assert "names of the columns" in refusal.value.message

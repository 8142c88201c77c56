"""Cells without data, or with data in another form, as spreadsheets write them."""

from __future__ import annotations

from datetime import date

import pytest

from services.pledges.imports.cells import (
    day_with_short_year,
    is_day_number,
    may_have_lost_letters,
    placeholder_error,
    without_decimals,
    without_midnight,
)


@pytest.mark.parametrize(
    "cell",
    [
        *("#I/T", "#REFERENCE!", "#NAVN?", "#VÆRDI!", "#DIVISION/0!", "#NUM!", "#NUL!", "#OVERLØB!", "#BEREGN!"),
        *("#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#ref!"),
        *("#NV", "#BEZUG!", "#WERT!", "#¡REF!", "Err:502", "Fejl:508", "####", "########"),
        *("NULL", "null", "None", "nan", "NaN", "NAN", "N/A", "n/a", "I/T", "(null)", "<NA>", "undefined"),
        *("-", "–", "--", "?", "...", "…"),
        *("[object Object]", "null null", "undefined undefined"),
    ],
)
@pytest.mark.parametrize("column", ["virksomhed", "telefon", "pladser", "dato", "reference"])
def test_an_error_value_or_a_placeholder_is_no_data(column: str, cell: str) -> None:
    assert placeholder_error(column, cell) is not None


@pytest.mark.parametrize(
    ("column", "is_data"),
    [("virksomhed", False), ("kontaktperson", False), ("kommune", False), ("e-mail", False), ("reference", True)],
)
@pytest.mark.parametrize("zeros", ["0", "0,00", "0000", "00000000"])
def test_zeros_are_no_text(column: str, is_data: bool, zeros: str) -> None:
    assert (placeholder_error(column, zeros) is None) is is_data


@pytest.mark.parametrize(
    "cell", ["Nan", "Nul & Niks ApS", "NullPoint A/S", "#Kunde1", "7-Eleven", "A", "3F", "Nina", "0-12 Børnetøj", "Ås"]
)
def test_a_name_is_data(cell: str) -> None:
    assert placeholder_error("virksomhed", cell) is None


@pytest.mark.parametrize("column", ["telefon", "cvr", "p-nummer", "reference"])
def test_a_number_that_the_spreadsheet_shortened_is_no_data(column: str) -> None:
    assert placeholder_error(column, "2,03E+07") is not None
    assert placeholder_error(column, "2.0304E+7") is None, "no spreadsheet writes it like that"


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("20304050,00", "20304050"),
        ("20304050.0", "20304050"),
        ("20.304.050,00", "20.304.050"),
        ("DK24256790,00", "DK24256790"),
        ("20304050", "20304050"),
        ("20.30.40.50", "20.30.40.50"),
    ],
)
def test_decimals_of_a_number_that_is_a_name_are_left_out(typed: str, digits: str) -> None:
    assert without_decimals("telefon", typed) == digits
    assert without_decimals("reference", typed) == typed


@pytest.mark.parametrize(
    "typed", ["03-11-2026 00:00:00", "03-11-2026 00:00", "03-11-2026 0.00", "03-11-2026T00:00:00.000", "03-11-2026"]
)
def test_midnight_is_left_out_of_a_day(typed: str) -> None:
    assert without_midnight(typed) == "03-11-2026"


def test_another_time_stays() -> None:
    assert without_midnight("03-11-2026 14:30") == "03-11-2026 14:30"


def test_a_year_of_two_digits_is_of_this_century() -> None:
    assert day_with_short_year("03-11-26") == date(2026, 11, 3)
    assert day_with_short_year("3.11.26") == date(2026, 11, 3)
    assert day_with_short_year("31-02-26") is None
    assert day_with_short_year("03-11-2026") is None


def test_the_number_of_a_day_is_recognised() -> None:
    assert is_day_number("46329")
    assert not is_day_number("2026")
    assert not is_day_number("99999")


def test_a_question_mark_inside_a_word_may_have_been_a_letter() -> None:
    assert may_have_lost_letters("S?nderb?k")
    assert not may_have_lost_letters("Hvad nu? ApS")

"""Judging lines of hires without a database."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from services.pledges.imports.hires.columns import HIRES, TEMPLATE, end_reason_words
from services.pledges.imports.hires.lines import judge_hires
from services.pledges.imports.spreadsheet import open_table
from shared.i18n.translations import use_language
from shared.product.vocabulary import END_REASONS
from tests.pledges.conftest import REQUEST_KEY

if TYPE_CHECKING:
    from services.pledges.imports.hires.lines import JudgedHire

TASKFORCE = UUID("5f0c9d3e-6d2b-4a7e-9c41-2f6f8f1f0a11")
PLEDGE = "0b9f6f0e-5a0e-4a9f-8f0c-0d4c4f7a3d11"
GOOD = {"virksomhed": "Bæk", "startdato": "03-11-2024", "betalte timer": "7,5", "kontaktperson": "Mette Krog"}


def judged(*lines: dict[str, str], header: tuple[str, ...] = ()) -> list[JudgedHire]:
    names = header or tuple(dict.fromkeys(name for line in lines for name in line))
    rows = [names, *([line.get(name, "") for name in names] for line in lines)]
    content = "\r\n".join(";".join(row) for row in rows).encode("utf-8-sig")
    with use_language("en", "pledges"):
        return list(judge_hires(TASKFORCE, open_table(content, HIRES).lines, REQUEST_KEY))


def one(**cells: str) -> JudgedHire:
    [line] = judged(GOOD | {name.replace("_", " "): cell for name, cell in cells.items()})
    return line


def test_a_line_is_a_hire_with_its_whole_ladder() -> None:
    line = one(
        **{
            "cvr": "DK 24 25 67 90",
            "p-nummer": "1003387539",
            "kommune": "671",
            "tilsagn": PLEDGE,
            "jobtype": "virksomhedspraktik",
            "betalte timer": "0",
            "praktiktimer": "20",
            "trin 2 fra": "1.12.2024",
            "trin 2 betalte timer": "12",
            "trin 2 praktiktimer": "4,5",
            "trin 3 fra": "2025-02-01",
            "trin 3 betalte timer": "20",
            "trin 3 jobtype": "ordinært job",
            "slutdato": "30-06-2025",
            "slutårsag": "Uddannelse",
            "telefon": "'+45 20 30 40 50",
            "e-mail": "mette@struer.example",
        }
    )

    assert (line.errors, line.warnings) == ([], [])
    said = line.confirmation
    assert said is not None
    assert said.company is not None
    assert (said.company.cvr, said.company.p_number, said.company.municipality) == (
        "DK 24 25 67 90",
        "1003387539",
        "0671",
    )
    assert (said.pledge_id, said.job_type, said.start_date) == (UUID(PLEDGE), "praktik", date(2024, 11, 3))
    assert [
        (str(step.starts_on), f"{step.paid_weekly_hours:f}+{step.praktik_weekly_hours:f}", step.job_type)
        for step in said.steps
    ] == [
        ("2024-11-03", "0+20", "praktik"),
        ("2024-12-01", "12+4.5", None),
        ("2025-02-01", "20+0", "ordinaer"),
    ]
    assert (said.ended_on, said.end_reason) == (date(2025, 7, 1), "education"), "the first day without the job"
    assert (said.contact_person.name, said.contact_person.phone) == ("Mette Krog", "+4520304050")


@pytest.mark.parametrize(
    ("cells", "errors"),
    [
        ({"startdato": ""}, {"startdato": "filled in"}),
        ({"startdato": "31-02-2024"}, {"startdato": "date like"}),
        ({"startdato": "45599"}, {"startdato": "number for a day"}),
        ({"kontaktperson": ""}, {"kontaktperson": "filled in"}),
        ({"kontaktperson": "Eva 010170-1234"}, {"kontaktperson": "CPR"}),
        ({"reference": "010170-1234"}, {"reference": "CPR"}),
        ({"bemærkning": "010170-1234"}, {"bemærkning": "CPR"}),
        ({"betalte timer": "1.000"}, {"betalte timer": "thousands"}),
        ({"betalte timer": "7 timer", "jobtype": "spionage"}, {"betalte timer": "number", "jobtype": ""}),
        ({"betalte timer": "#I/T"}, {"betalte timer": "error value"}),
        ({"tilsagn": "nr. 4"}, {"tilsagn": "valid identifier"}),
        ({"trin 2 betalte timer": "12"}, {"trin 2 fra": "first day of this step"}),
        ({"trin 2 fra": "45599", "trin 2 betalte timer": "12"}, {"trin 2 fra": "number for a day"}),
        ({"trin 3 fra": "01-12-2024", "trin 3 betalte timer": "-2"}, {"trin 3 betalte timer": "at least 0"}),
        ({"slutdato": "02-11-2024"}, {"slutdato": "before the first day"}),
        ({"slutårsag": "Uddannelse"}, {"slutdato": "last day"}),
        ({"slutdato": "02-12-2024", "slutårsag": "spionage"}, {"slutårsag": "no reason"}),
        ({"telefon": "tolv", "e-mail": "eva@"}, {"telefon": "", "e-mail": ""}),
    ],
    ids=str,
)
def test_a_cell_that_cannot_be_right_is_named(cells: dict[str, str], errors: dict[str, str]) -> None:
    [line] = judged(GOOD | cells)

    assert line.confirmation is None
    assert {error.column for error in line.errors} == set(errors)
    for error in line.errors:
        assert errors[error.column] in error.message
        assert "1234" not in error.message


def test_the_same_hire_in_another_spelling_has_the_same_id() -> None:
    again = {
        "Company": " BÆK ",
        "Start date": "2024-11-03 00:00:00",
        "Paid hours": "7.50",
        "Praktik hours": "0",
        "Contact": "mette  krog",
    }

    [line], [spelled] = judged(GOOD), judged(again)

    assert line.confirmation is not None
    assert spelled.confirmation is not None
    assert (spelled.confirmation.id, spelled.fingerprint) == (line.confirmation.id, line.fingerprint)


def test_equal_lines_are_as_many_hires_and_a_reference_is_one() -> None:
    ids = [line.confirmation.id for line in judged(GOOD, GOOD) if line.confirmation]
    first, second = judged(GOOD | {"sag": "A-17"}, GOOD | {"sag": "A-17"})

    assert len(set(ids)) == 2
    assert first.errors == []
    assert [(error.column, error.message) for error in second.errors] == [
        ("reference", "Another line has this reference.")
    ]


@pytest.mark.parametrize(
    ("names", "column"),
    [
        (("Sag", "Sagsnummer", "Case", "reference"), "reference"),
        (("trin_2_timer", "Step 2 paid hours", "Trin 2 betalte timer"), "trin 2 betalte timer"),
        (("step 9 from", "trin 9 fra"), "trin 9 fra"),
        (("timer", "Løntimer", "Paid hours"), "betalte timer"),
        (("trin 1 fra", "trin 10 fra", "bemærkning"), None),
    ],
)
def test_columns_have_danish_and_english_names(names: tuple[str, ...], column: str | None) -> None:
    assert [HIRES.meaning(name.lower()) for name in names] == [column] * len(names)


def test_the_template_has_every_required_column() -> None:
    assert set(HIRES.required) <= set(TEMPLATE) <= set(HIRES.columns)


def test_a_reason_is_read_as_its_code_or_as_its_words() -> None:
    words = end_reason_words()

    assert {words.exact(code) for code in END_REASONS} == set(END_REASONS)
    assert [words.exact(word) for word in ("Flere timer", "SYGDOM", "Flyttet", "Moved away")] == [
        *("more_hours_elsewhere", "health", "moved", "moved")
    ]

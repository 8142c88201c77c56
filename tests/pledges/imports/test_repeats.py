"""A repeated import is recognised by what it says, not by how it is typed, and not by an id that others can choose."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from pydantic import SecretStr

from services.pledges.imports.commands import import_pledges
from services.pledges.imports.lines import RegisterIndex, judge
from services.pledges.pledges import store
from services.pledges.pledges.domain import Contact, Limits, open_positions
from shared.i18n.translations import use_language
from tests.pledges.builders import SOMEBODY
from tests.pledges.conftest import REQUEST_KEY
from tests.pledges.imports.workbooks import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.pledges.imports.lines import JudgedLine
    from services.pledges.imports.report import Report
    from shared.db.database import Database
    from tests.pledges.conftest import Caller

HEADER = (
    "virksomhed;cvr;p-nummer;kommune;dato;type;pladser;timer fra;timer til;opgaver;kontaktperson;telefon;e-mail;"
    "tidligst start"
)
LINES = (
    "Ålekisten Plast A/S;24256790;1003387539;0671;03-11-2024;småjob;3;7,5;12;Vareopfyldning, Oprydning;Søren Ærø;"
    "20 30 40 50;soren@alekisten.example;01-12-2024",
    "Bæk's Vask;;;;02-03-2024;praktik;1;20;;;Eva Holm;+45 97850000;Eva@Vask.example;",
)
SAVED_AGAIN = {
    "Excel": (
        "Ålekisten Plast A/S;24256790;1003387539;671;03-11-2024;småjob;3;7,5;12;Vareopfyldning, Oprydning;Søren Ærø;"
        "20 30 40 50;soren@alekisten.example;01-12-2024",
        "Bæk's Vask;;;;02-03-2024;praktik;1;20;;;Eva Holm;4597850000;Eva@Vask.example;",
    ),
    "columns of numbers and times": (
        "Ålekisten Plast A/S;24256790,00;1003387539,00;671,00;03-11-2024 00:00:00;småjob;3,00;7,50;12,00;"
        "Vareopfyldning, Oprydning;Søren Ærø;20304050,00;soren@alekisten.example;01-12-2024 00:00",
        "Bæk's Vask;;;;2-3-2024;praktik;1,0;20,0;20,00;;Eva Holm;97850000;Eva@Vask.example;",
    ),
    "LibreOffice": (
        '"Ålekisten Plast A/S";24256790;1003387539;671;2024-11-03;"småjob";3;7,5;12;"Vareopfyldning, Oprydning";'
        '"Søren Ærø";"20 30 40 50";"soren@alekisten.example";2024-12-01',
        '"Bæk\'s Vask";;;;02.03.24;"praktik";1;20;;;"Eva Holm";"+45 97850000";"Eva@Vask.example";',
    ),
    "typed again": (
        "ålekisten  plast A/S;DK 24 25 67 90;1.003.387.539;0671;3.11.2024;Småjob;3;7.50;12,0;Oprydning|vareopfyldning;"
        "søren ærø;+4520304050;SOREN@Alekisten.Example;1/12/2024",
        "Bæk's Vask ;;;;2024-03-02;virksomhedspraktik;1;20;20;;EVA HOLM;0045 97 85 00 00;eva@vask.example;",
    ),
}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with use_language("en", "pledges"):
        yield


def a_file(*lines: str, header: str = HEADER) -> str:
    return "\r\n".join([header, *lines, ""])


def with_references(*references: str) -> str:
    return a_file(
        *(f"{line};{reference}" for line, reference in zip(LINES, references, strict=False)),
        header=HEADER + ";reference",
    )


async def run(database: Database, taskforce_id: UUID, text: str, *, key: SecretStr = REQUEST_KEY) -> Report:
    return await import_pledges(
        database, taskforce_id, text.encode("utf-8-sig"), dry_run=False, limits=Limits(), request_key=key
    )


def verdicts(report: Report) -> list[str]:
    return [row.verdict for row in report.rows]


async def test_a_file_that_was_saved_again_is_there_already_line_by_line(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    await run(pledges_database, taskforce_id, a_file(*LINES))

    found = {name: await run(pledges_database, taskforce_id, a_file(*lines)) for name, lines in SAVED_AGAIN.items()}
    for form in ("NFD", "NFC"):
        text = unicodedata.normalize(form, a_file(*reversed(LINES)))
        found[form] = await run(pledges_database, taskforce_id, text)

    assert {name: verdicts(report) for name, report in found.items()} == {name: ["known"] * 2 for name in found}
    assert [row.warnings for report in found.values() for row in report.rows] == [()] * 12


async def test_two_lines_that_say_the_same_in_other_spellings_are_two_pledges_and_pointed_out(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    report = await run(pledges_database, taskforce_id, a_file(LINES[1], SAVED_AGAIN["typed again"][1]))

    assert verdicts(report) == ["new", "new"]
    assert [row.warnings for row in report.rows] == [(), ("Says the same as line 2.",)]


async def test_a_nearly_identical_line_is_pointed_out_with_what_differs(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    await run(pledges_database, taskforce_id, a_file(LINES[0]))
    fewer = LINES[0].replace(";3;7,5;", ";2;7,5;")
    another_job = LINES[1].replace(";praktik;1;20;", ";småjob;4;10;")

    report = await run(
        pledges_database, taskforce_id, a_file(fewer, LINES[1], LINES[1].replace("97850000", "97850001"), another_job)
    )

    assert verdicts(report) == ["new"] * 4
    assert [row.warnings for row in report.rows] == [
        ("Differs from a pledge that is here already only in: pladser.",),
        (),
        ("Differs from line 3 only in: telefon.",),
        (),
    ]


async def test_a_line_like_a_pledge_from_a_phone_is_new_and_reported(
    pledges_database: Database, taskforce_id: UUID, caller: Caller
) -> None:
    body = {
        "id": "6d8a0b56-24b7-4d5c-8a0e-6c1a3d1f2b11",
        "company": {"name": "Bæk's Vask"},
        "contact": {"name": "Eva Holm", "phone": "97850000", "email": "eva@vask.example"},
        "job_type": "praktik",
        "positions": 1,
        "weekly_hours": {"from": 20, "to": 20},
        "captured_at": "2024-03-02T19:00:00+01:00",
        "captured_by": "import",
    }
    assert (await caller.log(body)).status_code == 201

    report = await run(pledges_database, taskforce_id, a_file(LINES[1]))

    assert verdicts(report) == ["new"]
    assert report.rows[0].warnings == ("A pledge that is here already says the same.",)


async def test_a_reference_that_lost_its_zeros_is_there_already_and_said_so(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    await run(pledges_database, taskforce_id, with_references("00123", "0124"))

    saved_again = await run(pledges_database, taskforce_id, with_references("123", "124"))
    with_other_content = await run(
        pledges_database, taskforce_id, with_references("123").replace(";3;7,5;12;", ";5;10;20;")
    )

    assert verdicts(saved_again) == ["known", "known"]
    assert [row.warnings for row in saved_again.rows] == [
        ("Was imported under the reference 00123: the spreadsheet has changed the zeros before it.",),
        ("Was imported under the reference 0124: the spreadsheet has changed the zeros before it.",),
    ]
    assert verdicts(with_other_content) == ["new"]
    assert with_other_content.rows[0].warnings[0] == (
        "Another pledge was imported under the reference 00123. Has the spreadsheet changed the zeros?"
    )


@pytest.mark.parametrize("reference", ["0790000123456", "00790000123456", "000790000123456789"])
async def test_a_long_reference_that_lost_its_zeros_is_there_already(
    pledges_database: Database, taskforce_id: UUID, reference: str
) -> None:
    await run(pledges_database, taskforce_id, with_references(reference))

    assert verdicts(await run(pledges_database, taskforce_id, with_references(reference.lstrip("0")))) == ["known"]


async def test_references_that_differ_in_zeros_only_are_two_pledges_and_pointed_out(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    report = await run(pledges_database, taskforce_id, with_references("00123", "123"))
    again = await run(pledges_database, taskforce_id, with_references("00123", "123"))

    assert verdicts(report) == ["new", "new"]
    assert [row.warnings for row in report.rows] == [
        (),
        ("Its reference is that of line 2 with other zeros before it.",),
    ]
    assert verdicts(again) == ["known", "known"]


async def test_a_known_reference_with_other_content_is_refused_with_what_differs(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    await run(pledges_database, taskforce_id, with_references("A-17"))

    report = await run(pledges_database, taskforce_id, with_references("A-17").replace(";7,5;12;", ";8;12;"))

    assert [(error.column, error.message) for error in report.rows[0].errors] == [
        (
            "reference",
            "This reference was imported before with other content (timer fra). An import does not change a pledge.",
        )
    ]


# ---- Imports of release 0.2. Its code computed these ids and the fingerprint from the lines.

OF_0_2 = UUID("5f0c9d3e-6d2b-4a7e-9c41-2f6f8f1f0a11")
LINE_OF_0_2 = "Bæk's Vask;24256790;1.2.2024;2;7,5;10;Vareopfyldning, Oprydning;Eva Holm;97 85 00 00;Eva@vask.example;"
REFERENCED_OF_0_2 = "Holm;;01-03-2024;1;5;;;Ida;;;00123"
HEADER_OF_0_2 = "virksomhed;cvr;dato;pladser;timer fra;timer til;opgaver;kontaktperson;telefon;e-mail;reference"
FINGERPRINT_OF_0_2 = bytes.fromhex("5897f846d4bb729ec1521036044db4b9323e0e858f9e008d321ecd6fdbf41f63")
IDS_OF_0_2 = (
    UUID("bc6ad891-098e-54f5-a8b3-0726686a6e56"),
    UUID("56d14e0b-9c6c-5547-a33b-76e16a5abbb2"),
    UUID("f16d2fa2-43b7-5490-a08a-46c4e5a4ada0"),
)
FILE_OF_0_2 = a_file(LINE_OF_0_2, LINE_OF_0_2, REFERENCED_OF_0_2, header=HEADER_OF_0_2)


def judged_lines() -> list[JudgedLine]:
    table = read_table(FILE_OF_0_2.encode())
    now = datetime(2026, 12, 1, tzinfo=UTC)
    return list(judge(OF_0_2, table.lines, RegisterIndex([], []), now=now, limits=Limits(), request_key=REQUEST_KEY))


async def import_as_0_2(database: Database, *, contacts: bool = True) -> None:
    """Save the lines as release 0.2 did: other ids, the telephone number as typed, the fingerprint of typed text."""
    rows = []
    for line, id_ in zip(judged_lines(), IDS_OF_0_2, strict=True):
        assert line.pledge is not None
        contact = Contact("Eva Holm", "97 85 00 00", "Eva@vask.example") if line.reference == "" else Contact("Ida")
        terms = replace(line.pledge.terms, id=id_, contact=contact if contacts else None)
        positions = open_positions(id_, terms.positions)
        pledge = replace(line.pledge, taskforce_id=OF_0_2, terms=terms, positions=positions)
        rows.append((pledge, line.fingerprints[1]))
    async with database.change(OF_0_2) as conn:
        await store.insert_pledges(conn, rows)


def test_the_ids_and_fingerprints_of_release_0_2_are_still_computed() -> None:
    lines = judged_lines()

    assert tuple(line.ids[1] for line in lines) == IDS_OF_0_2
    assert [line.fingerprints[1] for line in lines[:2]] == [FINGERPRINT_OF_0_2] * 2


@pytest.mark.parametrize("contacts", [True, False], ids=["", "contacts erased"])
async def test_what_release_0_2_imported_is_not_doubled(pledges_database: Database, contacts: bool) -> None:
    await import_as_0_2(pledges_database, contacts=contacts)

    report = await run(pledges_database, OF_0_2, FILE_OF_0_2)

    assert verdicts(report) == ["known"] * 3


async def test_what_release_0_2_imported_is_recognised_in_another_spelling(pledges_database: Database) -> None:
    await import_as_0_2(pledges_database)
    spelled = LINE_OF_0_2.replace("1.2.2024", "2024-02-01").replace("97 85 00 00", "+4597850000")
    lines = (spelled, spelled, spelled, REFERENCED_OF_0_2.replace("00123", "123"))

    report = await run(pledges_database, OF_0_2, a_file(*lines, header=HEADER_OF_0_2))

    assert verdicts(report) == ["known", "known", "new", "known"]


async def test_lines_are_recognised_under_another_request_key(pledges_database: Database, taskforce_id: UUID) -> None:
    await run(pledges_database, taskforce_id, a_file(*LINES))

    report = await run(
        pledges_database, taskforce_id, a_file(*LINES), key=SecretStr("lost, and made anew: another key")
    )

    assert verdicts(report) == ["known", "known"]


async def test_the_id_of_a_pledge_cannot_be_taken_before_it_is_imported(pledges_database: Database) -> None:
    [*_others, line] = judged_lines()
    assert line.pledge is not None
    # A person who knows the reference can compute the id of release 0.2, and claim that the pledge is imported.
    terms = replace(line.pledge.terms, id=IDS_OF_0_2[2], positions=50)
    positions = open_positions(terms.id, terms.positions)
    taken = replace(line.pledge, taskforce_id=OF_0_2, terms=terms, logged_by=SOMEBODY, positions=positions)
    async with pledges_database.change(OF_0_2) as conn:
        await store.insert_pledges(conn, [(taken, b"x" * 32)])

    report = await run(pledges_database, OF_0_2, FILE_OF_0_2)
    other_key = judge(
        OF_0_2,
        read_table(FILE_OF_0_2.encode()).lines,
        RegisterIndex([], []),
        now=datetime(2026, 12, 1, tzinfo=UTC),
        limits=Limits(),
        request_key=SecretStr("the key of another installation"),
    )

    assert verdicts(report) == ["new"] * 3
    assert {row.pledge_id for row in report.rows}.isdisjoint(one.ids[0] for one in other_key)
    assert {row.pledge_id.version for row in report.rows if row.pledge_id} == {8}

"""Importing hires: all of a list or nothing, and no hire twice."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from services.pledges.hires.domain import HireEditor
from services.pledges.hires.store import load_hire
from services.pledges.imports.commands import import_pledges
from services.pledges.imports.hires.commands import import_hires
from services.pledges.pledges.domain import Limits
from shared.i18n.translations import use_language
from tests.pledges.builders import SOMEBODY
from tests.pledges.conftest import REQUEST_KEY
from tests.pledges.imports.workbooks import one_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.pledges.imports.report import Report
    from shared.db.database import Database

HEADER = (
    "Virksomhed;Startdato;Betalte timer;Praktiktimer;Trin 2 fra;Trin 2 betalte timer;Slutdato;Slutårsag;"
    "Kontaktperson;Sag"
)
LINES = (
    "Ålekisten Plast A/S;03-11-2024;7,5;;;;;;Mette Krog;00123",
    "Bæk's Vask;2.3.2024;;20;01-05-2024;12;31-12-2024;Flyttet;Mette Krog;",
    "Bæk's Vask;2.3.2024;5;;;;;;Mette Krog;",
)
CASEWORKER = HireEditor(SOMEBODY.id, "0671")


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Messages are in English in these tests."""
    with use_language("en", "pledges"):
        yield


def a_file(*lines: str, header: str = HEADER) -> bytes:
    return "\r\n".join([header, *lines, ""]).encode("cp1252")


async def run(db: Database, of: UUID, content: bytes, *, dry_run: bool = False) -> Report:
    return await import_hires(db, of, content, by=CASEWORKER, dry_run=dry_run, limits=Limits(), request_key=REQUEST_KEY)


def verdicts(report: Report) -> list[str]:
    return [row.verdict for row in report.rows]


def errors(report: Report) -> list[tuple[int, str, str]]:
    return [(row.line, error.column, error.message) for row in report.rows for error in row.errors]


async def count(db: Database, of: UUID) -> tuple[int, int]:
    async with db.read(of) as conn:
        hires = await conn.fetchval("select count(*) from hires")
    async with db.system() as conn:
        return hires, await conn.fetchval("select count(*) from outbox where aggregatetype = 'pledges.hire'")


async def a_pledge(db: Database, of: UUID, positions: int) -> UUID:
    content = (
        f"virksomhed;dato;pladser;timer fra;kontaktperson;telefon\nTømmerhandlen;01-02-2024;{positions};5;Eva;20304050"
    )
    report = await import_pledges(db, of, content.encode(), dry_run=False, limits=Limits(), request_key=REQUEST_KEY)
    [row] = report.rows
    assert row.pledge_id is not None
    return row.pledge_id


async def test_a_list_becomes_hires_with_ladders_ends_and_checkpoints(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    judged = await run(pledges_database, taskforce_id, a_file(*LINES), dry_run=True)
    before = await count(pledges_database, taskforce_id)
    report = await run(pledges_database, taskforce_id, a_file(*LINES))

    assert (judged.imported, verdicts(judged), before) == (False, ["new"] * 3, (0, 0))
    assert (report.imported, report.rows) == (True, judged.rows)
    assert await count(pledges_database, taskforce_id) == (3, 3)
    assert report.rows[1].hire_id is not None
    async with pledges_database.read(taskforce_id) as conn:
        found = await load_hire(conn, taskforce_id, report.rows[1].hire_id)
    assert found is not None
    hire = found[0]
    assert [(str(step.starts_on), step.job_type) for step in hire.steps] == [
        ("2024-03-02", "praktik"),
        ("2024-05-01", "smaajob"),
    ]
    assert (hire.ended_on, hire.end_reason) == (date(2025, 1, 1), "moved")
    assert [checkpoint.months for checkpoint in hire.checkpoints] == [3, 6]
    assert (hire.confirmed_by, hire.caseworker_municipality) == (CASEWORKER.id, "0671")
    assert hire.contact_person is not None
    assert hire.contact_person.name == "Mette Krog"


async def test_the_same_list_again_imports_nothing_new(pledges_database: Database, taskforce_id: UUID) -> None:
    await run(pledges_database, taskforce_id, a_file(*LINES))

    again = await run(pledges_database, taskforce_id, a_file(*LINES))
    saved_again = one_sheet(
        HEADER.split(";"),
        ("Ålekisten Plast A/S", datetime(2024, 11, 3), 7.5, 0, "", "", "", "", "Mette Krog", 123),  # noqa: DTZ001
        ("Bæk's Vask", "2024-03-02", 5, "", "", "", "", "", "mette krog"),
        ("Bæk's Vask", "2024-03-02", 5, "", "", "", "", "", "mette krog"),
    )
    as_workbook = await run(pledges_database, taskforce_id, saved_again)
    changed = await run(pledges_database, taskforce_id, a_file(LINES[0].replace("7,5", "9")))

    assert (again.imported, verdicts(again)) == (True, ["known"] * 3)
    assert verdicts(as_workbook) == ["known", "known", "new"]
    assert "zeros" in as_workbook.rows[0].warnings[0]
    assert [(column, "other content" in message) for _line, column, message in errors(changed)] == [("reference", True)]
    assert await count(pledges_database, taskforce_id) == (4, 4)


@pytest.mark.parametrize("bad", [1, 2], ids=["in the middle", "at the end"])
async def test_with_one_bad_line_nothing_is_imported(
    pledges_database: Database, taskforce_id: UUID, bad: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each line is a batch of its own, so the first one was written when the bad one comes.
    monkeypatch.setattr("services.pledges.imports.hires.commands.BATCH", 1)
    pledge_id = await a_pledge(pledges_database, taskforce_id, positions=1)
    lines = [f"{line};{pledge_id if number == 0 else ''}" for number, line in enumerate(LINES)]
    lines[bad] = lines[bad].replace(";5;", ";90;").replace(";12;", ";90;")

    report = await run(pledges_database, taskforce_id, a_file(*lines, header=f"{HEADER};Tilsagn"))

    assert not report.imported
    assert verdicts(report) == ["refused" if number == bad else "new" for number in range(3)]
    assert await count(pledges_database, taskforce_id) == (0, 0)
    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select status from positions") == "open"


async def test_hires_fill_the_vacant_positions_of_their_pledge_and_no_more(
    pledges_database: Database, taskforce_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.pledges.imports.hires.commands.BATCH", 1)
    pledge_id = await a_pledge(pledges_database, taskforce_id, positions=2)
    header = "virksomhed;tilsagn;startdato;betalte timer;kontaktperson"
    line = f";{pledge_id};03-11-2024;5;Mette"

    too_many = await run(pledges_database, taskforce_id, a_file(line, line, line, header=header), dry_run=True)
    other = [
        await run(pledges_database, taskforce_id, a_file(one, header=header), dry_run=True)
        for one in (f";{SOMEBODY.id};03-11-2024;5;Mette", line.replace("2024", "2023"), ";;03-11-2024;5;Mette")
    ]
    report = await run(pledges_database, taskforce_id, a_file(line, line, header=header))

    assert [column for _line, column, _message in errors(too_many)] == ["tilsagn"]
    assert verdicts(too_many) == ["new", "new", "refused"]
    assert [column for one in other for _line, column, _message in errors(one)] == [
        *("tilsagn", "startdato", "virksomhed")
    ]
    assert (report.imported, verdicts(report)) == (True, ["new", "new"])
    async with pledges_database.read(taskforce_id) as conn:
        rows = await conn.fetch(
            "select p.status, p.hire_id, h.company_name from positions p join hires h on h.id = hire_id"
        )
        changes = await conn.fetch("select version, kind from position_changes order by version")
        pledge = await conn.fetchrow("select version, status from pledges")
    assert {(row["status"], row["hire_id"], row["company_name"]) for row in rows} == {
        ("filled", row.hire_id, "Tømmerhandlen") for row in report.rows
    }
    assert [tuple(change) for change in changes] == [(2, "filled"), (3, "filled")]
    assert pledge is not None
    assert tuple(pledge) == (3, "fulfilled")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (a_file(), "no lines below the header"),
        (a_file("x;y", header="virksomhed;startdato"), "betalte timer"),
        (a_file(*LINES, header=HEADER + ";reference"), "mean the same"),
        (a_file(LINES[0].replace("Plast", "PlÃ¦st")), "line 2, virksomhed, look misread"),
        (a_file(*[LINES[0]] * 5_001), "more than 5,000 lines"),
    ],
    ids=["empty", "columns", "twice", "misread", "long"],
)
async def test_a_file_that_is_no_list_is_refused_with_a_reason(
    pledges_database: Database, taskforce_id: UUID, content: bytes, words: str
) -> None:
    report = await run(pledges_database, taskforce_id, content)

    assert words in (report.problem or "")
    assert await count(pledges_database, taskforce_id) == (0, 0)

"""Importing pledges from files as a Danish Excel saves them."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from services.pledges.imports.columns import COLUMNS
from services.pledges.imports.commands import import_pledges
from services.pledges.imports.report import NotATable, Report
from services.pledges.pledges.domain import Limits
from shared.contracts.pledges import PledgeLogged
from shared.i18n.translations import use_language
from tests.pledges.conftest import NOW, REQUEST_KEY
from tests.pledges.imports.workbooks import one_sheet, read_table, workbook

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from uuid import UUID

    from shared.db.database import Database

HEADER = "Virksomhed;CVR;Kommune;Dato;Type;Pladser;Timer fra;Timer til;Opgaver;Kontaktperson;Telefon;E-mail"
LINES = (
    "Ålekisten Plast A/S;24256790;671;01-02-2024;småjob;3;7,5;12;Vareopfyldning, Oprydning;Søren Ærø;97 85 00 00;",
    "Bæk's Vask;;;2.3.2024;praktik;1;20;;;Eva Holm;;eva@vask.example",
    '"Hansen; & Søn";;;2024-03-04;;2;5;10;"Grønne områder|Snerydning";Ida Bæk;+46 70 123 45 67;',
)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Messages are in English in these tests."""
    with use_language("en", "pledges"):
        yield


def a_file(*lines: str, header: str = HEADER) -> str:
    return "\r\n".join([header, *lines, ""])


async def run(db: Database, of: UUID, content: str | bytes, *, dry_run: bool = False) -> Report:
    data = content.encode("utf-8-sig") if isinstance(content, str) else content
    return await import_pledges(db, of, data, dry_run=dry_run, limits=Limits(), request_key=REQUEST_KEY)


async def _count(db: Database, of: UUID) -> tuple[int, int]:
    async with db.read(of) as conn:
        pledges = await conn.fetchval("select count(*) from pledges")
    async with db.system() as conn:
        return pledges, await conn.fetchval("select count(*) from outbox")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252", "utf-16"])
async def test_every_encoding_that_excel_writes_gives_the_same_pledges(
    pledges_database: Database, taskforce_id: UUID, encoding: str
) -> None:
    report = await run(pledges_database, taskforce_id, a_file(*LINES).encode(encoding))

    assert report.imported
    assert [row.verdict for row in report.rows] == ["new"] * 3
    assert report.new_positions == 6
    async with pledges_database.read(taskforce_id) as conn:
        row = await conn.fetchrow(
            """
            select p.*, c.name as contact, c.phone
              from pledges p join pledge_contacts c using (taskforce_id, id)
             where company_cvr = '24256790'
            """
        )
        names = {one["company_name"] for one in await conn.fetch("select company_name from pledges")}
    assert row is not None
    assert names == {"Ålekisten Plast A/S", "Bæk's Vask", "Hansen; & Søn"}
    assert (row["contact"], row["phone"], row["company_municipality"]) == ("Søren Ærø", "+4597850000", "0671")
    assert (str(row["weekly_hours_from"]), str(row["weekly_hours_to"])) == ("7.50", "12.00")
    assert list(row["tasks"]) == ["shelf_stocking", "tidying"]
    assert (row["captured_by"], str(row["pledged_on"]), list(row["flags"])) == ("import", "2024-02-01", [])


async def test_the_same_file_again_changes_nothing_whatever_its_encoding(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    await run(pledges_database, taskforce_id, a_file(*LINES))
    before = await _count(pledges_database, taskforce_id)

    again = await run(pledges_database, taskforce_id, a_file(*LINES).encode("cp1252"))
    spelled = await run(
        pledges_database,
        taskforce_id,
        a_file(*(line.replace("01-02-2024", "1.2.2024").replace("7,5", "7.5") for line in LINES)).replace("\r", ""),
    )

    assert before == (3, 3)
    assert [row.verdict for row in again.rows + spelled.rows] == ["known"] * 6
    assert await _count(pledges_database, taskforce_id) == before


async def test_a_list_is_recognised_as_a_workbook_and_as_a_csv_file(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    header = HEADER.split(";")
    plast = ("Ålekisten Plast A/S", 24256790, 671, date(2024, 2, 1), "småjob", 3, 7.5, 12, "Vareopfyldning, Oprydning")
    vask = ("Bæk's Vask", "", "", date(2024, 3, 2), "praktik", 1, 20)
    as_workbook = one_sheet(
        header, (*plast, "Søren Ærø", 97850000), (*vask, "", "", "Eva Holm", "", "eva@vask.example")
    )
    as_text = one_sheet(header, *(line.split(";") for line in LINES[:2]))

    first = await run(pledges_database, taskforce_id, as_workbook)
    before = await _count(pledges_database, taskforce_id)
    again = [await run(pledges_database, taskforce_id, content) for content in (as_text, a_file(*LINES[:2]))]

    assert [row.verdict for row in first.rows] == ["new"] * 2
    assert [row.verdict for report in again for row in report.rows] == ["known"] * 4
    assert await _count(pledges_database, taskforce_id) == before == (2, 2)


async def test_cells_that_a_workbook_shows_as_no_number_are_refused(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("0101701234")
        sheet.write_row(0, 0, ["virksomhed", "dato", "pladser", "timer fra", "kontaktperson", "telefon", "reference"])
        sheet.write_row(1, 0, ("Bæk", 45599, True, 7.5, "Eva"))
        sheet.write(1, 3, 0.5, book.add_format({"num_format": "0%"}))
        sheet.write_formula(1, 5, "=VLOOKUP(1,A1:A2,1)", None, "#N/A")
        sheet.write(1, 6, 101701234, book.add_format({"num_format": "000000-0000"}))

    report = await run(pledges_database, taskforce_id, workbook(fill))

    [row] = report.rows
    assert [error.column for error in row.errors] == [*("dato", "pladser", "timer fra", "telefon", "reference")]
    assert "CPR" in row.errors[-1].message
    assert report.sheet == ""


async def test_with_one_bad_line_nothing_is_imported(pledges_database: Database, taskforce_id: UUID) -> None:
    bad = "B&O;1;67x;31-02-2024;spionage;0;40;5;Ukendt;Eva 010170-1234;tolv;eva@"

    report = await run(pledges_database, taskforce_id, a_file(LINES[0], "", bad, LINES[1]).encode("cp1252"))

    assert not report.ok
    assert not report.imported
    assert [(row.line, row.verdict) for row in report.rows] == [(2, "new"), (4, "refused"), (5, "new")]
    wrong = {error.column for error in report.rows[1].errors}
    assert wrong == {
        "kommune",
        "dato",
        "type",
        "pladser",
        "timer fra",
        "opgaver",
        "kontaktperson",
        "telefon",
        "e-mail",
    }
    assert all("1234" not in error.message for error in report.rows[1].errors)
    assert await _count(pledges_database, taskforce_id) == (0, 0)


async def test_the_pledges_of_a_long_file_are_read_again_and_imported(
    pledges_database: Database, taskforce_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.pledges.imports.commands._KEPT", 1)
    await run(pledges_database, taskforce_id, a_file(LINES[1]))

    report = await run(pledges_database, taskforce_id, a_file(*LINES))

    assert [row.verdict for row in report.rows] == ["new", "known", "new"]
    assert await _count(pledges_database, taskforce_id) == (3, 3)


async def test_a_dry_run_gives_every_verdict_and_changes_nothing(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    await run(pledges_database, taskforce_id, a_file(LINES[0]))

    report = await run(pledges_database, taskforce_id, a_file(*LINES), dry_run=True)

    assert report.ok
    assert not report.imported
    assert [row.verdict for row in report.rows] == ["known", "new", "new"]
    assert await _count(pledges_database, taskforce_id) == (1, 1)


async def test_equal_lines_become_as_many_pledges(pledges_database: Database, taskforce_id: UUID) -> None:
    await run(pledges_database, taskforce_id, a_file(LINES[1], LINES[1]))

    report = await run(pledges_database, taskforce_id, a_file(LINES[1], LINES[1], LINES[1]))

    assert [row.verdict for row in report.rows] == ["known", "known", "new"]
    assert (await _count(pledges_database, taskforce_id))[0] == 3


async def test_a_reference_is_one_pledge_and_is_not_changed_by_an_import(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    header = HEADER + ";Reference"
    await run(pledges_database, taskforce_id, a_file(LINES[1] + ";A-17", header=header))

    same = await run(pledges_database, taskforce_id, a_file(LINES[1] + ";A-17", header=header))
    changed = await run(
        pledges_database, taskforce_id, a_file(LINES[1].replace(";20;", ";15;") + ";A-17", header=header)
    )
    twice = await run(pledges_database, taskforce_id, a_file(*[LINES[1] + ";B"] * 2, header=header))

    assert [row.verdict for row in same.rows] == ["known"]
    assert [error.column for error in changed.rows[0].errors] == ["reference"]
    assert [row.verdict for row in twice.rows] == ["new", "refused"]
    assert (await _count(pledges_database, taskforce_id))[0] == 1


async def test_two_imports_of_one_file_at_once_make_its_pledges_once(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    reports = await asyncio.gather(*(run(pledges_database, taskforce_id, a_file(*LINES)) for _ in range(4)))

    assert all(report.ok for report in reports)
    assert sum(report.count("new") for report in reports) == 3
    assert await _count(pledges_database, taskforce_id) == (3, 3)


async def test_the_message_about_an_imported_pledge_is_like_any_other(
    pledges_database: Database,
    taskforce_id: UUID,
    add_company: Callable[..., Awaitable[UUID]],
    add_event: Callable[..., Awaitable[UUID]],
) -> None:
    company_id = await add_company("ålekisten plast A/S")
    event_id = await add_event(title="Morgenmøde", status="closed", closed_at=NOW)
    header = HEADER + ";Arrangement"

    report = await run(pledges_database, taskforce_id, a_file(LINES[0] + ";MORGENMØDE", header=header))

    assert report.imported, report
    async with pledges_database.system() as conn:
        payload = await conn.fetchval("select payload from outbox")
    message = PledgeLogged.model_validate(payload)
    assert (message.company_id, message.event_id, message.flags) == (company_id, event_id, ("outside_event",))
    assert message.logged_by is None
    assert "Søren" not in str(payload)


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("B&O;;;01-02-2199;;1;5;;;Eva;;", "dato"),
        ("B&O;;;;;1;5;;;Eva;;", "dato"),
        ("B&O;;;01-02-2024;;51;5;;;Eva;;", "pladser"),
        ("B&O;;;01-02-2024;;1;5;38;;Eva;;", "timer til"),
        ("B&O;;;01-02-2024;;1;;;;Eva;;", "timer fra"),
        (";;;01-02-2024;;1;5;;;Eva;;", "virksomhed"),
        ("B&O;;;01-02-2024;;1;5;;;;;", "kontaktperson"),
        ("B&O 0101701234;;;01-02-2024;;1;5;;;Eva;;", "virksomhed"),
        ("B&O;;;01-02-2024;;1;5;;;Eva;010170-1234;", "telefon"),
        ("B&O\0;;;01-02-2024;;1;5;;;Eva;;", ""),
    ],
)
async def test_the_cell_at_fault_is_named(
    pledges_database: Database, taskforce_id: UUID, cells: str, column: str
) -> None:
    report = await run(pledges_database, taskforce_id, a_file(cells))

    if column:
        assert [error.column for error in report.rows[0].errors] == [column]
        assert report.rows[0].line == 2
    else:
        assert report.problem is not None
    assert await _count(pledges_database, taskforce_id) == (0, 0)


async def test_a_p_number_may_look_like_a_cpr_number_and_no_other_cell_may(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    header = HEADER + ";P-nummer;Bemærkning"

    fine = await run(pledges_database, taskforce_id, a_file(LINES[1] + ";0101701234;ring", header=header))
    not_fine = await run(pledges_database, taskforce_id, a_file(LINES[1] + ";;ring 010170-1234", header=header))

    assert fine.imported
    assert fine.ignored_columns == ("bemærkning",)
    assert [error.column for error in not_fine.rows[0].errors] == ["bemærkning"]


async def test_neither_the_name_of_a_column_nor_a_cell_without_one_holds_a_cpr_number(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    named = await run(pledges_database, taskforce_id, a_file(LINES[1] + ";x", header=HEADER + ";010170-1234"))
    nameless = await run(pledges_database, taskforce_id, a_file(LINES[1] + ";010170-1234;x;", header=HEADER + ";;;Nr"))

    assert named.problem == "The name of a column looks like a CPR number; please leave it out."
    assert named.ignored_columns == ()
    assert [error.message for row in nameless.rows for error in row.errors] == [
        "Looks like a CPR number (a date and four digits); please leave it out"
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n;;\n", "empty"),
        (b"PK\x03\x04xxxx", "workbook"),
        (b"a;b\x81\xff;c\n1;2;3", "UTF-8"),
        (b"virksomhed;dato\nB&O;01-02-2024", "pladser"),
        (HEADER.encode(), "no lines"),
        ((HEADER + ";dato\n").encode(), "same name"),
        ((HEADER + ";Tilsagnsdato\n1\n").encode(), "mean the same"),
        ((HEADER + '\n"B&O;x').encode(), "quotation mark"),
        ((HEADER + "\n" + ";".join("x" * 15)).encode(), "more cells"),
        (b"x" * 3_000_000, "2 MB"),
        ((HEADER + "\n" + "a;b\n" * 5001).encode(), "5,000"),
        (a_file("S\u00f8ren" + LINES[1]).encode("cp850"), "CSV UTF-8"),
        (a_file("\u00c5" + LINES[1]).encode("mac_roman"), "CSV UTF-8"),
        (a_file(LINES[0]).encode().decode("cp1252").encode(), "line 2, virksomhed, look misread"),
        (a_file(LINES[2]).encode() + LINES[0].encode("cp1252"), "line 2, virksomhed, look misread"),
        (("Title;;\n\n" + a_file(LINES[0])).encode(), "names of the columns are in line 3"),
    ],
    ids=lambda value: str(value)[:20],
)
async def test_a_file_that_is_not_a_table_is_refused_with_a_reason(
    pledges_database: Database, taskforce_id: UUID, content: bytes, words: str
) -> None:
    report = await run(pledges_database, taskforce_id, content)

    assert report.problem is not None
    assert words in report.problem
    assert not report.ok


def test_lines_are_counted_as_excel_counts_them() -> None:
    table = read_table(b'sep=;\na;b\n"x\ny";2\n\n3;4\n')

    assert [(line.number, line.cells) for line in table.lines] == [
        (3, {"a": "x\ny", "b": "2"}),
        (6, {"a": "3", "b": "4"}),
    ]


def test_tabs_and_commas_separate_too() -> None:
    assert read_table(b"a\tb\n1\t2").lines[0].cells == {"a": "1", "b": "2"}
    assert read_table(b'a,b\n1,"2,5"').lines[0].cells == {"a": "1", "b": "2,5"}


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\xfe\xff\xd8\x00"])
def test_a_file_with_half_a_character_is_refused(content: bytes) -> None:
    with pytest.raises(NotATable):
        read_table(content)


async def test_a_large_file_is_imported_in_good_time(pledges_database: Database, taskforce_id: UUID) -> None:
    lines = [f"Virksomhed {n};;;01-02-2024;;1;5;;;Eva;;" for n in range(600)]
    reported: list[tuple[str, int, int | None]] = []

    report = await import_pledges(
        pledges_database,
        taskforce_id,
        a_file(*lines).encode(),
        dry_run=False,
        limits=Limits(),
        request_key=REQUEST_KEY,
        progress=lambda stage, done, total: reported.append((stage, done, total)),
    )

    assert report.count("new") == 600
    assert reported == [
        ("checking", 500, 601),
        ("checking", 600, 601),
        *[("importing", done, 600) for done in (200, 400, 600)],
    ]
    assert len(COLUMNS) == len(set(COLUMNS))

"""Importing participants: all of a list or nothing, nobody twice, and everybody who is looked up is logged."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.pledges.imports.participants.commands import import_participants
from services.pledges.participants.access import Reader, disclose_participants
from services.pledges.participants.refusals import NoMunicipality
from services.pledges.participants.store import participants_with_references
from shared.fields.case_reference import case_reference_key
from shared.i18n.translations import use_language
from shared.privacy.access_log import CASEWORK
from tests.pledges.participants.conftest import HOLSTEBRO, add, participant, participants_database, struer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from services.pledges.imports.report import Report
    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.domain import Participant
    from tests.support.infrastructure import Databases

__all__ = ["participants_database", "struer"]

HEADER = "sagsnummer;timer fra;transport;målgruppe;kommune"
ME = uuid4()


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Messages are in English in these tests."""
    with use_language("en", "pledges"):
        yield


@pytest_asyncio.fixture
async def owner(pledges_dsns: Databases) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may read the access log."""
    conn = await asyncpg.connect(pledges_dsns.owner_dsn("pledges"))
    yield conn
    await conn.close()


def a_file(*lines: str) -> bytes:
    return "\r\n".join([HEADER, *lines, ""]).encode("cp1252")


async def run(db: ParticipantsDatabase, reader: Reader, content: bytes, *, dry_run: bool = False) -> Report:
    return await import_participants(db, reader, content, by=ME, dry_run=dry_run)


def verdicts(report: Report) -> list[str]:
    return [row.verdict for row in report.rows]


async def saved(db: ParticipantsDatabase, reader: Reader, *references: str) -> dict[str, Participant]:
    assert reader.municipality is not None
    async with disclose_participants(db, reader, purpose=CASEWORK) as disclosure:
        keys = [case_reference_key(reference) for reference in references]
        found = await participants_with_references(disclosure, reader.taskforce_id, reader.municipality, keys)
    return {one.case_reference: one for one in found}


async def test_a_list_is_imported_once_and_says_what_it_changes(
    participants_database: ParticipantsDatabase, struer: Reader, owner: asyncpg.Connection
) -> None:
    db = participants_database
    content = a_file("S-1;5;cykel;6.2;0671", "S-2;;;;")
    assert verdicts(await run(db, struer, content, dry_run=True)) == ["new", "new"]
    assert await saved(db, struer, "S-1", "S-2") == {}
    imported = await run(db, struer, content)
    assert (imported.imported, verdicts(imported)) == (True, ["new", "new"])
    again = await run(db, struer, content)
    assert (again.imported, verdicts(again)) == (True, ["known", "known"])
    changed = await run(db, struer, a_file("s 1;7,5;;;", "S-2;;;;"))
    assert verdicts(changed) == ["changed", "known"]
    found = await saved(db, struer, "S-1", "S-2")
    one = found["S-1"]
    assert (one.version, one.registered_by, one.availability.transport) == (2, ME, "bicycle")
    assert [held.code for held in one.target_groups] == ["6.2"]
    assert found["S-2"].version == 1
    kinds = await owner.fetch(
        "select kind, changed_by from participants.changes where participant_id = $1 order by version, kind", one.id
    )
    assert [row["kind"] for row in kinds] == ["registered", "availability_changed"]
    assert {row["changed_by"] for row in kinds} == {ME}


async def test_nothing_is_imported_where_one_line_is_refused(
    participants_database: ParticipantsDatabase, struer: Reader
) -> None:
    report = await run(participants_database, struer, a_file("S-1;5;;;", "010190-1234;5;;;", "S-3;5;;;0661"))
    assert (report.imported, verdicts(report)) == (False, ["new", "refused", "refused"])
    assert await saved(participants_database, struer, "S-1") == {}


async def test_the_same_case_reference_in_another_municipality_is_somebody_else(
    participants_database: ParticipantsDatabase, struer: Reader
) -> None:
    holstebro = Reader(struer.taskforce_id, struer.who, HOLSTEBRO)
    theirs = participant(struer.taskforce_id, municipality=HOLSTEBRO, case_reference="S-1")
    await add(participants_database, holstebro, theirs)
    assert verdicts(await run(participants_database, struer, a_file("S-1;5;;;"))) == ["new"]
    assert (await saved(participants_database, holstebro, "S-1"))["S-1"].availability.weekly_hours_from is None


@pytest.mark.parametrize(
    ("lines", "dry_run"), [(["S-1;5;;;"], True), (["S-1;5;;;", "S-2;many;;;"], False)], ids=["dry run", "refused list"]
)
async def test_everybody_who_is_looked_up_is_logged_though_nothing_is_imported(
    participants_database: ParticipantsDatabase,
    struer: Reader,
    owner: asyncpg.Connection,
    lines: list[str],
    dry_run: bool,
) -> None:
    one = participant(struer.taskforce_id, case_reference="S-1")
    await add(participants_database, struer, one)
    report = await run(participants_database, struer, a_file(*lines), dry_run=dry_run)
    assert (report.imported, verdicts(report)[0]) == (False, "changed")
    logged = await owner.fetch("select who, what_key from access_log where action = 'search'")
    assert [(row["who"], row["what_key"]) for row in logged] == [(struer.who, one.id)]


async def test_somebody_who_has_left_is_not_changed_by_a_list(
    participants_database: ParticipantsDatabase, struer: Reader
) -> None:
    left = participant(struer.taskforce_id, case_reference="S-1", status="left", left_on=date(2026, 11, 1))
    await add(participants_database, struer, left)
    report = await run(participants_database, struer, a_file("S-1;5;;;"))
    assert verdicts(report) == ["refused"]
    assert report.rows[0].errors[0].column == "sagsnummer"


async def test_a_reader_without_a_municipality_imports_nobody(
    participants_database: ParticipantsDatabase, struer: Reader
) -> None:
    with pytest.raises(NoMunicipality):
        await run(participants_database, Reader(struer.taskforce_id, struer.who, None), a_file("S-1;5;;;"))


async def test_a_list_is_written_batch_by_batch(participants_database: ParticipantsDatabase, struer: Reader) -> None:
    steps: list[tuple[str, int]] = []
    content = a_file(*(f"S-{number};5;bil;6.2;0671" for number in range(1, 1_202)))
    report = await import_participants(
        participants_database,
        struer,
        content,
        by=ME,
        dry_run=False,
        progress=lambda stage, done, _total: steps.append((stage, done)),
    )
    assert (report.imported, report.count("new")) == (True, 1_201)
    assert steps == [("importing", 500), ("importing", 1_000), ("importing", 1_201)]


async def test_the_number_of_statements_does_not_grow_with_the_lines_of_a_batch(
    participants_database: ParticipantsDatabase, struer: Reader
) -> None:
    pool, statements = participants_database.pool, list[str]()
    connections = [await pool.acquire() for _ in range(pool.get_max_size())]
    for conn in connections:
        conn.add_query_logger(lambda logged: statements.append(logged.query))
        await pool.release(conn)

    async def sent_for(references: range) -> list[str]:
        statements.clear()
        report = await run(
            participants_database, struer, a_file(*(f"S-{number};5;bil;6.2;0671" for number in references))
        )
        assert report.count("new") == len(references)
        # What wakes the relay is sent after the commit, at any time.
        return [statement for statement in statements if not statement.startswith("notify")]

    assert await sent_for(range(3)) == await sent_for(range(3, 403)) != []

"""Participants are forgotten by their deadlines, and found, reported and erased by their case reference."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from deploy.privacy import data_subjects
from services.pledges.privacy.retention import retention
from shared.fields.case_reference import CaseReference
from shared.privacy.report import group_entry
from shared.privacy.subjects import SubjectIdentifiers
from tests.privacy.aged_rows import AgedRows, months_ago
from tests.privacy.participant_rows import JPEG, TABLES, Participants

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.privacy.installation import Installation


@pytest.fixture
def participants(rows: AgedRows) -> Participants:
    """Participants of any age."""
    return Participants(rows.conn, rows.taskforce_id)


async def _removed(database: Database, rows: AgedRows) -> dict[str, int]:
    """Delete overdue rows, and compare the result with the dry run."""
    # A change lately, so that the clock fits.
    await rows.pledge(months_ago(1))
    due = {one.entry.job: one.rows for one in await retention().due(database)}
    removed = await retention().remove(database)
    assert removed == due
    return {job: count for job, count in removed.items() if count}


async def test_a_participant_is_deleted_a_year_after_they_have_left(
    participants: Participants, rows: AgedRows, subjects_database: Database
) -> None:
    kept = {await participants.add(left=months_ago(12)), await participants.add(registered=months_ago(35))}
    gone = await participants.add(left=months_ago(12, days=1))
    await participants.everything(gone)
    assert await _removed(subjects_database, rows) == {"participants": 1}
    assert await participants.left() == kept
    assert [await participants.left(table, "participant_id") for table in TABLES[:-1]] == [set()] * len(TABLES[:-1])


async def test_a_participant_whom_everybody_has_forgotten_is_deleted_after_three_years(
    participants: Participants, rows: AgedRows, subjects_database: Database
) -> None:
    changed_since = await participants.add(registered=months_ago(60))
    await participants.change(changed_since, months_ago(35))
    forgotten = await participants.add(registered=months_ago(60))
    await participants.change(forgotten, months_ago(36, days=1))
    await _removed(subjects_database, rows)
    assert await participants.left() == {changed_since}


async def test_a_participant_stays_until_a_year_after_their_last_job(
    participants: Participants, rows: AgedRows, subjects_database: Database
) -> None:
    hires = {
        "running": (months_ago(30), None),
        "ended lately": (months_ago(40), months_ago(12)),
        "ends later": (months_ago(40), months_ago(-1)),
        "ended": (months_ago(40), months_ago(12, days=1)),
        "never reported as ended": (months_ago(60, days=1), None),
    }
    known = {}
    for name, (start, end) in hires.items():
        known[name] = await participants.add(left=months_ago(48))
        hire = await rows.hire(start, ended=end)
        await rows.conn.execute("update hires set citizen_id = $2 where id = $1", hire, known[name])
    await _removed(subjects_database, rows)
    left = await participants.left()
    assert {name for name, participant in known.items() if participant in left} == {
        "running",
        "ended lately",
        "ends later",
    }
    orphaned = await rows.conn.fetchval("select count(*) from hires where citizen_id = $1", known["ended"])
    assert orphaned == 1, "the hire stays one citizen's, who is nobody now"


async def test_a_note_is_deleted_on_the_day_that_was_chosen_for_it(
    participants: Participants, rows: AgedRows, subjects_database: Database
) -> None:
    today = await rows.conn.fetchval("select current_date")
    participant = await participants.add()
    kept = await participants.note(participant, until=today + timedelta(days=1))
    await participants.note(participant, until=today)
    assert await _removed(subjects_database, rows) == {"participant_notes": 1}
    assert await participants.left("notes") == {kept}


async def test_history_and_ended_matches_are_deleted_and_the_standing_match_stays(
    participants: Participants, rows: AgedRows, subjects_database: Database
) -> None:
    participant = await participants.add()
    changes = {await participants.change(participant, months_ago(36))}
    await participants.change(participant, months_ago(36, days=1))
    matches = {await participants.match(participant), await participants.match(participant, ended=months_ago(12))}
    await participants.match(participant, ended=months_ago(12, days=1))
    assert await _removed(subjects_database, rows) == {"participant_changes": 1, "participant_matches": 1}
    assert await participants.left("changes") == changes
    assert await participants.left("matches") == matches


async def test_an_expired_card_is_emptied_after_a_month_and_its_links_are_deleted(
    participants: Participants, rows: AgedRows, subjects_database: Database
) -> None:
    kept, gone = [await participants.add() for _ in range(2)]
    await participants.card(kept, until=months_ago(1))
    await participants.card(gone, until=months_ago(1, days=1))
    links = {
        await participants.link(kept, expires=months_ago(1)),
        await participants.link(kept, expires=months_ago(-9)),
    }
    await participants.link(gone, expires=months_ago(1, days=1))
    await participants.link(gone, expires=months_ago(-9), revoked=months_ago(1, days=1))
    assert await _removed(subjects_database, rows) == {"profile_cards": 1, "profile_card_links": 2}
    cards = {row["participant_id"]: row for row in await rows.conn.fetch("select * from participants.profile_cards")}
    assert (cards[kept]["preferred_name"], cards[kept]["photo"], cards[kept]["withdrawn_at"]) == ("Søren", JPEG, None)
    emptied = cards[gone]
    assert (emptied["preferred_name"], emptied["words"], emptied["tasks"], emptied["photo"], emptied["photo_alt"]) == (
        *("", "", []),
        *(None, None),
    )
    assert emptied["withdrawn_at"] is not None
    assert emptied["consented_on"] is not None, "the municipality must be able to show the consent"
    assert await participants.left("links") == links


# ---- requests of citizens


def _of(reference: str, municipality: str = "0671") -> SubjectIdentifiers:
    return SubjectIdentifiers(cases=frozenset({CaseReference(municipality, reference)}))


async def test_a_citizen_is_found_by_municipality_and_case_reference_with_all_that_is_held(
    whole: Installation, known: dict[str, UUID]
) -> None:
    found = await whole.find(_of("s4711"))
    held = {(group.entry.group, group.entry.table): group for one in found for group in one.held if group.rows}
    assert {table for _group, table in held} == {f"participants.{table}" for table in TABLES} | {"hires"}
    assert {len(group.rows) for group in held.values()} == {1}
    assert held["participants", "participants.participants"].keys == [known["one"]]
    entries = {name: group_entry("pledges", group, "da")["rows"][0] for name, group in held.items()}
    assert entries["participants", "participants.participants"]["case_reference"] == "S-4711"
    assert entries["participants", "participants.participants"]["weekly_hours_to"] == "12.50"
    assert entries["participant_notes", "participants.notes"]["body"] == "Vil gerne arbejde ude"
    assert entries["profile_cards", "participants.profile_cards"]["preferred_name"] == "Søren"
    assert entries["profile_cards", "participants.profile_cards"]["photo"].startswith("data:image/jpeg;base64,/9j/")
    assert entries["citizen_hires", "hires"]["ended_on"] == str(months_ago(1))
    assert entries["end_reasons", "hires"]["end_reason"] == "health"


@pytest.mark.parametrize("reference", ["S-471", "S-471%", "", "Søren", "4711"])
async def test_nobody_is_found_by_a_part_of_a_reference_or_by_a_name_on_a_card(
    whole: Installation, known: dict[str, UUID], reference: str
) -> None:
    found = await whole.find(_of(reference))
    assert [group.entry.group for one in found for group in one.held if group.rows] == []


async def test_a_citizens_report_says_who_has_looked(whole: Installation, known: dict[str, UUID]) -> None:
    await whole.find(_of("S-4711"))
    looks = await data_subjects.accesses(whole.databases.owner_dsn, whole.taskforce_id, await whole.find(_of("S-4711")))
    tables = {look["what_table"] for look in looks if look["what_key"] == known["one"]}
    assert {"participants.participants", "participants.profile_cards"} <= tables
    assert {look["why"] for look in looks} == {"subject_access"}


async def test_an_erasure_removes_the_participant_and_is_repeated_after_a_restore(
    whole: Installation, known: dict[str, UUID]
) -> None:
    def rows_of(table: str) -> Any:
        column = "id" if table == "participants" else "participant_id"
        return whole.all("pledges", f"select * from participants.{table} where {column} = $1", known["one"])

    before = {table: await rows_of(table) for table in TABLES}
    counts = {table: len(await whole.all("pledges", f"select from participants.{table}")) for table in TABLES}
    lines = await whole.erase(_of("S-4711"))
    assert {line.table for line in lines["pledges"]} == {f"participants.{table}" for table in TABLES}

    async def assert_erased() -> None:
        for table in TABLES:
            assert await rows_of(table) == []
            left = await whole.all("pledges", f"select from participants.{table}")
            assert len(left) == counts[table] - 1, "nobody else's rows are erased"

    await assert_erased()
    [hire] = await whole.all("pledges", "select end_reason from hires where citizen_id = $1", known["one"])
    assert hire["end_reason"] == "health", "the hire stays, and its number is nobody's"

    for table in reversed(TABLES):
        for row in before[table]:
            numbers = ", ".join(f"${number}" for number in range(1, len(row) + 1))
            await whole.all(
                "pledges",
                f"insert into participants.{table} ({', '.join(row.keys())}) values ({numbers})",
                *row.values(),
            )
    repeated = await data_subjects.repeat(
        whole.databases.owner_dsn, await data_subjects.ledger(whole.databases.owner_dsn)
    )
    assert repeated.restored == len(TABLES)
    await assert_erased()

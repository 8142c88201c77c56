"""A person in all services: reported completely, erased everywhere, and erased again after a restore."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.privacy import data_subjects
from deploy.privacy.data_inventories import data_inventory_of
from deploy.services import DATA_SUBJECTS, SERVICES
from services.events.identity.people.domain import is_last_administrator
from services.events.identity.people.store import administrators, lock_people, set_deactivated
from shared.db.database import set_taskforce
from shared.privacy.subjects import RepeatedErasures, SubjectIdentifiers

if TYPE_CHECKING:
    from tests.privacy.installation import Installation

TIMES = {"erased_at": "2026-11-22T12:00:00+00:00", "repeated_at": None}
"""The fields of a ledger line."""


@pytest.mark.parametrize("service", SERVICES)
def test_every_group_of_the_inventory_defines_search_and_erasure(service: str) -> None:
    groups = {(entry.group, entry.table) for entry in data_inventory_of(service).personal}
    assert {(one.group, one.table) for one in data_subjects.LOOKUPS[service]} == groups
    assert all(one.why for one in data_subjects.LOOKUPS[service] if one.find is None or one.erase is None)


async def test_a_persons_data_is_found_in_every_service_by_each_term(
    whole: Installation,
) -> None:
    found = {
        (one.service, group.entry.table): {row[group.lookup.key] for row in group.rows}
        for one in await whole.find()
        for group in one.held
        if group.rows
    }
    assert found == {
        ("events", "people"): {whole.eva},
        ("events", "person_roles"): {whole.eva},
        ("pledges", "pledge_contacts"): {whole.pledges["by mail"], whole.pledges["by phone"]},
        ("notifications", "deliveries"): {whole.pledges["by phone"]},
    }


async def test_an_address_is_found_in_any_case_including_danish_letters(whole: Installation) -> None:
    await whole.all("pledges", "update pledge_contacts set email = 'Søren.Strauß@firma.example' where name = 'Eva'")
    letter = await whole.all(
        "pledges",
        """
        insert into dead_letters
               (consumer_group, topic, partition, "offset", value_digest, value, headers, reason, detail)
        values ('x', 'x', 0, 0, sha256('x'), convert_to('to: søren.strauß@FIRMA.example', 'UTF8'), '{}', 'x', '')
        returning id
        """,
    )
    found = {
        group.entry.table: {row["id"] for row in group.rows}
        for one in await whole.find(SubjectIdentifiers(emails=frozenset({"SØREN.Strauß@firma.example"})))
        for group in one.held
        if group.rows
    }
    ours = {pledge for name, pledge in whole.pledges.items() if name != "elsewhere"}
    assert found["pledge_contacts"] == ours
    assert found["dead_letters"] == {letter[0]["id"]}


async def test_what_a_correction_has_replaced_is_found_and_erased(whole: Installation) -> None:
    correction, pledge = uuid4(), whole.pledges["of ida"]
    for statement in (
        """
        insert into pledge_changes (taskforce_id, id, pledge_id, version, kind, note, changed_at)
        values ($1, $2, $3, 2, 'corrected', 'Ring til Eva på 97 85 00 00', now() - interval '2 years')
        """,
        """
        insert into pledge_former_terms
               (taskforce_id, id, pledge_id, version, company_name, company_cvr, job_type, position_count,
                weekly_hours_from, weekly_hours_to, tasks, pledged_on, flags, corrected_at)
        select $1, $2, $3, 2, company_name, company_cvr, job_type, position_count, weekly_hours_from, weekly_hours_to,
               tasks, pledged_on, flags, received_at
          from pledges
         where id = $3
        """,
        """
        insert into pledge_former_contacts (taskforce_id, id, name, email)
        select $1, $2, 'Eva', 'eva@firma.example' from pledges where id = $3
        """,
    ):
        await whole.all("pledges", statement, whole.taskforce_id, correction, pledge)
    known = SubjectIdentifiers(
        emails=frozenset({"eva@firma.example"}), phones=frozenset({"97 85 00 00"}), cvrs=frozenset({"24256790"})
    )
    tables = {"pledge_former_contacts", "pledge_changes", "pledge_former_terms"}

    found = [group for one in await whole.find(known) for group in one.held if group.entry.table in tables]
    await whole.erase(known)

    assert {(group.entry.table, *group.keys) for group in found} == {(table, correction) for table in tables}
    assert await whole.all("pledges", "select from pledge_former_contacts") == []
    assert [tuple(row) for row in await whole.all("pledges", "select note from pledge_changes")] == [(None,)]
    [kept] = await whole.all("pledges", "select company_name, company_cvr from pledge_former_terms")
    assert tuple(kept) == ("(slettet)", None)


async def test_who_is_named_in_a_note_or_a_saved_view_is_found_and_erased(whole: Installation) -> None:
    written, pledge = uuid4(), whole.pledges["of ida"]
    for statement in (
        """
        insert into case_notes (taskforce_id, id, pledge_id, kind, body, written_by, written_at)
        select $1, $2, id, 'note', 'Ring til Eva, eva@firma.example', gen_random_uuid(), now()
          from pledges
         where id = $3
        """,
        """
        insert into queue_views (taskforce_id, id, name, query, shared, saved_by, saved_at)
        select $1, $2, 'eva@firma.example', '', true, gen_random_uuid(), now() from pledges where id = $3
        """,
    ):
        await whole.all("pledges", statement, whole.taskforce_id, written, pledge)
    known = SubjectIdentifiers(emails=frozenset({"eva@firma.example"}))

    found = {
        (group.entry.table, *group.keys)
        for one in await whole.find(known)
        for group in one.held
        if written in group.keys
    }
    await whole.erase(known)

    assert found == {("case_notes", written), ("queue_views", written)}
    assert [tuple(row) for row in await whole.all("pledges", "select body from case_notes")] == [(None,)]
    assert await whole.all("pledges", "select from queue_views") == []


SPELLINGS = (
    # The address as it was stored, and as it is typed.
    ("eva@firma.example", " EVA@Firma.EXAMPLE\u200b"),
    ("E\u200bva@firma.example", "eva@firma.example"),
    ("rene\u0301@firma.example", "RENÉ@firma.example"),
    ("rené@firma.example", "rene\u0301@firma.example"),
    ("eva@xn--kbmand-bya.example", "eva@købmand.example"),
    ("eva@KØBMAND.example", "eva@XN--KBMAND-BYA.example"),
    ("eva@straße.example", "eva@straße.example"),
    ("еva@firma.example", "еva@firma.example"),
    ("eva@☃.example", "eva@☃.example"),
)
NUMBERS = (
    ("97 85 00 00", "+45 97850000"),
    ("+4597850000", "97 85 00 00"),
    ("\u202a0045 97-85-00-00\u202c", "97850000"),
    ("97850000 lok. 12", "97850000"),
    ("٩٧٨٥٠٠٠٠", "97850000"),
    ("+46 (0)8 123 456 78", "0046 8 12345678"),
    ("+46 8 123 456 78", "+46 (0)8 123 456 78"),
)
PARTIAL = {
    "emails": frozenset({"", "@", "eva@", "@firma.example", "eva", "%@firma.example", "firma"}),
    "phones": frozenset({"", "850000", "12345678", "%", "45", "+46 97 85 00 00", "97850000x"}),
    "cvrs": frozenset({"", "2425679", "2425679o", "DK"}),
}


async def test_an_address_is_found_in_each_of_its_spellings(whole: Installation) -> None:
    for stored, typed in SPELLINGS:
        await whole.all("pledges", "update pledge_contacts set email = $1, phone = null where name = 'Eva'", stored)
        await whole.all("events", "update people set email = $1 where id = $2", stored, whole.eva)

        found = await whole.keys(emails=frozenset({typed}))

        assert found.get("people") == {whole.eva}, typed
        assert found["pledge_contacts"] >= {whole.pledges["by mail"]}, typed


async def test_a_telephone_number_is_found_in_each_of_its_notations(whole: Installation) -> None:
    for stored, typed in NUMBERS:
        await whole.all("pledges", "update pledge_contacts set email = null, phone = $1 where name = 'Eva'", stored)

        found = await whole.keys(phones=frozenset({typed}))

        assert found.get("pledge_contacts", set()) >= {whole.pledges["by phone"]}, typed


async def test_another_address_or_number_is_not_found(whole: Installation) -> None:
    await whole.all("pledges", "update pledge_contacts set email = 'eva@strasse.example', phone = '+46 97 85 00 00'")

    assert "pledge_contacts" not in await whole.keys(
        emails=frozenset({"eva@straße.example"}), phones=frozenset({"97850000"})
    )


LETTERS = (
    '{"to": "S\\u00d8REN@firma.example\\nhej"}',
    '{"to": "søren@firma.example."}',
    "<søren@firma.example>",
    '{"call": "+45 97-85-00-00"}',
    '{"call": 97850000}',
    "ring 97 85 00 00, tak",
)
LETTERS_ABOUT_OTHERS = (
    '{"to": "xsøren@firma.example"}',
    '{"to": "x.søren@firma.example"}',
    '{"to": "søren@firma.example.dk"}',
    '{"call": "+46 97 85 00 00"}',
    '{"call": "97850000123"}',
    '{"id": "97850000-1234-4567-8abc-0101901234ab"}',
)


async def test_a_dead_letter_is_found_by_whole_addresses_and_numbers(whole: Installation) -> None:
    theirs = {await whole.letter(value.encode()) for value in LETTERS} | {
        await whole.letter("søren@firma.example \x00".encode() + b"\xff")
    }
    for value in LETTERS_ABOUT_OTHERS:
        await whole.letter(value.encode())

    found = await whole.keys(emails=frozenset({"Søren@firma.example"}), phones=frozenset({"97850000"}))

    assert found["dead_letters"] == theirs


async def test_nobody_is_found_by_a_part_of_an_address_or_number(whole: Installation) -> None:
    await whole.all("pledges", "update pledge_contacts set phone = '+4612345678'")
    await whole.letter(b'{"to": "eva@firma.example", "cvr": "24256790", "call": "+4612345678"}')

    assert await whole.keys(**PARTIAL) == {}


async def test_the_report_has_every_column_of_the_inventory(whole: Installation) -> None:
    for one in await whole.find():
        for group in one.held:
            for row in group.rows:
                assert set(group.entry.columns) <= set(row)
    [account] = [group for one in await whole.find() for group in one.held if group.entry.table == "people"]
    assert account.rows[0]["name"] == "Eva Holm"


async def test_a_person_is_erased_everywhere_and_nobody_else_is(whole: Installation) -> None:
    lines = await whole.erase()

    assert await whole.contacts() == {"of ida", "elsewhere"}
    assert await whole.accounts() == {whole.ida, whole.admin, whole.elsewhere}
    assert len(await whole.all("pledges", "select from pledges")) == 4, "what was promised stays"
    assert not [group for one in await whole.find() for group in one.held if group.rows and group.lookup.erase]
    assert {(line.table, line.key) for of_service in lines.values() for line in of_service} == {
        ("people", whole.eva),
        ("pledge_contacts", whole.pledges["by mail"]),
        ("pledge_contacts", whole.pledges["by phone"]),
    }


async def test_everything_that_refers_to_an_account_is_erased_with_it(whole: Installation) -> None:
    conn = await asyncpg.connect(whole.databases.owner_dsn("events"))
    await conn.execute(
        """
        create table devices (
          taskforce_id uuid,
          whose uuid,
          foreign key (taskforce_id, whose) references people (taskforce_id, id)
        )
        """
    )
    await conn.executemany(
        "insert into devices values ($1, $2)", [(whole.taskforce_id, whole.eva), (whole.taskforce_id, whole.ida)]
    )
    await conn.close()
    await whole.erase()
    assert [row["whose"] for row in await whole.all("events", "select whose from devices")] == [whole.ida]


async def test_the_last_administrator_cannot_be_erased(whole: Installation) -> None:
    admin = SubjectIdentifiers(emails=frozenset({"admin@firma.example"}))
    with pytest.raises(data_subjects.LastAdministrator):
        await whole.erase(admin)
    assert whole.admin in await whole.accounts()
    assert await data_subjects.ledger(whole.databases.owner_dsn) == []


async def test_a_deactivated_administrator_does_not_count(whole: Installation) -> None:
    await whole.all("events", "insert into person_roles values ($1, $2, 'admin')", whole.taskforce_id, whole.eva)
    await whole.all("events", "update people set deactivated_at = now() where id = $1", whole.eva)
    with pytest.raises(data_subjects.LastAdministrator):
        await whole.erase(SubjectIdentifiers(emails=frozenset({"admin@firma.example"})))
    await whole.erase()
    assert whole.eva not in await whole.accounts()


OPENS = {
    "passkey": """
        insert into passkeys
               (taskforce_id, id, person_id, credential_id, public_key, sign_count, name, backed_up, created_at)
        values ($1, $2, $2, uuid_send($2), '', 0, '', false, now())
    """,
    "provider": """
        insert into provider_links (taskforce_id, person_id, subject_hash, linked_at, used_at)
        values ($1, $2, sha256(uuid_send($2)), now(), now())
    """,
}


@pytest.mark.parametrize("theirs", [None, *OPENS])
@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("own", [None, *OPENS])
async def test_the_last_administrator_is_decided_as_on_the_pages(
    whole: Installation, own: str | None, theirs: str | None, closed: bool
) -> None:
    """An administrator without a passkey cannot sign in, and counts as little as a deactivated one."""
    await whole.all("events", "insert into person_roles values ($1, $2, 'admin')", whole.taskforce_id, whole.ida)
    for person, opened_by in ((whole.admin, own), (whole.ida, theirs)):
        if opened_by is not None:
            await whole.all("events", OPENS[opened_by], whole.taskforce_id, person)
    if closed:
        await whole.all("events", "update people set deactivated_at = now() where id = $1", whole.ida)
    conn: Any = await asyncpg.connect(whole.databases.app_dsn("events"))
    async with conn.transaction():
        await set_taskforce(conn, whole.taskforce_id)
        is_last = is_last_administrator(whole.admin, await administrators(conn, whole.taskforce_id))
    await conn.close()
    admin = SubjectIdentifiers(emails=frozenset({"admin@firma.example"}))
    if is_last:
        with pytest.raises(data_subjects.LastAdministrator):
            await whole.erase(admin)
    else:
        await whole.erase(admin)
    assert (whole.admin in await whole.accounts()) == is_last
    assert is_last == (closed or (own is not None and theirs is None))


@pytest.mark.parametrize("stored", ["24 25 67 90", "２４２５６７９０", "CVR-nr. 24256790", "DK\u200b24.25.67.90"])
async def test_the_name_of_a_personally_owned_company_is_erased_by_its_cvr_number(
    whole: Installation, stored: str
) -> None:
    await whole.all("pledges", "update pledges set company_cvr = $1", stored)

    await whole.erase(SubjectIdentifiers(cvrs=frozenset({"24256790"})))
    names = await whole.all("pledges", "select taskforce_id, company_name from pledges")
    assert {row["company_name"] for row in names if row["taskforce_id"] == whole.taskforce_id} == {"(slettet)"}
    assert {row["company_name"] for row in names if row["taskforce_id"] == whole.other} == {"Smedens værksted"}


async def test_the_ledger_contains_no_personal_data_and_is_append_only(whole: Installation) -> None:
    await whole.erase()
    written = json.dumps(await data_subjects.ledger(whole.databases.owner_dsn)).casefold()
    assert str(whole.eva) in written
    assert not any(word in written for word in ("eva@", "holm", "9785", "firma"))
    conn = await asyncpg.connect(whole.databases.app_dsn("pledges"))
    try:
        for statement in ("delete from erasures", "update erasures set erased_by = 'x'", "truncate erasures"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await conn.execute(statement)
    finally:
        await conn.close()


async def _restored(whole: Installation) -> list[dict[str, Any]]:
    """Erase Eva and restore the state before, including the ledger. Returns the copy of the ledger."""
    await whole.erase()
    copy: list[dict[str, Any]] = json.loads(json.dumps(await data_subjects.ledger(whole.databases.owner_dsn)))
    for service in DATA_SUBJECTS:
        await whole.all(service, "delete from erasures")
    await whole.all(
        "events",
        """
        insert into people (taskforce_id, id, name, email, language, added_at)
        values ($1, $2, 'Eva', 'eva', 'da', now())
        """,
        whole.taskforce_id,
        whole.eva,
    )
    for name in ("by mail", "by phone"):
        await whole.all(
            "pledges",
            "insert into pledge_contacts values ($1, $2, 'Eva', null, 'eva@firma.example')",
            whole.taskforce_id,
            whole.pledges[name],
        )
    return copy


async def test_a_restored_person_is_erased_again_by_the_copy_of_the_ledger(whole: Installation) -> None:
    copy = await _restored(whole)
    assert await data_subjects.repeat(whole.databases.owner_dsn, copy) == RepeatedErasures(3)
    assert await whole.contacts() == {"of ida", "elsewhere"}
    assert whole.eva not in await whole.accounts()
    assert await data_subjects.repeat(whole.databases.owner_dsn, copy) == RepeatedErasures(0), "it can be done again"


async def test_the_ledger_keeps_the_time_of_the_erasure_and_adds_the_repetition(whole: Installation) -> None:
    copy = await _restored(whole)
    assert all(line["repeated_at"] is None for line in copy)
    restored_at = datetime.now(UTC)
    await data_subjects.repeat(whole.databases.owner_dsn, copy)

    ledger = await data_subjects.ledger(whole.databases.owner_dsn)
    assert [line | {"repeated_at": None} for line in ledger] == copy
    assert all(datetime.fromisoformat(line["erased_at"]) < restored_at for line in ledger)
    assert all(restored_at < datetime.fromisoformat(line["repeated_at"]) < datetime.now(UTC) for line in ledger)

    await data_subjects.repeat(whole.databases.owner_dsn, copy)
    assert await data_subjects.ledger(whole.databases.owner_dsn) == ledger, "nothing had come back"


async def test_a_restored_row_whose_ledger_line_exists_counts_as_erased_again(whole: Installation) -> None:
    await whole.erase()
    before = await data_subjects.ledger(whole.databases.owner_dsn)
    await whole.all(
        "pledges",
        "insert into pledge_contacts values ($1, $2, 'Eva', null, 'eva@firma.example')",
        whole.taskforce_id,
        whole.pledges["by mail"],
    )
    assert await data_subjects.repeat(whole.databases.owner_dsn, []) == RepeatedErasures(1)
    after = await data_subjects.ledger(whole.databases.owner_dsn)
    assert [line | {"repeated_at": None} for line in after] == before
    assert {line["key"] for line in after if line["repeated_at"]} == {str(whole.pledges["by mail"])}


async def test_a_restored_last_administrator_is_reported_and_the_rest_is_erased(
    whole: Installation,
) -> None:
    """At the erasure there was another administrator, who does not exist in the restored state."""
    copy = await _restored(whole)
    admin = {"service": "events", "table": "people", "erased_by": None, "id": str(uuid4())}
    admin |= {"taskforce_id": str(whole.taskforce_id), "key": str(whole.admin)} | TIMES
    assert await data_subjects.repeat(whole.databases.owner_dsn, [admin, *copy]) == RepeatedErasures(
        3, kept=(whole.admin,)
    )
    assert whole.admin in await whole.accounts()
    assert whole.eva not in await whole.accounts()
    [line] = [one for one in await data_subjects.ledger(whole.databases.owner_dsn) if one["key"] == str(whole.admin)]
    assert line["repeated_at"] is None


async def test_a_line_of_another_taskforce_erases_nothing_there(whole: Installation) -> None:
    line = {"service": "pledges", "table": "pledge_contacts", "erased_by": None, "id": str(uuid4())}
    line |= {"taskforce_id": str(whole.other), "key": str(whole.pledges["by mail"])} | TIMES
    assert await data_subjects.repeat(whole.databases.owner_dsn, [line]) == RepeatedErasures(0)
    assert "by mail" in await whole.contacts()


async def test_an_invalid_ledger_copy_is_refused_before_any_change(whole: Installation) -> None:
    line = {"service": "dashboard", "table": "x", "erased_by": None, "id": str(uuid4())}
    line |= {"taskforce_id": str(whole.other), "key": str(uuid4())} | TIMES
    with pytest.raises(ValueError, match="no service dashboard has a ledger"):
        await data_subjects.repeat(whole.databases.owner_dsn, [line])


async def test_two_administrators_cannot_erase_and_close_one_another(whole: Installation) -> None:
    await whole.all("events", "insert into person_roles values ($1, $2, 'admin')", whole.taskforce_id, whole.eva)
    closing: Any = await asyncpg.connect(whole.databases.app_dsn("events"))
    try:
        async with closing.transaction():
            await set_taskforce(closing, whole.taskforce_id)
            await lock_people(closing, whole.taskforce_id)
            erasing = asyncio.create_task(whole.erase(SubjectIdentifiers(emails=frozenset({"admin@firma.example"}))))
            await asyncio.sleep(0.3)
            assert not erasing.done()
            await set_deactivated(closing, whole.taskforce_id, whole.eva, datetime.now(UTC))
        with pytest.raises(data_subjects.LastAdministrator):
            await erasing
    finally:
        await closing.close()

"""Retention on real databases: overdue data is deleted, the rest stays, and the dry run lists it beforehand."""

from __future__ import annotations

import asyncio
import importlib
import inspect
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest
from pydantic import SecretStr

from services.dashboard.measures.figures import compute
from services.dashboard.privacy import retention as dashboard
from services.events.privacy import retention as events
from services.notifications.privacy import retention as notifications
from services.pledges.privacy import retention as pledges
from services.pledges.settings import PledgesSettings
from services.pledges.worker import create_worker
from shared.db.database import Database
from tests.dashboard.messages import apply_messages, hire, taskforce
from tests.privacy.aged_rows import AgedRows, at, months_ago
from tests.privacy.conftest import connect_for_subjects
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from shared.privacy.retention import Retention
    from tests.support.infrastructure import Databases

ALL = {"pledges": pledges, "events": events, "notifications": notifications, "dashboard": dashboard}


@pytest.mark.parametrize("service", ALL)
def test_every_deadline_has_a_job_and_every_job_a_deadline(service: str) -> None:
    retention: Retention = ALL[service].retention()
    assert {job.name for job in retention.jobs} == set(retention.inventory.deadlines())


@pytest.mark.parametrize("service", ALL)
async def test_the_services_own_role_can_count_and_run_every_job(
    service: str, databases: Databases, base_settings: dict[str, Any]
) -> None:
    database = await connect_for_subjects(databases, base_settings, service)
    try:
        retention = ALL[service].retention()
        assert all(due.rows == 0 and due.oldest is None for due in await retention.due(database))
        assert set((await retention.remove(database)).values()) == {0}
    finally:
        await database.close()


async def _removed(database: Database) -> dict[str, int]:
    """Delete overdue rows, and compare the result with the dry run."""
    retention = pledges.retention()
    due = {one.entry.job: one.rows for one in await retention.due(database)}
    removed = await retention.remove(database)
    assert removed == due
    assert set((await retention.remove(database)).values()) == {0}, "what is done is done"
    return removed


async def test_a_contact_is_deleted_two_years_after_the_last_activity_of_its_pledge(
    rows: AgedRows, subjects_database: Database
) -> None:
    kept = {
        await rows.pledge(months_ago(24)),
        await rows.pledge(months_ago(1)),
        # imported lately
        await rows.pledge(months_ago(80), received=months_ago(2)),
    }
    hired_since = await rows.pledge(months_ago(40))
    await rows.hire(months_ago(40), pledge_id=hired_since, ended=months_ago(39))
    await rows.hire(months_ago(23), pledge_id=hired_since)
    hired_long_ago = await rows.pledge(months_ago(40))
    await rows.hire(months_ago(30), pledge_id=hired_long_ago)
    gone = {await rows.pledge(months_ago(24, days=1)), await rows.pledge(months_ago(59)), hired_long_ago}

    removed = await _removed(subjects_database)

    assert await rows.left("pledge_contacts") == kept | {hired_since}
    assert removed["pledge_contacts"] == len(gone)
    assert gone <= await rows.left("pledges"), "the pledge itself stays, for ever"


async def test_a_hires_contact_is_deleted_a_year_after_its_end_or_five_after_its_start(
    rows: AgedRows, subjects_database: Database
) -> None:
    kept = {
        await rows.hire(months_ago(58)),
        await rows.hire(months_ago(70), ended=months_ago(12)),
        await rows.hire(months_ago(3)),
    }
    await rows.hire(months_ago(60, days=1))
    await rows.hire(months_ago(40), ended=months_ago(12, days=1))

    removed = await _removed(subjects_database)

    assert await rows.left("hire_contacts") == kept
    assert removed["hire_contacts"] == 2


async def test_a_typed_company_is_deleted_after_five_years_unless_it_is_not_personally_owned(
    rows: AgedRows, subjects_database: Database
) -> None:
    public, own = uuid4(), uuid4()
    await rows.conn.executemany(
        "insert into companies (taskforce_id, id, version, name, member) values ($1, $2, 1, $3, false)",
        [(rows.taskforce_id, public, "B&O"), (rows.taskforce_id, own, None)],
    )
    old = months_ago(60, days=1)
    kept = {
        await rows.pledge(old, company_id=public),
        await rows.pledge(months_ago(60)),
        await rows.pledge(old, received=months_ago(5)),
    }
    gone = {await rows.pledge(old, company_id=own), await rows.pledge(old)}
    hired = await rows.hire(old)
    recently = await rows.hire(months_ago(59))

    removed = await _removed(subjects_database)

    erased = "company_name = '(slettet)' and company_cvr is null and company_p_number is null"
    assert await rows.left("pledges", erased) == gone
    assert await rows.left("pledges", "company_name = 'Smedens værksted' and company_cvr is not null") == kept
    assert (
        await rows.left("hires", erased),
        await rows.left("hires", "company_name = 'Smedens værksted'"),
    ) == (
        {hired},
        {recently},
    )
    assert (removed["typed_companies_of_pledges"], removed["typed_companies_of_hires"]) == (2, 1)


async def test_the_text_of_a_note_and_a_saved_view_are_deleted_by_their_deadlines(
    rows: AgedRows, subjects_database: Database
) -> None:
    pledge_id, kept, emptied, view, old_view = await rows.pledge(months_ago(50)), *(uuid4() for _ in range(4))
    for note_id, written_at in ((kept, months_ago(24)), (emptied, months_ago(24, days=1))):
        await rows.conn.execute(
            """
            insert into case_notes (taskforce_id, id, pledge_id, kind, body, written_by, written_at)
            values ($1, $2, $3, 'note', 'Ring til Eva', gen_random_uuid(), $4)
            """,
            rows.taskforce_id,
            note_id,
            pledge_id,
            at(written_at),
        )
    deadline = pledges.retention().inventory.deadlines()["queue_views"]
    for view_id, saved_at in ((view, months_ago(deadline)), (old_view, months_ago(deadline, days=1))):
        await rows.conn.execute(
            "insert into queue_views values ($1, $2, 'Eva', '', false, gen_random_uuid(), $3)",
            rows.taskforce_id,
            view_id,
            at(saved_at),
        )

    removed = await _removed(subjects_database)

    assert (removed["case_notes"], removed["queue_views"]) == (1, 1)
    assert await rows.left("case_notes") == {kept, emptied}
    assert await rows.left("case_notes", "body is not null") == {kept}
    assert await rows.left("queue_views") == {view}


_FORGET_HEALTH = "select forget_health_reasons($1)"


async def test_that_a_hire_ended_for_health_is_forgotten_after_two_years_also_in_its_messages(
    rows: AgedRows, subjects_database: Database, other_taskforce_id: UUID
) -> None:
    kept = await rows.hire(months_ago(30), ended=months_ago(24))
    gone = await rows.hire(months_ago(30), ended=months_ago(24, days=1))
    for hire_id in (kept, gone):
        await rows.conn.execute(
            """
            insert into outbox (id, taskforce_id, aggregatetype, aggregateid, version, type, payload, correlation_id)
            values ($1, $2, 'pledges.hire', $3, 2, 'tilsagn.pledges.HireEnded.v1', '{"end_reason": "health"}', $1)
            """,
            uuid5(hire_id, "message"),
            rows.taskforce_id,
            hire_id,
        )

    async with subjects_database.change(other_taskforce_id) as conn:
        assert await conn.fetch(_FORGET_HEALTH, [kept, gone]) == []
    async with subjects_database.system() as conn:
        assert await conn.fetch(_FORGET_HEALTH, [kept, gone]) == []
    await _removed(subjects_database)

    assert await rows.left("hires", "end_reason = 'health'") == {kept}
    assert await rows.left("hires", "end_reason = 'other'") == {gone}
    published = await rows.conn.fetch(
        "select aggregateid, payload ->> 'end_reason' as reason from outbox where version = 2"
    )
    assert {row["aggregateid"]: row["reason"] for row in published} == {kept: "health", gone: "other"}


async def test_the_dashboard_forgets_that_a_hire_ended_for_health(
    dashboard_database: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    ended = [
        hire(start_date=months_ago(30), ended_on=months_ago(24, days=days), end_reason="health") for days in (0, 1)
    ]
    await apply_messages(dashboard_database, taskforce(), *ended)
    async with dashboard_database.change(other_taskforce_id) as conn:
        assert await conn.fetch(_FORGET_HEALTH, [one.hire_id for one in ended]) == []
    async with dashboard_database.system() as conn:
        assert await conn.fetch(_FORGET_HEALTH, [one.hire_id for one in ended]) == []

    removed = await dashboard.retention().remove(dashboard_database)

    assert removed["end_reasons"] == 1
    ended_by_reason = (await compute(dashboard_database, taskforce_id)).counts.groups["hires_ended_by_reason"]
    assert (ended_by_reason["health"]["smaajob"], ended_by_reason["other"]["smaajob"]) == (1, 1)
    async with dashboard_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select array_agg(end_reason order by end_reason) from hire_versions") == [
            "health",
            "other",
        ]


async def test_what_came_of_a_visit_is_deleted_after_two_years(rows: AgedRows, subjects_database: Database) -> None:
    kept, without_note = await rows.visit(months_ago(24)), await rows.visit(months_ago(24, days=1))

    await _removed(subjects_database)

    assert await rows.left("outreach", "note is not null") == {kept}
    assert await rows.left("outreach") == {kept, without_note}


async def test_what_a_correction_has_replaced_is_deleted_bit_by_bit(
    rows: AgedRows, subjects_database: Database
) -> None:
    kept = await rows.correction(months_ago(12))
    without_contact = await rows.correction(months_ago(12, days=1))
    without_note = await rows.correction(months_ago(24, days=1))
    without_company = await rows.correction(months_ago(60, days=1))

    await _removed(subjects_database)

    assert await rows.left("pledge_former_contacts") == {kept}
    assert await rows.left("pledge_changes", "note is not null") == {kept, without_contact}
    assert await rows.left("position_changes", "note is not null") == {kept, without_contact}
    assert await rows.left("pledge_former_terms", "company_cvr is not null") == {kept, without_contact, without_note}
    assert without_company in await rows.left("pledge_former_terms"), "what was logged stays, for ever"


@pytest.mark.parametrize(
    "function",
    [
        "forget_companies_of_pledges",
        "forget_companies_of_pledge_former_terms",
        "forget_companies_of_hires",
        "forget_companies_of_hire_former_companies",
    ],
)
async def test_the_service_can_delete_a_company_name_only_after_a_year_in_its_own_taskforce(
    rows: AgedRows, subjects_database: Database, other_taskforce_id: UUID, function: str
) -> None:
    table = function.removeprefix("forget_companies_of_")
    days = months_ago(11), months_ago(20)
    add: dict[str, Any] = {
        "pledges": rows.pledge,
        "pledge_former_terms": rows.correction,
        "hires": rows.hire,
        "hire_former_companies": rows.hire_correction,
    }
    recent, old = [await add[table](day) for day in days]
    forget = f"select {function}($1)"
    async with subjects_database.change(other_taskforce_id) as conn:
        assert await conn.fetch(forget, [recent, old]) == []
    async with subjects_database.system() as conn:
        assert await conn.fetch(forget, [recent, old]) == []
    async with subjects_database.change(rows.taskforce_id) as conn:
        assert [row[0] for row in await conn.fetch(forget, [recent, old])] == [old]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with subjects_database.change(rows.taskforce_id) as conn:
            await conn.execute(f"update {table} set company_name = ''")


async def test_what_was_written_about_a_hire_is_deleted_after_two_years(
    rows: AgedRows, subjects_database: Database
) -> None:
    kept = await rows.hire_correction(months_ago(24))
    gone = await rows.hire_correction(months_ago(24, days=1))
    logged = await rows.support_contact(months_ago(24))
    await rows.support_contact(months_ago(24, days=1))

    removed = await _removed(subjects_database)

    assert await rows.left("hire_changes", "note is not null") == {kept}
    assert await rows.left("hire_changes", "reason is not null") == {kept}
    assert await rows.left("hire_changes") == {kept, gone}, "who changed it, and when, stays"
    assert await rows.left("support_contacts") == {logged}
    assert (removed["hire_change_notes"], removed["end_reasons_of_changes"], removed["support_contacts"]) == (1, 1, 1)


async def test_deletion_continues_over_several_transactions(
    rows: AgedRows, subjects_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.privacy.retention.AT_A_TIME", 2)
    for _ in range(5):
        await rows.pledge(months_ago(30))
    assert (await _removed(subjects_database))["pledge_contacts"] == 5


async def test_a_dead_letter_is_deleted_after_a_year(rows: AgedRows, subjects_database: Database) -> None:
    for days in (0, 1):
        await rows.conn.execute(
            """
            insert into dead_letters
                   (consumer_group, topic, partition, "offset", value_digest, value, headers, reason, detail,
                    recorded_at)
            values ('g', 't', 0, $1, '\\x00', 'Eva', '{}', 'r', 'd', $2)
            """,
            days,
            datetime.combine(months_ago(12, days=days), datetime.min.time(), UTC),
        )
    removed = await _removed(subjects_database)
    assert removed["dead_letters"] == 1
    assert await rows.conn.fetchval('select "offset" from dead_letters') == 0


async def test_a_personally_owned_company_is_deleted_five_years_after_its_last_attendance(
    events_dsns: Databases, events_database: Database, taskforce_id: UUID
) -> None:
    conn = await asyncpg.connect(events_dsns.superuser_dsn("events"))
    ids = {name: uuid4() for name in ("gone", "came", "member", "public", "recent")}
    try:
        await conn.execute(
            """
            insert into taskforces (id, slug, name, municipality, since, version, registered_at)
            values ($1, 'struer', 'Struer', '0671', '2018-05-01', 1, now())
            """,
            taskforce_id,
        )
        await conn.executemany(
            """
            insert into companies
                   (taskforce_id, id, name, personally_owned, cvr, member, version, registered_at)
            values ($1, $2, 'Jens Holm', $3, '24256790', $4, 1, $5)
            """,
            [
                (taskforce_id, id_, name != "public", name == "member", at(months_ago(3 if name == "recent" else 61)))
                for name, id_ in ids.items()
            ],
        )
        await conn.execute(
            """
            insert into employer_events
                   (taskforce_id, id, kind, status, title, starts_at, ends_at, pass_generation, version, drafted_at)
            values ($1, $1, 'employer_event', 'closed', 'Aften', $2, $2::timestamptz + interval '1 hour', 1, 1, $2)
            """,
            taskforce_id,
            at(months_ago(30)),
        )
        await conn.execute(
            """
            insert into attendances
                   (taskforce_id, id, event_id, company_id, walk_in, checked_in_at, checked_in_by, version)
            values ($1, $2, $1, $2, false, $3, 'x', 1)
            """,
            taskforce_id,
            ids["came"],
            at(months_ago(30)),
        )
        removed = await events.retention().remove(events_database)
        rows = await conn.fetch("select id, name, cvr, sort_name from companies")
    finally:
        await conn.close()
    assert removed == dict.fromkeys(removed, 0) | {"personally_owned_companies": 1}
    assert {"accounts", "sessions", "link_requests", "accesses", "dead_letters"} < set(removed)
    assert {row["id"] for row in rows if row["name"] == "(slettet)"} == {ids["gone"]}
    assert [row["cvr"] for row in rows if row["id"] == ids["gone"]] == [None]
    assert not any("holm" in row["sort_name"] for row in rows if row["id"] == ids["gone"])


async def test_an_account_is_deleted_a_year_after_it_was_closed_with_its_references(
    events_dsns: Databases, events_database: Database, taskforce_id: UUID
) -> None:
    conn = await asyncpg.connect(events_dsns.superuser_dsn("events"))
    closed = {"gone": months_ago(12, days=1), "kept": months_ago(12), "open": None}
    ids = {name: uuid4() for name in closed}
    try:
        await conn.execute(
            """
            insert into taskforces (id, slug, name, municipality, since, version, registered_at)
            values ($1, 'struer', 'Struer', '0671', '2018-05-01', 1, now())
            """,
            taskforce_id,
        )
        for name, day in closed.items():
            await conn.execute(
                """
                insert into people (taskforce_id, id, name, email, language, added_at, deactivated_at)
                values ($1, $2, $3, $3, 'da', now() - interval '5 years', $4)
                """,
                taskforce_id,
                ids[name],
                name,
                datetime.combine(day, datetime.min.time(), UTC) if day else None,
            )
            # A former administrator is deleted like any other account.
            await conn.execute("insert into person_roles values ($1, $2, 'admin')", taskforce_id, ids[name])
        retention = events.retention()
        due = {one.entry.table: one.rows for one in await retention.due(events_database) if one.rows}
        assert (await retention.remove(events_database))["accounts"] == 1
        left = {row["id"] for row in await conn.fetch("select id from people")}
        roles = {row["person_id"] for row in await conn.fetch("select person_id from person_roles")}
    finally:
        await conn.close()
    assert due == {"people": 1, "passkeys": 1, "person_roles": 1, "provider_links": 1, "enrolment_codes": 1}
    assert left == roles == {ids["kept"], ids["open"]}


async def test_sent_deliveries_are_deleted_after_two_years_and_waiting_ones_stay(
    notifications_dsns: Databases, notifications_database: Database, taskforce_id: UUID
) -> None:
    conn = await asyncpg.connect(notifications_dsns.superuser_dsn("notifications"))
    cases = {
        "kept": (months_ago(24), "sent"),
        "gone": (months_ago(24, days=1), "sent"),
        "waiting": (months_ago(30), "waiting"),
    }
    ids = {name: uuid4() for name in cases}
    try:
        await conn.execute("insert into taskforces (id, version, name) values ($1, 1, 'Struer')", taskforce_id)
        for name, (day, status) in cases.items():
            await conn.execute(
                """
                insert into deliveries
                       (taskforce_id, id, rule, about_id, recipient_kind, recipient_id, facts, happened_at, status,
                        settled_at)
                values ($1, $2, 'pledge_received', $2, 'pledge_contact', $2, '{}', $3, $4,
                        case when $4 = 'waiting' then null else now() end)
                """,
                taskforce_id,
                ids[name],
                datetime.combine(day, datetime.min.time(), UTC),
                status,
            )
        assert (await notifications.retention().remove(notifications_database))["deliveries"] == 1
        left = {row["id"] for row in await conn.fetch("select id from deliveries")}
    finally:
        await conn.close()
    assert left == {ids["kept"], ids["waiting"]}


async def test_the_worker_runs_the_jobs(
    rows: AgedRows, base_settings: dict[str, Any], pledges_dsns: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.privacy.retention.FIRST_PAUSE_SECONDS", 0.0)
    await rows.pledge(months_ago(30))
    key = SecretStr("the key of no installation, for tests")
    worker = create_worker(
        PledgesSettings(
            **base_settings,
            database_url=pledges_dsns.app_dsn("pledges"),
            intake_database_url=pledges_dsns.intake_dsn(),
            participants_database_url=pledges_dsns.participants_dsn(),
            request_key=key,
        )
    )
    await worker.start()
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await rows.left("pledge_contacts"):
                await asyncio.sleep(0.05)
    finally:
        await worker.stop()


@pytest.mark.parametrize("service", ALL)
def test_every_worker_has_retention_as_a_background_job(service: str) -> None:
    source = inspect.getsource(importlib.import_module(f"services.{service}.worker"))
    assert "retention().work" in source

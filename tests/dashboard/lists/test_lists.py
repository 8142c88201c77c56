"""The rows behind a figure and behind a term, and how they are asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from services.dashboard.bridge.counted import counted_by
from services.dashboard.lists import queries
from services.dashboard.lists.domain import Listing
from services.dashboard.measures.hires import Hires
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.measures.selection import Times
from shared.contracts.pledges import (
    HireCorrected,
    HireEnded,
    HireRevoked,
    PledgeCorrected,
    PledgeMerged,
    PledgeWithdrawn,
)
from tests.dashboard.messages import (
    apply_messages,
    check_in,
    company,
    employer_event,
    hire,
    hire_again,
    pledge,
    pledge_again,
    taskforce,
)

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.dashboard.conftest import Caller

NIGHT = date(2025, 12, 1)
PAST = datetime(2025, 12, 1, 17, 0, tzinfo=UTC)
THEN = "2025-12-01@2025-12-01T18:00:00Z"
LATER = "2026-03-01"
API = "/api/dashboard/v1"


def pledged(**fields: Any) -> Any:
    """A pledge of that evening."""
    return pledge(**{"captured_at": PAST} | fields)


def begun(**fields: Any) -> Any:
    """A hire that began on that day."""
    return hire(**{"recorded_at": PAST, "confirmed_at": PAST, "start_date": NIGHT} | fields)


async def items(caller: Caller, measure: str, role: Any = "caseworker", **query: str) -> list[dict[str, Any]]:
    address = f"{API}/lists/{measure}?{urlencode(query)}"
    answer = await caller.get(address, role, headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert page["total"] == sum(item["count"] for item in page["items"])
    found: list[dict[str, Any]] = page["items"]
    return found


async def test_a_figures_list_says_what_each_row_is_and_leads_to_its_case(
    dashboard_database: Database, caller: Caller
) -> None:
    bakery, evening = company(name="Limfjordens Bageri"), employer_event(title="Småjob-aften")
    owner = company(personally_owned=True, name=None)
    logged = pledged(positions=3, company_id=bakery.company_id, event_id=evening.event_id)
    unknown = pledged(pledged_on=NIGHT + timedelta(days=1), company_id=owner.company_id)
    baker = begun(company_id=bakery.company_id)
    arrival = check_in(evening.event_id, company_id=bakery.company_id, checked_in_at=PAST)
    await apply_messages(
        dashboard_database,
        bakery,
        owner,
        evening,
        logged,
        unknown,
        baker,
        arrival,
        pledged(counted=False),
    )

    newest, first = await items(caller, "pledged_positions", as_of=LATER)
    assert (newest["company"], newest["day"], newest["count"]) == (None, "2025-12-02", 1)
    assert first == {
        "kind": "pledge",
        "id": str(logged.pledge_id),
        "day": "2025-12-01",
        "job_type": "smaajob",
        "company_id": str(bakery.company_id),
        "company": "Limfjordens Bageri",
        "event": "Småjob-aften",
        "count": 3,
        "reason": "Pledged on 1 December 2025",
        "case": f"/pledges/{logged.pledge_id}",
    }
    (employed,) = await items(caller, "hires_current", as_of=LATER)
    assert (employed["reason"], employed["case"]) == ("Began on 1 December 2025", f"/hires/{baker.hire_id}")
    (present,) = await items(caller, "companies_present", event=str(evening.event_id), as_of=LATER)
    assert (present["kind"], present["case"], present["job_type"]) == ("attendance", None, None)
    assert await items(caller, "pledged_positions", as_of="2025-11-30") == []


def again(earlier: Any, **fields: Any) -> Any:
    return pledge_again(PledgeCorrected, earlier, **fields)


async def test_each_row_of_a_term_says_why_it_is_there(dashboard_database: Database, caller: Caller) -> None:
    logged = [pledged(positions=2) for _ in range(6)]
    cancelled = tuple(one.model_copy(update={"status": "cancelled"}) for one in logged[0].positions)
    withdrawn = {"positions": cancelled, "status": "withdrawn"}
    backdated = tuple(one.model_copy(update={"status": "cancelled"}) for one in logged[1].positions)
    await apply_messages(
        dashboard_database,
        *logged,
        pledge_again(PledgeWithdrawn, logged[0], **withdrawn, ended_on=date(2025, 12, 9)),
        pledge_again(PledgeWithdrawn, logged[1], **withdrawn | {"positions": backdated}, ended_on=date(2025, 11, 3)),
        pledge_again(PledgeMerged, logged[2], status="duplicate", counted=False),
        pledge_again(PledgeWithdrawn, logged[3], status="withdrawn", counted=False),
        again(logged[4], job_type="praktik"),
        again(logged[5], positions=logged[5].positions[:1]),
        pledged(pledged_on=date(2025, 11, 12), recorded_at=PAST + timedelta(days=2)),
        pledged(pledged_on=date(2025, 12, 20), recorded_at=PAST + timedelta(days=2)),
    )
    for term, count, reasons in [
        ("new", 1, ["Pledged on 20 December 2025"]),
        ("ended", -2, ["Withdrawn by the company on 9 December 2025"]),
        ("late", 1, ["Pledged on 12 November 2025; recorded only on 3 December 2025"]),
        ("merged", -2, ["Found on 2 December 2025 to be a duplicate of another pledge"]),
        ("revoked", -2, ["Found on 2 December 2025 never to have been made"]),
        ("moved", -2, ["Moved on 2 December 2025: job type: småjob before, work placement now"]),
        ("unmerged", 0, []),
    ]:
        rows = await items(caller, "pledged_positions", **{"from": THEN, "to": LATER, "term": term})
        assert ([row["reason"] for row in rows], sum(row["count"] for row in rows)) == (reasons, count), term
    corrected = await items(caller, "pledged_positions", **{"from": THEN, "to": LATER, "term": "corrected"})
    assert sorted(row["reason"] for row in corrected) == [
        "Corrected on 2 December 2025: positions: 2 before, 1 now",
        "Withdrawn by the company on 3 November 2025; recorded only on 2 December 2025",
    ]


async def test_each_hire_of_a_term_says_why_it_is_there(dashboard_database: Database, caller: Caller) -> None:
    one, two, three = (
        begun(),
        begun(),
        begun(),
    )
    await apply_messages(
        dashboard_database,
        *(one, two, three),
        hire_again(HireRevoked, one, counted=False),
        hire_again(HireCorrected, two, start_date=date(2025, 12, 3)),
        hire_again(HireEnded, three, ended_on=date(2025, 12, 15), end_reason="ordinary_job"),
    )
    found = {
        term: [
            row["reason"] for row in await items(caller, "hires_current", **{"from": THEN, "to": LATER, "term": term})
        ]
        for term in ("new", "ended", "revoked", "corrected")
    }
    assert found == {
        "new": ["Began on 3 December 2025"],
        "ended": ["Ended on 15 December 2025: an ordinary job"],
        "revoked": ["The confirmation was undone on 2 December 2025: the hire has never been"],
        "corrected": ["Corrected on 2 December 2025: first day of work: 1 December 2025 before, 3 December 2025 now"],
    }


async def test_a_row_that_moved_with_its_company_says_when_the_register_changed(
    dashboard_database: Database, caller: Caller
) -> None:
    moved_at = datetime(2026, 1, 15, 23, 30, tzinfo=UTC)
    bakery = company(industry="107110", recorded_at=PAST)
    known_late = company(industry="471120", recorded_at=moved_at)
    await apply_messages(
        dashboard_database,
        bakery,
        pledged(company_id=bakery.company_id, positions=2),
        pledged(company_id=known_late.company_id, positions=3),
        company(company_id=bakery.company_id, version=2, industry="471120", recorded_at=moved_at),
        known_late,
        # It has another name since, and that moves nothing.
        company(
            company_id=bakery.company_id,
            version=3,
            name="Bager Bo",
            industry="471120",
            recorded_at=moved_at + timedelta(days=9),
        ),
    )
    for section, counts in (("C", [-2]), ("G", [2, 3])):
        rows = await items(
            caller, "pledged_positions", industry=section, **{"from": THEN, "to": LATER, "term": "moved"}
        )
        assert sorted(row["count"] for row in rows) == counts
        # Half past midnight in Copenhagen.
        assert {row["day"] for row in rows} == {"2026-01-16"}
        assert {row["reason"] for row in rows} == {
            "In the register since 16 January 2026, its company has another industry or municipality"
        }


async def test_pages_neither_skip_nor_repeat_rows(
    dashboard_database: Database, taskforce_id: UUID, caller: Caller
) -> None:
    logged = [pledged(pledged_on=NIGHT - timedelta(days=number // 3)) for number in range(11)]
    await apply_messages(dashboard_database, *logged)
    ids, token = [], ""
    while True:
        query = {"as_of": LATER, "page_size": "4"} | ({"page_token": token} if token else {})
        page = (await caller.get(f"{API}/lists/pledged_positions?{urlencode(query)}", "member")).json()
        assert page["total"] == 11
        ids += [item["id"] for item in page["items"]]
        token = page["next_page_token"]
        if not token:
            break
    assert len(ids) == len(set(ids)) == 11
    listing = Listing(counted_by(PledgedPositions, "smaajob"), Times(NIGHT))
    async with dashboard_database.read(taskforce_id) as conn:
        assert [str(row.id) async for row in queries.all_rows(conn, listing)] == ids


async def test_a_list_of_a_past_moment_has_the_versions_of_that_moment(
    dashboard_database: Database, taskforce_id: UUID
) -> None:
    baker = begun()
    await apply_messages(dashboard_database, baker, hire_again(HireRevoked, baker, counted=False))
    async with dashboard_database.read(taskforce_id) as conn:
        then, now = Times(NIGHT, PAST), Times(NIGHT)
        rows = [
            await queries.page(conn, Listing(counted_by(Hires, "smaajob"), times), after=None, limit=9)
            for times in (then, now)
        ]
    assert [[row.id for row in page] for page in rows] == [[baker.hire_id], []]


@pytest.mark.parametrize(
    ("path", "status", "pointer"),
    [
        ("bridge?measure=hires&from=2025-12-02&to=2025-12-01", 422, "?from"),
        ("bridge?measure=hires&from=2018-03-30&to=2025-12-01", 422, "?from"),
        ("bridge?measure=hires&from=yesterday&to=2025-12-01", 422, "?from"),
        ("bridge?measure=hires&from=2025-12-01&to=2025-12-01@2098-01-01T00:00:00Z", 422, "?to"),
        ("bridge?measure=happiness&from=2025-11-01&to=2025-12-01", 422, "?measure"),
        ("bridge?measure=median_days&from=2025-11-01&to=2025-12-01", 422, "?measure"),
        ("bridge?measure=hires&from=2025-11-01&to=2025-12-01&colour=red", 422, "?colour"),
        ("bridge?measure=hires&from=2025-11-01&to=2025-12-01&job_type=hobby", 422, "?job_type"),
        ("bridge?measure=hires&from=2025-11-01", 422, "?to"),
        ("lists/happiness", 422, "?measure"),
        ("lists/hires?from=2025-11-01&to=2025-12-01", 422, "?term"),
        ("lists/hires?from=2025-11-01&to=2025-12-01&term=new&as_of=2025-12-01", 422, "?term"),
        ("lists/hires?from=2025-12-01&to=2025-11-01&term=new", 422, "?from"),
        ("lists/hires?page_token=nonsense", 422, "?page_token"),
        ("lists/hires?colour=red", 422, "?colour"),
    ],
)
async def test_what_cannot_be_answered_is_refused_in_words(
    dashboard_database: Database, caller: Caller, path: str, status: int, pointer: str
) -> None:
    await apply_messages(dashboard_database, taskforce())
    answer = await caller.get(f"{API}/{path}", "caseworker", headers={"accept-language": "en"})
    assert answer.status_code == status, answer.text
    assert pointer in [error["pointer"] for error in answer.json().get("errors", [])]


async def test_a_bridge_sums_and_each_of_its_links_is_the_list_of_its_term(
    dashboard_database: Database, caller: Caller
) -> None:
    one, two = (
        begun(),
        begun(),
    )
    ended = hire_again(HireEnded, one, ended_on=date(2025, 12, 9), end_reason="moved")
    await apply_messages(dashboard_database, taskforce(), one, two, ended, hire_again(HireRevoked, two, counted=False))
    await apply_messages(dashboard_database, begun(start_date=date(2025, 12, 5)))
    query = urlencode({"measure": "hires_current", "from": THEN, "to": LATER})
    bridge = (await caller.get(f"{API}/bridge?{query}", "caseworker")).json()
    assert (bridge["start"], bridge["end"]) == (2, 1)
    assert {term["kind"]: term["count"] for term in bridge["terms"]} == {"new": 1, "ended": -1, "revoked": -1}
    for term in bridge["terms"]:
        assert (await caller.get(term["list"], "caseworker")).json()["total"] == term["count"]
    assert (await caller.get(bridge["list"], "caseworker")).json()["total"] == bridge["end"]


async def test_who_does_not_see_hires_one_by_one_sees_their_number_and_pledges(
    dashboard_database: Database, caller: Caller
) -> None:
    await apply_messages(
        dashboard_database,
        taskforce(),
        begun(),
        pledged(),
    )
    for role in ("member", "facilitator", "auditor"):
        assert (await caller.get(f"{API}/lists/hires", role)).status_code == 403
        assert (await caller.get(f"/dashboard/lists/hires_current?as_of={LATER}", role)).status_code == 403
        between = "measure=hires&from=2025-11-01&to=2025-12-01"
        page = await caller.get(f"/dashboard/bridge?{between}", role)
        assert page.status_code == 200
        assert "/dashboard/lists/" not in page.text
        assert (await caller.get(f"{API}/bridge?{between}&municipality=0671", role)).status_code == 403
        pledges = (await caller.get(f"{API}/lists/pledged_positions?as_of={LATER}", role)).json()["items"]
        assert [item["case"] is None for item in pledges] == [role != "member"]


async def test_the_pages_say_the_sum_and_the_reasons(dashboard_database: Database, caller: Caller) -> None:
    await apply_messages(
        dashboard_database,
        taskforce(),
        begun(),
        begun(start_date=date(2025, 12, 5)),
    )
    query = urlencode({"measure": "hires", "from": "2025-12-01", "to": LATER})
    bridge = await caller.get(f"/dashboard/bridge?{query}", "coordinator")
    assert "1 + 1 ny = 2" in bridge.text
    query = urlencode({"measure": "hires", "from": "2025-12-01", "to": LATER, "municipality": "0671", "industry": "C"})
    narrowed = await caller.get(f"/dashboard/bridge?{query}", "coordinator")
    assert "Kommune: Struer. Branche: Industri." in narrowed.text
    query = urlencode({"from": "2025-12-01", "to": LATER, "term": "new"})
    rows = await caller.get(f"/dashboard/lists/hires?{query}", "coordinator")
    assert "Begyndte 05.12.2025" in rows.text
    assert "/dashboard/bridge?measure=hires&amp;from=2025-12-01&amp;to=2026-03-01" in rows.text

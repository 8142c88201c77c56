"""Check-ins through the API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.events import attendance_id
from tests.events.conftest import company_body, published

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.events.conftest import Caller


async def test_a_registered_company_checks_in(caller: Caller, db: Database) -> None:
    company, event = await caller.company(), await caller.event("publish", "open")
    answer = await caller.post(f"/events/{event['id']}/check-ins", {"company_id": company["id"]}, "member")
    assert answer.status_code == 201
    arrival = answer.json()
    assert (arrival["company_name"], arrival["walk_in"], arrival["warnings"]) == (company["name"], False, [])
    name, fact = (await published(db))[-1]
    assert name == "CompanyCheckedIn"
    assert (fact["event_id"], fact["company_id"]) == (event["id"], company["id"])
    assert arrival["id"] == str(attendance_id(UUID(event["id"]), UUID(company["id"])))
    assert (await caller.get(f"/events/{event['id']}")).json()["companies_checked_in"] == 1


async def test_a_walk_in_is_registered_and_checked_in_at_once(caller: Caller, db: Database) -> None:
    event, company = await caller.event("publish", "open"), company_body(cvr="11111111")
    answer = await caller.post(f"/events/{event['id']}/check-ins", {"company": company})
    assert answer.status_code == 201
    assert answer.json()["walk_in"] is True
    assert [warning["code"] for warning in answer.json()["warnings"]] == ["cvr_checksum"]
    assert [name for name, _ in await published(db)][-2:] == ["CompanyRegistered", "CompanyCheckedIn"]
    assert (await caller.get(f"/companies/{company['id']}")).json()["name"] == company["name"]


@pytest.mark.parametrize("cvr", [None, "11111111"])
async def test_a_walk_in_without_a_valid_cvr_number_is_published_as_an_id_until_a_coordinator_clears_it(
    caller: Caller, db: Database, taskforce_id: UUID, cvr: str | None
) -> None:
    event, company = await caller.event("publish", "open"), company_body(name="Knud Mikkelsen", cvr=cvr)
    body = {"company": company}
    first = await caller.post(f"/events/{event['id']}/check-ins", body, "member")
    assert first.status_code == 201
    name, fact = (await published(db))[-2]
    assert (name, fact["company_id"], fact["personally_owned"]) == ("CompanyRegistered", company["id"], True)
    assert (fact["name"], fact["cvr"]) == (None, None)
    assert "Knud" not in str(await published(db))

    page = {"accept": "text/html", "origin": "https://localhost:8080"}
    for _ in range(2):
        path = f"/companies/clear/{company['id']}"
        answer = await caller.client.post(path, headers=caller.headers("coordinator") | page)
        assert answer.status_code == 303
    company_row = await caller.client.get(answer.headers["location"], headers=caller.headers("coordinator") | page)
    assert "Knud Mikkelsen holdes ikke længere tilbage" in company_row.text
    facts = [fact for name, fact in await published(db) if name == "CompanyRegistered"]
    assert [(fact["name"], fact["personally_owned"]) for fact in facts] == [(None, True), ("Knud Mikkelsen", False)]

    again = await caller.post(f"/events/{event['id']}/check-ins", body, "member")
    assert (again.status_code, again.json()) == (201, first.json())


async def test_a_walk_in_with_a_valid_cvr_number_is_published_by_name_unless_it_is_personally_owned(
    caller: Caller, db: Database
) -> None:
    event = await caller.event("publish", "open")
    for owned in (False, True):
        body = {"company": company_body(name="Struer Tag", personally_owned=owned)}
        await caller.post(f"/events/{event['id']}/check-ins", body)
        _, fact = (await published(db))[-2]
        assert fact["name"] == (None if owned else "Struer Tag")


@pytest.mark.parametrize("walk_in", [True, False])
async def test_checking_in_again_is_answered_the_same_and_published_once(
    caller: Caller, db: Database, walk_in: bool
) -> None:
    event = await caller.event("publish", "open")
    body: dict[str, Any] = {"company": company_body()} if walk_in else {"company_id": (await caller.company())["id"]}
    first = await caller.post(f"/events/{event['id']}/check-ins", body)
    again = await caller.post(f"/events/{event['id']}/check-ins", body)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    names = [name for name, _ in await published(db)]
    assert (names.count("CompanyCheckedIn"), names.count("CompanyRegistered")) == (1, 1)


async def test_concurrent_requests_check_a_walk_in_in_once(caller: Caller, db: Database) -> None:
    event, body = await caller.event("publish", "open"), {"company": company_body()}
    answers = await asyncio.gather(*(caller.post(f"/events/{event['id']}/check-ins", body) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    names = [name for name, _ in await published(db)]
    assert (names.count("CompanyCheckedIn"), names.count("CompanyRegistered")) == (1, 1)


@pytest.mark.parametrize("steps", [(), ("publish",), ("publish", "open", "close"), ("cancel",)])
async def test_no_company_checks_in_unless_the_event_is_open(
    caller: Caller, db: Database, steps: tuple[str, ...]
) -> None:
    event = await caller.event(*steps)
    before = await published(db)
    answer = await caller.post(f"/events/{event['id']}/check-ins", {"company": company_body()})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/event-not-open")
    # The walk-in has not been registered either.
    assert await published(db) == before


async def test_a_repeated_check_in_is_answered_after_the_event_is_closed(caller: Caller) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    body = {"company_id": company["id"]}
    first = await caller.post(f"/events/{event['id']}/check-ins", body)
    await caller.post(f"/events/{event['id']}/close")
    again = await caller.post(f"/events/{event['id']}/check-ins", body)
    assert (again.status_code, again.json()) == (201, first.json())


async def test_a_walk_in_under_another_companys_id_is_refused(caller: Caller) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    answer = await caller.post(
        f"/events/{event['id']}/check-ins", {"company": company_body(id=company["id"], name="En anden")}
    )
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/id-taken")


async def test_an_unknown_company_cannot_check_in(caller: Caller) -> None:
    event = await caller.event("publish", "open")
    answer = await caller.post(f"/events/{event['id']}/check-ins", {"company_id": str(uuid4())})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/company-not-found")


@pytest.mark.parametrize("body", [{}, {"company_id": str(uuid4()), "company": company_body()}])
async def test_a_check_in_names_exactly_one_company(caller: Caller, body: dict[str, Any]) -> None:
    event = await caller.event("publish", "open")
    answer = await caller.post(f"/events/{event['id']}/check-ins", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"] == "Send enten company_id eller company."


async def test_check_ins_are_listed_the_latest_first_page_by_page(caller: Caller) -> None:
    event = await caller.event("publish", "open")
    came = []
    for _ in range(3):
        company = await caller.company()
        await caller.post(f"/events/{event['id']}/check-ins", {"company_id": company["id"]})
        came.append(company["id"])
    path = f"/events/{event['id']}/check-ins?page_size=2"
    first = (await caller.get(path)).json()
    rest = (await caller.get(f"{path}&page_token={first['next_page_token']}")).json()
    assert [item["company_id"] for item in first["items"] + rest["items"]] == came[::-1]
    assert rest["next_page_token"] is None


async def test_another_taskforce_can_neither_check_in_nor_list(caller: Caller, other_taskforce_id: UUID) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    elsewhere: dict[str, Any] = {"taskforce_id": other_taskforce_id}
    body = {"company_id": company["id"]}
    assert (await caller.post(f"/events/{event['id']}/check-ins", body, **elsewhere)).status_code == 404
    assert (await caller.get(f"/events/{event['id']}/check-ins", **elsewhere)).status_code == 404


async def test_only_planners_find_a_draft_at_the_door(caller: Caller, db: Database) -> None:
    company, draft = await caller.company(), await caller.event(title="Hemmelig aften")
    headers = caller.headers("member") | {"origin": "https://localhost:8080"}
    page = f"/events/{draft['id']}"
    answers = [
        await caller.post(f"/events/{draft['id']}/check-ins", {"company_id": company["id"]}, "member"),
        await caller.post(f"/events/{draft['id']}/check-ins", {"company": company_body()}, "member"),
        await caller.get(f"/events/{draft['id']}/check-ins", "member"),
        await caller.client.post(f"{page}/check-ins", data={"company_id": company["id"]}, headers=headers),
        await caller.client.post(f"{page}/walk-ins", data=company_body(), headers=headers),
        # The page with the form's errors has the event's title.
        await caller.client.post(f"{page}/walk-ins", data={"name": ""}, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert not any("Hemmelig" in answer.text for answer in answers)
    assert [name for name, _ in await published(db)][-1] == "EventDrafted"


async def test_a_mistaken_check_in_is_undone_and_may_be_made_again(
    caller: Caller, db: Database, taskforce_id: UUID
) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    path, body = f"/events/{event['id']}/check-ins", {"company_id": company["id"]}
    arrival = (await caller.post(path, body, "member")).json()
    undo = f"{path}/{arrival['id']}/undo"
    for _ in range(2):
        answer = await caller.post(undo, None, "member", if_match='"1"')
        assert (answer.status_code, answer.headers["etag"], answer.json()["version"]) == (200, '"2"', 2)
        assert answer.json()["undone_at"]
    assert (await caller.get(path)).json()["items"] == []
    assert (await caller.get(f"/events/{event['id']}")).json()["companies_checked_in"] == 0

    again = (await caller.post(path, body)).json()
    assert (again["id"], again["version"], again["undone_at"]) == (arrival["id"], 3, None)
    assert (await caller.get(f"/events/{event['id']}")).json()["companies_checked_in"] == 1
    # A page that shows the first check-in does not undo the second one.
    assert (await caller.post(undo, None, if_match='"1"')).status_code == 412
    facts = [(name, fact["version"]) for name, fact in await published(db)][-3:]
    assert facts == [("CompanyCheckedIn", 1), ("CheckInUndone", 2), ("CompanyCheckedIn", 3)]
    async with db.read(taskforce_id) as conn:
        kept = await conn.fetch("select version, checked_in_by, undone_by, undone_at from undone_check_ins")
    assert [(row["version"], row["checked_in_by"] == row["undone_by"]) for row in kept] == [(2, True)]


async def test_a_check_in_is_undone_after_the_event_was_closed_but_not_made_again(caller: Caller) -> None:
    event, company = await caller.event("publish", "open"), await caller.company()
    path, body = f"/events/{event['id']}/check-ins", {"company_id": company["id"]}
    arrival = (await caller.post(path, body)).json()
    await caller.post(f"/events/{event['id']}/close")
    assert (await caller.post(f"{path}/{arrival['id']}/undo")).status_code == 200
    assert (await caller.post(path, body)).json()["type"] == "/problems/event-not-open"
    assert (await caller.get(path)).json()["items"] == []


async def test_a_check_in_at_another_event_is_not_found(caller: Caller) -> None:
    event, other = await caller.event("publish", "open"), await caller.event("publish", "open")
    company = await caller.company()
    arrival = (await caller.post(f"/events/{event['id']}/check-ins", {"company_id": company["id"]})).json()
    answer = await caller.post(f"/events/{other['id']}/check-ins/{arrival['id']}/undo")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/check-in-not-found")

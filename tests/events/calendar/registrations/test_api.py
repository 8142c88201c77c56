"""Registrations through the API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from shared.contracts.events import registration_id
from tests.events.conftest import published

if TYPE_CHECKING:
    from shared.db.database import Database
    from tests.events.conftest import Caller


async def test_a_company_is_registered_once_and_published(caller: Caller, db: Database) -> None:
    company, event = await caller.company(), await caller.event("publish")
    path, body = f"/events/{event['id']}/registrations", {"company_id": company["id"]}
    answers = await asyncio.gather(*(caller.post(path, body) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["id"] == str(registration_id(UUID(event["id"]), UUID(company["id"])))
    facts = [fact for name, fact in await published(db) if name == "RegistrationMade"]
    assert [(fact["company_id"], fact["version"]) for fact in facts] == [(company["id"], 1)]
    assert (await caller.get(f"/events/{event['id']}")).json()["companies_registered"] == 1


async def test_a_registration_is_cancelled_and_made_again(caller: Caller, db: Database) -> None:
    company, event = await caller.company(), await caller.event("publish")
    path, body = f"/events/{event['id']}/registrations", {"company_id": company["id"]}
    made = (await caller.post(path, body)).json()
    stale = await caller.post(f"{path}/{made['id']}/cancel", if_match='"7"')
    assert stale.status_code == 412
    cancelled = await caller.post(f"{path}/{made['id']}/cancel", if_match='"1"')
    assert (cancelled.status_code, cancelled.headers["etag"]) == (200, '"2"')
    assert (await caller.get(path)).json()["items"] == []
    assert (await caller.get(f"/events/{event['id']}")).json()["companies_registered"] == 0
    again = await caller.post(path, body)
    assert (again.json()["version"], again.json()["cancelled_at"]) == (3, None)
    assert [name for name, _ in await published(db)][-3:] == [
        "RegistrationMade",
        "RegistrationCancelled",
        "RegistrationMade",
    ]


@pytest.mark.parametrize("steps", [("publish", "open", "close"), ("cancel",)])
async def test_nobody_is_registered_when_it_is_over(caller: Caller, db: Database, steps: tuple[str, ...]) -> None:
    company, event = await caller.company(), await caller.event(*steps)
    before = await published(db)
    answer = await caller.post(f"/events/{event['id']}/registrations", {"company_id": company["id"]})
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/registration-closed")
    assert await published(db) == before


async def test_an_unknown_company_is_not_registered(caller: Caller) -> None:
    event = await caller.event("publish")
    answer = await caller.post(f"/events/{event['id']}/registrations", {"company_id": str(uuid4())})
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/company-not-found")


async def test_registrations_are_listed_by_name_with_who_has_come(caller: Caller) -> None:
    event = await caller.event("publish", "open")
    path = f"/events/{event['id']}"
    for name in ("Ørsted", "Aalborg", "Bakken"):
        company = await caller.company(name=name, cvr=None)
        await caller.post(f"{path}/registrations", {"company_id": company["id"]})
        if name == "Bakken":
            await caller.post(f"{path}/check-ins", {"company_id": company["id"]})
    first = (await caller.get(f"{path}/registrations?page_size=2", "member")).json()
    second = (
        await caller.get(f"{path}/registrations?page_size=2&page_token={first['next_page_token']}", "member")
    ).json()
    items = first["items"] + second["items"]
    assert [(one["company_name"], one["checked_in_at"] is not None) for one in items] == [
        ("Aalborg", False),
        ("Bakken", True),
        ("Ørsted", False),
    ]
    assert second["next_page_token"] is None

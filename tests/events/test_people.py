"""People: administrators' API, and the address the other services ask for at the moment of sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from tests.events.conftest import published

if TYPE_CHECKING:
    import httpx

    from shared.auth import Role
    from shared.postgres import Database
    from tests.events.conftest import Caller


def person_body(**facts: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "name": "Karen Kjær",
        "email": "karen@struer.example",
        "roles": ["member", "coordinator"],
        "municipality": None,
        "language": "da",
    } | facts


async def test_a_person_is_added_with_their_roles(caller: Caller) -> None:
    body = person_body()
    answer = await caller.post("/people", body, "admin")
    assert answer.status_code == 201
    assert answer.json() == body | {"roles": ["coordinator", "member"]}
    assert (await caller.get("/people", "admin")).json()["items"] == [answer.json()]


async def test_adding_the_same_person_again_is_answered_the_same(caller: Caller) -> None:
    body = person_body()
    first = await caller.post("/people", body, "admin")
    again = await caller.post("/people", body, "admin")
    assert (again.status_code, again.json()) == (201, first.json())
    assert len((await caller.get("/people", "admin")).json()["items"]) == 1


async def test_somebody_else_under_an_id_in_use_is_refused(caller: Caller) -> None:
    body = person_body()
    await caller.post("/people", body, "admin")
    for other in ({"email": "anden@struer.example"}, {"roles": ["admin"]}):
        assert (await caller.post("/people", body | other, "admin")).status_code == 409


async def test_nothing_about_a_person_is_published(caller: Caller, db: Database) -> None:
    before = await published(db)
    await caller.post("/people", person_body(), "admin")
    assert await published(db) == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "ingen snabel-a"},
        {"email": "to@mail.dk\nBcc: alle@mail.dk"},
        {"email": "a@b.dk, c@d.dk"},
        {"name": "Jens 010190-1234"},
        {"name": "  "},
        {"roles": []},
        {"roles": ["event_pass"]},
        {"roles": ["service"]},
        {"municipality": "671"},
        {"language": "tlh"},
    ],
)
async def test_what_cannot_be_a_person_is_refused(caller: Caller, wrong: dict[str, Any]) -> None:
    answer = await caller.post("/people", person_body(**wrong), "admin")
    assert answer.status_code == 422
    assert [error["pointer"].split("/")[1] for error in answer.json()["errors"]] == list(wrong)


async def test_people_are_listed_in_danish_order_page_by_page(caller: Caller) -> None:
    for name in ("Åse", "Bo", "Ærling"):
        await caller.post("/people", person_body(name=name), "admin")
    first = (await caller.get("/people?page_size=2", "admin")).json()
    rest = (await caller.get(f"/people?page_size=2&page_token={first['next_page_token']}", "admin")).json()
    assert [item["name"] for item in first["items"] + rest["items"]] == ["Bo", "Ærling", "Åse"]


async def test_another_service_is_told_where_to_write(caller: Caller, taskforce_id: UUID) -> None:
    body = person_body(language="en")
    await caller.post("/people", body, "admin")
    answer = await _address(caller, body["id"], taskforce_id, "service", subject="service:notifications")
    assert answer.status_code == 200
    assert answer.json() == {"email": body["email"], "name": body["name"], "language": "en"}


async def test_an_unknown_person_has_no_address(caller: Caller, taskforce_id: UUID) -> None:
    answer = await _address(caller, str(uuid4()), taskforce_id, "service")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/person-not-found")


async def test_an_address_is_asked_for_in_the_persons_own_taskforce(caller: Caller, other_taskforce_id: UUID) -> None:
    body = person_body()
    await caller.post("/people", body, "admin")
    assert (await _address(caller, body["id"], other_taskforce_id, "service")).status_code == 404


@pytest.mark.parametrize("role", ["admin", "coordinator", "caseworker", "event_pass"])
async def test_no_person_is_told_an_address(caller: Caller, taskforce_id: UUID, role: Role) -> None:
    assert (await _address(caller, str(uuid4()), taskforce_id, role)).status_code == 403


async def _address(caller: Caller, person_id: str, taskforce_id: UUID, role: Role, **principal: Any) -> httpx.Response:
    principal.setdefault("taskforce_id", None)
    return await caller.client.get(
        f"/internal/events/v1/people/{person_id}/address",
        params={"taskforce": str(taskforce_id)},
        headers=caller.headers(role, **principal),
    )

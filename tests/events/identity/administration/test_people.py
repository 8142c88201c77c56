"""People through the administrators' API, and the internal route for addresses."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from services.events.identity.people.store import find_by_email
from tests.events.conftest import published
from tests.events.identity.browsing import with_passkey
from tests.support.addresses import address_of

if TYPE_CHECKING:
    import httpx

    from shared.db.database import Database
    from shared.product.roles import Role
    from tests.support.addresses import address_of
from tests.events.conftest import Caller


def person_body(**facts: Any) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "name": "Karen Kjær",
        "email": "karen@struer.example",
        "roles": ["member", "coordinator"],
        "municipality": None,
        "language": "da",
        "programme": None,
        "company_id": None,
    } | facts


async def test_a_person_is_added_with_their_roles(caller: Caller) -> None:
    body = person_body()
    answer = await caller.post("/people", body, "admin")
    assert answer.status_code == 201
    assert answer.json() == body | {"roles": ["coordinator", "member"], "active": True, "invited_at": None}
    assert (await caller.get("/people", "admin")).json()["items"] == [answer.json()]


async def test_adding_the_same_person_again_is_answered_the_same(caller: Caller) -> None:
    body = person_body()
    first = await caller.post("/people", body, "admin")
    again = await caller.post("/people", body, "admin")
    assert (again.status_code, again.json()) == (201, first.json())
    assert len((await caller.get("/people", "admin")).json()["items"]) == 1


async def test_another_person_with_an_id_in_use_is_refused(caller: Caller) -> None:
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
        {"programme": "noget andet"},
        {"company_id": "x"},
    ],
)
async def test_an_invalid_person_is_refused(caller: Caller, wrong: dict[str, Any]) -> None:
    answer = await caller.post("/people", person_body(**wrong), "admin")
    assert answer.status_code == 422
    assert [error["pointer"].split("/")[1] for error in answer.json()["errors"]] == list(wrong)


async def test_people_are_listed_in_danish_order_page_by_page(caller: Caller) -> None:
    for name in ("Åse", "Bo", "Ærling"):
        await caller.post("/people", person_body(name=name, email=address_of()), "admin")
    first = (await caller.get("/people?page_size=2", "admin")).json()
    rest = (await caller.get(f"/people?page_size=2&page_token={first['next_page_token']}", "admin")).json()
    assert [item["name"] for item in first["items"] + rest["items"]] == ["Bo", "Ærling", "Åse"]


async def test_the_notifications_service_gets_an_address(caller: Caller, taskforce_id: UUID) -> None:
    body = person_body(language="en")
    await caller.post("/people", body, "admin")
    answer = await _address(caller, body["id"], taskforce_id, "service")
    assert answer.status_code == 200
    assert answer.json() == {"email": body["email"], "name": body["name"], "language": "en"}


async def test_an_unknown_person_has_no_address(caller: Caller, taskforce_id: UUID) -> None:
    answer = await _address(caller, str(uuid4()), taskforce_id, "service")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/person-not-found")


async def test_an_address_is_found_in_the_persons_own_taskforce_only(caller: Caller, other_taskforce_id: UUID) -> None:
    body = person_body()
    await caller.post("/people", body, "admin")
    assert (await _address(caller, body["id"], other_taskforce_id, "service")).status_code == 404


@pytest.mark.parametrize("role", ["admin", "coordinator", "caseworker", "event_pass"])
async def test_no_person_can_use_the_internal_address_route(caller: Caller, taskforce_id: UUID, role: Role) -> None:
    assert (await _address(caller, str(uuid4()), taskforce_id, role)).status_code == 403


async def added(caller: Caller, **facts: Any) -> dict[str, Any]:
    """Return an added person with an address of their own."""
    answer = await caller.post("/people", person_body(**({"email": address_of()} | facts)), "admin")
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_person_is_changed_and_found_as_changed(caller: Caller) -> None:
    company = await caller.company(member=True)
    karen = await added(caller)
    facts = {
        "name": "Karen Møller",
        "email": "karen.m@struer.example",
        "roles": ["caseworker", "facilitator"],
        "municipality": "0671",
        "language": "en",
        "programme": "job_network",
        "company_id": company["id"],
    }
    answer = await caller.put(f"/people/{karen['id']}", facts, "admin")
    assert answer.status_code == 200
    assert answer.json() == facts | {"id": karen["id"], "active": True, "invited_at": None}
    assert (await caller.get(f"/people/{karen['id']}", "admin")).json() == answer.json()


@pytest.mark.parametrize(
    ("facts", "status", "code"),
    [
        ({"roles": ["caseworker"]}, 422, "municipality-missing"),
        ({"roles": ["facilitator"]}, 422, "programme-missing"),
        ({"company_id": str(uuid4())}, 404, "company-not-found"),
        ({"email": "BO@struer.example"}, 409, "address-taken"),
    ],
)
async def test_an_invalid_change_changes_nothing(caller: Caller, facts: dict[str, Any], status: int, code: str) -> None:
    await added(caller, email="bo@struer.example")
    karen = await added(caller)
    body = {name: fact for name, fact in person_body().items() if name != "id"} | facts
    for answer in (
        await caller.put(f"/people/{karen['id']}", body, "admin"),
        await caller.post("/people", body | {"id": str(uuid4())}, "admin"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}")
    assert (await caller.get(f"/people/{karen['id']}", "admin")).json() == karen
    assert len((await caller.get("/people", "admin")).json()["items"]) == 2


async def test_a_deactivated_person_has_no_address_until_reactivated(caller: Caller, taskforce_id: UUID) -> None:
    karen = await added(caller)
    for _ in "12":
        answer = await caller.post(f"/people/{karen['id']}/deactivate", None, "admin")
        assert (answer.status_code, answer.json()) == (200, karen | {"active": False})
    assert (await _address(caller, karen["id"], taskforce_id, "service")).status_code == 404
    for _ in "12":
        answer = await caller.post(f"/people/{karen['id']}/reactivate", None, "admin")
        assert (answer.status_code, answer.json()) == (200, karen)
    assert (await _address(caller, karen["id"], taskforce_id, "service")).status_code == 200


async def test_the_last_administrator_keeps_the_role(caller: Caller) -> None:
    admin = await added(caller, roles=["admin"])
    resigned = {name: fact for name, fact in admin.items() if name not in {"id", "active", "invited_at"}} | {
        "roles": ["member"]
    }
    for answer in (
        await caller.post(f"/people/{admin['id']}/deactivate", None, "admin"),
        await caller.put(f"/people/{admin['id']}", resigned, "admin"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/last-administrator")
    assert (await caller.get(f"/people/{admin['id']}", "admin")).json() == admin


async def test_the_last_administrator_who_can_sign_in_keeps_the_role(
    caller: Caller, db: Database, taskforce_id: UUID
) -> None:
    """The other one has no passkey, and there would be nobody to give them the code for one."""
    admin, invited = [await added(caller, roles=["admin"]) for _ in "12"]
    await with_passkey(db, taskforce_id, UUID(admin["id"]))
    resigned = person_body(email=admin["email"], roles=["member"])
    del resigned["id"]
    for answer in (
        await caller.post(f"/people/{admin['id']}/deactivate", None, "admin"),
        await caller.put(f"/people/{admin['id']}", resigned, "admin"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/last-administrator")
    await with_passkey(db, taskforce_id, UUID(invited["id"]))
    assert (await caller.post(f"/people/{admin['id']}/deactivate", None, "admin")).status_code == 200


@pytest.mark.parametrize("attempt", range(4))
async def test_when_two_administrators_remove_each_other_one_stays(caller: Caller, attempt: int) -> None:
    first, second = [await added(caller, roles=["admin"]) for _ in "12"]
    removals = [
        caller.post(f"/people/{first['id']}/deactivate", None, "admin"),
        caller.post(f"/people/{second['id']}/deactivate", None, "admin"),
    ]
    answers = await asyncio.gather(*(removals if attempt % 2 else reversed(removals)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    people = (await caller.get("/people", "admin")).json()["items"]
    assert sorted(person["active"] for person in people) == [False, True]


async def test_an_address_that_is_the_same_or_looks_the_same_has_one_account(caller: Caller) -> None:
    await caller.post("/people", person_body(email="rené@købmand.example"), "admin")

    for same in ("RENÉ@købmand.example", "rene\u0301@XN--KBMAND-BYA.example", "re\u200bné@købmand.example\ufeff"):
        answer = await caller.post("/people", person_body(email=same), "admin")
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "address-taken"), same
    for lookalike in ("rеné@købmand.example", "ｒené@købmand.example"):
        answer = await caller.post("/people", person_body(email=lookalike), "admin")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "email_letters"), lookalike


async def test_an_account_from_before_addresses_had_one_form_is_found(
    caller: Caller, db: Database, taskforce_id: UUID
) -> None:
    karen = await added(caller)
    async with db.change(taskforce_id) as conn:
        for stored, typed in (
            ("Rene\u0301@xn--kbmand-bya.example", "rené@købmand.example"),
            ("karen@struer.example\u200b", "Karen@struer.example"),
            ("kаren@struer.example", "KАREN@struer.example"),
            ("karen@straße.example", "karen@straße.example"),
        ):
            await conn.execute("update people set email = $1 where id = $2", stored, UUID(karen["id"]))
            found = await find_by_email(conn, taskforce_id, typed)
            assert found is not None, typed
        assert await find_by_email(conn, taskforce_id, "karen@strasse.example") is None


async def test_concurrent_requests_give_an_address_to_one_person(caller: Caller) -> None:
    answers = await asyncio.gather(
        *(caller.post("/people", person_body(email=address), "admin") for address in ("x@y.dk", "X@Y.dk", "x@Y.DK"))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_adding_a_person_with_an_invitation_mails_one(caller: Caller, db: Database) -> None:
    karen = person_body(invite=True)
    for _ in "12":
        answer = await caller.post("/people", karen, "admin")
        assert answer.status_code == 201
        assert answer.json()["invited_at"] is not None
    name, invitation = (await published(db))[-1]
    assert name == "PersonInvited"
    assert invitation["person_id"] == karen["id"]
    assert [name for name, _ in await published(db)].count("PersonInvited") == 1
    assert "karen" not in str(invitation).lower(), "who they are is no business of the bus"


async def test_an_invitation_is_repeated_after_ten_minutes(caller: Caller, db: Database, taskforce_id: UUID) -> None:
    karen = await added(caller)
    assert karen["invited_at"] is None
    first = await caller.post(f"/people/{karen['id']}/invitations", None, "admin")
    assert (first.status_code, first.json()["invited_at"] is None) == (202, False)
    again = await caller.post(f"/people/{karen['id']}/invitations", None, "admin")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/invited-just-now")
    async with db.change(taskforce_id) as conn:
        await conn.execute("update people set invited_at = invited_at - interval '10 minutes'")
    assert (await caller.post(f"/people/{karen['id']}/invitations", None, "admin")).status_code == 202
    invitations = [fact["invitation_id"] for name, fact in await published(db) if name == "PersonInvited"]
    assert len(set(invitations)) == len(invitations) == 2


async def test_a_deactivated_person_is_not_invited(caller: Caller, db: Database) -> None:
    karen = await added(caller)
    await caller.post(f"/people/{karen['id']}/deactivate", None, "admin")
    for id in (karen["id"], str(uuid4())):
        answer = await caller.post(f"/people/{id}/invitations", None, "admin")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/person-not-found")
    assert "PersonInvited" not in [name for name, _ in await published(db)]


async def test_changes_of_roles_are_logged_without_personal_data(caller: Caller) -> None:
    karen = person_body()
    facts = {name: fact for name, fact in karen.items() if name != "id"}
    with capture_logs() as logged:
        for _ in "12":
            await caller.post("/people", karen, "admin")
            await caller.put(f"/people/{karen['id']}", facts | {"roles": ["member", "auditor"]}, "admin")
            await caller.put(f"/people/{karen['id']}", facts | {"email": "k@struer.example"}, "admin")
            await caller.post(f"/people/{karen['id']}/deactivate", None, "admin")
            await caller.post(f"/people/{karen['id']}/reactivate", None, "admin")
            await caller.put(f"/people/{karen['id']}", facts, "admin")
    lines = [line for line in logged if line["event"].startswith("people.")]
    changes = ["people.changed", "people.changed", "people.deactivated", "people.reactivated", "people.changed"]
    assert [line["event"] for line in lines] == ["people.added", *changes, *changes]
    assert {line["person"] for line in lines} == {karen["id"]}
    assert (lines[0]["roles"], lines[1]["roles"]) == (["coordinator", "member"], ["auditor", "member"])
    assert (lines[1]["before"], lines[1]["another_address"]) == (["coordinator", "member"], False)
    assert lines[2]["another_address"]
    assert "karen" not in str(lines).lower()


async def _address(caller: Caller, person_id: str, taskforce_id: UUID, role: Role, **principal: Any) -> httpx.Response:
    principal.setdefault("taskforce_id", None)
    return await caller.client.get(
        f"/internal/events/v1/people/{person_id}/address",
        params={"taskforce": str(taskforce_id)},
        headers=caller.headers(role, **principal),
    )

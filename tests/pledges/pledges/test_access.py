"""The whole matrix of roles and operations; no route is left out."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from shared.http.auth import unclassified_routes
from shared.product.roles import Role
from shared.ui.formats import local_date
from tests.pledges.conftest import Caller, hire_body, pledge_body
from tests.pledges.participants.operations import CARDS, CITIZENS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI

HIRES = "/api/pledges/v1/hires"
PLEDGES = "/api/pledges/v1/pledges"
LOGGERS = {"member", "coordinator", "caseworker", "admin", "event_pass"}
READERS = {"member", "coordinator", "caseworker", "admin"}
WORKERS = {"coordinator", "caseworker", "admin"}

# The answers to permitted callers; all others are refused.
MATRIX: dict[tuple[str, str], tuple[set[str], int]] = {
    ("POST", PLEDGES): (LOGGERS, 201),
    ("POST", PLEDGES + "/batch"): (LOGGERS, 200),
    ("GET", "/api/pledges/v1/intake"): (LOGGERS, 200),
    ("PUT", "/api/pledges/v1/events/{event_id}/phones/{phone_id}"): (LOGGERS, 200),
    ("GET", "/api/pledges/v1/events/{event_id}/evening"): ({"coordinator", "admin"}, 200),
    ("GET", "/api/pledges/v1/events/{event_id}/evening/stream"): ({"coordinator", "admin"}, 404),
    # Of a phone that does not exist, and without a reason. Others are set aside in tests/pledges/evening.
    ("POST", "/api/pledges/v1/events/{event_id}/phones/{phone_id}/set-aside"): ({"coordinator", "admin"}, 422),
    ("POST", "/api/pledges/v1/events/{event_id}/phones/{phone_id}/set-aside/undo"): ({"coordinator", "admin"}, 404),
    ("GET", "/pledges/evening/{event_id:uuid}/phones/{phone_id:uuid}"): ({"coordinator", "admin"}, 404),
    ("POST", "/pledges/evening/{event_id:uuid}/phones/{phone_id:uuid}/set-aside"): ({"coordinator", "admin"}, 404),
    ("POST", "/pledges/evening/{event_id:uuid}/phones/{phone_id:uuid}/set-aside/undo"): ({"coordinator", "admin"}, 404),
    ("DELETE", "/api/pledges/v1/events/{event_id}/practice"): ({"coordinator", "admin"}, 204),
    ("GET", "/pledges/evening"): ({"coordinator", "admin"}, 303),
    ("GET", "/pledges/evening/{event_id:uuid}"): ({"coordinator", "admin"}, 200),
    ("GET", "/pledges/evening/{event_id:uuid}/figures"): ({"coordinator", "admin"}, 200),
    ("POST", "/pledges/evening/{event_id:uuid}/practice/delete"): ({"coordinator", "admin"}, 303),
    ("GET", PLEDGES): (READERS, 200),
    ("GET", PLEDGES + "/{pledge_id}"): (READERS, 200),
    ("POST", PLEDGES + "/{pledge_id}/review"): ({"coordinator", "admin"}, 200),
    ("GET", "/api/pledges/v1/duplicates"): ({"coordinator", "admin"}, 200),
    # Of a proposal that does not exist. Others are decided on in tests/pledges/duplicates.
    ("POST", "/api/pledges/v1/duplicates/{proposal_id}/merge"): ({"coordinator", "admin"}, 404),
    ("POST", "/api/pledges/v1/duplicates/{proposal_id}/keep"): ({"coordinator", "admin"}, 404),
    ("POST", "/api/pledges/v1/duplicates/{proposal_id}/unmerge"): ({"coordinator", "admin"}, 404),
    ("GET", "/pledges/duplicates"): ({"coordinator", "admin"}, 200),
    ("POST", "/pledges/duplicates/{proposal_id:uuid}/{decision}"): ({"coordinator", "admin"}, 404),
    ("PATCH", PLEDGES + "/{pledge_id}"): ({"coordinator", "admin"}, 200),
    ("POST", PLEDGES + "/{pledge_id}/restore"): ({"coordinator", "admin"}, 200),
    # A position of it is filled.
    ("POST", PLEDGES + "/{pledge_id}/withdraw"): ({"coordinator", "admin"}, 409),
    ("POST", "/api/pledges/v1/events/{event_id}/passes/{generation}/withdraw"): ({"coordinator", "admin"}, 200),
    ("POST", "/api/pledges/v1/events/{event_id}/passes/{generation}/restore"): ({"coordinator", "admin"}, 200),
    ("POST", "/api/pledges/v1/positions/{position_id}/match"): ({"caseworker"}, 404),
    ("POST", "/api/pledges/v1/positions/{position_id}/trial"): ({"caseworker"}, 404),
    ("POST", "/api/pledges/v1/positions/{position_id}/cancel"): ({"caseworker", "coordinator"}, 404),
    ("POST", "/api/pledges/v1/positions/{position_id}/reopen"): ({"caseworker"}, 404),
    ("POST", "/api/pledges/v1/positions/{position_id}/undo"): ({"caseworker", "coordinator"}, 404),
    ("POST", PLEDGES + "/{pledge_id}/affirm"): ({"caseworker", "coordinator"}, 200),
    ("POST", PLEDGES + "/{pledge_id}/undo-affirmation"): ({"caseworker", "coordinator"}, 200),
    # It is not about to lapse.
    ("POST", PLEDGES + "/{pledge_id}/lapse"): ({"caseworker", "coordinator"}, 409),
    ("POST", PLEDGES + "/{pledge_id}/defer-lapse"): ({"caseworker", "coordinator"}, 200),
    ("POST", "/pledges/{pledge_id:uuid}/step"): ({"caseworker", "coordinator"}, 303),
    ("POST", "/api/pledges/v1/hires"): ({"caseworker"}, 201),
    ("GET", "/api/pledges/v1/hires"): (WORKERS, 200),
    ("GET", "/api/pledges/v1/hires/{hire_id}"): (WORKERS, 200),
    # What is sent to these says nothing of what they need: see tests/pledges/hires/test_changes.py.
    ("POST", HIRES + "/contact-person"): ({"caseworker"}, 422),
    ("POST", HIRES + "/{hire_id}/contact-person"): ({"caseworker"}, 422),
    ("POST", HIRES + "/{hire_id}/steps"): ({"caseworker"}, 422),
    ("POST", HIRES + "/{hire_id}/end"): ({"caseworker"}, 422),
    ("POST", HIRES + "/{hire_id}/checkpoints/{months}"): ({"caseworker"}, 422),
    ("POST", HIRES + "/{hire_id}/support"): ({"caseworker"}, 422),
    ("POST", HIRES + "/{hire_id}/support/{contact_id}"): ({"caseworker"}, 422),
    # It has one step, and has not ended.
    ("DELETE", HIRES + "/{hire_id}/steps/{starts_on}"): ({"caseworker"}, 409),
    ("POST", HIRES + "/{hire_id}/resume"): ({"caseworker"}, 409),
    ("POST", HIRES + "/{hire_id}/correct"): ({"caseworker"}, 200),
    ("GET", HIRES + "/{hire_id}/history"): (WORKERS, 200),
    ("GET", HIRES + "/{hire_id}/support"): ({"caseworker"}, 200),
    ("GET", "/internal/pledges/v1/pledges/{pledge_id}/contact"): ({"service"}, 200),
    ("GET", "/internal/pledges/v1/call-lists/{event_id}"): ({"service"}, 200),
    # These are tested with real inquiries in tests/privacy/test_pages.py.
    ("POST", "/internal/pledges/v1/subjects/find"): ({"service"}, 422),
    ("POST", "/internal/pledges/v1/subjects/erase"): ({"service"}, 422),
    ("GET", "/internal/pledges/v1/deadlines"): ({"service"}, 200),
    ("GET", "/internal/pledges/v1/erasures"): ({"service"}, 200),
    ("GET", "/pledges/new"): (LOGGERS, 200),
    ("POST", "/pledges/new"): (LOGGERS, 303),
    ("GET", "/pledges"): (READERS, 200),
    ("GET", "/pledges/{pledge_id:uuid}"): (READERS, 200),
    ("POST", "/pledges/{pledge_id:uuid}/review"): ({"coordinator", "admin"}, 303),
    ("GET", "/pledges/{pledge_id:uuid}/correct"): ({"coordinator", "admin"}, 200),
    ("POST", "/pledges/{pledge_id:uuid}/correct"): ({"coordinator", "admin"}, 303),
    ("POST", "/pledges/{pledge_id:uuid}/restore"): ({"coordinator", "admin"}, 303),
    ("POST", "/pledges/{pledge_id:uuid}/withdraw"): ({"coordinator", "admin"}, 409),
    ("GET", "/pledges/passes/{event_id:uuid}/{generation}"): ({"coordinator", "admin"}, 200),
    ("POST", "/pledges/passes/{event_id:uuid}/{generation}/withdraw"): ({"coordinator", "admin"}, 303),
    ("POST", "/pledges/passes/{event_id:uuid}/{generation}/restore"): ({"coordinator", "admin"}, 303),
    ("POST", "/pledges/reviews"): ({"coordinator", "admin"}, 303),
    ("GET", "/pledges/batch"): (READERS, 200),
    ("POST", "/pledges/batch"): (READERS, 303),
    ("POST", "/pledges/batch/check"): (READERS, 200),
    ("GET", "/pledges/batch/saved"): (READERS, 200),
    ("GET", "/pledges/calls"): (READERS, 200),
    ("POST", "/pledges/calls/assign"): ({"coordinator", "admin"}, 303),
    ("POST", "/pledges/calls/{pledge_id:uuid}"): (READERS, 303),
    ("GET", "/pledges/catalogue"): ({"coordinator", "admin"}, 200),
    ("GET", "/pledges/catalogue/card.pdf"): ({"coordinator", "admin"}, 200),
    ("POST", "/pledges/catalogue/tasks"): ({"coordinator", "admin"}, 303),
    ("POST", "/pledges/catalogue/tasks/{code}"): ({"coordinator", "admin"}, 303),
    ("GET", "/api/pledges/v1/queue"): ({"caseworker", "coordinator"}, 200),
    ("POST", "/api/pledges/v1/queue/assign"): ({"caseworker", "coordinator"}, 200),
    ("POST", "/api/pledges/v1/queue/assignments/{handover_id}/undo"): ({"caseworker", "coordinator"}, 404),
    ("POST", "/queue/assign"): ({"caseworker", "coordinator"}, 303),
    ("POST", "/queue/assign/{handover_id:uuid}/undo"): ({"caseworker", "coordinator"}, 404),
    ("GET", "/companies/{company_id:uuid}"): (WORKERS, 200),
    # Of a mail that nobody has sent. Others are handled in tests/pledges/mails.
    ("GET", "/queue/mails/{mail_id:uuid}"): ({"caseworker", "coordinator"}, 404),
    ("POST", "/queue/mails/{mail_id:uuid}/handled"): ({"caseworker", "coordinator"}, 404),
    ("POST", "/queue/mails/{mail_id:uuid}/reopen"): ({"caseworker", "coordinator"}, 404),
    ("POST", "/companies/{company_id:uuid}/outreach"): (WORKERS, 422),
    # Of a visit that nobody has logged. Others are changed in tests/pledges/companies.
    ("GET", "/companies/{company_id:uuid}/outreach/{outreach_id:uuid}"): (WORKERS, 404),
    ("POST", "/companies/{company_id:uuid}/outreach/{outreach_id:uuid}"): (WORKERS, 404),
    ("POST", "/companies/{company_id:uuid}/outreach/{outreach_id:uuid}/withdraw"): (WORKERS, 404),
    ("POST", "/companies/{company_id:uuid}/outreach/{outreach_id:uuid}/restore"): (WORKERS, 404),
    ("POST", "/internal/pledges/v1/pledges/{pledge_id}/company-link"): ({"service"}, 404),
    ("GET", "/pledges/company-links/{company_id:uuid}"): (WORKERS, 200),
    ("POST", "/pledges/company-links/{company_id:uuid}"): (WORKERS, 303),
    ("POST", "/pledges/company-links/{company_id:uuid}/revoke"): (WORKERS, 303),
    # Of an answer that no company has given. Others are tested in tests/pledges/company_page.
    ("GET", "/pledges/company-answers/{answer_id:uuid}"): (WORKERS, 404),
    ("POST", "/pledges/company-answers/{answer_id:uuid}/seen"): (WORKERS, 404),
    ("POST", "/pledges/company-answers/{answer_id:uuid}/undo"): (WORKERS, 404),
    ("GET", "/queue"): ({"caseworker", "coordinator"}, 200),
    ("POST", "/queue/pledges/{pledge_id:uuid}/notes"): ({"caseworker", "coordinator"}, 303),
    ("POST", "/queue/hires/{hire_id:uuid}/notes"): ({"caseworker"}, 303),
    ("GET", "/queue/search"): ({"caseworker", "coordinator"}, 200),
    ("POST", "/queue/search"): ({"caseworker", "coordinator"}, 200),
    ("POST", "/queue/views"): ({"caseworker", "coordinator"}, 303),
    ("GET", "/queue/{pledge_id:uuid}/hire"): ({"caseworker"}, 200),
    ("POST", "/queue/{pledge_id:uuid}/hire"): ({"caseworker"}, 303),
    ("GET", "/hires/new"): ({"caseworker"}, 200),
    ("POST", "/hires/new"): ({"caseworker"}, 303),
    ("GET", "/hires/{hire_id:uuid}"): (WORKERS, 200),
    ("GET", "/hires/{hire_id:uuid}/correct"): ({"caseworker"}, 200),
    ("POST", "/hires/{hire_id:uuid}/correct"): ({"caseworker"}, 422),
    ("POST", "/hires/{hire_id:uuid}/{change}"): ({"caseworker"}, 303),
    ("POST", "/hires/{hire_id:uuid}/revoke"): ({"caseworker", "coordinator"}, 412),
    ("GET", "/pledges/import"): ({"coordinator", "admin"}, 200),
    ("POST", "/pledges/import"): ({"coordinator", "admin"}, 200),
    ("POST", "/pledges/import/errors"): ({"coordinator", "admin"}, 200),
    ("GET", "/pledges/import/skabelon.csv"): ({"coordinator", "admin"}, 200),
    ("GET", "/pledges/import/hires"): (WORKERS, 200),
    ("POST", "/pledges/import/hires"): (WORKERS, 200),
    ("POST", "/pledges/import/hires/errors"): (WORKERS, 200),
    ("GET", "/pledges/import/hires/skabelon.csv"): (WORKERS, 200),
    # The last one, because it undoes the hire.
    ("POST", HIRES + "/{hire_id}/revoke"): ({"caseworker", "coordinator"}, 200),
}
_PLEDGES = b"virksomhed;dato;pladser;timer fra;kontaktperson\nB&O;01-02-2024;1;5;Eva\n"
_HIRES = b"virksomhed;startdato;betalte timer;kontaktperson\nB&O;01-02-2024;5;Eva\n"
_CITIZENS = b"sagsnummer;timer fra;timer til\r\nS-1;5;20\r\n"
UPLOADS: dict[str, dict[str, Any]] = {
    "/pledges/import": {"files": {"file": ("a.csv", _PLEDGES)}},
    "/pledges/import/errors": {"data": {"carried": b64encode(_PLEDGES.replace(b"01-02", b"31-02")).decode()}},
    "/pledges/import/hires": {"files": {"file": ("a.csv", _HIRES)}},
    "/pledges/import/hires/errors": {"data": {"carried": b64encode(_HIRES.replace(b"01-02", b"31-02")).decode()}},
    "/participants/import": {"files": {"file": ("a.csv", _CITIZENS)}},
    "/participants/import/errors": {"data": {"carried": b64encode(_CITIZENS.replace(b"20", b"x")).decode()}},
}
# What a page sends, besides the event.
FORMS: dict[str, dict[str, str]] = {
    "/queue/pledges/{pledge_id:uuid}/notes": {"body": "De ringer i morgen"},
    "/queue/hires/{hire_id:uuid}/notes": {"body": "De ringer i morgen"},
    "/queue/views": {"name": "Mine", "query": "due=week"},
    "/hires/{hire_id:uuid}/{change}": {"support.contacted_by": "employer", "support.agreed": "Ny mødetid"},
    "/hires/{hire_id:uuid}/revoke": {"version": "99"},
    "/pledges/calls/assign": {"calls": str(uuid4())},
    "/pledges/calls/{pledge_id:uuid}": {"outcome": "reached"},
    "/queue/assign": {"cases": f"pledge:{uuid4()}"},
    "/pledges/catalogue/tasks": {"group": "shop"},
    "/pledges/catalogue/tasks/{code}": {"step": "hide"},
    "/pledges/new": {
        "company.name": "B&O",
        "contact.name": "Eva",
        "contact.phone": "97 85 00 00",
        "positions": "1",
        "hours": "10",
    },
    "/pledges/batch": {
        "expected_slips": "1",
        "expected_positions": "2",
        "rows.0.company": "B&O",
        "rows.0.positions": "2",
        "rows.0.hours_from": "5",
        "rows.0.contact": "Eva",
    },
}
_CORRECTION = {"reason": "not_genuine", "positions": 20, "company.name": "B&O", "hours_from": "5"}
_CORRECTION |= {"contact.name": "Eva", "contact.phone": "97 85 00 00"}
_CHANGES = re.compile(r"\{pledge_id(:uuid)?\}/(correct|withdraw|restore)$")
_STEPS = re.compile(r"/positions/|/(affirm|undo-affirmation|lapse|defer-lapse|step)$")
PASS = "/pledges/pass/{token}"
SHELL = {("GET", "/pledges/service-worker.js"), ("GET", "/pledges/shell/{language}")}
COMPANY_PAGE = {
    (method, f"/company/{{token}}{path}")
    for method, paths in {
        "GET": (
            "",
            "/pledges/{pledge_id:uuid}/affirm",
            "/pledges/{pledge_id:uuid}/adjust",
            "/pledges/{pledge_id:uuid}/withdraw",
            "/hires/{hire_id:uuid}/checkpoints/{months}",
            "/events/{event_id:uuid}/{step}",
        ),
        "POST": (
            "/keep",
            "/pledges/{pledge_id:uuid}/affirm",
            "/pledges/{pledge_id:uuid}/adjust",
            "/pledges/{pledge_id:uuid}/withdraw",
            "/hires/{hire_id:uuid}/checkpoints/{months}",
            "/events/{event_id:uuid}/{step}",
        ),
    }.items()
    for path in paths
}
PUBLIC = (
    COMPANY_PAGE
    | CARDS
    | SHELL
    | {("GET", PASS), ("POST", PASS), ("GET", "/livez"), ("GET", "/readyz"), ("GET", "/metrics")}
)


def _operations(app: FastAPI) -> set[tuple[str, str]]:
    return {
        (method, route.path or "")
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute)
        for method in route.methods or ()
    }


def test_no_route_is_unclassified(app: FastAPI) -> None:
    assert unclassified_routes(app.routes) == []
    assert _operations(app) == set(MATRIX | CITIZENS) | PUBLIC


def _sent(method: str, path: str, role: Role | None, pledge: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return what an operation is sent."""
    send: dict[str, Any] = {}
    if path.endswith("/v1/pledges/batch"):
        send["json"] = {"pledges": [pledge_body()]}
    elif method == "PATCH" or _CHANGES.search(path) or "/passes/" in path:
        send["json" if path.startswith("/api") else "data"] = _CORRECTION
    elif path.endswith("/v1/queue/assign"):
        send["json"] = {"pledges": [pledge["id"]], "person_id": None}
    elif method == "PUT":
        send["json"] = {"announced": 1}
    elif path.endswith(("/review", "/reviews")):
        send["json" if path.startswith("/api") else "data"] = {"decision": "accepted", "pledges": pledge["id"]}
    elif method == "POST" and path.startswith("/api"):
        send["json"] = pledge_body() if path == PLEDGES else hire_body(pledge_id=pledge["id"])
    elif path in FORMS:
        names = {"danish": f"Opgave {role}", "english": f"Task {role}"}
        send["data"] = FORMS[path] | names | {"event_id": more["event_id"]}
    elif path in UPLOADS:
        send |= UPLOADS[path]
    elif method == "POST":
        start = hire_body()["start_date"]
        send["data"] = {"start_date": start, "weekly_hours": "7,5", "contact_person.name": "Jonas"}
        send["data"] |= {"contact_person.phone": "96 84 84 84"}
    return send


def _step_sent(path: str) -> dict[str, Any]:
    """Return what a step of a pledge or of a position is sent."""
    later = (local_date(datetime.now(UTC)) + timedelta(days=30)).isoformat()
    step = {"step": "affirm", "from": later, "ends_on": later, "until": later, "reason": "other", "note": "Fordi"}
    return {"json" if path.startswith("/api") else "data": step}


async def _try(caller: Caller, method: str, path: str, role: Role | None, pledge: dict[str, Any], **more: Any) -> int:
    """Return the status of one operation called with one role."""
    principal: dict[str, Any] = {}
    if role == "event_pass":
        event_id = more["event_id"]
        principal = {"subject": f"pass:{event_id}", "event_id": event_id, "pass_generation": 1}
    elif role == "service":
        asks = "notifications" if path.endswith(("/contact", "/company-link", "/call-lists/{event_id}")) else "events"
        principal = {"subject": f"service:{asks}", "taskforce_id": None}
    elif role in {"caseworker", "facilitator"}:
        principal = {"municipality": "0671", "programme": "job_network"}
    headers = caller.headers(*((role,) if role else ()), **principal) | {"idempotency-key": str(uuid4())}
    address = path.replace(":uuid}", "}").replace("{pledge_id}", pledge["id"]).replace("{hire_id}", more["hire_id"])
    address = (
        address.replace("{proposal_id}", str(uuid4()))
        .replace("{decision}", "keep")
        .replace("{handover_id}", str(uuid4()))
        .replace("{position_id}", str(uuid4()))
        .replace("{code}", "canteen")
        .replace("{change}", "support")
    )
    # A stream of a known event never ends.
    event_id = uuid4() if path.endswith("/stream") else more["event_id"]
    address = address.replace("{event_id}", str(event_id)).replace("{phone_id}", str(uuid4()))
    address = address.replace("{starts_on}", hire_body()["start_date"]).replace("{months}", "3")
    address = address.replace("{contact_id}", str(uuid4()))
    address = address.replace("{generation}", "1").replace("{company_id}", str(more["company_id"]))
    address = address.replace("{outreach_id}", str(uuid4())).replace("{mail_id}", str(uuid4()))
    address = address.replace("{answer_id}", str(uuid4())).replace("{participant_id}", str(uuid4()))
    address = address.replace("{note_id}", str(uuid4())).replace("{rule_id}", str(uuid4()))
    if "/internal/" in path:
        address += f"?taskforce={more['taskforce_id']}"
    send = _step_sent(path) if _STEPS.search(path) else _sent(method, path, role, pledge, **more)
    answer = await caller.client.request(method, address, headers=headers, **(send if method != "GET" else {}))
    return answer.status_code


@pytest.mark.every_operation
async def test_every_role_has_exactly_the_access_in_the_matrix(
    caller: Caller,
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
    taskforce_id: UUID,
) -> None:
    event_id, company_id = await add_event(), await add_company("Smeden")
    pledge = pledge_body(event_id=str(event_id), positions=20)
    await caller.log(pledge, "coordinator")
    hire = hire_body(pledge_id=pledge["id"])
    await caller.confirm(hire)
    more = {"event_id": event_id, "hire_id": hire["id"], "taskforce_id": taskforce_id, "company_id": company_id}
    wrong = []
    for (method, path), (allowed, status) in (MATRIX | CITIZENS).items():
        for role in (*get_args(Role), None):
            answered = await _try(caller, method, path, role, pledge, **more)
            expected = status if role in allowed else 401 if role is None else 403
            if (
                role == "event_pass"
                and method == "GET"
                and path.endswith(("/pledges/{pledge_id}", "/pledges/{pledge_id:uuid}"))
            ):
                expected = 404
            if path.endswith("/calls/{pledge_id:uuid}") and role in {"member", "caseworker"}:
                expected = 404  # somebody else rings
            if ((method, path) in MATRIX and (method == "PATCH" or _CHANGES.search(path))) and role in {
                "member",
                "caseworker",
            }:
                expected = 404  # somebody else has logged it
            if answered != expected:
                wrong.append(f"{method} {path} as {role}: {answered}, not {expected}")
    assert wrong == []


async def test_members_see_contacts_of_what_they_logged_and_of_nothing_else(caller: Caller) -> None:
    mine, yours = pledge_body(), pledge_body()
    me: dict[str, Any] = {"subject": f"person:{uuid5(NAMESPACE_URL, 'me')}"}
    you: dict[str, Any] = {"subject": f"person:{uuid5(NAMESPACE_URL, 'you')}"}
    await caller.log(mine, "member", **me)
    await caller.log(yours, "member", **you)

    listed = (await caller.get(PLEDGES, "member", **me)).json()["items"]
    own_only = (await caller.get(PLEDGES + "?mine=true", "member", **me)).json()["items"]

    assert {one["id"]: one["contact"] is not None for one in listed} == {mine["id"]: True, yours["id"]: False}
    assert [one["id"] for one in own_only] == [mine["id"]]
    for role in ("coordinator", "caseworker", "admin"):
        one = (await caller.get(f"{PLEDGES}/{yours['id']}", role)).json()
        assert one["contact"]["name"] == "Eva Holm"
    page = await caller.client.get(f"/pledges/{yours['id']}", headers=caller.headers("member", **me))
    assert "Eva Holm" not in page.text
    assert "97 85 00 00" not in page.text
    list_page = await caller.client.get("/pledges?who=all", headers=caller.headers("member", **me))
    assert list_page.text.count("Eva Holm") == 1


async def test_the_contacts_address_is_given_to_the_notifications_service_only(
    caller: Caller, taskforce_id: UUID
) -> None:
    body = pledge_body()
    await caller.log(body)
    without = pledge_body(contact={"name": "Ida"})
    await caller.log(without)
    headers = caller.headers("service", taskforce_id=None, subject="service:notifications")

    async def address(pledge_id: str, taskforce: UUID) -> Any:
        answer = await caller.client.get(
            f"/internal/pledges/v1/pledges/{pledge_id}/contact?taskforce={taskforce}", headers=headers
        )
        return answer.json() if answer.status_code == 200 else answer.status_code

    assert await address(body["id"], taskforce_id) == {
        "email": "eva@traelast.example",
        "name": "Eva Holm",
        "company": "Struer Trælast A/S",
        "language": "da",
    }
    assert (await address(without["id"], taskforce_id))["email"] is None
    assert await address(body["id"], uuid4()) == 404
    assert await address(str(uuid4()), taskforce_id) == 404


async def test_a_token_signed_with_another_key_is_refused(caller: Caller) -> None:
    from shared.http.auth import Principal, new_private_jwk, sign_token

    forged = sign_token(
        new_private_jwk(), Principal("person:x", frozenset({"coordinator"}), uuid4()), lifetime_seconds=60
    )

    answer = await caller.client.get(PLEDGES, headers={"authorization": f"Bearer {forged}"})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"

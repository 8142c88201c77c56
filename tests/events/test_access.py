"""The matrix of roles and routes: it names every route, and every role has exactly the access that it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from shared.http.auth import unclassified_routes
from shared.http.policy import CALLERS
from shared.product.roles import SCOPES

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tests.events.conftest import Caller

PLANNERS: Final = {"coordinator", "admin"}
DOOR: Final = PLANNERS | {"member"}
COMPANY_READERS: Final = DOOR | {"caseworker"}
EVENT_READERS: Final = COMPANY_READERS | {"facilitator"}
ADMINS: Final = {"admin"}
OVERSEERS: Final = ADMINS | {"auditor"}
EVERYBODY: Final[set[str]] = set(CALLERS)
PERSONS: Final[set[str]] = EVERYBODY - SCOPES - {"nobody", "event_pass", "service"}

API: Final = "/api/events/v1"
MATRIX: Final[dict[str, set[str]]] = {
    f"POST {API}/companies": PLANNERS,
    f"GET {API}/companies": COMPANY_READERS,
    f"GET {API}/companies/{{company_id}}": COMPANY_READERS,
    f"POST {API}/events": PLANNERS,
    f"GET {API}/events": EVENT_READERS | {"events:read"},
    f"GET {API}/events/{{event_id}}": EVENT_READERS | {"events:read"},
    f"POST {API}/events/{{event_id}}/publish": PLANNERS,
    f"POST {API}/events/{{event_id}}/open": PLANNERS,
    f"POST {API}/events/{{event_id}}/close": PLANNERS,
    f"POST {API}/events/{{event_id}}/cancel": PLANNERS,
    f"POST {API}/events/{{event_id}}/check-ins": DOOR,
    f"GET {API}/events/{{event_id}}/check-ins": DOOR,
    f"POST {API}/events/{{event_id}}/check-ins/{{check_in_id}}/undo": DOOR,
    f"POST {API}/events/{{event_id}}/check-ins/batch": DOOR,
    f"GET {API}/events/{{event_id}}/door": DOOR,
    f"POST {API}/events/{{event_id}}/registrations": PLANNERS,
    f"GET {API}/events/{{event_id}}/registrations": DOOR,
    f"POST {API}/events/{{event_id}}/registrations/{{registration_id}}/cancel": PLANNERS,
    f"GET {API}/meetings/{{event_id}}": EVENT_READERS,
    f"PUT {API}/meetings/{{event_id}}/agenda": PLANNERS,
    f"POST {API}/meetings/{{event_id}}/figures": PLANNERS,
    f"PUT {API}/meetings/{{event_id}}/minutes/{{item_id}}": PLANNERS,
    f"POST {API}/meetings/{{event_id}}/decisions": PLANNERS,
    f"GET {API}/decisions": EVENT_READERS,
    f"GET {API}/decisions/{{decision_id}}": EVENT_READERS,
    f"PUT {API}/decisions/{{decision_id}}": PLANNERS,
    f"POST {API}/decisions/{{decision_id}}/drop": PLANNERS,
    f"POST {API}/decisions/{{decision_id}}/{{step}}": EVENT_READERS,
    f"POST {API}/events/{{event_id}}/passes": PLANNERS,
    f"POST {API}/events/{{event_id}}/passes/revoke": PLANNERS,
    f"POST {API}/targets": PLANNERS,
    f"GET {API}/targets": PERSONS,
    f"GET {API}/targets/{{target_id}}": PERSONS,
    f"PUT {API}/targets/{{target_id}}": PLANNERS,
    f"POST {API}/targets/{{target_id}}/drop": PLANNERS,
    f"POST {API}/targets/{{target_id}}/restore": PLANNERS,
    f"POST {API}/people": ADMINS,
    f"GET {API}/people": ADMINS,
    f"GET {API}/people/{{person_id}}": ADMINS,
    f"PUT {API}/people/{{person_id}}": ADMINS,
    f"POST {API}/people/{{person_id}}/invitations": ADMINS,
    f"POST {API}/people/{{person_id}}/deactivate": ADMINS,
    f"POST {API}/people/{{person_id}}/reactivate": ADMINS,
    "GET /internal/events/v1/people/{person_id}/address": {"service"},
    "GET /internal/events/v1/coordinator/address": {"service"},
    "GET /internal/events/v1/meetings/{meeting_id}": {"service"},
    "GET /events": EVENT_READERS,
    "POST /events": PLANNERS,
    "GET /events/new": PLANNERS,
    "GET /events/pass/{code}": EVERYBODY,
    "GET /events/pass/{slug}/{code}": EVERYBODY,
    "GET /events/{event_id:uuid}": EVENT_READERS,
    "POST /events/{event_id:uuid}/publish": PLANNERS,
    "POST /events/{event_id:uuid}/open": PLANNERS,
    "POST /events/{event_id:uuid}/close": PLANNERS,
    "POST /events/{event_id:uuid}/cancel": PLANNERS,
    "POST /events/{event_id:uuid}/check-ins": DOOR,
    "POST /events/{event_id:uuid}/check-ins/{check_in_id:uuid}/undo": DOOR,
    "POST /events/{event_id:uuid}/walk-ins": DOOR,
    "GET /events/{event_id:uuid}/registrations": PLANNERS,
    "POST /events/{event_id:uuid}/registrations": PLANNERS,
    "POST /events/{event_id:uuid}/registrations/pasted": PLANNERS,
    "POST /events/{event_id:uuid}/registrations/{registration_id:uuid}/cancel": PLANNERS,
    "GET /events/{event_id:uuid}/invitations": PLANNERS,
    "GET /events/{event_id:uuid}/agenda": EVENT_READERS,
    "GET /events/{event_id:uuid}/agenda/items/{item_id:uuid}": EVENT_READERS,
    "GET /events/{event_id:uuid}/agenda/list": EVENT_READERS,
    "GET /events/{event_id:uuid}/agenda/decisions": EVENT_READERS,
    "POST /events/{event_id:uuid}/agenda/items": PLANNERS,
    "POST /events/{event_id:uuid}/agenda/items/{item_id:uuid}/{step}": PLANNERS,
    "POST /events/{event_id:uuid}/agenda/standard": PLANNERS,
    "POST /events/{event_id:uuid}/agenda/minutes/{item_id:uuid}": PLANNERS,
    "POST /events/{event_id:uuid}/agenda/figures": PLANNERS,
    "POST /events/{event_id:uuid}/agenda/pack": PLANNERS,
    "POST /events/{event_id:uuid}/decisions": PLANNERS,
    "GET /decisions": EVENT_READERS,
    "GET /decisions/mine": EVENT_READERS,
    "GET /decisions/{decision_id:uuid}": EVENT_READERS,
    "POST /decisions/{decision_id:uuid}": PLANNERS,
    "POST /decisions/{decision_id:uuid}/drop": PLANNERS,
    "POST /decisions/{decision_id:uuid}/{step}": EVENT_READERS,
    "GET /events/invitation/{code}": EVERYBODY,
    "GET /events/{event_id:uuid}/door": DOOR,
    "GET /events/service-worker.js": EVERYBODY,
    "GET /events/shell/{language}": EVERYBODY,
    "GET /events/{event_id:uuid}/held-names": DOOR,
    "GET /events/{event_id:uuid}/pass": DOOR,
    "GET /events/{event_id:uuid}/pass.svg": DOOR,
    "POST /events/{event_id:uuid}/pass/revoke": PLANNERS,
    "GET /companies": COMPANY_READERS,
    "POST /companies": PLANNERS,
    "GET /companies/new": PLANNERS,
    "POST /companies/clear/{company_id:uuid}": PLANNERS,
    "GET /companies/agreements/{company_id:uuid}": {"coordinator", "caseworker", "admin"},
    "POST /companies/agreements/{company_id:uuid}": {"coordinator", "caseworker", "admin"},
    "POST /companies/agreements/{company_id:uuid}/{agreement_id:uuid}": {"coordinator", "caseworker", "admin"},
    "POST /companies/agreements/{company_id:uuid}/{agreement_id:uuid}/end": {"coordinator", "caseworker", "admin"},
    "GET /targets": PERSONS,
    "POST /targets": PLANNERS,
    "POST /targets/{target_id:uuid}": PLANNERS,
    "POST /targets/{target_id:uuid}/drop": PLANNERS,
    "POST /targets/{target_id:uuid}/restore": PLANNERS,
    "GET /people": ADMINS,
    "POST /people": ADMINS,
    "GET /people/new": ADMINS,
    "GET /people/names": {"coordinator", "caseworker", "admin"},
    "GET /people/{person_id:uuid}": ADMINS,
    "POST /people/{person_id:uuid}": ADMINS,
    "POST /people/{person_id:uuid}/invitations": ADMINS,
    "POST /people/{person_id:uuid}/deactivate": ADMINS,
    "POST /people/{person_id:uuid}/reactivate": ADMINS,
    "POST /people/{person_id:uuid}/enrolment-code": ADMINS,
    "GET /personal-data": OVERSEERS,
    "POST /personal-data": ADMINS,
    "POST /personal-data/report": ADMINS,
    "POST /personal-data/erase": ADMINS,
    "POST /personal-data/erasures": ADMINS,
    "GET /personal-data/erasures": OVERSEERS,
    "GET /personal-data/erasures/{order_id:uuid}": OVERSEERS,
    "POST /personal-data/erasures/{order_id:uuid}": ADMINS,
    "GET /personal-data/deadlines": OVERSEERS,
    "GET /api-keys": ADMINS,
    "POST /api-keys": ADMINS,
    "POST /api-keys/{key_id:uuid}/revoke": ADMINS,
    "POST /api-keys/{key_id:uuid}/take-over": ADMINS,
    f"POST {API}/token": EVERYBODY,
    "GET /account": PERSONS,
    "POST /account/sessions/end-others": PERSONS,
    "POST /account/sessions/{session_id:uuid}/end": PERSONS,
    "POST /account/passkeys/options": PERSONS,
    "POST /account/passkeys": PERSONS,
    "POST /account/passkeys/{passkey_id:uuid}": PERSONS,
    "POST /account/passkeys/{passkey_id:uuid}/remove": PERSONS,
    "GET /account/prove": PERSONS,
    "POST /account/prove": PERSONS,
    "POST /account/prove/options": PERSONS,
    "GET /account/proven": EVERYBODY,
    "POST /session/extend": PERSONS,
    **{f"{method} /session/renew": EVERYBODY for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")},
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "GET /sign-in/as/{role}": EVERYBODY,
    "GET /sign-in/passkey": EVERYBODY,
    "GET /sign-in/provider": EVERYBODY,
    "POST /sign-in/provider": EVERYBODY,
    "POST /account/prove/provider": PERSONS,
    "GET /sign-out/provider": EVERYBODY,
    "POST /sign-out/provider": EVERYBODY,
    "GET /sign-in/provider/callback": EVERYBODY,
    "GET /sign-in/provider/refused": EVERYBODY,
    "POST /sign-in/passkey": EVERYBODY,
    "POST /sign-in/passkey/options": EVERYBODY,
    "GET /.well-known/jwks.json": EVERYBODY,
    "GET /.well-known/security.txt": EVERYBODY,
    "GET /sign-in/setup/{code}": EVERYBODY,
    "POST /sign-in/setup/{code}": EVERYBODY,
    "POST /sign-in/link": EVERYBODY,
    "GET /sign-in/sent": EVERYBODY,
    "GET /sign-in/link/{code}": EVERYBODY,
    "POST /sign-in/link/{code}": EVERYBODY,
    "POST /internal/events/v1/sign-in-links/{request_id}": {"service"},
    "POST /sign-out": EVERYBODY,
}
OPERATORS: Final = {"/livez", "/readyz", "/metrics"}


async def test_every_route_names_its_roles(app: FastAPI) -> None:
    assert unclassified_routes(app.routes) == []


OF_THE_DASHBOARD: Final = {("GET /internal/events/v1/meetings/{meeting_id}", "service")}
"""What another service than notifications may do."""


async def test_the_matrix_below_names_every_route(app: FastAPI) -> None:
    routes = {
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and route.path not in OPERATORS
        for method in route.methods or ()
    }
    assert routes == set(MATRIX)


@pytest.mark.every_operation
async def test_every_role_has_exactly_the_access_in_the_matrix(caller: Caller) -> None:
    wrong = []
    for operation, allowed in MATRIX.items():
        method, pattern = operation.split()
        path = re.sub(r"\{role\}", "member", pattern)
        path = re.sub(r"\{\w+(:uuid)?\}", str(uuid4()), path)
        for role in sorted(EVERYBODY):
            who = {"subject": "service:dashboard"} if (operation, role) in OF_THE_DASHBOARD else {}
            headers = caller.headers() if role == "nobody" else caller.headers(role, **who)  # type: ignore[arg-type]
            answer = await caller.client.request(method, path, headers=headers)
            refusal = 401 if role == "nobody" else 403
            if (answer.status_code == refusal) == (role in allowed) or answer.status_code >= 500:
                wrong.append((operation, role, answer.status_code))
    assert wrong == []


async def test_a_token_of_another_key_opens_nothing(caller: Caller) -> None:
    token = caller.headers("coordinator")["authorization"][:-8] + "AAAAAAAA"
    answer = await caller.client.get("/api/events/v1/events", headers={"authorization": token})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_an_expired_token_opens_nothing(caller: Caller) -> None:
    answer = await caller.get("/events", lifetime_seconds=-1)
    assert answer.status_code == 401


async def test_a_signed_out_visitor_is_redirected_to_the_sign_in_page_and_back(caller: Caller) -> None:
    answer = await caller.client.get("/events?lang=en", headers={"accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Fevents%3Flang%3Den")

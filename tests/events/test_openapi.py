"""The OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openapi_spec_validator import validate

from shared.product.roles import SCOPES

if TYPE_CHECKING:
    from fastapi import FastAPI

    from tests.events.conftest import Caller


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


async def test_the_description_is_valid_and_open_to_everybody(caller: Caller) -> None:
    answer = await caller.client.get("/api/events/v1/openapi.json")
    assert answer.status_code == 200
    validate(answer.json())


async def test_every_operation_has_a_description_and_its_errors(app: FastAPI) -> None:
    for name, operation in operations(app.openapi()):
        assert operation["description"], name
        assert {"401", "422"} <= set(operation["responses"]), name
        assert "403" in operation["responses"] or operation["security"] == [{}], name
        for status, response in operation["responses"].items():
            if status.startswith("4"):
                # RFC 6749, section 5.2, defines the refusals of a key exchange; requests that fail earlier are refused
                # as usual.
                own = ["application/json"] if name.endswith("/token") and status in {"400", "401"} else []
                assert list(response["content"]) == [*own, "application/problem+json"], (name, status)


async def test_every_body_and_its_answer_have_an_example(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    for name in (
        "CompanyIn",
        "CompanyOut",
        "EventIn",
        "EventOut",
        "CheckInIn",
        "RegistrationIn",
        "RegistrationOut",
        "DoorOut",
        "CaptureResults",
        "PersonIn",
        "PersonOut",
    ):
        assert schemas[name]["examples"], name


async def test_transitions_document_if_match(app: FastAPI) -> None:
    for name, operation in operations(app.openapi()):
        takes = {parameter["name"] for parameter in operation.get("parameters", [])}
        if name.endswith(("/publish", "/open", "/close", "/cancel", "/revoke")):
            assert "if-match" in takes, name
            assert "412" in operation["responses"], name


async def test_pages_and_internal_routes_are_not_described(app: FastAPI) -> None:
    assert all(path.startswith("/api/events/v1/") for path in app.openapi()["paths"])


async def test_every_operation_documents_its_callers_and_credentials(app: FastAPI) -> None:
    document = app.openapi()
    assert set(document["components"]["securitySchemes"]) == {"token", "browser", "key"}
    scopes = document["components"]["securitySchemes"]["key"]["flows"]["clientCredentials"]["scopes"]
    assert set(scopes) == SCOPES
    by_key = []
    for name, operation in operations(document):
        if name.endswith("/token"):
            assert operation["security"] == [{}]
            continue
        token, browser, *keys = operation["security"]
        assert (token, browser) == ({"token": []}, {"browser": []}), name
        by_key += [name for _ in keys]
        assert operation["x-roles"], name
    assert document["paths"]["/api/events/v1/people"]["get"]["x-roles"] == ["admin"]
    assert by_key == ["get /api/events/v1/events", "get /api/events/v1/events/{event_id}"]

"""The OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openapi_spec_validator import validate

if TYPE_CHECKING:
    import httpx


async def test_the_document_is_valid_and_has_the_api_operations(sample_app: httpx.AsyncClient) -> None:
    document = (await sample_app.get("/api/sample/v1/openapi.json")).json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert all(path.startswith("/api/") for path in document["paths"])
    responses = document["paths"]["/api/sample/v1/intakes"]["post"]["responses"]
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert responses["422"]["content"] == problem
    assert responses["400"]["content"] == problem
    assert "default" not in responses
    assert set(responses) == {"201", "400", "401", "413", "422", "429", "503"}
    assert responses["401"]["headers"]["WWW-Authenticate"]["required"]
    assert set(responses["429"]["headers"]) == {"Retry-After", "RateLimit", "RateLimit-Policy"}
    assert responses["503"]["headers"]["Retry-After"]["required"]
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_swagger_and_redoc_are_not_served(sample_app: httpx.AsyncClient) -> None:
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert (await sample_app.get(path)).status_code == 404

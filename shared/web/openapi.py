"""The OpenAPI document: JSON addresses only, every one with problem+json for what can go wrong."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.auth import COOKIE, SCOPES
from shared.policy import operations

_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A problem as RFC 9457 describes it. Title, detail and messages come in Danish or English.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/invalid"], "description": "Stable; for programs."},
        "title": {"type": "string", "examples": ["Something needs to be corrected"]},
        "status": {"type": "integer", "examples": [422]},
        "detail": {"type": "string", "examples": ["See what is said about each field."]},
        "instance": {"type": "string", "description": "The correlation id, as urn:uuid:…, to ask about."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "properties": {
                    "pointer": {
                        "type": "string",
                        "examples": ["/positions"],
                        "description": "JSON pointer into the body; ?name, {name} or Name: for parameters.",
                    },
                    "code": {"type": "string", "examples": ["greater_than_equal"]},
                    "message": {"type": "string", "examples": ["Must be at least 1."]},
                },
            },
        },
    },
}
_PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_SECURITY_SCHEMES: dict[str, Any] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of a program. `x-roles` says which roles and scopes may call an operation.",
    },
    "key": {
        "type": "oauth2",
        "description": "An administrator makes the key, for some scopes and until a day; a token lasts a minute.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/api/events/v1/token",
                "scopes": {
                    "events:read": "when the taskforce meets",
                    "figures:read": "the taskforce's figures, and to be told when they change",
                    "pledges:read": "pledges, without whom to call at the company",
                },
            }
        },
    },
    "browser": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "A person's token, renewed each minute while their session lives.",
    },
}
_METHODS = {"get", "put", "post", "delete", "patch", "head", "options"}


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    document["paths"] = {
        path: operations for path, operations in document.get("paths", {}).items() if path.startswith("/api/")
    }
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM_SCHEMA
    document["components"]["securitySchemes"] = _SECURITY_SCHEMES
    askers = {(one.method.lower(), one.path): one.askers for one in operations(app.routes)}
    for path, by_method in document["paths"].items():
        for method, operation in by_method.items():
            if method in _METHODS:
                _add_problems(operation["responses"])
                _add_security(operation, askers[method, path])
    return document


def _add_security(operation: dict[str, Any], askers: Iterable[str]) -> None:
    """Who may call it: OpenAPI has a place for roles only where they are scopes."""
    everybody = "nobody" in askers
    scopes = sorted(SCOPES.intersection(askers))
    keys = [{"key": scopes}] if scopes else []
    operation["security"] = [{}] if everybody else [{"token": []}, {"browser": []}, *keys]
    operation["x-roles"] = ["everybody"] if everybody else sorted(askers)


def _add_problems(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        # FastAPI says of a 422 what is not so; what somebody has said of another one is.
        if status[0] in "45" and ("content" not in response or status == "422"):
            response["content"] = _PROBLEM_CONTENT
    if "422" in responses:
        responses["422"]["description"] = "Something needs to be corrected"
    responses.setdefault("default", {"description": "Any other problem", "content": _PROBLEM_CONTENT})


def describe(app: FastAPI) -> None:
    """Makes `app.openapi()` give the document above, made once when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

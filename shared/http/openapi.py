"""The OpenAPI document: JSON operations only, each with every status that it may be answered with.

A route documents the responses that are its own; those that every operation may have are added here. There is no
`default` response: `make fuzz` reports a status that is not documented.
"""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.http.auth import COOKIE
from shared.http.policy import operations
from shared.http.rate_limits import RateClass
from shared.product.roles import SCOPE_DESCRIPTIONS, SCOPES
from shared.product.services import TOKEN_PATH

_PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "A problem as RFC 9457 describes it. Title, detail and messages come in Danish or English.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["/problems/invalid"], "description": "Stable; for programs."},
        "title": {"type": "string", "examples": ["Something needs to be corrected"]},
        "status": {"type": "integer", "examples": [422]},
        "detail": {"type": "string", "examples": ["See the message at each field."]},
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
        "description": "An administrator makes the key, with its scopes and its expiry date. A token lasts a minute.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": TOKEN_PATH,
                "scopes": dict(SCOPE_DESCRIPTIONS),
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


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "required": True, "schema": {"type": "string"}}


ETAG: Final = {"ETag": _header("The version, for If-Match")}
"""Headers of a response that shows one version of something."""
LOCATION: Final = {"Location": _header("Where it can be read")}
"""Headers of a response that names another address."""
REQUIRED: Final = "x-required"
"""Key for a parameter's `json_schema_extra`. It is documented as required; the route checks it, not FastAPI."""

_PROBLEMS: Final = {
    404: "There is none with this id in the taskforce",
    409: "Its status does not allow this, or its id is in use",
    412: "It has another version than the one in If-Match",
    422: "Something needs to be corrected; `errors` says what",
}

_SIGNED_OUT: Final = {
    "description": "No token, or one that is not valid",
    "headers": {"WWW-Authenticate": _header("The authentication schemes that are accepted")},
}
_WHEN_TOO_OFTEN: Final = (
    "Too many requests from this account, event pass or address ({}). Nothing was changed: repeat the request later"
)
_TOO_OFTEN: Final = {
    "Retry-After": _header("Seconds after which to repeat the request"),
    "RateLimit": _header("The limit that was reached: remaining requests (`r`) and seconds until there are more (`t`)"),
    "RateLimit-Policy": _header("Number of requests (`q`) in a number of seconds (`w`)"),
}
_UNAVAILABLE: Final = {
    "description": "The database is temporarily unavailable",
    "headers": {"Retry-After": _header("In how many seconds to come again")},
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` for a route: its own problems, besides those that every operation may be answered with.

    Args:
        statuses: any of 404, 409, 412, 422.
    """
    return {status: {"description": _PROBLEMS[status]} for status in statuses}


def versioned(status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return `responses=` for a route whose response has an ETag with the version."""
    return {status: {"headers": ETAG}}


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=[{"url": app.state.settings.public_url, "description": "This installation"}],
    )
    document["paths"] = {
        path: operations for path, operations in document.get("paths", {}).items() if path.startswith("/api/")
    }
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM_SCHEMA
    _restore_nulls(schemas.values())
    policies = {(one.method.lower(), one.path): one for one in operations(app.routes)}
    for path, by_method in document["paths"].items():
        for method, operation in by_method.items():
            if method in _METHODS:
                _add_security(operation, policies[method, path].callers)
                _add_problems(operation, policies[method, path].limit)
                _say_what_is_required(operation.get("parameters", ()))
    used = {name for by_method in document["paths"].values() for one in by_method.values() for name in _schemes(one)}
    document["components"]["securitySchemes"] = {
        name: scheme for name, scheme in _SECURITY_SCHEMES.items() if name in used
    }
    return document


def _schemes(operation: dict[str, Any]) -> list[str]:
    return [name for choice in operation.get("security", ()) for name in choice]


def _restore_nulls(schemas: Iterable[dict[str, Any]]) -> None:
    """Write the nulls of examples: FastAPI leaves out every null of the document, also where a field is required."""
    for schema in schemas:
        for example in schema.get("examples", ()):
            for name in schema.get("required", ()):
                if {"type": "null"} in schema["properties"][name].get("anyOf", ()):
                    example.setdefault(name, None)


def _add_security(operation: dict[str, Any], callers: Iterable[str]) -> None:
    """Document who may call an operation. OpenAPI has scopes only, so roles are in `x-roles`."""
    everybody = "nobody" in callers
    scopes = sorted(SCOPES.intersection(callers))
    keys = [{"key": scopes}] if scopes else []
    operation["security"] = [{}] if everybody else [{"token": []}, {"browser": []}, *keys]
    operation["x-roles"] = ["everybody"] if everybody else sorted(callers)


def _add_problems(operation: dict[str, Any], limit: RateClass) -> None:
    """Document the responses that every operation of its kind may have, and the schema of problems."""
    responses: dict[str, Any] = operation["responses"]
    every: dict[str, dict[str, Any]] = {"400": {"description": "The request cannot be read"}, "401": _SIGNED_OUT}
    if operation["security"] != [{}]:
        every["307"] = {
            "description": "To a browser with a valid session whose token has expired: where to renew it",
            "headers": LOCATION,
        }
        every["403"] = {"description": "The role does not allow this, or it came from another site"}
    if "requestBody" in operation:
        every["413"] = {"description": "The body is too large"}
    if limit.rates:
        every["429"] = {"description": _WHEN_TOO_OFTEN.format(limit.name), "headers": _TOO_OFTEN}
    every["503"] = _UNAVAILABLE
    for status, response in every.items():
        responses[status] = response | responses.get(status, {})
    for status, response in responses.items():
        if status[0] in "45":
            # FastAPI documents its own schema for 422, which is not ours; other statuses keep what the route documents.
            own = {} if status == "422" else response.get("content", {})
            response["content"] = own | _PROBLEM_CONTENT
    if "422" in responses:
        responses["422"]["description"] = "Something needs to be corrected"
    operation["responses"] = dict(sorted(responses.items()))


def _say_what_is_required(parameters: Iterable[dict[str, Any]]) -> None:
    for parameter in parameters:
        if parameter["schema"].pop(REQUIRED, False):
            parameter["required"] = True
            kinds = [one for one in parameter["schema"].pop("anyOf", ()) if one != {"type": "null"}]
            for kind in kinds:
                parameter["schema"] |= kind


def describe(app: FastAPI) -> None:
    """Make `app.openapi()` return this document; it is built when it is first requested."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]

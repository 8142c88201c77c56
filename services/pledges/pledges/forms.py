"""Forms of pages read as bodies of the API, so that one schema validates both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from shared.fields.validation import FieldError, field_errors

S = TypeVar("S", bound=BaseModel)


def read_as(schema: type[S], body: Mapping[str, Any]) -> S | list[FieldError]:
    """Return the body as the API reads it, or what is wrong with it."""
    try:
        return schema.model_validate(body)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return field_errors({**detail, "loc": ("body", *detail["loc"])} for detail in details)


def without_empty(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body without the fields that were left empty, at every level."""
    filled: dict[str, Any] = {}
    for name, value in body.items():
        inner = without_empty(value) if isinstance(value, dict) else value
        if inner not in (None, "", [], {}):
            filled[name] = inner
    return filled


def uuid_or_none(text: str | None) -> UUID | None:
    """Return the UUID in a query or a hidden field; None for any other text."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None

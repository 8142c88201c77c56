"""Forms of pages read as bodies of the API, so that one schema validates both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from shared.fields.validation import read_as

__all__ = ["read_as", "uuid_or_none", "without_empty"]


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

"""Ids derived from names, so that every tool uses the same id for a taskforce or person without a lookup."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5


def taskforce_id(slug: str) -> UUID:
    """Return the id of the taskforce with that short name."""
    return uuid5(NAMESPACE_URL, f"tilsagn:taskforce:{slug}")


def person_id(slug: str, role: str) -> UUID:
    """Return the id of the person with that role in a scenario and in tokens of `tilsagn token`."""
    return uuid5(NAMESPACE_URL, f"tilsagn:person:{slug}:{role}")

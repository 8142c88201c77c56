"""Ids that follow from names, so that every tool means the same taskforce and person without asking anybody."""

from __future__ import annotations

from uuid import NAMESPACE_URL, UUID, uuid5


def taskforce_id(slug: str) -> UUID:
    """The id of the taskforce with that short name."""
    return uuid5(NAMESPACE_URL, f"tilsagn:taskforce:{slug}")


def person_id(slug: str, role: str) -> UUID:
    """The id of the one person a scenario or the `tilsagn token` command has for that role."""
    return uuid5(NAMESPACE_URL, f"tilsagn:person:{slug}:{role}")

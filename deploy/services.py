"""The four services and the names that follow from theirs, for whatever runs, routes or provisions them."""

from __future__ import annotations

from typing import Final

SERVICES: Final = ("pledges", "events", "notifications", "dashboard")


def database(service: str) -> str:
    """The service's own database."""
    return f"tilsagn_{service}"


def owner_role(service: str) -> str:
    """The role that owns the service's tables and runs its migrations; no service ever connects as it."""
    return f"tilsagn_{service}_owner"


def app_role(service: str) -> str:
    """The role the service's app and worker connect as: it owns nothing, so row-level security binds it."""
    return f"tilsagn_{service}_app"


def environment_prefix(service: str) -> str:
    """What the service's settings start with in the environment."""
    return f"{service.upper()}_"

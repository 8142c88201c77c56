"""The four services and the names that follow from theirs, for whatever runs, routes or provisions them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SERVICES: Final = ("pledges", "events", "notifications", "dashboard")
DATA_SUBJECTS: Final = ("events", "pledges")
"""The services that keep data about persons: each has an access log and a ledger of erasures."""


IDEMPOTENCY_KEYS: Final = ("events", "pledges")
"""The services whose API changes something: each has a table of idempotency keys."""


def database(service: str) -> str:
    """The service's own database."""
    return f"tilsagn_{service}"


def owner_role(service: str) -> str:
    """The role that owns the service's tables and runs its migrations; no service ever connects as it."""
    return f"tilsagn_{service}_owner"


def app_role(service: str) -> str:
    """The role the service's app and worker connect as: it owns nothing, so row-level security binds it."""
    return f"tilsagn_{service}_app"


def intake_role() -> str:
    """The role the pledges service's app connects as for whoever comes with an event's pass.

    It takes pledges in and can do nothing else: what it may, that service's migrations grant it.
    """
    return "tilsagn_pledges_intake"


def roles(services: Collection[str] = SERVICES) -> tuple[str, ...]:
    """Every role of the services."""
    return tuple(role for service in services for role in connections(service))


def connections(service: str) -> Mapping[str, str]:
    """Each role of the service, and what its connection URL is called in the environment behind the prefix."""
    found = {owner_role(service): "DATABASE_OWNER_URL", app_role(service): "DATABASE_URL"}
    return found | {intake_role(): "INTAKE_DATABASE_URL"} if service == "pledges" else found


def environment_prefix(service: str) -> str:
    """What the service's settings start with in the environment."""
    return f"{service.upper()}_"

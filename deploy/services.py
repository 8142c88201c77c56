"""The four services, and the names of their databases, roles and environment variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

SERVICES: Final = ("pledges", "events", "notifications", "dashboard")
DATA_SUBJECTS: Final = ("events", "pledges")
"""The services that own personal data: each has an access log and a ledger of erasures."""


IDEMPOTENCY_KEYS: Final = ("events", "pledges")
"""The services whose API changes something: each has a table of idempotency keys."""


def database(service: str) -> str:
    """Return the name of the service's database."""
    return f"tilsagn_{service}"


def owner_role(service: str) -> str:
    """Return the role that owns the service's tables and runs its migrations; apps and workers never connect as it."""
    return f"tilsagn_{service}_owner"


def app_role(service: str) -> str:
    """Return the role of the service's app and worker. It owns nothing, so row-level security applies to it."""
    return f"tilsagn_{service}_app"


def intake_role() -> str:
    """Return the role that the app of pledges uses for requests with an event pass.

    It may only log pledges; the migrations of pledges grant its privileges.
    """
    return "tilsagn_pledges_intake"


def participants_role() -> str:
    """Return the role that pledges uses for everything about participants.

    It has the privileges of the app role and, by the migrations of pledges, those on the schema `participants`, which
    no other role may use. There it sees the rows of the transaction's reader only.
    """
    return "tilsagn_pledges_participants"


def roles(services: Collection[str] = SERVICES) -> tuple[str, ...]:
    """Return every role of the services."""
    return tuple(role for service in services for role in connections(service))


def connections(service: str) -> Mapping[str, str]:
    """Return the environment variable of each role's connection URL, without the service's prefix, by role."""
    found = {owner_role(service): "DATABASE_OWNER_URL", app_role(service): "DATABASE_URL"}
    if service == "pledges":
        found |= {intake_role(): "INTAKE_DATABASE_URL", participants_role(): "PARTICIPANTS_DATABASE_URL"}
    return found


def environment_prefix(service: str) -> str:
    """Return the prefix of the service's environment variables."""
    return f"{service.upper()}_"

"""`tilsagn token`: a bearer token for a program, a test or a person with curl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deploy.cli.console import CommandError
from deploy.scenarios import facts
from deploy.scenarios.identities import person_id, taskforce_id
from shared.http.auth import Principal, sign_token

if TYPE_CHECKING:
    from uuid import UUID

    from shared.product.roles import Role


def principal_for(
    role: Role, *, taskforce: str, municipality: str | None = None, event: UUID | None = None
) -> Principal:
    """Return the principal of a token.

    Args:
        role: the only role of the principal.
        taskforce: short name of the taskforce; ignored for a `service`, which works for all.
        municipality: a case worker's municipality, a four-digit code; Struer's when None.
        event: the event of an event pass.

    Raises:
        CommandError: an event pass without an event.
    """
    tenant = taskforce_id(taskforce)
    if role == "service":
        return Principal(subject="service:command", roles=frozenset({role}), taskforce_id=None)
    if role == "event_pass":
        if event is None:
            raise CommandError("An event pass opens one event: name it with --event (its UUID).")
        return Principal(
            subject=f"pass:{event}", roles=frozenset({role}), taskforce_id=tenant, event_id=event, pass_generation=1
        )
    return Principal(
        subject=f"person:{person_id(taskforce, role)}",
        roles=frozenset({role}),
        taskforce_id=tenant,
        municipality=(municipality or facts.MUNICIPALITY) if role == "caseworker" else municipality,
    )


def token_for(key: str, role: Role, *, taskforce: str, hours: float = 1, municipality: str | None = None) -> str:
    """Return a bearer token with that role in that taskforce, signed with `key`."""
    principal = principal_for(role, taskforce=taskforce, municipality=municipality)
    return sign_token(key, principal, lifetime_seconds=int(hours * 3600))

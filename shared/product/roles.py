"""Who may call: the roles of people, passes and programs, the scopes of API keys, and what they are called."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PersonRole = Literal["member", "coordinator", "caseworker", "facilitator", "admin", "auditor"]
"""The roles that a person can have."""
Role = Literal[PersonRole, "event_pass", "service"]
"""`event_pass`: anybody with an event's pass. `service`: another service of the installation."""
Scope = Literal["events:read", "figures:read", "pledges:read"]
"""What an API key may do. Its token names scopes where the token of a person names roles; no token has both."""

ROLES: Final[frozenset[str]] = frozenset(get_args(Role))
SCOPES: Final[frozenset[str]] = frozenset(get_args(Scope))
PERSON_ROLES: Final[frozenset[str]] = frozenset(get_args(PersonRole))

SCOPE_DESCRIPTIONS: Final[Mapping[Scope, str]] = MappingProxyType(
    {
        "events:read": "when the taskforce meets",
        "figures:read": "the taskforce's figures, and notifications of their changes",
        "pledges:read": "pledges, without whom to call at the company",
    }
)
"""For the OpenAPI document."""

ROLE_LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "member": N_("member"),
        "coordinator": N_("coordinator"),
        "caseworker": N_("case worker"),
        "facilitator": N_("facilitator"),
        "admin": N_("administrator"),
        "auditor": N_("auditor"),
        "event_pass": N_("guest at an event"),
        "service": N_("program"),
    }
)
"""Label by role, in the order in which the roles of one person are shown."""


def role_labels(roles: Iterable[str]) -> list[str]:
    """Return the labels of a person's roles in the order of `ROLE_LABELS`: English, translated where they are shown."""
    held = frozenset(roles)
    return [label for role, label in ROLE_LABELS.items() if role in held]

"""Which resources of the register each role reaches. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.http.policy import ALL_TASKFORCES, OWN, Resource

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.register.queries import EventRow
    from shared.http.auth import Principal

EVENT: Final = Resource("event", own="of an event pass: the event it was made for", by_role={"event_pass": OWN})
COMPANY: Final = Resource(
    "company", own="of an event pass: those that have checked in at its event", by_role={"event_pass": OWN}
)
PASS: Final = Resource("event pass", reach=ALL_TASKFORCES)
"""An event pass: valid for anybody who has it."""


def is_guest(principal: Principal) -> bool:
    """Whether the principal is a guest with an event pass."""
    return principal.has("event_pass")


def event_of(principal: Principal, requested: UUID | None) -> UUID | None:
    """Return the event that a pledge is logged for: the pass's event for a guest, the requested one for others."""
    return principal.event_id or requested


def is_revoked(principal: Principal, event: EventRow | None) -> bool:
    """Whether the principal's pass has been replaced by a newer one of the event."""
    if event is None or principal.pass_generation is None:
        return False
    return principal.pass_generation < event.pass_generation


def sees_register(principal: Principal) -> bool:
    """Whether the intake may offer every open event and every company. A guest is offered only those of their event."""
    return not is_guest(principal)

"""Who may see what of the register; who may call a route is said at the route."""

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
"""A bearer token: everybody who has it may use it."""


def is_guest(principal: Principal) -> bool:
    """Whether the principal holds an event pass: somebody without an account."""
    return principal.has("event_pass")


def event_of(principal: Principal, named: UUID | None) -> UUID | None:
    """Return the event a pledge is logged for: of a guest always the pass's own, else the one that was named."""
    return principal.event_id or named


def is_revoked(principal: Principal, event: EventRow | None) -> bool:
    """Whether the principal's pass has been replaced by a newer one of the event."""
    if event is None or principal.pass_generation is None:
        return False
    return principal.pass_generation < event.pass_generation


def sees_register(principal: Principal) -> bool:
    """Whether the intake may offer every open event and every company; guests get those of their event."""
    return not is_guest(principal)

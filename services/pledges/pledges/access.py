"""Who may see what of a pledge or a hire; who may call a route stands at the route (`require`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.pledges.domain import Guest, Person
from shared.http.auth import NotAllowed
from shared.http.policy import ALL_TASKFORCES, NOTHING, OWN, Resource

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.pledges.queries import EventView
    from services.pledges.pledges.views import PledgeView
    from shared.http.auth import Principal
    from shared.product.roles import Role

LOGGERS: Final[tuple[Role, ...]] = ("member", "coordinator", "caseworker", "admin", "event_pass")
"""Who may log a pledge."""
READERS: Final[tuple[Role, ...]] = ("member", "coordinator", "caseworker", "admin")
"""Who may read pledges that others logged, if not their contacts."""
CONTACT_READERS: Final[tuple[Role, ...]] = ("coordinator", "caseworker", "admin")
"""Who may read every business contact."""
IMPORTERS: Final[tuple[Role, ...]] = ("coordinator", "admin")

PLEDGE: Final = Resource(
    "pledge",
    own="what the asker logged; of an event pass: what its event's passes logged",
    by_role={"event_pass": OWN},
)
CONTACT: Final = Resource(
    "business contact", of=PLEDGE, by_role={"member": OWN, "event_pass": NOTHING, "pledges:read": NOTHING}
)
HIRE: Final = Resource(
    "hire", own="what the asker confirmed", of=PLEDGE, by_role={"member": NOTHING, "event_pass": NOTHING}
)
EVENT: Final = Resource("event", own="of an event pass: the event it was made for", by_role={"event_pass": OWN})
COMPANY: Final = Resource(
    "company", own="of an event pass: those that have checked in at its event", by_role={"event_pass": OWN}
)
PASS: Final = Resource("event pass", reach=ALL_TASKFORCES)
"""A bearer token: whoever has one may use it."""


def is_guest(principal: Principal) -> bool:
    """Whether somebody comes with an event's pass: nobody we know."""
    return principal.has("event_pass")


def logs_as(principal: Principal) -> Person | Guest:
    """Return as whom the principal logs a pledge. Raises `NotAllowed` for a pass without its event."""
    if is_guest(principal):
        if principal.event_id is None or principal.pass_generation is None:
            raise NotAllowed
        return Guest(principal.event_id, principal.pass_generation)
    return Person(principal.person_id)


def may_read(principal: Principal, pledge: PledgeView) -> bool:
    """Whether the pledge is there at all for the principal."""
    if principal.has(*READERS, "pledges:read"):
        return True
    # A pass sees the receipts of its own event's passes, by their id, which only their sender knows.
    return is_guest(principal) and pledge.logged_with_pass and pledge.event_id == principal.event_id


def may_read_contact(principal: Principal, pledge: PledgeView) -> bool:
    """Whether the principal may read the pledge's business contact."""
    if principal.has(*CONTACT_READERS):
        return True
    return principal.has("member") and pledge.logged_by is not None and pledge.logged_by == principal.person_id


def may_read_hires(principal: Principal) -> bool:
    """Whether the principal may see what came of a pledge."""
    return principal.has(*CONTACT_READERS)


def event_of(principal: Principal, named: UUID | None) -> UUID | None:
    """Return the event whose intake it is: a guest's is the pass's own, whatever the address names."""
    return principal.event_id or named


def is_revoked(principal: Principal, event: EventView | None) -> bool:
    """Whether the principal has a pass of the event's that has been replaced."""
    if event is None or principal.pass_generation is None:
        return False
    return principal.pass_generation < event.pass_generation


def sees_register(principal: Principal) -> bool:
    """Whether the intake may offer every open event and company; a guest has tonight's."""
    return not is_guest(principal)


def seen_by(principal: Principal, pledge: PledgeView) -> PledgeView:
    """Return the pledge without what the principal may not read of it."""
    return pledge if may_read_contact(principal, pledge) else pledge.without_contact()

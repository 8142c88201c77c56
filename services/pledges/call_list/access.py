"""Which calls each role reaches. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.pledges.access import CONTACT_READERS, PLEDGE, REVIEWERS
from shared.http.policy import NOTHING, OWN, Resource

if TYPE_CHECKING:
    from services.pledges.call_list.domain import Call
    from shared.http.auth import Principal

CALL: Final = Resource(
    "call", own="what the caller is to ring about", of=PLEDGE, by_role={"member": OWN, "event_pass": NOTHING}
)
OUTCOME: Final = Resource(
    "outcome of a call",
    own="of what the caller is to ring about",
    of=CALL,
    by_role={"member": OWN, "caseworker": OWN, "event_pass": NOTHING},
)


def sees_all_calls(principal: Principal) -> bool:
    """Whether the principal sees the calls of others, with the contacts. Members see their own."""
    return principal.has(*CONTACT_READERS)


def assigns_calls(principal: Principal) -> bool:
    """Whether the principal decides who makes a call."""
    return principal.has(*REVIEWERS)


def may_make_call(principal: Principal, call: Call) -> bool:
    """Whether the principal may record what came of a call: everybody of their own, coordinators of every one."""
    return assigns_calls(principal) or (call.caller is not None and call.caller == principal.person_id)

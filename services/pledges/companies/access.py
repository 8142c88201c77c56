"""Which resources of a company's page each role reaches. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends

from services.pledges.pledges.access import REVIEWERS
from services.pledges.register.access import COMPANY
from shared.http.auth import Principal, require
from shared.http.policy import NOTHING, OWN, Resource

if TYPE_CHECKING:
    from services.pledges.companies.outreach.domain import Outreach
    from shared.product.roles import Role

_OUTREACH_MAKERS: Final[tuple[Role, ...]] = ("caseworker", "coordinator", "admin")

OutreachMaker = Annotated[Principal, Depends(require(*_OUTREACH_MAKERS))]
"""Is in contact with companies, and logs it."""

OUTREACH: Final = Resource("outreach", of=COMPANY, by_role={"member": NOTHING, "event_pass": NOTHING})
OUTREACH_TO_CHANGE: Final = Resource(
    "outreach to change",
    own="what the caller logged",
    of=OUTREACH,
    by_role={"caseworker": OWN, "member": NOTHING, "event_pass": NOTHING},
)


def logs_outreach(principal: Principal) -> bool:
    """Whether the principal is an `OutreachMaker`."""
    return principal.has(*_OUTREACH_MAKERS)


def may_change_outreach(principal: Principal, outreach: Outreach) -> bool:
    """Whether the principal may correct a contact. `Outreach` decides; this is for its page."""
    return principal.has(*REVIEWERS) or (principal.person_id is not None and principal.person_id == outreach.logged_by)

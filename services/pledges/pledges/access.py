"""Which resources of pledges and hires each role reaches. Who may call a route is declared at the route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends

from services.pledges.pledges.domain import Editor, Guest, Person
from services.pledges.register.access import is_guest
from shared.http.auth import NotAllowed, Principal, require
from shared.http.policy import NOTHING, OWN, Resource

if TYPE_CHECKING:
    from services.pledges.pledges.schemas import PledgeOut
    from shared.product.roles import Role

LOGGERS: Final[tuple[Role, ...]] = ("member", "coordinator", "caseworker", "admin", "event_pass")
"""Who may log a pledge."""
READERS: Final[tuple[Role, ...]] = ("member", "coordinator", "caseworker", "admin")
"""Who may read pledges that others logged, but not their contacts."""
CONTACT_READERS: Final[tuple[Role, ...]] = ("coordinator", "caseworker", "admin")
"""Who may read every business contact."""
IMPORTERS: Final[tuple[Role, ...]] = ("coordinator", "admin")
"""Who may import old pledges from a file."""
HIRE_IMPORTERS: Final[tuple[Role, ...]] = (*IMPORTERS, "caseworker")
"""Who may import old hires from a file."""
REVIEWERS: Final[tuple[Role, ...]] = ("coordinator", "admin")
"""Who decides whether a pledge counts."""
EDITORS: Final[tuple[Role, ...]] = ("member", "coordinator", "caseworker", "admin")
"""Who may correct and withdraw a pledge: those that they have logged themselves, or, as `REVIEWERS`, all."""
KEEPERS: Final[tuple[Role, ...]] = ("coordinator", "caseworker")
"""Who may cancel a position, record a company's affirmation, and let a pledge lapse or put that off."""

Logger = Annotated[Principal, Depends(require(*LOGGERS))]
Reader = Annotated[Principal, Depends(require(*READERS))]
ReaderOrProgram = Annotated[Principal, Depends(require(*READERS, "pledges:read"))]
"""The same, or a program with an API key for pledges."""
ContactReader = Annotated[Principal, Depends(require(*CONTACT_READERS))]
Importer = Annotated[Principal, Depends(require(*IMPORTERS))]
HireImporter = Annotated[Principal, Depends(require(*HIRE_IMPORTERS))]
Reviewer = Annotated[Principal, Depends(require(*REVIEWERS))]
PledgeEditor = Annotated[Principal, Depends(require(*EDITORS))]
PledgeKeeper = Annotated[Principal, Depends(require(*KEEPERS))]
Caseworker = Annotated[Principal, Depends(require("caseworker"))]

PLEDGE: Final = Resource(
    "pledge",
    own="what the caller logged; of an event pass: what its event's passes logged",
    by_role={"event_pass": OWN},
)
CHANGEABLE: Final = Resource(
    "pledge to change", own="what the caller logged", of=PLEDGE, by_role={"member": OWN, "caseworker": OWN}
)
CONTACT: Final = Resource(
    "business contact", of=PLEDGE, by_role={"member": OWN, "event_pass": NOTHING, "pledges:read": NOTHING}
)
HIRE: Final = Resource(
    "hire", own="what the caller confirmed", of=PLEDGE, by_role={"member": NOTHING, "event_pass": NOTHING}
)


def logs_as(principal: Principal) -> Person | Guest:
    """Return as whom the principal logs a pledge. Raises `NotAllowed` for a pass without its event."""
    if is_guest(principal):
        if principal.event_id is None or principal.pass_generation is None:
            raise NotAllowed
        return Guest(principal.event_id, principal.pass_generation)
    return Person(principal.person_id)


def edits_as(principal: Principal) -> Editor:
    """Return as whom the principal corrects and withdraws pledges."""
    return Editor(principal.person_id, of_all=principal.has(*REVIEWERS))


def keeps_as(principal: Principal) -> Editor:
    """Return as whom the principal takes steps of pledges and positions, and undoes them."""
    return edits_as(principal)


def may_change(principal: Principal, pledge: PledgeOut) -> bool:
    """Whether the principal may correct and withdraw the pledge. `Editor.may_change` decides; this is for its page."""
    if not principal.has(*EDITORS):
        return False
    return principal.has(*REVIEWERS) or (principal.person_id is not None and principal.person_id == pledge.logged_by)


def may_read(principal: Principal, pledge: PledgeOut) -> bool:
    """Whether the principal may know that the pledge exists."""
    if principal.has(*READERS, "pledges:read"):
        return True
    # A guest sees receipts of the passes of one event, by their ids, which only the sender knows.
    of_pass = pledge.pass_event_id or pledge.event_id
    return is_guest(principal) and pledge.logged_with_pass and of_pass == principal.event_id


def may_read_contact(principal: Principal, pledge: PledgeOut) -> bool:
    """Whether the principal may read the pledge's business contact: a member if they logged it or are to ring."""
    if principal.has(*CONTACT_READERS):
        return True
    person_id = principal.person_id
    return principal.has("member") and person_id is not None and person_id in {pledge.logged_by, pledge.rung_by}


def may_read_hires(principal: Principal) -> bool:
    """Whether the principal may see the hires that came from a pledge."""
    return principal.has(*CONTACT_READERS)


def visible_part(principal: Principal, pledge: PledgeOut) -> PledgeOut:
    """Return the pledge without the contact where the principal may not read it."""
    return pledge if may_read_contact(principal, pledge) else pledge.without_contact()

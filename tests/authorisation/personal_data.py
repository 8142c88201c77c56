"""Requests about a person's data at the pages of the events service; the other services hold nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from services.events.privacy.commands import look_up
from shared.privacy.subject_requests import ErasureResult, Findings, SubjectRequest
from tests.authorisation.matrix import FOREIGN, Ask
from tests.authorisation.subjects import ADMINISTRATOR, OURS, THEIRS, written_into_ledger
from tests.support.addresses import address_of
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from shared.http.policy import Caller, Ownership
    from shared.i18n.translations import Language
    from shared.privacy.subject_requests import Deadline, ErasureOrder, LedgerLine
    from tests.authorisation.matrix import Probe
    from tests.authorisation.register import Register

STRANGER, NOBODY = "77000001@example.dk", "77000002@example.dk"
"""The search terms of a person of the other taskforce and of nobody. Pages repeat what was typed, and numbers are not
compared."""
ORDERS: Final[dict[str, UUID]] = {"own": OURS, "other taskforce": THEIRS}


class HoldNothing:
    """Stand-in for the other services, which hold nothing; their own tests cover what they hold."""

    async def find(self, service: str, inquiry: SubjectRequest) -> Findings:
        return Findings(groups=(), done=())

    async def erase(self, service: str, order: ErasureOrder) -> ErasureResult:
        return ErasureResult(rows=0)

    async def ledger(self, service: str, taskforce_id: UUID) -> list[LedgerLine]:
        return []

    async def deadlines(self, service: str, taskforce_id: UUID, language: Language) -> list[Deadline]:
        return []


async def fill(world: Register) -> None:
    """An erasure order and a ledger line of each taskforce, and a person of the other one to be erased."""
    world.app.state.others = HoldNothing()
    stranger = Person(uuid4(), f"E {FOREIGN}", STRANGER, frozenset({"member"}))
    await add_person(world.db, OTHER_TASKFORCE, stranger)
    await written_into_ledger(world, "people")
    for taskforce, order in ((TASKFORCE, OURS), (OTHER_TASKFORCE, THEIRS)):
        await world.superuser.execute(
            "insert into erasure_orders (taskforce_id, id, ordered_by) values ($1, $2, $3)",
            taskforce,
            order,
            ADMINISTRATOR,
        )
        await world.superuser.execute(
            "insert into erasure_order_parts (taskforce_id, order_id, service, keys) values ($1, $2, 'pledges', '{}')",
            taskforce,
            order,
        )


def _about_somebody(path: str, **more: str) -> Probe:
    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        email, shows = NOBODY, tuple[str, ...]()
        if ownership == "other taskforce":
            email, shows = STRANGER, (f"E {FOREIGN}",)
        elif ownership != "missing":
            email, shows = world.people[ownership].email, (world.people[ownership].name,)
        form = {"email": email, "purpose": "subject_access"} | more
        return Ask("POST", path, {"data": form}, hidden=200, shows=shows)

    return probe


async def erase(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    email = {"missing": NOBODY, "other taskforce": STRANGER}.get(ownership, address_of())
    if ownership not in {"missing", "other taskforce"}:
        await add_person(world.db, TASKFORCE, Person(uuid4(), "Z Slettes", email, frozenset({"member"})))
    inquiry = SubjectRequest(
        taskforce=TASKFORCE, emails=(email,), who=ADMINISTRATOR, purpose="subject_erasure", action="search"
    )
    seen = (await look_up(world.db, HoldNothing(), inquiry)).digest
    form = {"email": email, "typed": email, "seen": seen, "purpose": "subject_erasure"}
    return Ask("POST", "/personal-data/erasures", {"data": form}, success=303, hidden=409)


def _order(method: str, *, success: int) -> Probe:
    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        id = ORDERS.get(ownership, uuid4())
        return Ask(method, f"/personal-data/erasures/{id}", success=success)

    return probe


async def lists(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    shows = (str(ORDERS[ownership]),) if ownership in ORDERS else ()
    return Ask("GET", "/personal-data/erasures", hidden=200, shows=shows)


async def deadlines(world: Register, caller: Caller, ownership: Ownership) -> Ask | None:
    """Counts, in which another taskforce's rows cannot be recognised (see tests/privacy/test_tenancy.py)."""
    return None if ownership == "other taskforce" else Ask("GET", "/personal-data/deadlines", hidden=200)


SUBJECT: Final = "data subject"
BELONGINGS: Final[dict[str, Any]] = {
    "erasure order": ("own", "other taskforce", "missing"),
    "erasure ledger entry": ("own", "other taskforce", "missing"),
    "overdue deletion": ("own", "other taskforce", "missing"),
}
PROBES: Final[dict[tuple[str, str], Probe]] = {
    ("POST /personal-data", SUBJECT): _about_somebody("/personal-data"),
    ("POST /personal-data/report", SUBJECT): _about_somebody("/personal-data/report", format="json", language="da"),
    ("POST /personal-data/erase", SUBJECT): _about_somebody("/personal-data/erase"),
    ("POST /personal-data/erasures", SUBJECT): erase,
    ("GET /personal-data/erasures", "erasure ledger entry"): lists,
    ("GET /personal-data/erasures", "erasure order"): lists,
    ("GET /personal-data/erasures/{order_id:uuid}", "erasure order"): _order("GET", success=200),
    ("POST /personal-data/erasures/{order_id:uuid}", "erasure order"): _order("POST", success=303),
    ("GET /personal-data/deadlines", "overdue deletion"): deadlines,
}

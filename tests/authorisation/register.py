"""Resources of the events service, and requests for them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID, uuid4

from services.events.app import create_app
from services.events.calendar import commands as calendar
from services.events.calendar import passes
from services.events.calendar.registrations import commands as registrations
from services.events.calendar.registrations.invitations import Invitation, invitation_code
from services.events.register import commands as register
from services.events.register.agreements import commands as agreements
from services.events.register.agreements.domain import AgreementTerms
from services.events.register.domain import Company
from services.events.settings import EventsSettings
from services.events.targets import commands as targets
from services.events.targets.domain import TargetTerms
from shared.contracts.events import attendance_id, registration_id
from tests.authorisation import accounts, meetings, personal_data
from tests.authorisation.accounts import API, name_of
from tests.authorisation.matrix import (
    FOREIGN,
    MUNICIPALITY,
    OTHER_MUNICIPALITY,
    Ask,
    Probe,
    expected_marks,
    taskforce_of,
)
from tests.authorisation.meetings import Meetings
from tests.authorisation.running import running
from tests.support.infrastructure import Databases, Installation, fresh_databases
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from shared.http.policy import Caller, Ownership

FAR: Final = datetime(2090, 11, 24, 16, 30, tzinfo=UTC)
"""The start of the events that lists begin with."""
STEPS: Final = {"draft": (), "published": ("publish",), "open": ("publish", "open")}


AGREED: Final = AgreementTerms("both", None, date(2026, 1, 1), date(2026, 12, 31))


class Register(Meetings):
    """Two taskforces with companies, events and people."""

    ownerships: ClassVar[Mapping[str, tuple[Ownership, ...]]] = {
        # An event belongs to no company and to no municipality.
        "event": ("own", "draft", "other taskforce", "missing"),
        "event pass": ("own", "other taskforce", "missing"),
        "invitation": ("own", "other taskforce", "missing"),
        **accounts.BELONGINGS,
        **meetings.BELONGINGS,
        **personal_data.BELONGINGS,
    }

    async def fill(self) -> None:
        self.companies: dict[Ownership, Company] = {}
        self.people = {}
        self.events: dict[tuple[str, str], UUID] = {}
        for id, slug, name in ((TASKFORCE, "struer", "Struer"), (OTHER_TASKFORCE, "elsewhere", FOREIGN)):
            await register.register_taskforce(
                self.db, id=id, slug=slug, name=name, municipality=MUNICIPALITY, since=date(2018, 5, 1)
            )
        for ownership in ("own", "other company", "other municipality", "other taskforce"):
            await self._fill(ownership)
        for status in STEPS:
            for whose in ("own", "other taskforce"):
                self.events[whose, status] = await self.new_event(whose, status, starts_at=FAR)
        # Ids that the other taskforce uses, too. Clients choose ids, so two taskforces may have the same one.
        self.taken = await self.new_event("other taskforce", "draft", starts_at=FAR)
        await register.register_company(self.db, OTHER_TASKFORCE, Company(self.taken, f"B {FOREIGN}"))
        for whose in ("own", "other taskforce"):
            for ownership, company in self.companies.items():
                if (ownership == "other taskforce") == (whose == "other taskforce"):
                    await calendar.check_in(
                        self.db, taskforce_of(whose), self.events[whose, "open"], company.id, by="x"
                    )
                    await registrations.register_companies(
                        self.db, taskforce_of(whose), self.events[whose, "open"], [company.id], by="x"
                    )
        self.events["draft", "draft"] = self.events["own", "draft"]

        await self.fill_accounts()
        await self.fill_meetings()
        await personal_data.fill(self)

    async def _fill(self, ownership: Ownership) -> None:
        municipality = OTHER_MUNICIPALITY if ownership == "other municipality" else MUNICIPALITY
        taskforce, name = taskforce_of(ownership), name_of(ownership)
        company = Company(uuid4(), f"A {name} ApS", municipality=municipality, personally_owned=True)
        self.companies[ownership] = company
        await register.register_company(self.db, taskforce, company)
        # Under the id of the company.
        await agreements.make_agreement(self.db, taskforce, company.id, company.id, AGREED, by="x")
        await targets.set_target(self.db, taskforce, company.id, target_of(ownership), by="x")
        await self.new_account(ownership, municipality)

    async def new_event(self, ownership: Ownership, status: str, *, starts_at: datetime | None = None) -> UUID:
        """A new event with this status; of the other taskforce always the same one, because nobody changes it."""
        if starts_at is None and ownership == "missing":
            return uuid4()
        if starts_at is None and ownership == "other taskforce":
            return self.events[ownership, status]
        id, taskforce = uuid4(), taskforce_of(ownership)
        start = starts_at or datetime.now(UTC) - timedelta(hours=1)
        await calendar.draft_event(
            self.db,
            taskforce,
            id=id,
            title=title_of(ownership, status),
            kind="employer_event",
            place=None,
            starts_at=start,
            ends_at=start + timedelta(hours=3),
            goal_positions=None,
        )
        for step in STEPS[status]:
            await getattr(calendar, f"{step}_event")(self.db, taskforce, id)
        return id

    def event(self, ownership: Ownership, status: str = "open") -> UUID:
        """An event that no test changes."""
        if ownership == "missing":
            return uuid4()
        return self.events[ownership, "draft" if ownership == "draft" else status]

    def company(self, ownership: Ownership) -> UUID:
        """A company's id."""
        return uuid4() if ownership == "missing" else self.companies[ownership].id

    def code(self, ownership: Ownership, *, spoken: bool = False) -> str:
        """The code that leads to an event's pass."""
        settings: EventsSettings = self.app.state.settings
        make = passes.typed_code if spoken else passes.link_code
        code = make(settings, taskforce_of(ownership), self.events[_whose(ownership), "open"], 1)
        return code if ownership != "missing" else code[:-4] + ("AAAA" if code[-4:] != "AAAA" else "BBBB")

    def invitation(self, ownership: Ownership) -> str:
        """The code of a company's invitation."""
        whose, ours = _whose(ownership), ownership == "other taskforce"
        company = self.companies["other taskforce" if ours else "own"].id
        invitation = Invitation(taskforce_of(ownership), self.events[whose, "open"], company)
        code = invitation_code(self.app.state.settings, invitation)
        return code if ownership != "missing" else code[:-4] + ("AAAA" if code[-4:] != "AAAA" else "BBBB")


@asynccontextmanager
async def started(
    installation: Installation, signing_key: str, kind: type[Register] = Register
) -> AsyncIterator[tuple[Register, Databases]]:
    """The service with its own database."""
    with fresh_databases(installation, ["events"]) as dsns:
        async with running(
            kind,
            dsns,
            "events",
            signing_key,
            lambda common: create_app(EventsSettings(**common, token_private_key=signing_key, demo_mode=True)),
        ) as world:
            assert isinstance(world, kind)
            yield world, dsns


def title_of(ownership: Ownership, status: str) -> str:
    """An event's title."""
    return f"{name_of('own' if ownership == 'draft' else ownership)} aften {status}"


def target_of(ownership: Ownership) -> TargetTerms:
    """The target under the id of a company."""
    note = f"{name_of('own' if ownership == 'missing' else ownership)} i job"
    return TargetTerms("hires", "smaajob", 200, date(2018, 5, 1), date(2090, 12, 31), note)


def _whose(ownership: Ownership) -> Ownership:
    return "other taskforce" if ownership == "other taskforce" else "own"


def _step(path: str, before: str, *, drafts: int, success: int = 200, form: dict[str, str] | None = None) -> Probe:
    """A transition of a new event with status `before`; `drafts` is the status for a draft, 0: not requested."""

    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask | None:
        if ownership == "draft" and not drafts:
            return None
        id = await world.new_event(ownership, "draft" if ownership == "draft" else before)
        send = {} if form is None else {"data": form}
        return Ask("POST", path.format(id=id), send, success=drafts if ownership == "draft" else success)

    return probe


def _event(method: str, path: str, *, drafts: int = 200, by_title: bool = True, **more: Any) -> Probe:
    """An operation that does not change the event."""

    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        title = title_of(ownership, "draft" if ownership == "draft" else "open")
        ask = {"success": 200} | more | ({"success": drafts} if ownership == "draft" else {})
        shows = expected_marks(ownership, title) if by_title and ask["success"] == 200 else ()
        return Ask(method, path.format(id=world.event(ownership)), shows=shows, **ask)

    return probe


async def _draft(world: Register, ownership: Ownership) -> dict[str, Any]:
    """The plan of an event; for an event of ours, its present plan."""
    id = world.taken if ownership == "other taskforce" else world.event(ownership, "draft")
    times = {"starts_at": FAR.isoformat(), "ends_at": (FAR + timedelta(hours=3)).isoformat()}
    return {"id": str(id), "title": title_of(ownership, "draft") if _of_ours(ownership) else "Ny aften"} | times


def _of_ours(ownership: Ownership) -> bool:
    return ownership not in {"other taskforce", "missing"}


async def draft_by_api(world: Register, caller: Caller, ownership: Ownership) -> Ask | None:
    body = await _draft(world, ownership)
    return Ask("POST", f"{API}/events", {"json": body}, success=201, hidden=201, creates=True)


async def draft_by_form(world: Register, caller: Caller, ownership: Ownership) -> Ask | None:
    body = await _draft(world, ownership)
    form = {"id": body["id"], "title": body["title"], "day": "2090-11-24", "starts": "17:30", "ends": "20:30"}
    return Ask("POST", "/events", {"data": form}, success=303, hidden=303, creates=True)


def _company_facts(world: Register, ownership: Ownership) -> dict[str, Any]:
    if not _of_ours(ownership):
        return {"id": str(world.taken if ownership == "other taskforce" else uuid4()), "name": "Z ny"}
    known = world.companies[ownership]
    return {"id": str(known.id), "name": known.name, "municipality": known.municipality, "personally_owned": True}


async def register_by_api(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    body = _company_facts(world, ownership)
    return Ask("POST", f"{API}/companies", {"json": body}, success=201, hidden=201, creates=True)


async def register_by_form(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    facts = _company_facts(world, ownership)
    form = {name: "true" if value is True else value for name, value in facts.items()}
    return Ask("POST", "/companies", {"data": form}, success=303, hidden=303, creates=True)


def _list(path: str, of: str) -> Probe:
    """A list, which omits what the caller may not see."""

    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        if of == "event":
            mark = title_of(ownership, "draft" if ownership == "draft" else "open")
        else:
            mark = world.companies[ownership].name if ownership != "missing" else ""
        return Ask("GET", path, hidden=200, shows=expected_marks(ownership, mark))

    return probe


async def read_company(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    shows = expected_marks(ownership, world.companies[ownership].name) if ownership != "missing" else ()
    return Ask("GET", f"{API}/companies/{world.company(ownership)}", shows=shows)


async def clear_company(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    id = world.company(ownership)
    if _of_ours(ownership):
        id = uuid4()
        await register.register_company(world.db, TASKFORCE, Company(id, "Z Jens", personally_owned=True))
    return Ask("POST", f"/companies/clear/{id}", success=303)


async def show_agreements(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    shows = expected_marks(ownership, world.companies[ownership].name) if ownership != "missing" else ()
    return Ask("GET", f"/companies/agreements/{world.company(ownership)}", shows=shows)


def _agreement(path: str) -> Probe:
    """A new agreement with a company, or the one that it has, which is changed or ended as it is."""

    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        id = world.company(ownership)
        form = {"role": AGREED.role, "starts_on": AGREED.starts_on.isoformat(), "ends_on": str(AGREED.ends_on)}
        form |= {} if path else {"id": str(uuid4())}
        return Ask("POST", f"/companies/agreements/{id}{path.format(id=id)}", {"data": form}, success=303)

    return probe


async def list_targets(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    mark = target_of(ownership).note or "" if ownership != "missing" else ""
    return Ask("GET", f"{API}/targets", hidden=200, shows=expected_marks(ownership, mark))


async def show_targets(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    return replace(await list_targets(world, caller, ownership), path="/targets")


async def read_target(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    shows = expected_marks(ownership, target_of(ownership).note or "") if ownership != "missing" else ()
    return Ask("GET", f"{API}/targets/{world.company(ownership)}", shows=shows)


def _target_terms(ownership: Ownership) -> dict[str, Any]:
    terms = target_of(ownership)
    return {
        "measure": terms.measure,
        "job_type": terms.job_type,
        "value": terms.value,
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat(),
        "note": terms.note,
    }


def _set_target(path: str, *, form: bool) -> Probe:
    """A target of ours as it is, or a new one."""

    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        if _of_ours(ownership):
            body = _target_terms(ownership) | {"id": str(world.companies[ownership].id)}
        else:
            taken = world.taken if ownership == "other taskforce" else uuid4()
            body = _target_terms("own") | {"id": str(taken)}
        status = 303 if form else 201
        return Ask("POST", path, {"data" if form else "json": body}, success=status, hidden=status, creates=True)

    return probe


def _target(method: str, path: str, *, form: bool) -> Probe:
    """A target, which is changed as it is, dropped or restored."""

    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        send = {"data" if form else "json": _target_terms("own" if ownership == "missing" else ownership)}
        return Ask(method, path.format(id=world.company(ownership)), send, success=303 if form else 200)

    return probe


def _check_in(path: str, *, form: bool, success: int) -> dict[str, Probe]:
    async def at_an_event(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        body = {"company_id": str(world.companies["own"].id)}
        id = await world.new_event(ownership, "draft" if ownership == "draft" else "open")
        send = {"data": body} if form else {"json": body}
        return Ask("POST", path.format(id=id), send, success=409 if ownership == "draft" else success)

    async def of_a_company(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        body = {"company_id": str(world.company(ownership))}
        send = {"data": body} if form else {"json": body}
        return Ask("POST", path.format(id=await world.new_event("own", "open")), send, success=success)

    return {"event": at_an_event, "company": of_a_company}


async def record_captures(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    capture = {"company_id": str(world.companies["own"].id), "captured_at": datetime.now(UTC).isoformat()}
    body = {"check_ins": [capture | {"id": str(uuid4())}]}
    id = await world.new_event(ownership, "draft" if ownership == "draft" else "open")
    return Ask("POST", f"{API}/events/{id}/check-ins/batch", {"json": body})


async def who_may_come(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    """The companies at the open event; all of ours are expected there."""
    shows = expected_marks(ownership, world.companies[ownership].name) if ownership != "missing" else ()
    return Ask("GET", f"{API}/events/{world.event('own', 'open')}/door", hidden=200, shows=shows)


async def walk_in(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    id = await world.new_event(ownership, "draft" if ownership == "draft" else "open")
    form = {"id": str(uuid4()), "name": "Z Tag"}
    return Ask("POST", f"/events/{id}/walk-ins", {"data": form}, success=409 if ownership == "draft" else 303)


def _who_has_come(path: str, *, seen_by_all: bool) -> Probe:
    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        ours = ownership if ownership in {"other taskforce", "missing"} else "own"
        shows = (world.companies[ownership].name,) if ownership != "missing" else ()
        hidden = 200 if seen_by_all and _of_ours(ownership) else 404
        return Ask("GET", path.format(id=world.event(ours, "open")), hidden=hidden, shows=shows)

    return probe


def _undo_check_in(path: str, *, success: int) -> Probe:
    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        ours = ownership if ownership in {"other taskforce", "missing"} else "own"
        event, company = await world.new_event(ours, "open"), world.company(ownership)
        if _of_ours(ownership):
            await calendar.check_in(world.db, TASKFORCE, event, company, by="somebody")
        return Ask("POST", path.format(id=event, check_in=attendance_id(event, company)), success=success)

    return probe


def _register(path: str, *, form: bool, success: int) -> dict[str, Probe]:
    async def for_an_event(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        body = {"company_id": str(world.companies["own"].id)}
        id = await world.new_event(ownership, "draft" if ownership == "draft" else "open")
        return Ask("POST", path.format(id=id), {"data" if form else "json": body}, success=success)

    async def of_a_company(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        body = {"company_id": str(world.company(ownership))}
        id = await world.new_event("own", "open")
        return Ask("POST", path.format(id=id), {"data" if form else "json": body}, success=success)

    return {"event": for_an_event, "company": of_a_company}


async def paste(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    id = await world.new_event(ownership, "draft" if ownership == "draft" else "open")
    form = {"companies": world.companies["own"].name}
    return Ask("POST", f"/events/{id}/registrations/pasted", {"data": form}, success=303)


def _who_is_expected(path: str, *, hidden: int = 404, offered: bool = False) -> Probe:
    """The companies at the open event; `offered`: those that are not on the list of the published one."""

    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        ours = ownership if ownership in {"other taskforce", "missing"} else "own"
        if offered:
            shows = expected_marks(ownership, world.companies[ownership].name) if ownership != "missing" else ()
            return Ask("GET", path.format(id=world.event("own", "published")), hidden=200, shows=shows)
        shows = (world.companies[ownership].name,) if ownership != "missing" else ()
        return Ask("GET", path.format(id=world.event(ours, "open")), hidden=hidden, shows=shows)

    return probe


def _cancel_registration(path: str, *, success: int) -> Probe:
    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        ours = ownership if ownership in {"other taskforce", "missing"} else "own"
        event, company = await world.new_event(ours, "open"), world.company(ownership)
        if _of_ours(ownership):
            await registrations.register_companies(world.db, TASKFORCE, event, [company], by="somebody")
        return Ask("POST", path.format(id=event, registration=registration_id(event, company)), success=success)

    return probe


async def invitation(world: Register, caller: Caller, ownership: Ownership) -> Ask:
    return Ask("GET", f"/events/invitation/{world.invitation(ownership)}")


def _pass(*, spoken: bool) -> Probe:
    async def probe(world: Register, caller: Caller, ownership: Ownership) -> Ask:
        code = world.code(ownership, spoken=spoken)
        slug = f"{'elsewhere' if ownership == 'other taskforce' else 'struer'}/" if spoken else ""
        return Ask("GET", f"/events/pass/{slug}{code}", success=303)

    return probe


_BY_API: Final = _check_in(f"{API}/events/{{id}}/check-ins", form=False, success=201)
_BY_FORM: Final = _check_in("/events/{id}/check-ins", form=True, success=303)

_REGISTER_BY_API: Final = _register(f"{API}/events/{{id}}/registrations", form=False, success=201)
_REGISTER_BY_FORM: Final = _register("/events/{id}/registrations", form=True, success=303)

PROBES: Final[dict[tuple[str, str], Probe]] = {
    **accounts.PROBES,
    **meetings.PROBES,
    **personal_data.PROBES,
    (f"POST {API}/companies", "company"): register_by_api,
    (f"GET {API}/companies", "company"): _list(f"{API}/companies", "company"),
    (f"GET {API}/companies/{{company_id}}", "company"): read_company,
    (f"POST {API}/events", "event"): draft_by_api,
    (f"GET {API}/events", "event"): _list(f"{API}/events", "event"),
    (f"GET {API}/events/{{event_id}}", "event"): _event("GET", f"{API}/events/{{id}}"),
    (f"POST {API}/events/{{event_id}}/publish", "event"): _step(f"{API}/events/{{id}}/publish", "draft", drafts=200),
    (f"POST {API}/events/{{event_id}}/open", "event"): _step(f"{API}/events/{{id}}/open", "published", drafts=409),
    (f"POST {API}/events/{{event_id}}/close", "event"): _step(f"{API}/events/{{id}}/close", "open", drafts=409),
    (f"POST {API}/events/{{event_id}}/cancel", "event"): _step(f"{API}/events/{{id}}/cancel", "published", drafts=200),
    (f"POST {API}/events/{{event_id}}/check-ins", "event"): _BY_API["event"],
    (f"POST {API}/events/{{event_id}}/check-ins", "company"): _BY_API["company"],
    (f"GET {API}/events/{{event_id}}/check-ins", "event"): _event(
        "GET", f"{API}/events/{{id}}/check-ins", by_title=False
    ),
    (f"GET {API}/events/{{event_id}}/check-ins", "check-in"): _who_has_come(
        f"{API}/events/{{id}}/check-ins", seen_by_all=False
    ),
    (f"POST {API}/events/{{event_id}}/check-ins/{{check_in_id}}/undo", "check-in"): _undo_check_in(
        f"{API}/events/{{id}}/check-ins/{{check_in}}/undo", success=200
    ),
    (f"POST {API}/events/{{event_id}}/check-ins/batch", "event"): record_captures,
    (f"GET {API}/events/{{event_id}}/door", "event"): _event("GET", f"{API}/events/{{id}}/door"),
    (f"GET {API}/events/{{event_id}}/door", "check-in"): _who_has_come(f"{API}/events/{{id}}/door", seen_by_all=False),
    (f"GET {API}/events/{{event_id}}/door", "company"): who_may_come,
    (f"POST {API}/events/{{event_id}}/registrations", "event"): _REGISTER_BY_API["event"],
    (f"POST {API}/events/{{event_id}}/registrations", "company"): _REGISTER_BY_API["company"],
    (f"GET {API}/events/{{event_id}}/registrations", "event"): _event(
        "GET", f"{API}/events/{{id}}/registrations", by_title=False
    ),
    (f"GET {API}/events/{{event_id}}/registrations", "registration"): _who_is_expected(
        f"{API}/events/{{id}}/registrations"
    ),
    (f"POST {API}/events/{{event_id}}/registrations/{{registration_id}}/cancel", "registration"): _cancel_registration(
        f"{API}/events/{{id}}/registrations/{{registration}}/cancel", success=200
    ),
    ("GET /events/{event_id:uuid}/door", "event"): _event("GET", "/events/{id}/door"),
    ("GET /events/{event_id:uuid}/registrations", "event"): _event("GET", "/events/{id}/registrations"),
    ("GET /events/{event_id:uuid}/registrations", "registration"): _who_is_expected("/events/{id}/registrations"),
    ("GET /events/{event_id:uuid}/registrations", "company"): _who_is_expected(
        "/events/{id}/registrations", offered=True
    ),
    ("POST /events/{event_id:uuid}/registrations", "event"): _REGISTER_BY_FORM["event"],
    ("POST /events/{event_id:uuid}/registrations", "company"): _REGISTER_BY_FORM["company"],
    ("POST /events/{event_id:uuid}/registrations/pasted", "event"): paste,
    (
        "POST /events/{event_id:uuid}/registrations/{registration_id:uuid}/cancel",
        "registration",
    ): _cancel_registration("/events/{id}/registrations/{registration}/cancel", success=303),
    ("GET /events/{event_id:uuid}/invitations", "event"): _event("GET", "/events/{id}/invitations"),
    ("GET /events/{event_id:uuid}/invitations", "registration"): _who_is_expected("/events/{id}/invitations"),
    ("GET /events/invitation/{code}", "invitation"): invitation,
    (f"POST {API}/events/{{event_id}}/passes", "event"): _event(
        "POST", f"{API}/events/{{id}}/passes", success=201, drafts=409, by_title=False
    ),
    (f"POST {API}/events/{{event_id}}/passes/revoke", "event"): _step(
        f"{API}/events/{{id}}/passes/revoke", "open", drafts=200
    ),
    ("GET /events/pass/{code}", "event pass"): _pass(spoken=False),
    ("GET /events/pass/{slug}/{code}", "event pass"): _pass(spoken=True),
    ("GET /events/{event_id:uuid}/pass", "event"): _event("GET", "/events/{id}/pass", drafts=409),
    ("GET /events/{event_id:uuid}/pass.svg", "event"): _event(
        "GET", "/events/{id}/pass.svg", drafts=409, by_title=False
    ),
    ("POST /events/{event_id:uuid}/pass/revoke", "event"): _step(
        "/events/{id}/pass/revoke", "open", drafts=303, success=303, form={"generation": "1"}
    ),
    ("GET /events", "event"): _list("/events", "event"),
    ("POST /events", "event"): draft_by_form,
    ("GET /events/{event_id:uuid}", "event"): _event("GET", "/events/{id}"),
    ("GET /events/{event_id:uuid}", "check-in"): _who_has_come("/events/{id}", seen_by_all=True),
    ("POST /events/{event_id:uuid}/publish", "event"): _step("/events/{id}/publish", "draft", drafts=303, success=303),
    ("POST /events/{event_id:uuid}/open", "event"): _step("/events/{id}/open", "published", drafts=409, success=303),
    ("POST /events/{event_id:uuid}/close", "event"): _step("/events/{id}/close", "open", drafts=409, success=303),
    ("POST /events/{event_id:uuid}/cancel", "event"): _step(
        "/events/{id}/cancel", "published", drafts=303, success=303
    ),
    ("POST /events/{event_id:uuid}/check-ins", "event"): _BY_FORM["event"],
    ("POST /events/{event_id:uuid}/check-ins", "company"): _BY_FORM["company"],
    ("POST /events/{event_id:uuid}/check-ins/{check_in_id:uuid}/undo", "check-in"): _undo_check_in(
        "/events/{id}/check-ins/{check_in}/undo", success=303
    ),
    ("POST /events/{event_id:uuid}/walk-ins", "event"): walk_in,
    ("GET /events/{event_id:uuid}/held-names", "event"): _event("GET", "/events/{id}/held-names", by_title=False),
    ("GET /events/{event_id:uuid}/held-names", "check-in"): _who_has_come("/events/{id}/held-names", seen_by_all=False),
    ("GET /companies", "company"): _list("/companies", "company"),
    ("POST /companies", "company"): register_by_form,
    ("POST /companies/clear/{company_id:uuid}", "company"): clear_company,
    ("GET /companies/agreements/{company_id:uuid}", "company"): show_agreements,
    ("POST /companies/agreements/{company_id:uuid}", "company"): _agreement(""),
    ("POST /companies/agreements/{company_id:uuid}/{agreement_id:uuid}", "company"): _agreement("/{id}"),
    ("POST /companies/agreements/{company_id:uuid}/{agreement_id:uuid}/end", "company"): _agreement("/{id}/end"),
    (f"POST {API}/targets", "target"): _set_target(f"{API}/targets", form=False),
    (f"GET {API}/targets", "target"): list_targets,
    (f"GET {API}/targets/{{target_id}}", "target"): read_target,
    (f"PUT {API}/targets/{{target_id}}", "target"): _target("PUT", f"{API}/targets/{{id}}", form=False),
    (f"POST {API}/targets/{{target_id}}/drop", "target"): _target("POST", f"{API}/targets/{{id}}/drop", form=False),
    (f"POST {API}/targets/{{target_id}}/restore", "target"): _target(
        "POST", f"{API}/targets/{{id}}/restore", form=False
    ),
    ("GET /targets", "target"): show_targets,
    ("POST /targets", "target"): _set_target("/targets", form=True),
    ("POST /targets/{target_id:uuid}", "target"): _target("POST", "/targets/{id}", form=True),
    ("POST /targets/{target_id:uuid}/drop", "target"): _target("POST", "/targets/{id}/drop", form=True),
    ("POST /targets/{target_id:uuid}/restore", "target"): _target("POST", "/targets/{id}/restore", form=True),
}

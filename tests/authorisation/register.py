"""The register's things, and what a request for one looks like: the events service."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID, uuid4

from services.events import commands, passes
from services.events.api_keys import commands as api_keys
from services.events.app import create_app
from services.events.domain import Company, IdTaken
from services.events.people.commands import add_person
from services.events.people.domain import Person
from services.events.people.links import store as links
from services.events.people.links.commands import make_link as make_link_to_send
from services.events.people.links.domain import LinkCode, hash_of, pack, write_secret
from services.events.people.links.pages import BROWSER_COOKIE
from services.events.people.links.store import Asked
from services.events.people.passkeys import store as passkeys
from services.events.people.passkeys.domain import Passkey
from services.events.people.sessions import commands as sessions
from services.events.settings import EventsSettings
from shared.policy import ASKERS
from tests.addresses import address_of
from tests.authorisation import personal_data
from tests.authorisation.matrix import FOREIGN, MUNICIPALITY, ORIGIN, OTHER_MUNICIPALITY, Ask, Probe, World, person_of
from tests.authorisation.running import running
from tests.conftest import OTHER_TASKFORCE, TASKFORCE
from tests.infrastructure import Databases, Installation, fresh_databases

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from shared.policy import Asker, Belonging

API: Final = "/api/events/v1"
FAR: Final = datetime(2090, 11, 24, 16, 30, tzinfo=UTC)
"""When the events are that lists begin with."""
STEPS: Final = {"draft": (), "published": ("publish",), "open": ("publish", "open")}


class Register(World):
    """Two taskforces with companies, events and people."""

    belongings: ClassVar[Mapping[str, tuple[Belonging, ...]]] = {
        # An event belongs to no company and to no municipality.
        "event": ("own", "draft", "other taskforce", "missing"),
        "event pass": ("own", "other taskforce", "missing"),
        # Whoever has one, has it.
        "link to sign in with": ("own", "missing"),
        # Ours has an administrator, and so no such link.
        "first administrator's link": ("missing",),
        # One's own, and another person's.
        "session": ("own", "other company", "other taskforce", "missing"),
        "passkey": ("own", "other company", "other taskforce", "missing"),
        **personal_data.BELONGINGS,
    }

    async def fill(self) -> None:
        self.companies: dict[Belonging, Company] = {}
        self.people: dict[Belonging, Person] = {}
        self.events: dict[tuple[str, str], UUID] = {}
        for id, slug, name in ((TASKFORCE, "struer", "Struer"), (OTHER_TASKFORCE, "elsewhere", FOREIGN)):
            await commands.register_taskforce(
                self.db, id=id, slug=slug, name=name, municipality=MUNICIPALITY, since=date(2018, 5, 1)
            )
        for belonging in ("own", "other company", "other municipality", "other taskforce"):
            await self._fill(belonging)
        for status in STEPS:
            for whose in ("own", "other taskforce"):
                self.events[whose, status] = await self.new_event(whose, status, starts_at=FAR)
        # Ids that are in use elsewhere and will be given to something of ours: they are no secret, and nobody's alone.
        self.taken = await self.new_event("other taskforce", "draft", starts_at=FAR)
        self.taken_too = uuid4()
        for taken in (self.taken, self.taken_too):
            person = Person(taken, f"B {FOREIGN}", address_of(taken), frozenset({"admin"}))
            await add_person(self.db, OTHER_TASKFORCE, person)
        await commands.register_company(self.db, OTHER_TASKFORCE, Company(self.taken, f"B {FOREIGN}"))
        for whose in ("own", "other taskforce"):
            for belonging, company in self.companies.items():
                if (belonging == "other taskforce") == (whose == "other taskforce"):
                    await commands.check_in(
                        self.db, taskforce_of(whose), self.events[whose, "open"], company.id, by="x"
                    )
        self.events["draft", "draft"] = self.events["own", "draft"]

        await personal_data.fill(self)
        waiting = Person(uuid4(), f"D {FOREIGN}", "d@example.dk", frozenset({"member"}))
        await add_person(self.db, OTHER_TASKFORCE, waiting)
        self.foreign_link = await self.ask_for_link("other taskforce", waiting.id)
        self.foreign_key: tuple[UUID, str] | None = None
        self.foreign_key = await self.new_key("other taskforce")
        # Of people with the ids of ours: ids are made by whoever asks.
        self.foreign_sessions: dict[Asker, tuple[UUID, str]] = {}
        self.foreign_passkeys: dict[Asker, tuple[UUID, str]] = {}
        for asker in ASKERS:
            person = Person(person_of(asker), f"C {FOREIGN}", f"{asker}@example.dk", frozenset({"member"}))
            await add_person(self.db, OTHER_TASKFORCE, person)
            self.foreign_sessions[asker] = await self.sign_in(OTHER_TASKFORCE, person.id, f"{FOREIGN}, {asker}")
            name = f"{FOREIGN} {asker}"
            self.foreign_passkeys[asker] = await self.new_passkey(OTHER_TASKFORCE, person.id, name)

    async def new_passkey(self, taskforce_id: UUID, person_id: UUID, name: str) -> tuple[UUID, str]:
        """A passkey, and what it is called."""
        passkey = Passkey(uuid4(), person_id, uuid4().bytes, b"", 0, name, backed_up=False, created_at=FAR)
        async with self.db.change(taskforce_id) as conn:
            await passkeys.insert(conn, taskforce_id, passkey)
        return passkey.id, name

    async def new_key(self, belonging: Belonging) -> tuple[UUID, str]:
        """An API key, and what it is called."""
        name = f"{name_of(belonging)} {uuid4()}"
        if belonging == "missing":
            return uuid4(), name
        if belonging == "other taskforce" and self.foreign_key is not None:
            return self.foreign_key
        credentials = await api_keys.make_key(
            self.db, taskforce_of(belonging), name=name[:60], scopes=["events:read"], days=30, made_by=uuid4()
        )
        return credentials.key_id, name[:60]

    async def ask_for_link(self, belonging: Belonging, person_id: UUID | None = None) -> UUID:
        """A link that somebody waits for."""
        person_id = person_id or self.people[belonging].id
        id, asked = uuid4(), Asked(person_id, hash_of(bytes(32)), "", datetime.now(UTC))
        async with self.db.change(taskforce_of(belonging)) as conn:
            await links.insert(conn, taskforce_of(belonging), id, asked)
        return id

    async def sign_in(self, taskforce_id: UUID, person_id: UUID, device: str) -> tuple[UUID, str]:
        """A session, and what the browser is called in it."""
        key, _ = await sessions.start(self.db, taskforce_id, person_id, proof="passkey", device=device)
        return key.session_id, device

    async def _fill(self, belonging: Belonging) -> None:
        municipality = OTHER_MUNICIPALITY if belonging == "other municipality" else MUNICIPALITY
        taskforce, name = taskforce_of(belonging), name_of(belonging)
        company = Company(uuid4(), f"A {name} ApS", municipality=municipality, personally_owned=True)
        self.companies[belonging] = company
        await commands.register_company(self.db, taskforce, company)
        id = person_of("admin") if belonging == "own" else uuid4()
        email = f"{name.lower().replace(' ', '.')}@example.dk"
        person = Person(id, f"A {name}", email, frozenset({"admin"}), municipality)
        self.people[belonging] = person
        await add_person(self.db, taskforce, person)

    async def new_event(self, belonging: Belonging, status: str, *, starts_at: datetime | None = None) -> UUID:
        """Another event of this status; one of the other taskforce's is always the same, for nobody changes it."""
        if starts_at is None and belonging == "missing":
            return uuid4()
        if starts_at is None and belonging == "other taskforce":
            return self.events[belonging, status]
        id, taskforce = uuid4(), taskforce_of(belonging)
        start = starts_at or datetime.now(UTC) - timedelta(hours=1)
        await commands.draft_event(
            self.db,
            taskforce,
            id=id,
            title=title_of(belonging, status),
            kind="employer_event",
            place=None,
            starts_at=start,
            ends_at=start + timedelta(hours=3),
            goal_positions=None,
        )
        for step in STEPS[status]:
            await getattr(commands, f"{step}_event")(self.db, taskforce, id)
        return id

    def event(self, belonging: Belonging, status: str = "open") -> UUID:
        """An event that stays as it is."""
        if belonging == "missing":
            return uuid4()
        return self.events[belonging, "draft" if belonging == "draft" else status]

    def company(self, belonging: Belonging) -> UUID:
        """A company's id."""
        return uuid4() if belonging == "missing" else self.companies[belonging].id

    def code(self, belonging: Belonging, *, spoken: bool = False) -> str:
        """What leads to an event's pass."""
        settings: EventsSettings = self.app.state.settings
        make = passes.spoken_code if spoken else passes.link_code
        code = make(settings, taskforce_of(belonging), self.events[_whose(belonging), "open"], 1)
        return code if belonging != "missing" else code[:-4] + ("AAAA" if code[-4:] != "AAAA" else "BBBB")


@asynccontextmanager
async def started(
    installation: Installation, signing_key: str, kind: type[Register] = Register
) -> AsyncIterator[tuple[Register, Databases]]:
    """The service on a database of its own."""
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


def taskforce_of(belonging: Belonging | str) -> UUID:
    """Whose a thing of this belonging is."""
    return OTHER_TASKFORCE if belonging == "other taskforce" else TASKFORCE


def name_of(belonging: Belonging | str) -> str:
    """What stands in the name of a thing of this belonging."""
    return FOREIGN if belonging == "other taskforce" else f"Vores {belonging}"


def title_of(belonging: Belonging, status: str) -> str:
    """An event's title."""
    return f"{name_of('own' if belonging == 'draft' else belonging)} aften {status}"


def _whose(belonging: Belonging) -> Belonging:
    return "other taskforce" if belonging == "other taskforce" else "own"


def _shown(belonging: Belonging, *marks: str) -> tuple[str, ...]:
    """What to look for in the answer; of what does not exist nothing can be seen."""
    return () if belonging == "missing" else marks


def _step(path: str, before: str, *, drafts: int, success: int = 200, form: dict[str, str] | None = None) -> Probe:
    """A transition of a new event that is at `before`; `drafts` is what is answered for a draft, 0: never asked."""

    async def probe(world: Register, asker: Asker, belonging: Belonging) -> Ask | None:
        if belonging == "draft" and not drafts:
            return None
        id = await world.new_event(belonging, "draft" if belonging == "draft" else before)
        send = {} if form is None else {"data": form}
        return Ask("POST", path.format(id=id), send, success=drafts if belonging == "draft" else success)

    return probe


def _event(method: str, path: str, *, drafts: int = 200, shown: bool = True, **more: Any) -> Probe:
    """Something that leaves the event as it is."""

    async def probe(world: Register, asker: Asker, belonging: Belonging) -> Ask:
        title = title_of(belonging, "draft" if belonging == "draft" else "open")
        ask = {"success": 200} | more | ({"success": drafts} if belonging == "draft" else {})
        shows = _shown(belonging, title) if shown and ask["success"] == 200 else ()
        return Ask(method, path.format(id=world.event(belonging)), shows=shows, **ask)

    return probe


async def _draft(world: Register, belonging: Belonging) -> dict[str, Any]:
    """The plan of an event; for one of ours its own once more."""
    id = world.taken if belonging == "other taskforce" else world.event(belonging, "draft")
    times = {"starts_at": FAR.isoformat(), "ends_at": (FAR + timedelta(hours=3)).isoformat()}
    return {"id": str(id), "title": title_of(belonging, "draft") if _of_ours(belonging) else "Ny aften"} | times


def _of_ours(belonging: Belonging) -> bool:
    return belonging not in {"other taskforce", "missing"}


async def draft_by_api(world: Register, asker: Asker, belonging: Belonging) -> Ask | None:
    body = await _draft(world, belonging)
    return Ask("POST", f"{API}/events", {"json": body}, success=201, hidden=201, creates=True)


async def draft_by_form(world: Register, asker: Asker, belonging: Belonging) -> Ask | None:
    body = await _draft(world, belonging)
    form = {"id": body["id"], "title": body["title"], "day": "2090-11-24", "starts": "17:30", "ends": "20:30"}
    return Ask("POST", "/events", {"data": form}, success=303, hidden=303, creates=True)


def _company_facts(world: Register, belonging: Belonging) -> dict[str, Any]:
    if not _of_ours(belonging):
        return {"id": str(world.taken if belonging == "other taskforce" else uuid4()), "name": "Z ny"}
    known = world.companies[belonging]
    return {"id": str(known.id), "name": known.name, "municipality": known.municipality, "personally_owned": True}


async def register_by_api(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    body = _company_facts(world, belonging)
    return Ask("POST", f"{API}/companies", {"json": body}, success=201, hidden=201, creates=True)


async def register_by_form(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    facts = _company_facts(world, belonging)
    form = {name: "true" if value is True else value for name, value in facts.items()}
    return Ask("POST", "/companies", {"data": form}, success=303, hidden=303, creates=True)


def _list(path: str, of: str) -> Probe:
    """A list: what is not reached is not in it."""

    async def probe(world: Register, asker: Asker, belonging: Belonging) -> Ask:
        if of == "event":
            mark = title_of(belonging, "draft" if belonging == "draft" else "open")
        elif of == "company":
            mark = world.companies[belonging].name if belonging != "missing" else ""
        else:
            mark = world.people[belonging].email if belonging != "missing" else ""
        return Ask("GET", path, hidden=200, shows=_shown(belonging, mark))

    return probe


async def read_company(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    shows = _shown(belonging, world.companies[belonging].name) if belonging != "missing" else ()
    return Ask("GET", f"{API}/companies/{world.company(belonging)}", shows=shows)


async def clear_company(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    id = world.company(belonging)
    if _of_ours(belonging):
        id = uuid4()
        await commands.register_company(world.db, TASKFORCE, Company(id, "Z Jens", personally_owned=True))
    return Ask("POST", f"/companies/{id}/clear", success=303)


def _check_in(path: str, *, form: bool, success: int) -> dict[str, Probe]:
    async def at_an_event(world: Register, asker: Asker, belonging: Belonging) -> Ask:
        body = {"company_id": str(world.companies["own"].id)}
        id = await world.new_event(belonging, "draft" if belonging == "draft" else "open")
        send = {"data": body} if form else {"json": body}
        return Ask("POST", path.format(id=id), send, success=409 if belonging == "draft" else success)

    async def of_a_company(world: Register, asker: Asker, belonging: Belonging) -> Ask:
        body = {"company_id": str(world.company(belonging))}
        send = {"data": body} if form else {"json": body}
        return Ask("POST", path.format(id=await world.new_event("own", "open")), send, success=success)

    return {"event": at_an_event, "company": of_a_company}


async def walk_in(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    id = await world.new_event(belonging, "draft" if belonging == "draft" else "open")
    form = {"id": str(uuid4()), "name": "Z Tag"}
    return Ask("POST", f"/events/{id}/walk-ins", {"data": form}, success=409 if belonging == "draft" else 303)


def _who_has_come(path: str, *, seen_by_all: bool) -> Probe:
    async def probe(world: Register, asker: Asker, belonging: Belonging) -> Ask:
        ours = belonging if belonging in {"other taskforce", "missing"} else "own"
        shows = (world.companies[belonging].name,) if belonging != "missing" else ()
        hidden = 200 if seen_by_all and _of_ours(belonging) else 404
        return Ask("GET", path.format(id=world.event(ours, "open")), hidden=hidden, shows=shows)

    return probe


async def add_person_by_api(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    body: dict[str, Any] = {"id": str(uuid4()), "name": "Z Ny", "roles": ["member"]}
    if belonging == "other taskforce":
        body["id"] = str(world.taken)
    elif belonging != "missing":
        known = world.people[belonging]
        body |= {"id": str(known.id), "name": known.name, "email": known.email, "roles": ["admin"]}
        body["municipality"] = known.municipality
    body.setdefault("email", address_of(body["id"]))
    return Ask("POST", f"{API}/people", {"json": body}, success=201, hidden=201, creates=True)


async def add_person_by_form(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    body = dict((await add_person_by_api(world, asker, belonging)).send["json"])
    if belonging == "other taskforce":
        body |= {"id": str(world.taken_too), "email": "form@example.dk"}
    form = {name: fact for name, fact in body.items() if fact is not None} | {"language": "da"}
    return Ask("POST", "/people", {"data": form}, success=303, hidden=303, creates=True)


def _of_a_person(method: str, path: str, *, facts: bool = False, form: bool = False, success: int = 200) -> Probe:
    """Something that is done to one person: to one of ours whom nothing else is asked about."""

    async def probe(world: Register, asker: Asker, belonging: Belonging) -> Ask:
        id = uuid4()
        mail = address_of(id)
        if belonging == "other taskforce":
            id = world.people[belonging].id
        elif belonging != "missing":
            await add_person(world.db, TASKFORCE, Person(id, "Z Tag", mail, frozenset({"member"})))
        body = {"name": "Z Tag", "email": mail, "roles": ["member"], "language": "da"} if facts else None
        shows = _shown(belonging, mail) if success in {200, 202} else ()
        send = {"data": body} if form else {"json": body}
        return Ask(method, path.format(id=id), send if facts else {}, success=success, shows=shows)

    return probe


async def list_keys(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    _, name = await world.new_key(belonging)
    return Ask("GET", "/api-keys", hidden=200, shows=_shown(belonging, name))


async def revoke_key(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    id, _ = await world.new_key(belonging)
    return Ask("POST", f"/api-keys/{id}/revoke", success=303)


async def _session(world: Register, asker: Asker, belonging: Belonging) -> tuple[UUID, str]:
    """A session of whoever asks or of somebody else, and what the browser is called in it."""
    if belonging == "missing":
        return uuid4(), ""
    if belonging == "other taskforce":
        return world.foreign_sessions[asker]
    id = await _whose_account(world, asker, belonging)
    return await world.sign_in(TASKFORCE, id, f"{name_of(belonging)} {uuid4()}")


async def _whose_account(world: Register, asker: Asker, belonging: Belonging) -> UUID:
    """Whoever asks, or somebody else of ours."""
    if belonging != "own":
        return world.people[belonging].id
    id = person_of(asker)
    with suppress(IdTaken):
        await add_person(world.db, TASKFORCE, Person(id, "A", f"{asker}@example.dk", frozenset({"member"})))
    return id


async def _passkey(world: Register, asker: Asker, belonging: Belonging) -> tuple[UUID, str]:
    """A passkey of whoever asks or of somebody else, and what it is called. Nobody has only that one."""
    if belonging == "missing":
        return uuid4(), ""
    if belonging == "other taskforce":
        return world.foreign_passkeys[asker]
    id = await _whose_account(world, asker, belonging)
    await world.new_passkey(TASKFORCE, id, "Z anden")
    return await world.new_passkey(TASKFORCE, id, f"{name_of(belonging)} {uuid4()}"[:60])


def _of_a_passkey(path: str, form: dict[str, str] | None = None) -> Probe:
    async def probe(world: Register, asker: Asker, belonging: Belonging) -> Ask:
        id, _ = await _passkey(world, asker, belonging)
        return Ask("POST", path.format(id=id), {} if form is None else {"data": form}, success=303)

    return probe


async def show_passkeys(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    _, name = await _passkey(world, asker, belonging)
    return Ask("GET", "/account", hidden=200, shows=_shown(belonging, name))


async def end_session(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    id, _ = await _session(world, asker, belonging)
    return Ask("POST", f"/account/sessions/{id}/end", success=303)


async def show_account(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    _, device = await _session(world, asker, belonging)
    return Ask("GET", "/account", hidden=200, shows=_shown(belonging, device))


async def make_link(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    id, shows = uuid4(), tuple[str, ...]()
    if belonging == "other taskforce":
        id = world.foreign_link
    elif belonging != "missing":
        id, shows = await world.ask_for_link(belonging), (world.people[belonging].email,)
    return Ask("POST", f"/internal/events/v1/sign-in-links/{id}?taskforce={TASKFORCE}", shows=shows)


async def _code(world: Register, belonging: Belonging) -> str:
    if belonging == "missing":
        return LinkCode(TASKFORCE, uuid4(), bytes(32)).text()
    return (await make_link_to_send(world.db, TASKFORCE, await world.ask_for_link("own"))).code.text()


async def ask_who(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    return Ask("GET", f"/sign-in/setup/{pack(TASKFORCE.bytes + bytes(32))}", hidden=409)


async def become_first(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    form = {"name": "Z Ny", "email": "ny@example.dk"}
    return Ask("POST", f"/sign-in/setup/{pack(TASKFORCE.bytes + bytes(32))}", {"data": form}, hidden=409)


async def show_button(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    # The same for every code: what follows links to look at them learns nothing.
    return Ask("GET", f"/sign-in/link/{await _code(world, belonging)}", hidden=200)


async def open_link(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    path, browser = f"/sign-in/link/{await _code(world, belonging)}", f"{BROWSER_COOKIE}={write_secret(bytes(32))}"
    return Ask("POST", path, {"headers": {"cookie": browser, "origin": ORIGIN}}, success=303, hidden=409)


async def read_address(world: Register, asker: Asker, belonging: Belonging) -> Ask:
    id = uuid4() if belonging == "missing" else world.people[belonging].id
    shows = _shown(belonging, world.people[belonging].email) if belonging != "missing" else ()
    return Ask("GET", f"/internal/events/v1/people/{id}/address?taskforce={TASKFORCE}", shows=shows)


def _pass(*, spoken: bool) -> Probe:
    async def probe(world: Register, asker: Asker, belonging: Belonging) -> Ask:
        code = world.code(belonging, spoken=spoken)
        slug = f"{'elsewhere' if belonging == 'other taskforce' else 'struer'}/" if spoken else ""
        return Ask("GET", f"/events/pass/{slug}{code}", success=303)

    return probe


_BY_API: Final = _check_in(f"{API}/events/{{id}}/check-ins", form=False, success=201)
_BY_FORM: Final = _check_in("/events/{id}/check-ins", form=True, success=303)

PROBES: Final[dict[tuple[str, str], Probe]] = {
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
    (f"GET {API}/events/{{event_id}}/check-ins", "event"): _event("GET", f"{API}/events/{{id}}/check-ins", shown=False),
    (f"GET {API}/events/{{event_id}}/check-ins", "who has come"): _who_has_come(
        f"{API}/events/{{id}}/check-ins", seen_by_all=False
    ),
    (f"POST {API}/events/{{event_id}}/passes", "event"): _event(
        "POST", f"{API}/events/{{id}}/passes", success=201, drafts=409, shown=False
    ),
    (f"POST {API}/events/{{event_id}}/passes/revoke", "event"): _step(
        f"{API}/events/{{id}}/passes/revoke", "open", drafts=200
    ),
    (f"POST {API}/people", "person"): add_person_by_api,
    (f"GET {API}/people", "person"): _list(f"{API}/people", "person"),
    (f"GET {API}/people/{{person_id}}", "person"): _of_a_person("GET", f"{API}/people/{{id}}"),
    (f"PUT {API}/people/{{person_id}}", "person"): _of_a_person("PUT", f"{API}/people/{{id}}", facts=True),
    (f"POST {API}/people/{{person_id}}/invitations", "person"): _of_a_person(
        "POST", f"{API}/people/{{id}}/invitations", success=202
    ),
    (f"POST {API}/people/{{person_id}}/deactivate", "person"): _of_a_person("POST", f"{API}/people/{{id}}/deactivate"),
    (f"POST {API}/people/{{person_id}}/reactivate", "person"): _of_a_person("POST", f"{API}/people/{{id}}/reactivate"),
    ("GET /people", "person"): _list("/people", "person"),
    ("POST /people", "person"): add_person_by_form,
    ("GET /people/{person_id:uuid}", "person"): _of_a_person("GET", "/people/{id}"),
    ("POST /people/{person_id:uuid}", "person"): _of_a_person(
        "POST", "/people/{id}", facts=True, form=True, success=303
    ),
    ("POST /people/{person_id:uuid}/invitations", "person"): _of_a_person(
        "POST", "/people/{id}/invitations", success=303
    ),
    ("POST /people/{person_id:uuid}/deactivate", "person"): _of_a_person(
        "POST", "/people/{id}/deactivate", success=303
    ),
    ("POST /people/{person_id:uuid}/reactivate", "person"): _of_a_person(
        "POST", "/people/{id}/reactivate", success=303
    ),
    ("POST /people/{person_id:uuid}/enrolment-code", "person"): _of_a_person("POST", "/people/{id}/enrolment-code"),
    ("GET /api-keys", "API key"): list_keys,
    ("POST /api-keys/{key_id:uuid}/revoke", "API key"): revoke_key,
    ("GET /account", "session"): show_account,
    ("GET /account", "passkey"): show_passkeys,
    ("POST /account/passkeys/{passkey_id:uuid}", "passkey"): _of_a_passkey("/account/passkeys/{id}", {"name": "Ny"}),
    ("POST /account/passkeys/{passkey_id:uuid}/remove", "passkey"): _of_a_passkey("/account/passkeys/{id}/remove"),
    ("POST /account/sessions/{session_id:uuid}/end", "session"): end_session,
    ("GET /internal/events/v1/people/{person_id}/address", "person"): read_address,
    ("POST /internal/events/v1/sign-in-links/{request_id}", "link that was asked for"): make_link,
    ("GET /sign-in/setup/{code}", "first administrator's link"): ask_who,
    ("POST /sign-in/setup/{code}", "first administrator's link"): become_first,
    ("GET /sign-in/link/{code}", "link to sign in with"): show_button,
    ("POST /sign-in/link/{code}", "link to sign in with"): open_link,
    ("GET /events/pass/{code}", "event pass"): _pass(spoken=False),
    ("GET /events/pass/{slug}/{code}", "event pass"): _pass(spoken=True),
    ("GET /events/{event_id:uuid}/pass", "event"): _event("GET", "/events/{id}/pass", drafts=409),
    ("GET /events/{event_id:uuid}/pass.svg", "event"): _event("GET", "/events/{id}/pass.svg", drafts=409, shown=False),
    ("POST /events/{event_id:uuid}/pass/revoke", "event"): _step(
        "/events/{id}/pass/revoke", "open", drafts=303, success=303, form={"generation": "1"}
    ),
    ("GET /events", "event"): _list("/events", "event"),
    ("POST /events", "event"): draft_by_form,
    ("GET /events/{event_id:uuid}", "event"): _event("GET", "/events/{id}"),
    ("GET /events/{event_id:uuid}", "who has come"): _who_has_come("/events/{id}", seen_by_all=True),
    ("POST /events/{event_id:uuid}/publish", "event"): _step("/events/{id}/publish", "draft", drafts=303, success=303),
    ("POST /events/{event_id:uuid}/open", "event"): _step("/events/{id}/open", "published", drafts=409, success=303),
    ("POST /events/{event_id:uuid}/close", "event"): _step("/events/{id}/close", "open", drafts=409, success=303),
    ("POST /events/{event_id:uuid}/cancel", "event"): _step(
        "/events/{id}/cancel", "published", drafts=303, success=303
    ),
    ("POST /events/{event_id:uuid}/check-ins", "event"): _BY_FORM["event"],
    ("POST /events/{event_id:uuid}/check-ins", "company"): _BY_FORM["company"],
    ("POST /events/{event_id:uuid}/walk-ins", "event"): walk_in,
    ("GET /events/{event_id:uuid}/held-names", "event"): _event("GET", "/events/{id}/held-names", shown=False),
    ("GET /events/{event_id:uuid}/held-names", "who has come"): _who_has_come(
        "/events/{id}/held-names", seen_by_all=False
    ),
    ("GET /companies", "company"): _list("/companies", "company"),
    ("POST /companies", "company"): register_by_form,
    ("POST /companies/{company_id:uuid}/clear", "company"): clear_company,
}

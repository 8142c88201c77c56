"""Accounts and their credentials, and requests for them: people, sessions, passkeys, links, API keys."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from services.events.identity.administration.commands import add_person
from services.events.identity.api_keys import commands as api_keys
from services.events.identity.magic_links import store as links
from services.events.identity.magic_links.commands import make_link as make_link_to_send
from services.events.identity.magic_links.domain import LinkCode
from services.events.identity.magic_links.pages import BROWSER_COOKIE
from services.events.identity.magic_links.store import LinkRequest
from services.events.identity.passkeys import store as passkeys
from services.events.identity.passkeys.domain import Passkey
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as sessions
from services.events.register.domain import IdTaken
from shared.http.policy import CALLERS
from shared.secrets import hash_secret, to_base64url, write_secret
from tests.authorisation.matrix import FOREIGN, ORIGIN, Ask, Probe, World, expected_marks, person_of, taskforce_of
from tests.support.addresses import address_of
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from shared.http.policy import Caller, Ownership

API: Final = "/api/events/v1"
BELONGINGS: Final[dict[str, tuple[Ownership, ...]]] = {
    # A link or code works for anybody who has it.
    "magic link": ("own", "missing"),
    # Our taskforce has an administrator, and so no such link.
    "first administrator's link": ("missing",),
    # The caller's own, and another person's.
    "session": ("own", "other company", "other taskforce", "missing"),
    "passkey": ("own", "other company", "other taskforce", "missing"),
}


class Accounts(World):
    """Two taskforces with accounts and credentials.

    Attributes:
        taken, taken_too: ids that the other taskforce uses, too. Clients choose ids, so two taskforces may have the
        same one.
    """

    people: dict[Ownership, Person]
    taken: UUID
    taken_too: UUID

    async def fill_accounts(self) -> None:
        """Create the resources of the other taskforce."""
        self.taken_too = uuid4()
        for taken in (self.taken, self.taken_too):
            person = Person(taken, f"B {FOREIGN}", address_of(taken), frozenset({"admin"}))
            await add_person(self.db, OTHER_TASKFORCE, person)
        # The other taskforce's comes first: it is found if the taskforce is not asked for.
        for taskforce, name in ((OTHER_TASKFORCE, FOREIGN), (TASKFORCE, "Vores koordinator")):
            person = Person(uuid4(), f"E {name}", f"koordinator.{name[:5]}@example.dk", frozenset({"coordinator"}))
            await add_person(self.db, taskforce, person)
        waiting = Person(uuid4(), f"D {FOREIGN}", "d@example.dk", frozenset({"member"}))
        await add_person(self.db, OTHER_TASKFORCE, waiting)
        self.foreign_link = await self.ask_for_link("other taskforce", waiting.id)
        self.foreign_key: tuple[UUID, str] | None = None
        self.foreign_key = await self.new_key("other taskforce")
        # People with the same ids as ours, because clients choose ids.
        self.foreign_sessions: dict[Caller, tuple[UUID, str]] = {}
        self.foreign_passkeys: dict[Caller, tuple[UUID, str]] = {}
        for caller in CALLERS:
            person = Person(person_of(caller), f"C {FOREIGN}", f"{caller}@example.dk", frozenset({"member"}))
            await add_person(self.db, OTHER_TASKFORCE, person)
            self.foreign_sessions[caller] = await self.sign_in(OTHER_TASKFORCE, person.id, f"{FOREIGN}, {caller}")
            name = f"{FOREIGN} {caller}"
            self.foreign_passkeys[caller] = await self.new_passkey(OTHER_TASKFORCE, person.id, name)

    async def new_account(self, ownership: Ownership, municipality: str) -> None:
        """The account of this ownership that no test changes."""
        id = person_of("admin") if ownership == "own" else uuid4()
        name = name_of(ownership)
        email = f"{name.lower().replace(' ', '.')}@example.dk"
        person = Person(id, f"A {name}", email, frozenset({"admin"}), municipality)
        self.people[ownership] = person
        await add_person(self.db, taskforce_of(ownership), person)

    async def new_passkey(self, taskforce_id: UUID, person_id: UUID, name: str) -> tuple[UUID, str]:
        """A passkey and its name."""
        passkey = Passkey(
            uuid4(), person_id, uuid4().bytes, b"", 0, name, backed_up=False, created_at=datetime.now(UTC)
        )
        async with self.db.change(taskforce_id) as conn:
            await passkeys.insert(conn, taskforce_id, passkey)
        return passkey.id, name

    async def new_key(self, ownership: Ownership) -> tuple[UUID, str]:
        """An API key and its name."""
        name = f"{name_of(ownership)} {uuid4()}"
        if ownership == "missing":
            return uuid4(), name
        if ownership == "other taskforce" and self.foreign_key is not None:
            return self.foreign_key
        credentials = await api_keys.make_key(
            self.db, taskforce_of(ownership), name=name[:60], scopes=["events:read"], days=30, made_by=uuid4()
        )
        return credentials.key_id, name[:60]

    async def ask_for_link(self, ownership: Ownership, person_id: UUID | None = None) -> UUID:
        """A sign-in link that was requested."""
        person_id = person_id or self.people[ownership].id
        id, link_request = uuid4(), LinkRequest(person_id, hash_secret(bytes(32)), "", datetime.now(UTC))
        async with self.db.change(taskforce_of(ownership)) as conn:
            await links.insert(conn, taskforce_of(ownership), id, link_request)
        return id

    async def sign_in(self, taskforce_id: UUID, person_id: UUID, device: str) -> tuple[UUID, str]:
        """A session and the name of its browser."""
        key, _ = await sessions.start(self.db, taskforce_id, person_id, proof="passkey", device=device)
        return key.session_id, device


def name_of(ownership: Ownership | str) -> str:
    """A text in the name of each resource of this ownership."""
    return FOREIGN if ownership == "other taskforce" else f"Vores {ownership}"


def list_people(path: str) -> Probe:
    """A list of people, which omits those the caller may not see."""

    async def probe(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
        mark = world.people[ownership].email if ownership != "missing" else ""
        return Ask("GET", path, hidden=200, shows=expected_marks(ownership, mark))

    return probe


async def add_person_by_api(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    body: dict[str, Any] = {"id": str(uuid4()), "name": "Z Ny", "roles": ["member"]}
    if ownership == "other taskforce":
        body["id"] = str(world.taken)
    elif ownership != "missing":
        known = world.people[ownership]
        body |= {"id": str(known.id), "name": known.name, "email": known.email, "roles": ["admin"]}
        body["municipality"] = known.municipality
    body.setdefault("email", address_of(body["id"]))
    return Ask("POST", f"{API}/people", {"json": body}, success=201, hidden=201, creates=True)


async def add_person_by_form(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    body = dict((await add_person_by_api(world, caller, ownership)).send["json"])
    if ownership == "other taskforce":
        body |= {"id": str(world.taken_too), "email": "form@example.dk"}
    form = {name: fact for name, fact in body.items() if fact is not None} | {"language": "da"}
    return Ask("POST", "/people", {"data": form}, success=303, hidden=303, creates=True)


def _of_a_person(method: str, path: str, *, facts: bool = False, form: bool = False, success: int = 200) -> Probe:
    """An operation on one person; of our taskforce, a person whom no other request concerns."""

    async def probe(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
        id = uuid4()
        mail = address_of(id)
        if ownership == "other taskforce":
            id = world.people[ownership].id
        elif ownership != "missing":
            await add_person(world.db, TASKFORCE, Person(id, "Z Tag", mail, frozenset({"member"})))
        body = {"name": "Z Tag", "email": mail, "roles": ["member"], "language": "da"} if facts else None
        shows = expected_marks(ownership, mail) if success in {200, 202} else ()
        send = {"data": body} if form else {"json": body}
        return Ask(method, path.format(id=id), send if facts else {}, success=success, shows=shows)

    return probe


async def list_keys(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    _, name = await world.new_key(ownership)
    return Ask("GET", "/api-keys", hidden=200, shows=expected_marks(ownership, name))


async def revoke_key(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    id, _ = await world.new_key(ownership)
    return Ask("POST", f"/api-keys/{id}/revoke", success=303)


async def take_over_key(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    id, _ = await world.new_key(ownership)
    return Ask("POST", f"/api-keys/{id}/take-over", success=303)


async def _session(world: Accounts, caller: Caller, ownership: Ownership) -> tuple[UUID, str]:
    """A session of the caller or of another person, and the name of its browser."""
    if ownership == "missing":
        return uuid4(), ""
    if ownership == "other taskforce":
        return world.foreign_sessions[caller]
    id = await _whose_account(world, caller, ownership)
    return await world.sign_in(TASKFORCE, id, f"{name_of(ownership)} {uuid4()}")


async def _whose_account(world: Accounts, caller: Caller, ownership: Ownership) -> UUID:
    """The caller, or another person of our taskforce."""
    if ownership != "own":
        return world.people[ownership].id
    id = person_of(caller)
    with suppress(IdTaken):
        await add_person(world.db, TASKFORCE, Person(id, "A", f"{caller}@example.dk", frozenset({"member"})))
    return id


async def _passkey(world: Accounts, caller: Caller, ownership: Ownership) -> tuple[UUID, str]:
    """A passkey of the caller or of another person, and its name. It is never the person's only one."""
    if ownership == "missing":
        return uuid4(), ""
    if ownership == "other taskforce":
        return world.foreign_passkeys[caller]
    id = await _whose_account(world, caller, ownership)
    await world.new_passkey(TASKFORCE, id, "Z anden")
    return await world.new_passkey(TASKFORCE, id, f"{name_of(ownership)} {uuid4()}"[:60])


def _of_a_passkey(path: str, form: dict[str, str] | None = None) -> Probe:
    async def probe(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
        id, _ = await _passkey(world, caller, ownership)
        return Ask("POST", path.format(id=id), {} if form is None else {"data": form}, success=303)

    return probe


async def show_passkeys(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    _, name = await _passkey(world, caller, ownership)
    return Ask("GET", "/account", hidden=200, shows=expected_marks(ownership, name))


async def end_session(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    id, _ = await _session(world, caller, ownership)
    return Ask("POST", f"/account/sessions/{id}/end", success=303)


async def show_account(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    _, device = await _session(world, caller, ownership)
    return Ask("GET", "/account", hidden=200, shows=expected_marks(ownership, device))


async def make_link(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    id, shows = uuid4(), tuple[str, ...]()
    if ownership == "other taskforce":
        id = world.foreign_link
    elif ownership != "missing":
        id, shows = await world.ask_for_link(ownership), (world.people[ownership].email,)
    return Ask("POST", f"/internal/events/v1/sign-in-links/{id}?taskforce={TASKFORCE}", shows=shows)


async def _code(world: Accounts, ownership: Ownership) -> str:
    if ownership == "missing":
        return LinkCode(TASKFORCE, uuid4(), bytes(32)).text()
    return (await make_link_to_send(world.db, TASKFORCE, await world.ask_for_link("own"))).code.text()


async def ask_who(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    return Ask("GET", f"/sign-in/setup/{to_base64url(TASKFORCE.bytes + bytes(32))}", hidden=409)


async def become_first(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    form = {"name": "Z Ny", "email": "ny@example.dk"}
    return Ask("POST", f"/sign-in/setup/{to_base64url(TASKFORCE.bytes + bytes(32))}", {"data": form}, hidden=409)


async def show_button(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    # The page is the same for every code, so a scanner that follows links learns nothing.
    return Ask("GET", f"/sign-in/link/{await _code(world, ownership)}", hidden=200)


async def open_link(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    path, browser = f"/sign-in/link/{await _code(world, ownership)}", f"{BROWSER_COOKIE}={write_secret(bytes(32))}"
    return Ask("POST", path, {"headers": {"cookie": browser, "origin": ORIGIN}}, success=303, hidden=409)


async def read_address(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    id = uuid4() if ownership == "missing" else world.people[ownership].id
    shows = expected_marks(ownership, world.people[ownership].email) if ownership != "missing" else ()
    return Ask("GET", f"/internal/events/v1/people/{id}/address?taskforce={TASKFORCE}", shows=shows)


async def read_coordinators_address(world: Accounts, caller: Caller, ownership: Ownership) -> Ask | None:
    # It names no person: our taskforce's own coordinator is found or nobody is.
    if ownership not in {"own", "missing"}:
        return None
    return Ask(
        "GET",
        f"/internal/events/v1/coordinator/address?taskforce={TASKFORCE}",
        hidden=200,
        shows=expected_marks(ownership, "E Vores koordinator"),
    )


async def show_names(world: Accounts, caller: Caller, ownership: Ownership) -> Ask:
    shows = expected_marks(ownership, world.people[ownership].name) if ownership != "missing" else ()
    return Ask("GET", "/people/names", hidden=200, shows=shows)


PROBES: Final[dict[tuple[str, str], Probe]] = {
    ("GET /people/names", "person"): show_names,
    ("GET /internal/events/v1/coordinator/address", "person"): read_coordinators_address,
    (f"POST {API}/people", "person"): add_person_by_api,
    (f"GET {API}/people", "person"): list_people(f"{API}/people"),
    (f"GET {API}/people/{{person_id}}", "person"): _of_a_person("GET", f"{API}/people/{{id}}"),
    (f"PUT {API}/people/{{person_id}}", "person"): _of_a_person("PUT", f"{API}/people/{{id}}", facts=True),
    (f"POST {API}/people/{{person_id}}/invitations", "person"): _of_a_person(
        "POST", f"{API}/people/{{id}}/invitations", success=202
    ),
    (f"POST {API}/people/{{person_id}}/deactivate", "person"): _of_a_person("POST", f"{API}/people/{{id}}/deactivate"),
    (f"POST {API}/people/{{person_id}}/reactivate", "person"): _of_a_person("POST", f"{API}/people/{{id}}/reactivate"),
    ("GET /people", "person"): list_people("/people"),
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
    ("POST /api-keys/{key_id:uuid}/take-over", "API key"): take_over_key,
    ("GET /account", "session"): show_account,
    ("GET /account", "passkey"): show_passkeys,
    ("POST /account/passkeys/{passkey_id:uuid}", "passkey"): _of_a_passkey("/account/passkeys/{id}", {"name": "Ny"}),
    ("POST /account/passkeys/{passkey_id:uuid}/remove", "passkey"): _of_a_passkey("/account/passkeys/{id}/remove"),
    ("POST /account/sessions/{session_id:uuid}/end", "session"): end_session,
    ("GET /internal/events/v1/people/{person_id}/address", "person"): read_address,
    ("POST /internal/events/v1/sign-in-links/{request_id}", "magic link request"): make_link,
    ("GET /sign-in/setup/{code}", "first administrator's link"): ask_who,
    ("POST /sign-in/setup/{code}", "first administrator's link"): become_first,
    ("GET /sign-in/link/{code}", "magic link"): show_button,
    ("POST /sign-in/link/{code}", "magic link"): open_link,
}

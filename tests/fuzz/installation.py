"""The eight processes with two taskforces, and the credentials of each role."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx

from services.events.identity.people.domain import PersonNotFound
from services.events.identity.sessions import commands as sessions
from services.events.register import commands
from shared.db.database import Database
from shared.http.auth import COOKIE, SESSION_COOKIE, SESSION_IDLE_SECONDS, Principal, sign_token
from shared.http.policy import CALLERS
from shared.product.roles import SCOPES
from shared.settings import ServiceSettings
from shared.ui.formats import local_date
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.events.identity.sessions.domain import SessionKey
    from shared.http.policy import Caller
    from tests.support.topology import Topology

FOREIGN: Final = "Fremmed"
"""A text in the name of every resource of the other taskforce. No answer to a caller of ours may contain it."""
MUNICIPALITY: Final = "0671"
_TOKEN_SECONDS: Final = 4 * 3600


_HIRES_TO_CHANGE = 12
"""Enough of them, because a request may undo or end one."""


@dataclass
class Taskforce:
    """A taskforce and the ids of its resources."""

    id: UUID
    name: str
    slug: str
    ids: dict[str, UUID] = field(default_factory=dict)
    """by resource: `event open`, `company 0`, `pledge 1`, `hire`, `person member`"""


class World:
    """The taskforces, people and resources. Everything except the time follows from the seed."""

    def __init__(self, topology: Topology, seed: int, *, prefix: str = "") -> None:
        """Nothing is stored yet.

        Args:
            prefix: of the short names of both taskforces, so that several worlds fit into one installation.
        """
        self.topology = topology
        self.seed = seed
        self.ours = self._taskforce("Struer", f"{prefix}struer")
        self.theirs = self._taskforce(f"{FOREIGN} taskforce", f"{prefix}elsewhere")
        self._tokens: dict[tuple[UUID, Caller], str] = {}
        self._evenings = itertools.count(2)
        self.session: SessionKey | None = None
        self.links: list[str] = []
        """URLs that were given out in other ways than on a page"""

    def origin(self, service: str) -> str:
        """Return the origin of a service without the gateway, because internal routes are requested, too."""
        return f"http://127.0.0.1:{self.topology.variables[f'{service.upper()}_PORT']}"

    def headers(self, caller: Caller, taskforce: Taskforce | None = None) -> dict[str, str]:
        """Return the request headers of a program with a role. Each role has its own network address."""
        taskforce = taskforce or self.ours
        headers = {"x-forwarded-for": address_of(self.seed, CALLERS.index(caller))}
        if caller != "nobody":
            headers["Authorization"] = f"Bearer {self.token(caller, taskforce)}"
        return headers

    def token(self, caller: Caller, taskforce: Taskforce | None = None) -> str:
        """Return a token of a role."""
        taskforce = taskforce or self.ours
        if (taskforce.id, caller) not in self._tokens:
            private = self.topology.secrets["TOKEN_PRIVATE_KEY"]
            # The step-up stays valid to the end of a long run.
            shown_at = int(time.time()) + _TOKEN_SECONDS
            principal = replace(self._principal(caller, taskforce), proved_at=shown_at)
            self._tokens[taskforce.id, caller] = sign_token(private, principal, lifetime_seconds=_TOKEN_SECONDS)
        return self._tokens[taskforce.id, caller]

    async def fill(self) -> None:
        """Register both taskforces with their resources, and wait until all services know them."""
        async with self._register() as database:
            for one in (self.ours, self.theirs):
                await commands.register_taskforce(
                    database,
                    id=one.id,
                    slug=one.slug,
                    name=one.name,
                    municipality=MUNICIPALITY,
                    since=date(2018, 5, 1),
                )
        async with httpx.AsyncClient(timeout=30) as http:
            for one in (self.ours, self.theirs):
                await self._fill(http, one)

    async def begin(self, caller: Caller) -> None:
        """Prepare for a caller: a new open event, because the previous caller may have closed it or revoked its pass;
        and a new session, with another one that the caller may end.
        """
        async with httpx.AsyncClient(timeout=30) as http:
            event = await self._event(http, self.ours, f"open {next(self._evenings)}", ("publish", "open"))
            self.ours.ids["event open"] = event
            handed_out = await self._must(http, self.ours, "coordinator", f"/api/events/v1/events/{event}/passes", {})
        self.links += [handed_out["url"], handed_out["link"]]
        self._tokens.pop((self.ours.id, "event_pass"), None)
        self.session = None
        person = self.ours.ids.get(f"person {caller}")
        if person is None:
            return
        async with self._register() as database:
            try:
                key, _ = await sessions.start(database, self.ours.id, person, proof="passkey", device="Fuzz")
                other, _ = await sessions.start(database, self.ours.id, person, proof="passkey", device="Fuzz 2")
            except PersonNotFound:
                return  # deactivated by an administrator
        self.session = key
        self.ours.ids["session"] = other.session_id

    def cookies(self, caller: Caller) -> dict[str, str]:
        """Return the cookies of a signed-in browser; without a session for callers that cannot have one."""
        if self.session is None:
            return {COOKIE: self.token(caller)}
        who = replace(
            self._principal(caller, self.ours),
            session_id=self.session.session_id,
            session_ends_at=int(time.time()) + SESSION_IDLE_SECONDS,
        )
        token = sign_token(self.topology.secrets["TOKEN_PRIVATE_KEY"], who, lifetime_seconds=_TOKEN_SECONDS)
        return {COOKIE: token, SESSION_COOKIE: self.session.text()}

    # --- creating resources

    @asynccontextmanager
    async def _register(self) -> AsyncIterator[Database]:
        dsn, keys = self.topology.app_dsn("events"), self.topology.secrets["TOKEN_JWKS"]
        database = await Database.connect(ServiceSettings(database_url=dsn, token_jwks=keys), name="fuzz")
        try:
            yield database
        finally:
            await database.close()

    def _taskforce(self, name: str, slug: str) -> Taskforce:
        return Taskforce(uuid5(NAMESPACE_URL, f"tilsagn:fuzz:{self.seed}:{slug}"), name, slug)

    def _principal(self, caller: Caller, taskforce: Taskforce) -> Principal:
        assert caller != "nobody"
        if caller == "service":
            return Principal("service:notifications", frozenset({caller}), None)
        if caller == "event_pass":
            event = taskforce.ids["event open"]
            return Principal(f"pass:{event}", frozenset({caller}), taskforce.id, event_id=event, pass_generation=1)
        if caller in SCOPES:
            return Principal(f"key:{self._id(taskforce, 'key')}", frozenset({caller}), taskforce.id)
        person = self._id(taskforce, f"person {caller}")
        return Principal(f"person:{person}", frozenset({caller}), taskforce.id, municipality=MUNICIPALITY)

    def _id(self, taskforce: Taskforce, what: str) -> UUID:
        return taskforce.ids.setdefault(what, uuid5(taskforce.id, what))

    async def _fill(self, http: httpx.AsyncClient, taskforce: Taskforce) -> None:
        for role in ("admin", "member", "coordinator", "caseworker", "facilitator", "auditor"):
            facts = {
                "id": str(self._id(taskforce, f"person {role}")),
                "name": f"{taskforce.name} {role}",
                "email": f"{role}@{taskforce.slug}.example",
                "roles": [role],
                "municipality": MUNICIPALITY,
                "programme": "job_network" if role == "facilitator" else None,
            }
            await self._must(http, taskforce, "admin", "/api/events/v1/people", facts)
        for number in range(4):
            company = {"id": str(self._id(taskforce, f"company {number}")), "name": f"{taskforce.name} {number} ApS"}
            await self._must(http, taskforce, "coordinator", "/api/events/v1/companies", company)
        for status, steps in (
            ("draft", ()),
            ("published", ("publish",)),
            ("open", ("publish", "open")),
            ("closed", ("publish", "open", "close")),
            ("cancelled", ("cancel",)),
        ):
            await self._event(http, taskforce, status, steps)
        evening = taskforce.ids["event open"]
        arrival = {"company_id": str(taskforce.ids["company 0"])}
        await self._must(http, taskforce, "coordinator", f"/api/events/v1/events/{evening}/check-ins", arrival)
        for number in range(4):
            await self._pledge(http, taskforce, number)
        hire = {
            "id": str(self._id(taskforce, "hire")),
            "pledge_id": str(taskforce.ids["pledge 0"]),
            "start_date": local_date(datetime.now(UTC)).isoformat(),
            "weekly_hours": 8,
            "contact_person": {"name": f"{taskforce.name} kommune"},
        }
        await self._must(http, taskforce, "caseworker", "/api/pledges/v1/hires", hire)
        for number in range(_HIRES_TO_CHANGE):
            without_pledge = hire | {
                "id": str(self._id(taskforce, f"hire {number}")),
                "pledge_id": None,
                "company": f"{taskforce.name} {number} ApS",
                "start_date": local_date(datetime.now(UTC) - timedelta(days=200)).isoformat(),
                "job_type": "fleksjob",
            }
            await self._must(http, taskforce, "caseworker", "/api/pledges/v1/hires", without_pledge)
        await self._until_counted(http, taskforce)

    async def _event(self, http: httpx.AsyncClient, taskforce: Taskforce, status: str, steps: tuple[str, ...]) -> UUID:
        id = self._id(taskforce, f"event {status}")
        now = datetime.now(UTC)
        event = {
            "id": str(id),
            "title": f"{taskforce.name} {status}",
            "starts_at": (now - timedelta(hours=1)).isoformat(),
            "ends_at": (now + timedelta(hours=6)).isoformat(),
        }
        await self._must(http, taskforce, "coordinator", "/api/events/v1/events", event)
        for step in steps:
            await self._must(http, taskforce, "coordinator", f"/api/events/v1/events/{id}/{step}", None)
        return id

    async def _pledge(self, http: httpx.AsyncClient, taskforce: Taskforce, number: int) -> None:
        pledge = {
            "id": str(self._id(taskforce, f"pledge {number}")),
            "event_id": str(taskforce.ids["event open"]) if number % 2 else None,
            "company": {"name": f"{taskforce.name} {number} ApS"},
            "contact": {"name": f"{taskforce.name} kontakt", "email": f"kontakt@{taskforce.slug}.example"},
            "job_type": "smaajob",
            "positions": 2,
            "weekly_hours": {"from": 5, "to": 10},
            "captured_at": datetime.now(UTC).isoformat(),
        }
        await self._must(http, taskforce, "member", "/api/pledges/v1/pledges", pledge)

    async def _must(
        self, http: httpx.AsyncClient, taskforce: Taskforce, caller: Caller, path: str, body: Any
    ) -> dict[str, Any]:
        headers = self.headers(caller, taskforce)
        if body is not None:
            headers["idempotency-key"] = str(body.get("id", path))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await http.post(self.topology.url(path), json=body, headers=headers)
            if answer.is_success:
                answered: dict[str, Any] = answer.json()
                return answered
            # Another service must have received a message first.
            if time.monotonic() > deadline:
                raise AssertionError(f"{path}: {answer.status_code} {answer.text}")
            await asyncio.sleep(0.2)

    async def _until_counted(self, http: httpx.AsyncClient, taskforce: Taskforce) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        url = self.topology.url("/api/dashboard/v1/figures")
        while time.monotonic() < deadline:
            answer = await http.get(url, headers=self.headers("member", taskforce))
            if answer.is_success and answer.json()["hires"]["smaajob"] == 1:
                return
            await asyncio.sleep(0.2)
        raise AssertionError("the dashboard has not heard of the hire")


def address_of(seed: int, number: int) -> str:
    """Return a client address for X-Forwarded-For, which the processes trust from this host."""
    return f"10.{number % 256}.{seed // 256 % 256}.{seed % 256}"

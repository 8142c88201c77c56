"""Clients that log pledges and confirm hires, and record the answers."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.product.roles import Role
    from tests.support.topology import Topology

PATIENCE_SECONDS = 120.0
"""How long a client repeats one request: longer than any outage."""

MOST_PLEDGES = 120
"""The number of pledges after which clients slow down, so that runs stay comparable and bounded."""

REST_SECONDS = 3.0
"""The pause of a phone before each further pledge, so that there is always traffic."""

SESSION_SECONDS = 8 * 3600


@dataclass(frozen=True)
class Canaries:
    """Unique words in every contact and company of one ledger.

    A place that contains one of them contains personal data. They are plain letters and digits, the same in every
    encoding.
    """

    name: str
    """in every contact's name"""
    domain: str
    """in every contact's mail address"""
    phone: str
    """every contact's number, eight digits"""
    company: str
    """in every pledge's company name, which stays in pledges until the company is matched to the register"""
    owner: str
    """in the name of every personally owned company of the register, which stays in events"""

    @classmethod
    def of(cls, chance: random.Random) -> Canaries:
        """Return new canaries from the random generator."""

        def word() -> str:
            return "".join(chance.choices("bcdfghjklmnpqrstvwxz", k=14))

        return cls(word(), word(), f"2{chance.randrange(10**7):07}", word(), word())

    def finders(self) -> dict[str, Callable[[bytes], bool]]:
        """Return for each service a search for the canaries it owns, in lower-case bytes."""
        words = [word.encode() for word in (self.name, self.domain, self.company)]
        digits, owner = self.phone.encode(), self.owner.encode()
        # Not within longer numbers: eight digits may be part of an id.
        number = re.compile(rb"(?<![0-9a-f])(?:45)?" + digits + rb"(?![0-9a-f])")

        def of_pledges(content: bytes) -> bool:
            return any(word in content for word in words) or (digits in content and bool(number.search(content)))

        return {"pledges": of_pledges, "events": lambda content: owner in content}


@dataclass
class Ledger:
    """The requests of the clients and the answers.

    Attributes:
        attempted: every pledge a client has ever sent, by id.
        acknowledged: those answered 201, with the answer.
        hires: confirmed hires answered 201, with the body sent, by id.
        attempted_hires: every hire ever sent.
        companies, attempted_companies: the same for registered companies.
        repeats: answers to repeated requests that differ from the first one.
        surprises: answers that no client should ever get.
        waits: for each answered request, when it was first sent (monotonic clock) and the seconds until the answer.
        failures: answers 500 and 503, which a client retries: time and status.
        addresses: the pledge of each mail address.
        canaries: the words that only the owning service and mails may contain.
    """

    canaries: Canaries
    attempted: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    hires: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    attempted_hires: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    companies: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    attempted_companies: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    repeats: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    waits: list[tuple[float, float]] = field(default_factory=list)
    failures: list[tuple[float, int]] = field(default_factory=list)
    addresses: dict[str, UUID] = field(default_factory=dict)


class Clients:
    """A few phones, a case worker, and a coordinator who registers companies, working until `stop`.

    Every second phone is a guest's, with an event pass.

    Args:
        seed: decides all bodies; the same seed sends the same pledges.
        pace: the shortest time between two pledges of a phone, in seconds.
        max_pledges: the number of pledges after which the phones slow down.
    """

    def __init__(
        self, topology: Topology, taskforce_id: UUID, *, seed: int, pace: float = 0.02, max_pledges: int = MOST_PLEDGES
    ) -> None:
        self._topology = topology
        self._taskforce_id = taskforce_id
        self._random = random.Random(seed)
        self._pace = pace
        self._most = max_pledges
        self.ledger = Ledger(Canaries.of(self._random))
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._http = httpx.AsyncClient(timeout=5)

    async def start(self, *, phones: int = 4) -> None:
        """Start to log pledges."""
        self._tasks = [asyncio.create_task(self._phone(number)) for number in range(phones)]
        self._tasks.append(asyncio.create_task(self._desk()))

    async def stop(self) -> Ledger:
        """Let every client finish its request; return the ledger. Fails if one does not finish in time."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)
        await self._http.aclose()
        return self.ledger

    async def _phone(self, number: int) -> None:
        who, caseworker = self._guest() if number % 2 else self._signed_in("member"), self._signed_in("caseworker")
        while not self._stopping.is_set():
            if len(self.ledger.attempted) >= self._most:
                await self._rest()
            body = self._pledge()
            pledge_id = UUID(body["id"])
            self.ledger.attempted[pledge_id] = body
            self.ledger.addresses[body["contact"]["email"]] = pledge_id
            answer = await self._insist("/api/pledges/v1/pledges", body, who)
            if answer is None:
                continue
            self.ledger.acknowledged[pledge_id] = answer.json()
            if self._random.random() < 0.2:
                again = await self._insist("/api/pledges/v1/pledges", body, who)
                if again is None or again.content != answer.content:
                    self.ledger.repeats.append(str(pledge_id))
            if self._random.random() < 0.3:
                hire = self._hire(pledge_id)
                self.ledger.attempted_hires[UUID(hire["id"])] = hire
                if await self._insist("/api/pledges/v1/hires", hire, caseworker) is not None:
                    self.ledger.hires[UUID(hire["id"])] = hire
            await asyncio.sleep(self._pace * (1 + number))

    async def _desk(self) -> None:
        coordinator = self._signed_in("coordinator")
        while not self._stopping.is_set():
            if len(self.ledger.attempted_companies) >= self._most // 4:
                await self._rest()
            body = self._company()
            self.ledger.attempted_companies[UUID(body["id"])] = body
            if await self._insist("/api/events/v1/companies", body, coordinator) is not None:
                self.ledger.companies[UUID(body["id"])] = body
            await asyncio.sleep(3 * self._pace)

    def _guest(self) -> str:
        """Return the pass of an event that pledges does not know yet; it accepts the signature."""
        event_id = UUID(int=self._taskforce_id.int ^ 1)
        return self._signed_in("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)

    def _signed_in(self, role: Role, **principal: Any) -> str:
        """Return a token issued two hours ago, which a server whose clock jumps back by one hour still accepts."""
        return self._topology.token(
            role, taskforce_id=self._taskforce_id, lifetime_seconds=SESSION_SECONDS, seconds_ago=7200, **principal
        )

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(REST_SECONDS):
                await self._stopping.wait()

    async def _insist(self, path: str, body: dict[str, Any], token: str) -> httpx.Response | None:
        """Send until there is an answer, as a phone does: the same body with the same key."""
        headers = {"authorization": f"Bearer {token}", "idempotency-key": body["id"]}
        began = time.monotonic()
        while time.monotonic() < began + PATIENCE_SECONDS:
            try:
                answer = await self._http.post(self._topology.url(path), json=body, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 201:
                self.ledger.waits.append((began, time.monotonic() - began))
                return answer
            if answer.status_code not in {500, 503}:
                self.ledger.surprises.append(f"{path} {answer.status_code}: {answer.text[:300]}")
                return None
            self.ledger.failures.append((time.monotonic(), answer.status_code))
            await asyncio.sleep(0.1)
        self.ledger.surprises.append(f"{path}: no answer within {PATIENCE_SECONDS:.0f} s")
        return None

    def address_of(self, pledge_id: UUID) -> str:
        """Return the unique mail address of a pledge. Only letters, because digits may look like a CPR number."""
        letters = str.maketrans("0123456789", "ghijklmnop")
        local = f"{pledge_id.hex}.{self._taskforce_id.hex[:8]}".translate(letters)
        return f"{local}@{self.ledger.canaries.domain}.example"

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _pledge(self) -> dict[str, Any]:
        pledge_id = self._id()
        hours = self._random.choice([5, 8, 10, 15])
        canaries = self.ledger.canaries
        return {
            "id": pledge_id,
            "company": {"name": f"{canaries.company.capitalize()} {pledge_id[:8]}", "municipality": "0671"},
            "contact": {
                "name": f"{canaries.name.capitalize()} {pledge_id[:8]}",
                "email": self.address_of(UUID(pledge_id)),
                "phone": f"+45{canaries.phone}",
            },
            "job_type": self._random.choice(["smaajob", "smaajob", "smaajob", "fleksjob"]),
            "positions": self._random.randint(1, 3),
            "weekly_hours": {"from": hours, "to": hours},
            "tasks": [],
            "captured_at": datetime.now(UTC).isoformat(),
        }

    def _company(self) -> dict[str, Any]:
        company_id = self._id()
        owned = self._random.random() < 0.5
        name = self.ledger.canaries.owner.capitalize() if owned else "Firma"
        return {
            "id": company_id,
            "name": f"{name} {company_id[:8]}",
            "municipality": "0671",
            "member": self._random.random() < 0.5,
            "personally_owned": owned,
        }

    def _hire(self, pledge_id: UUID) -> dict[str, Any]:
        return {
            "id": self._id(),
            "pledge_id": str(pledge_id),
            "start_date": local_date(datetime.now(UTC)).isoformat(),
            "weekly_hours": 10,
            "contact_person": {"name": "Kommunens Kontakt", "phone": "+4596848484"},
        }

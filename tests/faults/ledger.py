"""Clients that log pledges and confirm hires, and write down what they were told."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

if TYPE_CHECKING:
    from tests.topology import Topology

PATIENCE_SECONDS = 30.0
"""How long a client keeps asking for one answer."""

MOST_PLEDGES = 120
"""However long a fault lasts, the clients log no more than this: the runs stay comparable and bounded."""


@dataclass
class Ledger:
    """What the clients asked for, and what they were told.

    Attributes:
        attempted: every pledge a client has ever sent, by id.
        acknowledged: those it got a 201 for, with the answer.
        hires: confirmed hires it got a 201 for, with the body sent, by id.
        attempted_hires: every hire ever sent.
        repeats: answers that came back different when the same request was sent again.
        surprises: answers no client should ever see.
        addresses: the pledge each mail address belongs to.
    """

    attempted: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    acknowledged: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    hires: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    attempted_hires: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    repeats: list[str] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    addresses: dict[str, UUID] = field(default_factory=dict)


class Clients:
    """A few members' phones and a case worker, working until told to stop.

    Args:
        seed: decides every body; the same seed sends the same pledges.
    """

    def __init__(self, topology: Topology, taskforce_id: UUID, *, seed: int) -> None:
        self.ledger = Ledger()
        self._topology = topology
        self._taskforce_id = taskforce_id
        self._random = random.Random(seed)
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._http = httpx.AsyncClient(timeout=5)

    async def start(self, *, phones: int = 4) -> None:
        """Begin to log pledges."""
        self._tasks = [asyncio.create_task(self._phone(number)) for number in range(phones)]

    async def stop(self) -> Ledger:
        """Let every client finish what it is at; return the ledger. Fails if one could not in time."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)
        await self._http.aclose()
        return self.ledger

    async def _phone(self, number: int) -> None:
        member = self._topology.token("member", taskforce_id=self._taskforce_id)
        caseworker = self._topology.token("caseworker", taskforce_id=self._taskforce_id)
        while not self._stopping.is_set():
            if len(self.ledger.attempted) >= MOST_PLEDGES:
                await asyncio.sleep(0.05)
                continue
            body = self._pledge()
            pledge_id = UUID(body["id"])
            self.ledger.attempted[pledge_id] = body
            self.ledger.addresses[body["contact"]["email"]] = pledge_id
            answer = await self._insist("/api/pledges/v1/pledges", body, member)
            if answer is None:
                continue
            self.ledger.acknowledged[pledge_id] = answer.json()
            if self._random.random() < 0.2:
                again = await self._insist("/api/pledges/v1/pledges", body, member)
                if again is None or again.content != answer.content:
                    self.ledger.repeats.append(str(pledge_id))
            if self._random.random() < 0.3:
                hire = self._hire(pledge_id)
                self.ledger.attempted_hires[UUID(hire["id"])] = hire
                if await self._insist("/api/pledges/v1/hires", hire, caseworker) is not None:
                    self.ledger.hires[UUID(hire["id"])] = hire
            await asyncio.sleep(0.02 + 0.02 * number)

    async def _insist(self, path: str, body: dict[str, Any], token: str) -> httpx.Response | None:
        """Send until there is an answer, as a phone does: the same body under the same key."""
        headers = {"authorization": f"Bearer {token}", "idempotency-key": body["id"]}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                answer = await self._http.post(self._topology.url(path), json=body, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
                continue
            if answer.status_code == 201:
                return answer
            if answer.status_code not in {500, 503}:
                self.ledger.surprises.append(f"{path} {answer.status_code}: {answer.text[:300]}")
                return None
            await asyncio.sleep(0.1)
        self.ledger.surprises.append(f"{path}: no answer within {PATIENCE_SECONDS:.0f} s")
        return None

    def address_of(self, pledge_id: UUID) -> str:
        """The one address mails about a pledge go to. Letters only: digits may look like a CPR number."""
        letters = str.maketrans("0123456789", "ghijklmnop")
        return f"{pledge_id.hex}.{self._taskforce_id.hex[:8]}@firma.example".translate(letters)

    def _id(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))

    def _pledge(self) -> dict[str, Any]:
        pledge_id = self._id()
        hours = self._random.choice([5, 8, 10, 15])
        return {
            "id": pledge_id,
            "company": {"name": f"Virksomhed {pledge_id[:8]}", "municipality": "0671"},
            "contact": {"name": f"Kontakt {pledge_id[:8]}", "email": self.address_of(UUID(pledge_id))},
            "job_type": self._random.choice(["smaajob", "smaajob", "smaajob", "fleksjob"]),
            "positions": self._random.randint(1, 3),
            "weekly_hours": {"from": hours, "to": hours},
            "tasks": [],
            "captured_at": datetime.now(UTC).isoformat(),
        }

    def _hire(self, pledge_id: UUID) -> dict[str, Any]:
        return {
            "id": self._id(),
            "pledge_id": str(pledge_id),
            "start_date": datetime.now(UTC).date().isoformat(),
            "weekly_hours": 10,
            "contact_person": {"name": "Kommunens Kontakt", "phone": "+4596848484"},
        }

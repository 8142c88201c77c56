"""Phones that log pledges at a steady rate during the whole drill, and record the answers with their times."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID, uuid4

import httpx

from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

    from tests.support.topology import Topology

PAUSE_SECONDS = 0.2
"""The pause between two attempts of a phone, in seconds."""

_LETTERS = str.maketrans("0123456789", "ghijklmnop")


@dataclass
class Pledge:
    """A pledge that a phone has sent.

    Attributes:
        sent_at: the time of the first attempt.
        acknowledged_at: the time of the acknowledgement; None without one.
    """

    body: dict[str, Any]
    sent_at: datetime
    acknowledged_at: datetime | None = None

    @property
    def id(self) -> UUID:
        return UUID(self.body["id"])

    @property
    def email(self) -> str:
        return str(self.body["contact"]["email"])


class Intake:
    """Several phones, each of which sends one pledge after the other and repeats it until it is acknowledged.

    After every third pledge a hire is confirmed, so that there are later versions. Use it as a context manager: at its
    end all phones have stopped.

    Attributes:
        pledges: all pledges sent.
        surprises: answers that no client should ever get.
    """

    def __init__(self, topology: Topology, taskforce_id: UUID, *, phones: int = 4, per_second: float = 10) -> None:
        self.pledges: list[Pledge] = []
        self.surprises: list[str] = []
        self._topology = topology
        self._member = topology.token("member", taskforce_id=taskforce_id)
        self._caseworker = topology.token("caseworker", taskforce_id=taskforce_id)
        self._phones = phones
        self._pause = phones / per_second
        self._stopping = asyncio.Event()
        self._going_on = asyncio.Event()
        self._going_on.set()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._http = httpx.AsyncClient(timeout=5)
        self._tasks = [asyncio.create_task(self._phone()) for _ in range(self._phones)]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Within the block no phone starts another pledge."""
        self._going_on.clear()
        try:
            yield
        finally:
            self._going_on.set()

    async def stop(self) -> None:
        """Let every phone finish its pledge."""
        self._stopping.set()
        self._going_on.set()
        await asyncio.gather(*self._tasks)
        await self._http.aclose()

    def acknowledged(self) -> dict[UUID, Pledge]:
        """The acknowledged pledges so far."""
        return {pledge.id: pledge for pledge in self.pledges if pledge.acknowledged_at is not None}

    async def acknowledged_besides(self, known: Collection[UUID], *, seconds: float) -> datetime:
        """Wait for an acknowledged pledge that is not in `known`, and return the time of the first one. Raises
        TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                times = [p.acknowledged_at for p in self.pledges if p.acknowledged_at and p.id not in known]
                if times:
                    return min(times)
                await asyncio.sleep(0.02)

    async def _phone(self) -> None:
        while not self._stopping.is_set():
            pledge = Pledge(_pledge(), datetime.now(UTC))
            self.pledges.append(pledge)
            if await self._insist("/api/pledges/v1/pledges", pledge.body, self._member):
                pledge.acknowledged_at = datetime.now(UTC)
                if len(self.pledges) % 3 == 0:
                    await self._insist("/api/pledges/v1/hires", _hire(pledge.id), self._caseworker, gone=True)
            await asyncio.sleep(self._pause)
            await self._going_on.wait()

    async def _insist(self, path: str, body: dict[str, Any], token: str, *, gone: bool = False) -> bool:
        """Send until it is acknowledged or everything stops. `gone`: whether its pledge may be lost; 404, 409 or
        422 then ends it."""
        headers = {"authorization": f"Bearer {token}", "idempotency-key": body["id"]}
        while not self._stopping.is_set():
            try:
                answer = await self._http.post(self._topology.url(path), json=body, headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if answer.status_code == 201:
                return True
            if gone and answer.status_code in {404, 409, 422}:
                return False
            if answer.status_code not in {500, 503}:
                self.surprises.append(f"{path} {answer.status_code}: {answer.text[:300]}")
                return False
            await asyncio.sleep(PAUSE_SECONDS)
        return False


def _pledge() -> dict[str, Any]:
    pledge_id = uuid4()
    return {
        "id": str(pledge_id),
        "company": {"name": f"Virksomhed {pledge_id.hex[:8]}", "municipality": "0671"},
        # Letters only: digits may look like a CPR number.
        "contact": {"name": "Karen Kontakt", "email": f"{pledge_id.hex}@firma.example".translate(_LETTERS)},
        "job_type": "smaajob",
        "positions": 2,
        "weekly_hours": {"from": 10, "to": 10},
        "tasks": [],
        "captured_at": datetime.now(UTC).isoformat(),
    }


def _hire(pledge_id: UUID) -> dict[str, Any]:
    return {
        "id": str(uuid4()),
        "pledge_id": str(pledge_id),
        "start_date": local_date(datetime.now(UTC)).isoformat(),
        "weekly_hours": 10,
        "contact_person": {"name": "Kommunens Kontakt", "phone": "+4596848484"},
    }

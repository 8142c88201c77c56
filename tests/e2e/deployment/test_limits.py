"""Rate limits through the real processes: a full event stays below them, and what exceeds them is accepted later."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from services.events.register import commands
from shared.db.database import Database
from shared.http.auth import COOKIE
from shared.settings import ServiceSettings
from tests.e2e.deployment.test_processes import until
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.topology import Topology


pytestmark = [pytest.mark.any_broker, pytest.mark.long("shared/http", "services/pledges/intake")]

COMPANIES = 80
OFFLINE = 300
ROWS = 1000
HALL = {"x-forwarded-for": "192.0.2.80"}
"""The header by which the gateway reports a client's address. All people in the hall have one address."""
_COLUMNS = "virksomhed;dato;pladser;timer fra;kontaktperson;telefon"


@dataclass(frozen=True)
class Evening:
    """An open event and its pass."""

    running: Topology
    taskforce: UUID
    id: UUID
    token: str

    def body(self) -> dict[str, Any]:
        """A pledge, as a phone keeps it until it is acknowledged."""
        return {
            "id": str(uuid4()),
            "event_id": str(self.id),
            "company": {"name": "Limfjordens Emballage"},
            "contact": {"name": "Hanne Holm", "email": "hanne@emballage.example"},
            "job_type": "smaajob",
            "positions": 2,
            "weekly_hours": {"from": 5, "to": 10},
            "tasks": [],
            "captured_at": datetime.now(UTC).isoformat(),
        }

    async def send(self, http: httpx.AsyncClient, body: dict[str, Any], **headers: str) -> httpx.Response:
        """Send a pledge as a guest's phone."""
        sent_headers = {"authorization": f"Bearer {self.token}", "idempotency-key": body["id"]} | headers
        return await http.post(self.running.url("/api/pledges/v1/pledges"), json=body, headers=sent_headers)

    async def received(self) -> int:
        """Return the number of pledges."""
        database = await asyncpg.connect(self.running.superuser_dsn("pledges"))
        try:
            return int(await database.fetchval("select count(*) from pledges where taskforce_id = $1", self.taskforce))
        finally:
            await database.close()


@pytest_asyncio.fixture
async def evening(running: Topology) -> Evening:
    """An event that was just opened, and that the intake knows."""
    taskforce, event = uuid4(), uuid4()
    bearer = {"authorization": f"Bearer {running.token('coordinator', taskforce_id=taskforce)}"}
    now = datetime.now(UTC)
    plan = {
        "id": str(event),
        "title": "Virksomhedsaften",
        "place": "Struer",
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(hours=2)).isoformat(),
        "goal_positions": 50,
    }
    settings = ServiceSettings(database_url=running.app_dsn("events"), token_jwks=running.secrets["TOKEN_JWKS"])
    database = await Database.connect(settings, name="e2e")
    slug = f"t{taskforce.hex[:12]}"
    await commands.register_taskforce(
        database, id=taskforce, slug=slug, name="Aftenen", municipality="0671", since=date(2018, 5, 1)
    )
    await database.close()
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, headers=bearer) as http:
        for path, body in (
            ("", plan),
            (f"/{event}/publish", {}),
            (f"/{event}/open", {}),
        ):
            answer = await http.post(running.url(f"/api/events/v1/events{path}"), json=body)
            assert answer.is_success, answer.text
        answer = await http.post(running.url(f"/api/events/v1/events/{event}/passes"), json={})
        found = Evening(running, taskforce, event, answer.json()["token"])

        async def is_known() -> bool:
            return (await found.send(http, found.body() | {"positions": 0})).status_code == 422

        await until(is_known)
    return found


@contextmanager
def limited(running: Topology, rates: dict[str, dict[str, str]]) -> Iterator[None]:
    """Restart the intake with other rate limits, and afterwards with its own."""
    app = running.processes["pledges-app"]
    app.stop()
    app.start(environment={"PLEDGES_RATE_LIMITS": json.dumps(rates)})
    running.wait_until_ready()
    try:
        yield
    finally:
        app.stop()
        app.start()
        running.wait_until_ready()


class Patient(httpx.AsyncBaseTransport):
    """A transport that repeats a request while the server is overloaded (503), which has nothing to do with rate
    limits."""

    def __init__(self) -> None:
        self._transport = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, again each second while the answer is 503."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = await self._transport.handle_async_request(request)
            if answer.status_code != 503 or time.monotonic() > deadline:
                return answer
            await answer.aclose()
            await asyncio.sleep(1)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()


async def test_a_full_event_behind_one_address_stays_below_the_rate_limits(evening: Evening) -> None:
    running, answered = evening.running, []

    async def hook(answer: httpx.Response) -> None:
        answered.append(answer.status_code)

    hooks = {"response": [hook]}
    async with httpx.AsyncClient(
        timeout=PATIENCE_SECONDS, headers=HALL, event_hooks=hooks, transport=Patient()
    ) as http:

        async def company(number: int) -> None:
            """Log three pledges on the page, each after the receipt of the previous one."""
            cookie = {"cookie": f"{COOKIE}={evening.token}", "accept": "text/html", "sec-fetch-site": "same-origin"}
            page = await http.get(running.url("/pledges/new"), headers=cookie)
            for pledge in range(3):
                assert page.status_code == 200
                fields = {
                    "id": str(uuid4()),
                    "company.name": f"Virksomhed {number}",
                    "contact.name": "Eva Holm",
                    "contact.phone": "97 85 00 00",
                    "positions": str(pledge + 1),
                    "hours": "10",
                }
                sent = await http.post(running.url("/pledges/new"), data=fields, headers=cookie)
                assert sent.status_code == 303, sent.text
                page = await http.get(running.url(sent.headers["location"]), headers=cookie)

        async def projector() -> None:
            """A live page sends four requests a second while figures change: send those of a minute at once."""
            bearer = {"authorization": f"Bearer {running.token('coordinator', taskforce_id=evening.taskforce)}"}
            for _ in range(240):
                shown = await http.get(running.url("/dashboard/projector/figures"), headers=bearer)
                assert shown.status_code == 200

        async def phone() -> None:
            """A phone that was offline all day."""
            for _ in range(OFFLINE // 10):
                sent = await asyncio.gather(*(evening.send(http, evening.body()) for _ in range(10)))
                assert {answer.status_code for answer in sent} == {201}

        async def file() -> None:
            day = f"{datetime.now(UTC):%d-%m-%Y}"
            rows = "\n".join(f"Firma {row};{day};1;10;Eva Holm;97850000" for row in range(ROWS))
            bearer = {"authorization": f"Bearer {running.token('coordinator', taskforce_id=evening.taskforce)}"}
            content = f"{_COLUMNS}\n{rows}\n".encode()
            for step in ("check", "import"):
                answer = await http.post(
                    running.url("/pledges/import"),
                    files={"file": ("løfter.csv", content, "text/csv")},
                    data={"step": step},
                    headers=bearer | {"accept": "text/html"},
                )
                assert answer.status_code == 200, answer.text[:500]

        await asyncio.gather(phone(), projector(), file(), *map(company, range(COMPANIES)))

    assert 429 not in answered
    assert await evening.received() == COMPANIES * 3 + OFFLINE + ROWS


async def test_a_pledge_over_the_limit_is_received_once_when_it_is_sent_again(evening: Evening) -> None:
    bodies = [evening.body() for _ in range(12)]
    told_to_wait = 0

    async def insistent(http: httpx.AsyncClient, body: dict[str, Any]) -> httpx.Response:
        """Send as a phone must: the same request again after the given time."""
        nonlocal told_to_wait
        while (answer := await evening.send(http, body)).status_code == 429:
            told_to_wait += 1
            assert int(answer.headers["retry-after"]) >= 1
            assert answer.headers["ratelimit"].startswith('"logging-pass";r=0;t=')
            await asyncio.sleep(int(answer.headers["retry-after"]))
        return answer

    with limited(evening.running, {"logging": {"pass": "5/5s"}}):
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:
            answers = [await insistent(http, body) for body in bodies]
            # An acknowledged pledge that is sent again, because the answer was lost, gets the same answer.
            again = [await insistent(http, body) for body in bodies]
    assert told_to_wait > 0
    assert [answer.status_code for answer in answers + again] == [201] * 24
    assert [answer.json() for answer in again] == [answer.json() for answer in answers]
    assert await evening.received() == len(bodies)
    lines = evening.running.processes["pledges-app"].log.read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines if '"request.refused"' in line]
    assert {one["who"] for one in entries if one["status"] == 429} == {f"pass:{evening.id}"}


async def test_requests_are_counted_by_the_address_from_the_gateway(evening: Evening) -> None:
    with limited(evening.running, {"reading": {"address": "3/600s"}}):
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http:

            async def opened(address: str) -> int:
                headers = {"x-forwarded-for": address, "accept": "text/html"}
                return (await http.get(evening.running.url("/pledges"), headers=headers)).status_code

            assert [await opened("198.51.100.1") for _ in range(4)] == [303, 303, 303, 429]
            assert await opened("198.51.100.2") == 303
            assert [await opened(f"2001:db8:1:2::{host}") for host in "1234"] == [303, 303, 303, 429]

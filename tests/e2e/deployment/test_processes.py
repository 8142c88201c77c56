"""The thin loop through the eight processes of docker-compose.yml: a pledge becomes a hire becomes a figure."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from services.events.register import commands
from shared.db.database import Database
from shared.settings import ServiceSettings
from shared.ui.formats import local_date
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support.topology import Topology


class Client:
    """An HTTP client with a bearer token."""

    def __init__(self, running: Topology, http: httpx.AsyncClient, token: str) -> None:
        self._running, self._http, self._token = running, http, token

    async def __call__(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"authorization": f"Bearer {self._token}"}
        if body is not None:
            headers["idempotency-key"] = str(body.get("id", uuid4()))
        return await self._http.request(method, self._running.url(path), json=body, headers=headers)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(timeout=60) as client:
        yield client


async def until(check: Callable[[], Awaitable[bool]], seconds: float = PATIENCE_SECONDS) -> None:
    async with asyncio.timeout(seconds):
        while not await check():
            await asyncio.sleep(0.05)


async def test_a_pledge_becomes_a_hire_becomes_a_figure(running: Topology, http: httpx.AsyncClient) -> None:
    taskforce, slug = uuid4(), f"loop-{uuid4().hex[:8]}"
    member_id = uuid4()
    settings = ServiceSettings(database_url=running.app_dsn("events"), token_jwks=running.secrets["TOKEN_JWKS"])
    database = await Database.connect(settings, name="e2e")
    await commands.register_taskforce(
        database, id=taskforce, slug=slug, name="Taskforcen", municipality="0671", since=date(2018, 5, 1)
    )
    mette = Person(member_id, "Mette Medlem", "mette@medlem.example", frozenset({"member"}))
    await add_person(database, taskforce, mette)
    await database.close()

    def someone(role: Any, **principal: Any) -> Client:
        return Client(running, http, running.token(role, taskforce_id=taskforce, **principal))

    coordinator, caseworker = someone("coordinator"), someone("caseworker", municipality="0671")
    member = someone("member", subject=f"person:{member_id}")

    # An event with a company that checks in, and a pass.
    event_id, company_id = uuid4(), uuid4()
    now = datetime.now(UTC)
    for path, body in (
        ("/api/events/v1/companies", {"id": str(company_id), "name": "Limfjordens Emballage", "municipality": "0671"}),
        (
            "/api/events/v1/events",
            {
                "id": str(event_id),
                "title": "Virksomhedsaften",
                "place": "Struer",
                "starts_at": (now - timedelta(hours=1)).isoformat(),
                "ends_at": (now + timedelta(hours=2)).isoformat(),
                "goal_positions": 50,
            },
        ),
    ):
        answer = await coordinator("POST", path, body)
        assert answer.status_code in {200, 201}, answer.text
    for step in ("publish", "open"):
        answer = await coordinator("POST", f"/api/events/v1/events/{event_id}/{step}")
        assert answer.is_success, answer.text
    answer = await coordinator("POST", f"/api/events/v1/events/{event_id}/check-ins", {"company_id": str(company_id)})
    assert answer.is_success, answer.text
    answer = await coordinator("POST", f"/api/events/v1/events/{event_id}/passes", {})
    assert answer.is_success, answer.text
    guest = Client(running, http, answer.json()["token"])

    def pledge(email: str) -> dict[str, Any]:
        return {
            "id": str(uuid4()),
            "event_id": str(event_id),
            "company": {"name": "Limfjordens Emballage", "municipality": "0671"},
            "contact": {"name": "Hanne Holm", "email": email},
            "job_type": "smaajob",
            "positions": 2,
            "weekly_hours": {"from": 5, "to": 10},
            "tasks": [],
            "captured_at": datetime.now(UTC).isoformat(),
        }

    by_member, by_guest = pledge("hanne@emballage.example"), pledge("guest@emballage.example")
    for who, body in ((member, by_member), (guest, by_guest)):
        answer = await who("POST", "/api/pledges/v1/pledges", body)
        assert answer.status_code == 201, answer.text
    refused = await guest("GET", "/api/dashboard/v1/figures")
    assert refused.status_code == 403

    hire = {
        "id": str(uuid4()),
        "pledge_id": by_member["id"],
        "start_date": local_date(now).isoformat(),
        "weekly_hours": 8,
        "contact_person": {"name": "Karen Kommune", "phone": "+4596848484"},
    }
    assert (await member("POST", "/api/pledges/v1/hires", hire)).status_code == 403
    answer = await caseworker("POST", "/api/pledges/v1/hires", hire)
    assert answer.status_code == 201, answer.text

    async def figures_show_it() -> bool:
        answer = await member("GET", "/api/dashboard/v1/figures")
        if answer.status_code != 200:
            return False
        figures = answer.json()
        events = {UUID(event["event_id"]): event for event in figures["events"]}
        return bool(
            figures["pledged_positions"].get("smaajob") == 4
            and figures["hires"].get("smaajob") == 1
            and event_id in events
            and events[event_id]["goal_positions"] == 50
        )

    await until(figures_show_it)

    # A single hire is a small number, which the public board does not show: it has shown none, or "fewer than 5".
    board = (await http.get(running.url(f"/board/{slug}.json"))).json()
    assert board["count"] in {None, 0}

    async def mails_have_come() -> bool:
        return {"hanne@emballage.example", "guest@emballage.example", "mette@medlem.example"} <= {
            str(mail["to"].addresses[0].addr_spec) for mail in running.mail.mails
        }

    await until(mails_have_come)


async def test_every_service_answers_what_it_holds_about_a_person(running: Topology, http: httpx.AsyncClient) -> None:
    taskforce = uuid4()
    settings = ServiceSettings(database_url=running.app_dsn("events"), token_jwks=running.secrets["TOKEN_JWKS"])
    database = await Database.connect(settings, name="e2e")
    await commands.register_taskforce(
        database,
        id=taskforce,
        slug=f"held-{taskforce.hex[:8]}",
        name="Taskforcen",
        municipality="0671",
        since=date(2018, 5, 1),
    )
    mette = Person(uuid4(), "Mette Medlem", "mette@held.example", frozenset({"member"}))
    await add_person(database, taskforce, mette)
    await database.close()
    admin = running.token("admin", taskforce_id=taskforce, subject=f"person:{uuid4()}")
    form = {"email": "mette@held.example", "purpose": "subject_access", "format": "json", "language": "da"}
    answer = await http.post(
        running.url("/personal-data/report"), data=form, headers={"authorization": f"Bearer {admin}"}
    )
    assert answer.status_code == 200, answer.text[:1000]
    assert {group["service"] for group in answer.json()["held"]} == {"events", "pledges", "notifications", "dashboard"}
    assert "Mette Medlem" in answer.text


async def test_every_process_reports_readiness_and_metrics(running: Topology, http: httpx.AsyncClient) -> None:
    for process in running.processes.values():
        base = f"http://127.0.0.1:{process.health_port}"
        assert (await http.get(f"{base}/livez")).status_code == 200
        assert (await http.get(f"{base}/readyz")).json()["ready"] is True
        assert "tilsagn_" in (await http.get(f"{base}/metrics")).text

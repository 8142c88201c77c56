"""An evening that plays itself: companies come in, phones send pledges, case workers confirm hires, all over HTTP.

What happens when is settled beforehand, from the evening's number alone. Playing it is one client for each role
against the public API, with the tokens a person would have, trying again as a phone does when an answer is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID, uuid5

import httpx

from deploy.scenarios import facts
from deploy.scenarios.struer import TASKFORCE_ID, Chance, contact_of
from deploy.scenarios.struer_companies import Company, companies
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TITLE: Final = f"Virksomhedsaften hos {facts.EVENING_HOST}"
PLACE: Final = f"{facts.EVENING_HOST}, Struer"
SECONDS: Final = 60.0
"""How long it takes at speed 1."""

_DOORS_CLOSE: Final = 24.0
_FIRST_PLEDGE: Final = 5.0
_LAST_PLEDGE: Final = 52.0
_PLEDGES: Final = 48
_HIRES: Final = 6
_PATIENCE_SECONDS: Final = 30.0

Speaker = Literal["coordinator", "member", "guest", "caseworker"]


@dataclass(frozen=True)
class Arrival:
    """A company comes in."""

    at: float
    company: Company


@dataclass(frozen=True)
class PledgeStep:
    """A company pledges positions, by its own phone or a member's."""

    at: float
    id: UUID
    company: Company
    by: Speaker
    contact: str
    positions: int
    hours: tuple[int, int]
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class HireStep:
    """A case worker confirms that somebody starts today."""

    at: float
    id: UUID
    pledge: PledgeStep
    weekly_hours: int


Step = Arrival | PledgeStep | HireStep


@dataclass(frozen=True)
class Evening:
    """One evening.

    Attributes:
        held_on: its day in Copenhagen.
        number: 1 for the day's first.
        steps: what happens, in seconds from the start at speed 1.
    """

    held_on: date
    number: int
    steps: tuple[Step, ...]

    @property
    def id(self) -> UUID:
        """The event's id."""
        return event_id(self.held_on, self.number)

    @property
    def starts_at(self) -> datetime:
        """Five o'clock, when firms have closed."""
        return datetime.combine(self.held_on, time(17), COPENHAGEN)

    @property
    def ends_at(self) -> datetime:
        """Nine o'clock."""
        return self.starts_at + timedelta(hours=4)


def event_id(held_on: date, number: int) -> UUID:
    """The id of a day's evening of that number."""
    return uuid5(TASKFORCE_ID, f"evening:{held_on.isoformat()}:{number}")


def evening(held_on: date, number: int) -> Evening:
    """Settle what happens. The same day and number give the same evening."""
    chance = Chance(f"evening {held_on.isoformat()} {number}")
    identity = event_id(held_on, number)
    guests = chance.some_of(companies(), facts.EVENING_COMPANIES)
    order = sorted(guests, key=lambda _: chance.below(1_000_000))
    # They come in a rush that thins out.
    arrivals = [Arrival(_DOORS_CLOSE * (index / len(order)) ** 1.4, company) for index, company in enumerate(order)]
    pledges = list(_pledge_steps(chance, identity, arrivals))
    hires = [
        HireStep(
            at=min(pledge.at + 5 + chance.below(4), SECONDS - 1),
            id=uuid5(pledge.id, "hire"),
            pledge=pledge,
            weekly_hours=pledge.hours[0],
        )
        for pledge in chance.some_of(pledges[: _PLEDGES * 5 // 6], _HIRES)
    ]
    steps: list[Step] = [*arrivals, *pledges, *hires]
    return Evening(held_on, number, tuple(sorted(steps, key=lambda step: step.at)))


def _pledge_steps(chance: Chance, identity: UUID, arrivals: Sequence[Arrival]) -> Iterator[PledgeStep]:
    """Yield pledges in the order of arrivals; each after its company has arrived."""
    pledging = chance.some_of(arrivals, _PLEDGES)
    for number, arrival in enumerate(pledging, start=1):
        planned = _FIRST_PLEDGE + (_LAST_PLEDGE - _FIRST_PLEDGE) * (number + chance.below(100) / 100) / _PLEDGES
        company = arrival.company
        yield PledgeStep(
            at=max(planned, arrival.at + 2),
            id=uuid5(identity, f"pledge:{number}"),
            company=company,
            by="member" if number % 3 == 0 else "guest",
            contact=contact_of(chance),
            positions=2 if number % 15 == 0 else 1,
            hours=chance.one_of(((5, 8), (5, 10), (8, 12), (10, 15))),
            tasks=chance.some_of(company.tasks, 1 + chance.below(2)),
        )


# ---- playing it


@dataclass(frozen=True)
class Stage:
    """Where an evening is played.

    Attributes:
        url: the installation's public origin.
        tokens: a bearer token for each of coordinator, member and caseworker.
        told: called with each step once the installation has acknowledged it.
    """

    url: str
    tokens: Mapping[str, str]
    told: Callable[[Step], None] = lambda _step: None


class Refused(Exception):
    """The installation said no to something it should have taken; the text says to what and why."""


async def was_played(stage: Stage, held_on: date) -> int:
    """How many evenings of that day the installation knows."""
    async with _client(stage.url, stage.tokens["coordinator"]) as http:
        number = 0
        while (await _send(http, "GET", f"/api/events/v1/events/{event_id(held_on, number + 1)}", None)) is not None:
            number += 1
        return number


async def guest_link(stage: Stage, event: UUID) -> str:
    """The address behind an evening's QR code: it opens the intake to whoever has it. Raises `Refused`."""
    async with _client(stage.url, stage.tokens["coordinator"]) as http:
        handed_out = await _must(http, "POST", f"/api/events/v1/events/{event}/passes", {})
        return str(handed_out["link"])


async def play(stage: Stage, programme: Evening, *, speed: float = 1.0) -> None:
    """Play an evening; returns when its last step has been acknowledged. Its doors stay open.

    Args:
        speed: 1 takes a minute, 2 half a minute.

    Raises:
        Refused: the installation would not take a step.
        httpx.TransportError: it has not answered for half a minute.
    """
    async with _client(stage.url, stage.tokens["coordinator"]) as http:
        await _close_earlier(http)
        await _open(http, programme)
        handed_out = await _must(http, "POST", f"/api/events/v1/events/{programme.id}/passes", {})
    tokens = {**stage.tokens, "guest": handed_out["token"]}
    clients = {name: _client(stage.url, token) for name, token in tokens.items()}
    acknowledged = {step.id: asyncio.Event() for step in programme.steps if isinstance(step, PledgeStep)}
    began = asyncio.get_running_loop().time()

    async def take(step: Step) -> None:
        await asyncio.sleep(max(0.0, began + step.at / speed - asyncio.get_running_loop().time()))
        if isinstance(step, Arrival):
            body: dict[str, Any] = {"company_id": str(step.company.id)}
            await _must(clients["coordinator"], "POST", f"/api/events/v1/events/{programme.id}/check-ins", body)
        elif isinstance(step, PledgeStep):
            await _must(clients[step.by], "POST", "/api/pledges/v1/pledges", _pledge(programme, step))
            acknowledged[step.id].set()
        else:
            await acknowledged[step.pledge.id].wait()
            await _must(clients["caseworker"], "POST", "/api/pledges/v1/hires", _hire(programme, step))
        stage.told(step)

    try:
        async with asyncio.TaskGroup() as group:
            for step in programme.steps:
                group.create_task(take(step))
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    finally:
        for client in clients.values():
            await client.aclose()


def _pledge(programme: Evening, step: PledgeStep) -> dict[str, Any]:
    first_name = step.contact.partition(" ")[0].lower()
    return {
        "id": str(step.id),
        "event_id": str(programme.id),
        "company": {"name": step.company.name, "cvr": step.company.cvr, "municipality": step.company.municipality},
        "contact": {"name": step.contact, "email": f"{first_name}@{step.company.mail_domain}"},
        "job_type": "smaajob",
        "positions": step.positions,
        "weekly_hours": {"from": step.hours[0], "to": step.hours[1]},
        "tasks": list(step.tasks),
        "captured_at": datetime.now(UTC).isoformat(),
        "captured_by": "phone",
    }


def _hire(programme: Evening, step: HireStep) -> dict[str, Any]:
    return {
        "id": str(step.id),
        "pledge_id": str(step.pledge.id),
        "position": 1,
        "start_date": programme.held_on.isoformat(),
        "weekly_hours": step.weekly_hours,
        "contact_person": {"name": "Jonas Tangaa"},
    }


async def _close_earlier(http: httpx.AsyncClient) -> None:
    """Only one evening is on at a time: one of yesterday that nobody ended is ended now."""
    listed = await _must(http, "GET", "/api/events/v1/events?status=open&page_size=50", None)
    for event in listed["items"]:
        if event["title"] == TITLE:
            await _must(http, "POST", f"/api/events/v1/events/{event['id']}/close", {})


async def _open(http: httpx.AsyncClient, programme: Evening) -> None:
    plan = {
        "id": str(programme.id),
        "title": TITLE,
        "place": PLACE,
        "starts_at": programme.starts_at.isoformat(),
        "ends_at": programme.ends_at.isoformat(),
        "goal_positions": facts.EVENING_POSITIONS_ABOUT,
    }
    await _must(http, "POST", "/api/events/v1/events", plan)
    for step in ("publish", "open"):
        await _must(http, "POST", f"/api/events/v1/events/{programme.id}/{step}", {})


def _client(url: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url,
        headers={"authorization": f"Bearer {token}"},
        timeout=httpx.Timeout(10, connect=5),
        limits=httpx.Limits(max_connections=8),
        trust_env=False,
    )


async def _must(http: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None) -> Any:
    answer = await _send(http, method, path, body)
    if answer is None:
        raise Refused(f"{path} does not exist")
    return answer


async def _send(http: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None) -> Any:
    """Send a request until it is answered, always the same one; None for what does not exist.

    Everything here may be sent twice: ids are ours, and the services answer a repeat as the first time.
    """
    headers = {"idempotency-key": body["id"]} if body and "id" in body else {}
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + _PATIENCE_SECONDS, 0.2
    while True:
        try:
            answer = await http.request(method, path, json=body, headers=headers)
        except httpx.TransportError:
            if loop.time() > deadline:
                raise
        else:
            if answer.is_success:
                return answer.json()
            if answer.status_code == 404 and method == "GET":
                return None
            passing = answer.status_code in {429, 502, 503, 504}
            if not passing or loop.time() > deadline:
                raise Refused(f"{method} {path} was answered {answer.status_code}: {answer.text[:500]}")
            pause = max(pause, float(answer.headers.get("retry-after", 0)))
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)

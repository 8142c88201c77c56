"""Plays a company evening over HTTP: companies check in, phones send pledges, case workers confirm hires.

`plan_evening` decides all steps in advance, from the date and number of the evening alone. `play` uses one
client per role with that role's token, and repeats a request when the response is lost, as a phone does.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID, uuid5

import httpx

from deploy.scenarios import facts
from deploy.scenarios.company import Company
from deploy.scenarios.model import SeededRandom, random_contact_name
from deploy.scenarios.struer import TASKFORCE_ID
from deploy.scenarios.struer_companies import companies
from shared.fields.copenhagen import COPENHAGEN, local_moment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TITLE: Final = f"Virksomhedsaften hos {facts.EVENING_HOST}"
PLACE: Final = f"{facts.EVENING_HOST}, Struer"
SECONDS: Final = 60.0
"""Duration of an evening at speed 1."""

_LAST_ARRIVAL: Final = 24.0
_FIRST_PLEDGE: Final = 5.0
_LAST_PLEDGE: Final = 52.0
_PLEDGES: Final = 48
_HIRES: Final = 6
_GUEST_PHONES: Final = 11
_PATIENCE_SECONDS: Final = 30.0

Role = Literal["coordinator", "member", "guest", "caseworker"]


@dataclass(frozen=True)
class CheckInStep:
    """A company checks in. `at` is in seconds from the start at speed 1."""

    at: float
    company: Company


@dataclass(frozen=True)
class PledgeStep:
    """A company pledges positions, on one of the guests' phones or on a member's.

    `hours` is the range of weekly hours, `phone_number` the phone's running number.
    """

    at: float
    id: UUID
    company: Company
    by: Role
    contact: str
    positions: int
    hours: tuple[int, int]
    tasks: tuple[str, ...]
    phone: UUID
    phone_number: int


@dataclass(frozen=True)
class HireStep:
    """A case worker confirms a hire that starts today."""

    at: float
    id: UUID
    promise: PledgeStep
    weekly_hours: int


Step = CheckInStep | PledgeStep | HireStep


@dataclass(frozen=True)
class Evening:
    """The plan of one evening.

    Attributes:
        held_on: the date in Copenhagen.
        number: 1 for the first evening of that date.
        steps: sorted by time.
    """

    held_on: date
    number: int
    steps: tuple[Step, ...]

    @property
    def id(self) -> UUID:
        """The event's id."""
        return event_id(self.held_on, self.number)

    @property
    def expected(self) -> tuple[Company, ...]:
        """The companies that are registered: all that come."""
        return tuple(step.company for step in self.steps if isinstance(step, CheckInStep))

    @property
    def starts_at(self) -> datetime:
        """17.00 in Copenhagen."""
        return local_moment(self.held_on, time(17)).astimezone(COPENHAGEN)

    @property
    def ends_at(self) -> datetime:
        """21.00 in Copenhagen."""
        return self.starts_at + timedelta(hours=4)


def event_id(held_on: date, number: int) -> UUID:
    """Return the id of the event for that date and number."""
    return uuid5(TASKFORCE_ID, f"evening:{held_on.isoformat()}:{number}")


def plan_evening(held_on: date, number: int) -> Evening:
    """Return the plan of an evening. The same date and number always give the same plan."""
    rng = SeededRandom(f"evening {held_on.isoformat()} {number}")
    identity = event_id(held_on, number)
    guests = rng.sample(companies(), facts.EVENING_COMPANIES)
    order = sorted(guests, key=lambda _: rng.below(1_000_000))
    # Most companies arrive early.
    arrivals = [
        CheckInStep(_LAST_ARRIVAL * (index / len(order)) ** 1.4, company) for index, company in enumerate(order)
    ]
    promises = list(_pledge_steps(rng, identity, arrivals))
    confirmations = [
        HireStep(
            at=min(promise.at + 5 + rng.below(4), SECONDS - 1),
            id=uuid5(promise.id, "hire"),
            promise=promise,
            weekly_hours=promise.hours[0],
        )
        for promise in rng.sample(promises[: _PLEDGES * 5 // 6], _HIRES)
    ]
    steps: list[Step] = [*arrivals, *promises, *confirmations]
    return Evening(held_on, number, tuple(sorted(steps, key=lambda step: step.at)))


def _pledge_steps(rng: SeededRandom, identity: UUID, arrivals: Sequence[CheckInStep]) -> Iterator[PledgeStep]:
    """Yield the pledges in the order of arrival, none before the company has checked in."""
    pledging = rng.sample(arrivals, _PLEDGES)
    captured: Counter[str] = Counter()
    for number, arrival in enumerate(pledging, start=1):
        planned = _FIRST_PLEDGE + (_LAST_PLEDGE - _FIRST_PLEDGE) * (number + rng.below(100) / 100) / _PLEDGES
        company = arrival.company
        by: Role = "member" if number % 3 == 0 else "guest"
        phone = by if by == "member" else f"guest {number % _GUEST_PHONES}"
        captured[phone] += 1
        yield PledgeStep(
            at=max(planned, arrival.at + 2),
            # Guests log most of them, so it has the form of a random one.
            id=UUID(bytes=uuid5(identity, f"pledge:{number}").bytes, version=4),
            company=company,
            by=by,
            contact=random_contact_name(rng),
            positions=2 if number % 15 == 0 else 1,
            hours=rng.choose(((5, 8), (5, 10), (8, 12), (10, 15))),
            tasks=rng.sample(company.tasks, 1 + rng.below(2)),
            phone=uuid5(identity, f"phone:{phone}"),
            phone_number=captured[phone],
        )


# ---- playing it


@dataclass(frozen=True)
class EveningTarget:
    """The installation on which an evening is played.

    Attributes:
        url: the public origin.
        tokens: a bearer token for each of coordinator, member and caseworker.
        on_step: called with each step when the installation has acknowledged it.
    """

    url: str
    tokens: Mapping[str, str]
    on_step: Callable[[Step], None] = lambda _step: None


class Refused(Exception):
    """The installation refused a request of the evening; the message names the request and the reason."""


async def evenings_played(target: EveningTarget, held_on: date) -> int:
    """Return how many evenings of that date exist in the installation."""
    async with _client(target.url, target.tokens["coordinator"]) as http:
        number = 0
        while (await _send(http, "GET", f"/api/events/v1/events/{event_id(held_on, number + 1)}", None)) is not None:
            number += 1
        return number


async def guest_link(target: EveningTarget, event: UUID) -> str:
    """Return the URL in the evening's QR code, which opens the intake for guests. Raises `Refused`."""
    async with _client(target.url, target.tokens["coordinator"]) as http:
        handed_out = await _request(http, "POST", f"/api/events/v1/events/{event}/passes", {})
        return str(handed_out["link"])


async def play(target: EveningTarget, plan: Evening, *, speed: float = 1.0) -> None:
    """Play an evening. Returns when the last step has been acknowledged; the event stays open.

    Args:
        target: the installation.
        plan: the evening to play.
        speed: 1 takes a minute, 2 half a minute.

    Raises:
        Refused: the installation refused a step.
        httpx.TransportError: the installation did not answer for 30 seconds.
    """
    async with _client(target.url, target.tokens["coordinator"]) as http:
        await _close_earlier_evenings(http)
        await _open(http, plan)
        handed_out = await _request(http, "POST", f"/api/events/v1/events/{plan.id}/passes", {})
    tokens = {**target.tokens, "guest": handed_out["token"]}
    clients = {name: _client(target.url, token) for name, token in tokens.items()}
    acknowledged = {step.id: asyncio.Event() for step in plan.steps if isinstance(step, PledgeStep)}
    began = asyncio.get_running_loop().time()

    async def take(step: Step) -> None:
        await asyncio.sleep(max(0.0, began + step.at / speed - asyncio.get_running_loop().time()))
        if isinstance(step, CheckInStep):
            body: dict[str, Any] = {"company_id": str(step.company.id)}
            await _request(clients["coordinator"], "POST", f"/api/events/v1/events/{plan.id}/check-ins", body)
        elif isinstance(step, PledgeStep):
            await _request(clients[step.by], "POST", "/api/pledges/v1/pledges", _pledge(plan, step))
            acknowledged[step.id].set()
        else:
            await acknowledged[step.promise.id].wait()
            await _request(clients["caseworker"], "POST", "/api/pledges/v1/hires", _hire(plan, step))
        target.on_step(step)

    try:
        async with asyncio.TaskGroup() as group:
            for step in plan.steps:
                group.create_task(take(step))
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None
    finally:
        for client in clients.values():
            await client.aclose()


def _pledge(plan: Evening, step: PledgeStep) -> dict[str, Any]:
    first_name = step.contact.partition(" ")[0].lower()
    return {
        "id": str(step.id),
        "event_id": str(plan.id),
        "company": {"name": step.company.name, "cvr": step.company.cvr, "municipality": step.company.municipality},
        "contact": {"name": step.contact, "email": f"{first_name}@{step.company.mail_domain}"},
        "job_type": "smaajob",
        "positions": step.positions,
        "weekly_hours": {"from": step.hours[0], "to": step.hours[1]},
        "tasks": list(step.tasks),
        "captured_at": datetime.now(UTC).isoformat(),
        "captured_by": "phone",
        "phone": {"id": str(step.phone), "number": step.phone_number},
    }


def _hire(plan: Evening, step: HireStep) -> dict[str, Any]:
    return {
        "id": str(step.id),
        "pledge_id": str(step.promise.id),
        "position": 1,
        "start_date": plan.held_on.isoformat(),
        "weekly_hours": step.weekly_hours,
        "contact_person": {"name": "Jonas Tangaa"},
    }


async def _close_earlier_evenings(http: httpx.AsyncClient) -> None:
    """Close evenings that are still open: only one is open at a time."""
    listed = await _request(http, "GET", "/api/events/v1/events?status=open&page_size=50", None)
    for event in listed["items"]:
        if event["title"] == TITLE:
            await _request(http, "POST", f"/api/events/v1/events/{event['id']}/close", {})


async def _open(http: httpx.AsyncClient, plan: Evening) -> None:
    body = {
        "id": str(plan.id),
        "title": TITLE,
        "place": PLACE,
        "starts_at": plan.starts_at.isoformat(),
        "ends_at": plan.ends_at.isoformat(),
        "goal_positions": facts.EVENING_POSITIONS_ABOUT,
    }
    await _request(http, "POST", "/api/events/v1/events", body)
    path = f"/api/events/v1/events/{plan.id}"
    await _request(http, "POST", f"{path}/publish", {})
    bodies = [{"company_id": str(company.id)} for company in plan.expected]
    await asyncio.gather(*(_request(http, "POST", f"{path}/registrations", body) for body in bodies))
    await _request(http, "POST", f"{path}/open", {})


def _client(url: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url,
        headers={"authorization": f"Bearer {token}"},
        timeout=httpx.Timeout(10, connect=5),
        limits=httpx.Limits(max_connections=8),
        trust_env=False,
    )


async def _request(http: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None) -> Any:
    answer = await _send(http, method, path, body)
    if answer is None:
        raise Refused(f"{path} does not exist")
    return answer


async def _send(http: httpx.AsyncClient, method: str, path: str, body: dict[str, Any] | None) -> Any:
    """Send a request and retry it for up to 30 seconds; return its JSON, or None if a resource does not exist.

    Retries are safe: the client chooses the ids, and the services answer a repeated request like the first one.
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

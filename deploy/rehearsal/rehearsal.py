"""Plays practice against an event of a running installation, from its pass to the door check, and deletes it again."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from deploy.rehearsal import hall
from deploy.rehearsal.chromium import chromium
from deploy.rehearsal.phone import BrowserLink, Phone
from deploy.rehearsal.plan import GuestCompany, plan_evening

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import httpx

    from deploy.rehearsal.plan import Plan

CUT_SHARE: Final = 0.4
"""Of the time, each phone has no network: about what phones in a full hall got."""
_ARRIVAL_PATIENCE_SECONDS: Final = 120.0


class NoEvent(Exception):
    """No event is open or published that begins today. The message names what there is."""


@dataclass(frozen=True)
class Event:
    """The event to rehearse. `registered` is how many companies are expected."""

    id: str
    title: str
    status: str
    starts_at: datetime
    goal: int | None
    registered: int


@dataclass
class Result:
    """What came of a rehearsal.

    Attributes:
        opened_seconds: of each phone, from the pass's link until the intake works without a network.
        typed: how many pledges were typed.
        arrived: how many of them the door check knew of at the end.
        all_safe: what the door check said at the end.
        holding: the phones that still held one, as the door check called them.
        delivery_seconds: from when all phones had a network until everything had arrived; None: not everything did.
        left_behind: how many pledges and phones of practice are left after it was deleted.
        complaints: errors on the phones' pages.
    """

    event: Event
    opened_seconds: list[float] = field(default_factory=list)
    typed: int = 0
    arrived: int = 0
    all_safe: bool = False
    holding: list[str] = field(default_factory=list)
    cut_share: float = 0.0
    delivery_seconds: float | None = None
    left_behind: int = 0
    complaints: list[str] = field(default_factory=list)

    @property
    def is_right(self) -> bool:
        """Whether every pledge arrived, the door check knew, and nothing was left behind."""
        delivered = self.all_safe and self.arrived == self.typed and self.delivery_seconds is not None
        return delivered and not self.left_behind and not self.complaints


async def find_event(
    coordinator: httpx.AsyncClient, event_id: str | None, *, today: Callable[[datetime], bool]
) -> Event:
    """Return the event to rehearse: the one that is named, else the open one, else the published one of today.

    Args:
        today: whether a moment is today, by the people's clock.

    Raises:
        NoEvent: there is none, or more than one to choose from.
    """
    if event_id is not None:
        answer = await coordinator.get(f"/api/events/v1/events/{event_id}")
        if answer.status_code == 404:
            raise NoEvent("There is no such event.")
        answer.raise_for_status()
        return _event(answer.json())
    for status in ("open", "published"):
        answer = await coordinator.get("/api/events/v1/events", params={"status": status, "page_size": "50"})
        answer.raise_for_status()
        found = [_event(item) for item in answer.json()["items"] if item["kind"] == "employer_event"]
        if status == "published":
            found = [event for event in found if today(event.starts_at)]
        if len(found) > 1:
            raise NoEvent(f"Several events are {status}: {', '.join(f'{one.title} ({one.id})' for one in found)}.")
        if found:
            return found[0]
    raise NoEvent("No event is open, and none is published that begins today.")


async def rehearse(
    coordinator: httpx.AsyncClient,
    event: Event,
    *,
    origin: str,
    phones: int,
    pledges: int,
    seconds: float,
    seed: int,
    progress: Callable[[str, int, int], None] = lambda _step, _done, _total: None,
) -> Result:
    """Play practice with real browsers, and delete it.

    Args:
        coordinator: a client with a coordinator's token.
        origin: where phones reach the installation.
        phones, pledges: how many.
        seconds: how long people type.
        progress: called with a step (`open`, `type`, `deliver`), how much of it is done, and its size.

    Raises:
        httpx.HTTPStatusError: the installation refuses a step, for example because the event has no passes.
    """
    practice = f"/api/pledges/v1/events/{event.id}/practice"
    result = Result(event)
    companies = await _companies(coordinator, event)
    pass_path = await _pass_path(coordinator, event)
    await _delete(coordinator, practice)
    plan = plan_evening(seed, companies, phones=phones, pledges=pledges)
    try:
        await _play(coordinator, result, plan, origin=origin, pass_path=pass_path, seconds=seconds, progress=progress)
    finally:
        await _delete(coordinator, practice)
    figures = await _figures(coordinator, event)
    result.left_behind = figures["pledges"] + len(figures["phones"])
    return result


async def _play(
    coordinator: httpx.AsyncClient,
    result: Result,
    plan: Plan,
    *,
    origin: str,
    pass_path: str,
    seconds: float,
    progress: Callable[[str, int, int], None],
) -> None:
    count = len(plan.pledges)
    async with AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        phones: dict[int, Phone] = {}
        for number in range(1, count + 1):
            phone = phones[number] = await Phone.switch_on(browser, number, origin)
            stack.push_async_callback(phone.switch_off)
            phone.page.on("pageerror", lambda error: result.complaints.append(str(error)))
            began = time.monotonic()
            await phone.scan(pass_path)
            result.opened_seconds.append(time.monotonic() - began)
            await phone.practise()
            progress("open", number, count)
        links = {number: BrowserLink(phone.context) for number, phone in phones.items()}

        async def typed(_phone: Phone, _pledge: object) -> None:
            result.typed += 1
            progress("type", result.typed, plan.count)

        result.cut_share = await hall.play(plan, phones, links, seconds=seconds, cut_share=CUT_SHARE, on_typed=typed)
        await _await_arrival(coordinator, result, plan, progress)


async def _await_arrival(
    coordinator: httpx.AsyncClient, result: Result, plan: Plan, progress: Callable[[str, int, int], None]
) -> None:
    """Wait until the door check says that everything has arrived, or for two minutes."""
    began = time.monotonic()
    while True:
        figures = await _figures(coordinator, result.event)
        result.arrived = sum(phone["arrived"] for phone in figures["phones"])
        result.all_safe = figures["all_safe"]
        result.holding = [phone["name"] for phone in figures["phones"] if phone["missing"]]
        progress("deliver", result.arrived, plan.count)
        passed = time.monotonic() - began
        if result.all_safe and result.arrived >= plan.count:
            result.delivery_seconds = passed
            return
        if passed > _ARRIVAL_PATIENCE_SECONDS:
            return
        await asyncio.sleep(0.5)


async def _companies(coordinator: httpx.AsyncClient, event: Event) -> Sequence[GuestCompany]:
    answer = await coordinator.get("/api/pledges/v1/intake", params={"event": event.id})
    answer.raise_for_status()
    companies = [GuestCompany(company["name"], company["cvr"]) for company in answer.json()["companies"]]
    return companies or [GuestCompany("Øvefirmaet", None)]


async def _pass_path(coordinator: httpx.AsyncClient, event: Event) -> str:
    answer = await coordinator.post(f"/api/events/v1/events/{event.id}/passes", json={})
    answer.raise_for_status()
    link: str = answer.json()["link"]
    return urlsplit(link).path


async def _figures(coordinator: httpx.AsyncClient, event: Event) -> dict[str, Any]:
    answer = await coordinator.get(f"/api/pledges/v1/events/{event.id}/evening", params={"practice": "true"})
    answer.raise_for_status()
    figures: dict[str, Any] = answer.json()
    return figures


async def _delete(coordinator: httpx.AsyncClient, practice: str) -> None:
    (await coordinator.delete(practice)).raise_for_status()


def _event(item: dict[str, Any]) -> Event:
    return Event(
        item["id"],
        item["title"],
        item["status"],
        datetime.fromisoformat(item["starts_at"]),
        item["goal_positions"],
        item["companies_registered"],
    )

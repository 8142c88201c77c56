"""Plays one evening: opens the event, lets the phones type on bad links, and waits until everything has arrived."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx

from deploy.rehearsal import hall, outcome
from deploy.rehearsal.chromium import chromium
from deploy.rehearsal.phone import Phone
from deploy.rehearsal.plan import plan_evening
from tests.evening.door import DoorWatch
from tests.evening.event import close_event, open_event, stored_pledges
from tests.evening.handing_over import hand_over
from tests.evening.killing import KillablePhone
from tests.evening.links import BadLink
from tests.faults.proxy import Proxies
from tests.support.camera import CAMERA

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from deploy.rehearsal.outcome import Outcome
    from deploy.rehearsal.plan import Plan, TypedPledge

_ARRIVAL_PATIENCE_SECONDS = 180.0


@dataclass(frozen=True)
class Course:
    """What happens in the evening.

    Attributes:
        seconds: how long people type.
        cut_share: the share of the time in which a phone has no network.
        lost_share: the share of deliveries whose answer is lost after the commit.
        hand_overs: how many phones hand a pledge over to the last phone as a QR code.
        kills: how many browsers are killed and started again.
    """

    seed: int
    phones: int
    pledges: int
    companies: int
    seconds: float
    cut_share: float
    lost_share: float
    hand_overs: int
    kills: int


@dataclass(frozen=True)
class Evening:
    """What came of it."""

    course: Course
    outcome: Outcome
    cut_share: float
    deliveries: int
    answers_lost: int
    handed_over: int
    killed: int
    door_check_looks: int
    door_check_wrong: Counter[str]

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, doubled or changed, and the door check was always right."""
        return self.outcome.is_right and not self.door_check_wrong

    def figures(self) -> dict[str, Any]:
        """Return the figures that other programs read."""
        return {
            "seed": self.course.seed,
            "pledges_typed": self.outcome.typed,
            "pledges_stored": self.outcome.stored,
            "lost": len(self.outcome.lost),
            "doubled": len(self.outcome.doubled),
            "wrong_fields": len(self.outcome.wrong_fields),
            "unknown": len(self.outcome.unknown),
            "phones": self.course.phones,
            "cut_share": round(self.cut_share, 3),
            "deliveries": self.deliveries,
            "answers_lost": self.answers_lost,
            "handed_over": self.handed_over,
            "killed": self.killed,
            "door_check_looks": self.door_check_looks,
            "door_check_wrong": sum(self.door_check_wrong.values()),
        }


async def play_evening(
    url: str, token: str, course: Course, *, profiles: Path, report: Callable[[str], None] = lambda _: None
) -> Evening:
    """Play an evening on a running installation and return what came of it.

    Args:
        url: the origin of a gateway on loopback.
        token: a coordinator's bearer token.
        profiles: a folder for the browsers that are killed.
        report: is told how far it has come.
    """
    async with AsyncExitStack() as stack:
        coordinator = await stack.enter_async_context(_coordinator(url, token))
        tonight = await open_event(coordinator, title=f"Aften {course.seed}", company_count=course.companies)
        plan = plan_evening(course.seed, tonight.companies, phones=course.phones, pledges=course.pledges)
        proxies = stack.enter_context(Proxies())
        port = int(url.rsplit(":", 1)[1])
        links = {
            number: BadLink(
                proxies.add(f"phone {number}", port),
                lost_share=course.lost_share,
                seed=f"{course.seed} answers {number}",
            )
            for number in range(1, course.phones + 1)
        }
        browser = await stack.enter_async_context(chromium())
        killable = {number: KillablePhone(profiles / str(number)) for number in range(1, course.kills + 1)}
        phones: dict[int, Phone] = {}
        for number, link in links.items():
            origin = f"http://localhost:{link.proxy.port}"
            if number in killable:
                phones[number] = await killable[number].start(number, origin)
                stack.push_async_callback(killable[number].stop)
            else:
                phones[number] = await Phone.switch_on(browser, number, origin)
                await phones[number].page.add_init_script(CAMERA)
            await phones[number].scan(tonight.pass_path)
            await link.heal()
        report(f"{len(phones)} phones have opened the intake.")
        watch = DoorWatch(coordinator, tonight.id, lambda: sum(len(phone.typed) for phone in phones.values()))
        watching = asyncio.create_task(watch.watch())

        async def kill_at_first(phone: Phone, _pledge: TypedPledge) -> None:
            if phone.number in killable and len(phone.typed) == 1:
                await killable[phone.number].kill_and_reopen(phone)

        held_back, typed_in_the_hall = _hold_back(plan, range(course.kills + 1, course.kills + 1 + course.hand_overs))
        cut_share = await hall.play(
            typed_in_the_hall, phones, links, seconds=course.seconds, cut_share=course.cut_share, on_typed=kill_at_first
        )
        report("Everything is typed.")
        for link in links.values():
            await link.mend()
        for number in killable:
            # A browser that is killed soon after it was opened has not saved its cookies. The page asks for that.
            await phones[number].scan(tonight.pass_path)
        for number, pledge in held_back.items():
            await links[number].cut()
            await hand_over(phones[number], phones[course.phones], pledge)
            await links[number].mend()
        await _wait_until_safe(watch, plan)
        watching.cancel()
        report("Everything is in the house.")
        stored = await stored_pledges(coordinator, tonight.id)
        await close_event(coordinator, tonight.id)
        for number, phone in phones.items():
            if number not in killable:
                await phone.switch_off()
    return Evening(
        course=course,
        outcome=outcome.compare(_typed(plan), stored),
        cut_share=cut_share,
        deliveries=sum(link.deliveries for link in links.values()),
        answers_lost=sum(link.answers_lost for link in links.values()),
        handed_over=len(held_back),
        killed=sum(one.killed for one in killable.values()),
        door_check_looks=watch.looks,
        door_check_wrong=watch.wrong,
    )


def _hold_back(plan: Plan, numbers: Iterable[int]) -> tuple[dict[int, TypedPledge], Plan]:
    """Return the last pledge of each of these phones, and the plan without them."""
    held_back = {number: plan.pledges[number - 1][-1] for number in numbers}
    rest = (pledges[:-1] if number in held_back else pledges for number, pledges in enumerate(plan.pledges, start=1))
    return held_back, replace(plan, pledges=tuple(rest))


def _typed(plan: Plan) -> list[TypedPledge]:
    return [pledge for pledges in plan.pledges for pledge in pledges]


def _coordinator(url: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"authorization": f"Bearer {token}"}, trust_env=False, timeout=30)


async def _wait_until_safe(watch: DoorWatch, plan: Plan) -> None:
    """Wait until the door check says that all pledges of the plan are in the house, or for some minutes."""
    deadline = asyncio.get_running_loop().time() + _ARRIVAL_PATIENCE_SECONDS
    while asyncio.get_running_loop().time() < deadline:
        figures = await watch.look()
        if figures["all_safe"] and figures["pledges"] >= plan.count:
            return
        await asyncio.sleep(0.5)

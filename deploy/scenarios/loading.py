"""Loads a scenario into an installation through the services' commands, with the times of the scenario.

All ids come from the scenario, so loading again changes nothing and completes an interrupted load. Pledges are logged
like imported ones, without a member and without an e-mail address, so no mail is sent about events of past years.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from deploy.scenarios import facts, meeting_loading, struer, struer_follow_up, struer_targets
from services.events.calendar import commands as calendar
from services.events.calendar.registrations import commands as registrations
from services.events.identity.administration import commands as people
from services.events.identity.people.domain import Person as RegisterPerson
from services.events.register import commands as register
from services.events.register.domain import Company as RegisterCompany
from services.events.targets import commands as targets
from services.pledges.hires import commands as hires
from services.pledges.hires.commands import changing
from services.pledges.hires.domain import HireEditor
from services.pledges.hires.schemas import HireIn
from services.pledges.pledges import commands as pledges
from services.pledges.pledges.domain import Limits, Person
from services.pledges.pledges.schemas import PledgeIn
from services.pledges.pledges.terms import Editor
from services.pledges.positions import commands as positions
from shared.db.idempotency import idempotent_request
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from pydantic import SecretStr

    from deploy.scenarios.struer import Event, Hire, Pledge, Scenario
    from deploy.scenarios.struer_companies import Company
    from shared.db.database import Database
    from shared.db.idempotency import IdempotentRequest

_AT_ONCE = 6
"""Number of concurrent transactions; more are not faster on two processors."""

Progress = Callable[[str, int, int], None]
"""Called with the name of the step, how much of it is done, and its total size."""


@dataclass(frozen=True)
class Target:
    """The installation to load into.

    Attributes:
        events, pledges: the services' databases, connected as their app roles.
        request_key: the key of the request fingerprints in pledges.
        wait_until_delivered: returns when every message is published and applied.
        progress: called after each loaded item.
    """

    events: Database
    pledges: Database
    request_key: SecretStr
    wait_until_delivered: Callable[[], Awaitable[None]]
    progress: Progress = lambda _step, _done, _all: None


async def is_loaded(target: Target) -> bool:
    """Return whether the whole scenario is loaded: closing the latest event is the last step."""
    latest = max(struer.struer().events, key=lambda event: event.starts_at)
    async with target.events.read(struer.TASKFORCE_ID) as conn:
        status = await conn.fetchval("select status from employer_events where id = $1", latest.id)
    return bool(status == "closed")


async def load_struer(target: Target) -> Scenario:
    """Load the Struer scenario, or the missing part of it.

    Raises:
        services.events.register.domain.IdTaken: the id of a company, event or person belongs to something else.
        services.pledges.pledges.refusals.IdTaken: the id of a pledge or hire belongs to something else.
        deploy.verification.delivery.MessagesPending: the workers did not apply all messages in time.
    """
    scenario = struer.struer()
    await _register(target, scenario)
    open_events = await _hold(target, scenario)
    await meeting_loading.load_meetings(target.events, scenario, open_events)
    # The service pledges must know the companies and events before it logs pledges for them.
    await target.wait_until_delivered()
    await _each(target, "Pledges", scenario.pledges, lambda pledge: _log(target, pledge))
    pledge_of = {pledge.id: pledge for pledge in scenario.pledges}
    if open_events:
        await _follow_up_pledges(target, scenario)
    await _each(
        target,
        "Hires",
        scenario.hires,
        lambda hire: _confirm(target, scenario, hire, pledge_of[hire.pledge_id] if hire.pledge_id else None),
    )
    if open_events:
        await _answer_checkpoints(target, scenario)
    for event in sorted(open_events, key=lambda event: event.starts_at):
        await calendar.close_event(target.events, struer.TASKFORCE_ID, event.id, at=event.ends_at)
    await target.wait_until_delivered()
    return scenario


# ---- the register


async def _register(target: Target, scenario: Scenario) -> None:
    founded = datetime.combine(facts.SINCE, time(8), UTC)
    await register.register_taskforce(
        target.events,
        id=struer.TASKFORCE_ID,
        slug=struer.SLUG,
        name=struer.NAME,
        municipality=facts.MUNICIPALITY,
        since=facts.SINCE,
        at=founded,
    )
    for person in scenario.people:
        await people.add_person(
            target.events,
            struer.TASKFORCE_ID,
            RegisterPerson(
                person.id,
                person.name,
                person.email,
                frozenset({person.role}),
                person.municipality,
                programme=person.programme,
            ),
            at=founded,
        )

    async def add(company: Company) -> None:
        known = RegisterCompany(
            id=company.id,
            name=company.name,
            cvr=company.cvr,
            municipality=company.municipality,
            member=company.member,
        )
        await register.register_company(target.events, struer.TASKFORCE_ID, known, at=founded)

    await _each(target, "Companies", scenario.companies, add)
    coordinator = f"person:{scenario.person('coordinator').id}"
    for one in struer_targets.TARGETS:
        await targets.set_target(
            target.events, struer.TASKFORCE_ID, one.id, one.terms, by=coordinator, at=struer_targets.SET_AT
        )


async def _hold(target: Target, scenario: Scenario) -> list[Event]:
    """Draft, publish and open every event and check in its companies; return the events that must still be closed."""
    open_events: list[Event] = []

    async def hold(event: Event) -> None:
        at = event.starts_at
        known = await calendar.draft_event(
            target.events,
            struer.TASKFORCE_ID,
            id=event.id,
            title=event.title,
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            place=event.place,
            kind=event.kind,
            goal_positions=event.goal_positions,
            at=at - timedelta(days=42),
        )
        if known.status == "closed":
            return
        if known.status == "draft":
            await calendar.publish_event(target.events, struer.TASKFORCE_ID, event.id, at=at - timedelta(days=28))
        coordinator = f"person:{scenario.person('coordinator').id}"
        await registrations.register_companies(
            target.events,
            struer.TASKFORCE_ID,
            event.id,
            event.attending,
            by=coordinator,
            at=at - timedelta(days=14),
        )
        if known.status != "open":
            await calendar.open_event(target.events, struer.TASKFORCE_ID, event.id, at=at - timedelta(minutes=15))
        for index, company_id in enumerate(event.attending):
            await calendar.check_in(
                target.events,
                struer.TASKFORCE_ID,
                event.id,
                company_id,
                by=coordinator,
                at=at + timedelta(minutes=index % 30),
            )
        open_events.append(event)

    await _each(target, "Events and meetings", scenario.events, hold)
    return open_events


# ---- pledges and hires


async def _log(target: Target, pledge: Pledge) -> None:
    body: dict[str, Any] = {
        "id": str(pledge.id),
        "event_id": str(pledge.event_id) if pledge.event_id else None,
        "company": _company(pledge.company),
        "contact": {"name": pledge.contact_name, "phone": pledge.contact_phone},
        "job_type": pledge.job_type,
        "positions": pledge.positions,
        "weekly_hours": {"from": pledge.hours_from, "to": pledge.hours_to},
        "tasks": list(pledge.tasks),
        "captured_at": pledge.captured_at.isoformat(),
        "captured_by": "import",
    }
    await pledges.log_pledge(
        target.pledges,
        struer.TASKFORCE_ID,
        PledgeIn.model_validate(body).terms(),
        by=Person(None),
        request=idempotent_request(str(pledge.id), body, sender="scenario", key=target.request_key),
        limits=Limits(),
        at=struer_follow_up.recorded_at(pledge.captured_at + timedelta(minutes=1)),
    )


async def _confirm(target: Target, scenario: Scenario, hire: Hire, pledge: Pledge | None) -> None:
    steps = struer_follow_up.ladder(hire, pledge)
    body: dict[str, Any] = {
        "id": str(hire.id),
        "pledge_id": str(hire.pledge_id) if hire.pledge_id else None,
        "position": hire.position,
        "company": None if hire.pledge_id else _company(hire.company),
        "start_date": steps[0].starts_on.isoformat(),
        "steps": [
            {
                "from": step.starts_on.isoformat(),
                "paid_weekly_hours": step.paid,
                "praktik_weekly_hours": step.praktik,
                "job_type": step.job_type,
            }
            for step in steps
        ],
        "job_type": steps[0].job_type,
        "contact_person": {"name": hire.contact_person},
        "contact_person_id": str(scenario.person("caseworker").id),
        "ended_on": hire.ended_on.isoformat() if hire.ended_on else None,
        "end_reason": hire.end_reason,
    }
    await hires.confirm_hire(
        target.pledges,
        struer.TASKFORCE_ID,
        HireIn.model_validate(body).confirmation(),
        by=HireEditor(None),
        request=idempotent_request(str(hire.id), body, sender="scenario", key=target.request_key),
        limits=Limits(),
        at=struer_follow_up.confirmed_at(hire, pledge),
    )


async def _follow_up_pledges(target: Target, scenario: Scenario) -> None:
    """Affirm pledges, and match, try and cancel their positions, as the case worker."""
    by = Editor(scenario.person("caseworker").id, of_all=True)
    today = local_date(datetime.now(UTC))

    async def affirm(affirmation: tuple[UUID, datetime]) -> None:
        pledge_id, at = affirmation
        request = _request_for(target, "affirm", pledge_id)
        await positions.affirm_pledge(target.pledges, struer.TASKFORCE_ID, pledge_id, by=by, request=request, at=at)

    async def move(position: struer_follow_up.UnderWay) -> None:
        about = (target.pledges, struer.TASKFORCE_ID, position.position_id)
        request = _request_for(target, position.status, position.position_id)
        if position.status == "cancelled":
            await positions.cancel_position(*about, "company_found_somebody", by=by, request=request, at=position.at)
            return
        await positions.match_position(*about, by=by, request=request, at=position.at)

    async def start_trial(position: struer_follow_up.UnderWay) -> None:
        await positions.start_trial(
            target.pledges,
            struer.TASKFORCE_ID,
            position.position_id,
            starts_on=today,
            ends_on=today + timedelta(days=11),
            by=by,
            request=_request_for(target, "trial of", position.position_id),
        )

    # One after another: the versions of a pledge follow one another in time.
    await _each(target, "Affirmations", tuple(struer_follow_up.affirmed(scenario)), affirm)
    moving = sorted(struer_follow_up.under_way(scenario), key=lambda position: position.at)
    for position in moving:
        await move(position)
    await _each(target, "Trials", [position for position in moving if position.status == "trial"], start_trial)


async def _answer_checkpoints(target: Target, scenario: Scenario) -> None:
    """Say which people are still employed, as the case worker."""
    caseworker = scenario.person("caseworker")

    async def answer(one: struer_follow_up.Answer) -> None:
        await changing.answer_checkpoint(
            target.pledges,
            struer.TASKFORCE_ID,
            one.hire_id,
            one.months,
            one.answer,
            by=HireEditor(caseworker.id, caseworker.municipality),
            request=_request_for(target, "answer", one.hire_id, one.months),
        )

    await _each(target, "Answers", tuple(struer_follow_up.answers(scenario, local_date(datetime.now(UTC)))), answer)


def _request_for(target: Target, *subject: object) -> IdempotentRequest:
    key = " ".join(map(str, subject))
    return idempotent_request(key, {"key": key}, sender="scenario", key=target.request_key)


def _company(company: Company) -> dict[str, str]:
    return {"name": company.name, "cvr": company.cvr, "municipality": company.municipality}


async def _each(
    target: Target, step: str, things: Iterable[struer.T], do: Callable[[struer.T], Awaitable[None]]
) -> None:
    """Call `do` for each item, a few concurrently, and report progress. The first error stops all."""
    waiting = list(things)
    total, done = len(waiting), 0
    waiting.reverse()

    async def work() -> None:
        nonlocal done
        while waiting:
            await do(waiting.pop())
            done += 1
            target.progress(step, done, total)

    target.progress(step, 0, total)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(work())
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None

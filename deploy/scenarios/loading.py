"""Loads scenarios into an installation through the services' commands, with the times of the scenario.

All ids come from the scenario, so loading again changes nothing and completes an interrupted load. Pledges are logged
like imported ones, without a member and without an e-mail address, so no mail is sent about events of past years.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from services.events.calendar import commands as calendar
from services.events.calendar.registrations import commands as registrations
from services.events.identity.administration import commands as people
from services.events.identity.people.domain import Person as RegisterPerson
from services.events.register import commands as register
from services.events.register.domain import Company as RegisterCompany
from services.pledges.companies.outreach import commands as outreach
from services.pledges.companies.outreach.domain import OutreachTerms
from services.pledges.hires import commands as hires
from services.pledges.hires.domain import HireEditor
from services.pledges.hires.schemas import HireIn
from services.pledges.participants.access import Reader
from services.pledges.participants.found_jobs.commands import log_found_job
from services.pledges.pledges import commands as pledges
from services.pledges.pledges.commands import NewPledge
from services.pledges.pledges.domain import Limits, Person
from services.pledges.pledges.schemas import PledgeIn
from shared.db.idempotency import idempotent_request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from uuid import UUID

    from pydantic import SecretStr

    from deploy.scenarios.company import Company
    from deploy.scenarios.model import Answer, Event, Hire, LadderStep, Outreach, Pledge, Scenario, T
    from services.pledges.participants.access import ParticipantsDatabase
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
        participants: the database of pledges, connected as the role for participants.
        request_key: the key of the request fingerprints in pledges.
        wait_until_delivered: returns when every message is published and applied.
        progress: called after each loaded item.
    """

    events: Database
    pledges: Database
    participants: ParticipantsDatabase
    request_key: SecretStr
    wait_until_delivered: Callable[[], Awaitable[None]]
    progress: Progress = lambda _step, _done, _all: None


def reader_of(scenario: Scenario) -> Reader:
    """Return as whom participants are looked at: the scenario's case worker."""
    case_worker = scenario.person("caseworker")
    return Reader(scenario.taskforce_id, f"person:{case_worker.id}", case_worker.municipality)


def request_for(target: Target, *subject: object) -> IdempotentRequest:
    """Return the request of a step that is taken once."""
    key = " ".join(map(str, subject))
    return idempotent_request(key, {"key": key}, sender="scenario", key=target.request_key)


# ---- the register


async def register_scenario(target: Target, scenario: Scenario) -> None:
    """Register the taskforce, its people and its companies."""
    founded = datetime.combine(scenario.since, time(8), UTC)
    await register.register_taskforce(
        target.events,
        id=scenario.taskforce_id,
        slug=scenario.slug,
        name=scenario.name,
        municipality=scenario.municipality,
        since=scenario.since,
        at=founded,
    )
    for person in scenario.people:
        await people.add_person(
            target.events,
            scenario.taskforce_id,
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
        await register.register_company(target.events, scenario.taskforce_id, known, at=founded)

    await each(target, "Companies", scenario.companies, add)


async def hold_events(target: Target, scenario: Scenario) -> list[Event]:
    """Draft, publish and open every event and check in its companies; return the events that must still be closed."""
    open_events: list[Event] = []

    async def hold(event: Event) -> None:
        at = event.starts_at
        known = await calendar.draft_event(
            target.events,
            scenario.taskforce_id,
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
            await calendar.publish_event(target.events, scenario.taskforce_id, event.id, at=at - timedelta(days=28))
        coordinator = f"person:{scenario.person('coordinator').id}"
        await registrations.register_companies(
            target.events,
            scenario.taskforce_id,
            event.id,
            event.attending,
            by=coordinator,
            at=at - timedelta(days=14),
        )
        if known.status != "open":
            await calendar.open_event(target.events, scenario.taskforce_id, event.id, at=at - timedelta(minutes=15))
        for index, company_id in enumerate(event.attending):
            await calendar.check_in(
                target.events,
                scenario.taskforce_id,
                event.id,
                company_id,
                by=coordinator,
                at=at + timedelta(minutes=index % 30),
            )
        open_events.append(event)

    await each(target, "Events and meetings", scenario.events, hold)
    return open_events


# ---- pledges and hires


async def log_pledge(
    target: Target, scenario: Scenario, pledge: Pledge, participants: Mapping[str, UUID], *, recorded_at: datetime
) -> None:
    """Log a pledge.

    Args:
        participants: their ids by case reference.
    """
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
    terms = PledgeIn.model_validate(body).terms()
    request = idempotent_request(str(pledge.id), body, sender="scenario", key=target.request_key)
    if pledge.found_for is not None:
        new = NewPledge(terms, Person(None), request, Limits(), recorded_at, None)
        by = scenario.person("caseworker").id
        await log_found_job(target.participants, reader_of(scenario), participants[pledge.found_for], new, by=by)
        return
    await pledges.log_pledge(
        target.pledges,
        scenario.taskforce_id,
        terms,
        by=Person(None),
        request=request,
        limits=Limits(),
        at=recorded_at,
    )


async def confirm_hire(
    target: Target,
    scenario: Scenario,
    hire: Hire,
    steps: Sequence[LadderStep],
    participants: Mapping[str, UUID],
    *,
    confirmed_at: datetime,
) -> None:
    """Confirm a hire.

    Args:
        participants: their ids by case reference.
    """
    contact = scenario.case_worker(hire.contact_person)
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
        "contact_person": {"name": contact.name, "phone": contact.phone} if contact.phone else {"name": contact.name},
        "contact_person_id": str(contact.id),
        "ended_on": hire.ended_on.isoformat() if hire.ended_on else None,
        "end_reason": hire.end_reason,
    }
    # The id of a participant is chosen by the installation, so it is not what recognises the request.
    request = idempotent_request(str(hire.id), body, sender="scenario", key=target.request_key)
    if hire.citizen is not None:
        body["participant_id"] = str(participants[hire.citizen])
    await hires.confirm_hire(
        target.participants,
        scenario.taskforce_id,
        HireIn.model_validate(body).confirmation(),
        by=HireEditor(None),
        request=request,
        limits=Limits(),
        reader=reader_of(scenario),
        at=confirmed_at,
    )


async def answer_checkpoints(target: Target, scenario: Scenario, answers: Iterable[Answer]) -> None:
    """Say which people are still employed, as the case worker."""
    caseworker = scenario.person("caseworker")

    async def answer(one: Answer) -> None:
        await hires.answer_checkpoint(
            target.pledges,
            scenario.taskforce_id,
            one.hire_id,
            one.months,
            one.answer,
            by=HireEditor(caseworker.id, caseworker.municipality),
            request=request_for(target, "answer", one.hire_id, one.months),
            at=one.at,
        )

    await each(target, "Answers", answers, answer)


async def log_outreach(target: Target, scenario: Scenario, contact: Outreach) -> None:
    """Log a contact with a company, as the case worker."""
    await outreach.log_outreach(
        target.pledges,
        scenario.taskforce_id,
        contact.id,
        contact.company.id,
        OutreachTerms(contact.kind, contact.made_on, contact.note, contact.new_company),
        by=scenario.person("caseworker").id,
        at=datetime.combine(contact.made_on, time(14), UTC),
    )


def _company(company: Company) -> dict[str, str]:
    return {"name": company.name, "cvr": company.cvr, "municipality": company.municipality}


async def each(target: Target, step: str, things: Iterable[T], do: Callable[[T], Awaitable[None]]) -> None:
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

"""Bringing a scenario into an installation through the services' own use cases, each thing at its own time.

Every id is the scenario's, so that loading twice is loading once, and a load that was cut short is completed by
the next. Pledges come as an import does, without a person who logged them and without an address: nobody is sent
a mail about things of years ago.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from deploy.scenarios import facts, struer
from services.events.calendar import commands as calendar
from services.events.identity.administration import commands as people
from services.events.identity.people.domain import Person as RegisterPerson
from services.events.register import commands as register
from services.events.register.domain import Company as RegisterCompany
from services.pledges.hires import commands as hires
from services.pledges.hires.schemas import HireIn
from services.pledges.pledges import commands as pledges
from services.pledges.pledges.domain import Limits, Person
from services.pledges.pledges.schemas import PledgeIn
from shared.db.idempotency import idempotent_request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import SecretStr

    from deploy.scenarios.struer import Gathering, Hire, Pledge, Scenario
    from deploy.scenarios.struer_companies import Company
    from shared.db.database import Database

_AT_ONCE = 6
"""Transactions under way at a time; more does not make two processors faster."""

Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


@dataclass(frozen=True)
class Target:
    """Where to load.

    Attributes:
        events, pledges: the services' databases, as their application roles.
        request_key: of pledges, for request fingerprints.
        settled: returns when everything said so far has been heard by everybody.
        progress: told how far it is.
    """

    events: Database
    pledges: Database
    request_key: SecretStr
    settled: Callable[[], Awaitable[None]]
    progress: Progress = lambda _step, _done, _all: None


async def is_loaded(target: Target) -> bool:
    """Whether the whole scenario is there: its latest event is closed last of all."""
    latest = max(struer.struer().gatherings, key=lambda gathering: gathering.starts_at)
    async with target.events.read(struer.TASKFORCE_ID) as conn:
        status = await conn.fetchval("select status from employer_events where id = $1", latest.id)
    return bool(status == "closed")


async def load_struer(target: Target) -> Scenario:
    """Load the Struer scenario, or what is missing of it.

    Raises:
        services.events.register.domain.IdTaken: something else has the id of a company, event or person.
        services.pledges.pledges.refusals.IdTaken: something else has the id of a pledge or hire.
    """
    scenario = struer.struer()
    await _register(target, scenario)
    still_open = await _hold(target, scenario)
    # Companies and events have to be known to pledges before anything is pledged.
    await target.settled()
    await _each(target, "Pledges", scenario.pledges, lambda pledge: _log(target, pledge))
    await _each(target, "Hires", scenario.hires, lambda hire: _confirm(target, hire))
    for gathering in sorted(still_open, key=lambda gathering: gathering.starts_at):
        await calendar.close_event(target.events, struer.TASKFORCE_ID, gathering.id, at=gathering.ends_at)
    await target.settled()
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


async def _hold(target: Target, scenario: Scenario) -> list[Gathering]:
    """Plan, announce and open every event, and let its companies in; returns those that are still to be closed."""
    still_open: list[Gathering] = []

    async def hold(gathering: Gathering) -> None:
        at = gathering.starts_at
        known = await calendar.draft_event(
            target.events,
            struer.TASKFORCE_ID,
            id=gathering.id,
            title=gathering.title,
            starts_at=gathering.starts_at,
            ends_at=gathering.ends_at,
            place=gathering.place,
            kind=gathering.kind,
            goal_positions=gathering.goal_positions,
            at=at - timedelta(days=42),
        )
        if known.status == "closed":
            return
        if known.status == "draft":
            await calendar.publish_event(target.events, struer.TASKFORCE_ID, gathering.id, at=at - timedelta(days=28))
        if known.status != "open":
            await calendar.open_event(target.events, struer.TASKFORCE_ID, gathering.id, at=at - timedelta(minutes=15))
        for index, company_id in enumerate(gathering.attending):
            await calendar.check_in(
                target.events,
                struer.TASKFORCE_ID,
                gathering.id,
                company_id,
                by=f"person:{scenario.person('coordinator').id}",
                at=at + timedelta(minutes=index % 30),
            )
        still_open.append(gathering)

    await _each(target, "Events and meetings", scenario.gatherings, hold)
    return still_open


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
        request=idempotent_request(str(pledge.id), body, key=target.request_key),
        limits=Limits(),
    )


async def _confirm(target: Target, hire: Hire) -> None:
    body: dict[str, Any] = {
        "id": str(hire.id),
        "pledge_id": str(hire.pledge_id) if hire.pledge_id else None,
        "position": hire.position,
        "company": None if hire.pledge_id else _company(hire.company),
        "start_date": hire.start_date.isoformat(),
        "weekly_hours": hire.weekly_hours,
        "job_type": hire.job_type,
        "contact_person": {"name": hire.contact_person},
        "ended_on": hire.ended_on.isoformat() if hire.ended_on else None,
        "end_reason": hire.end_reason,
    }
    await hires.confirm_hire(
        target.pledges,
        struer.TASKFORCE_ID,
        HireIn.model_validate(body).confirmation(),
        confirmed_by=None,
        request=idempotent_request(str(hire.id), body, key=target.request_key),
        limits=Limits(),
    )


def _company(company: Company) -> dict[str, str]:
    return {"name": company.name, "cvr": company.cvr, "municipality": company.municipality}


async def _each(
    target: Target, step: str, things: Iterable[struer.T], do: Callable[[struer.T], Awaitable[None]]
) -> None:
    """Do it for each, some at a time, and tell how far it is. The first error ends it."""
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

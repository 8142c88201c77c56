"""The Vejle scenario: a småjob effort that ends with exactly 70 citizens in småjobs.

The data is always the same: ids are derived from names and numbers, random choices use a fixed seed, and no date
depends on the day of loading. Only the figures of `vejle_facts` are published; everything else is our assumption. Each
hire names its citizen. Some citizens have had a småjob before their present one, so there are more hires than citizens.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from deploy.scenarios import citizens, vejle_facts
from deploy.scenarios.identities import person_id, taskforce_id
from deploy.scenarios.model import (
    Citizen,
    Hire,
    LadderStep,
    Outreach,
    Person,
    Pledge,
    Scenario,
    SeededRandom,
    at,
    random_contact_name,
    random_phone_number,
    weekday,
)
from deploy.scenarios.vejle_companies import companies
from services.pledges.participants.domain import ParticipantTerms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deploy.scenarios.company import Company
    from shared.contracts.pledges import JobType, OutreachKind
    from shared.product.roles import Role

SLUG: Final = "vejle"
NAME: Final = "Småjob i Vejle"
TASKFORCE_ID: Final = taskforce_id(SLUG)
SINCE: Final = date(2025, 1, 6)
UNTIL: Final = date(2026, 10, 30)
"""The last day of the scenario."""
LADDER_HIRE_ID: Final = uuid5(TASKFORCE_ID, "hire:ladder")
"""The hire of the man whose ladder is published."""
LADDER_REFERENCE: Final = "VEJ-2026-001"
_LADDER_STARTS: Final = (date(2026, 2, 2), date(2026, 3, 2), date(2026, 8, 3))
_LADDER_JOB_TYPES: Final[tuple[JobType, ...]] = ("praktik", "smaajob", "ordinaer")

_MEETING_COMPANIES_DAYS: Final = 540
"""The companies are met one after another, for that many days."""
_KNOWN_BEFORE: Final = 4
"""Each fourth company was known before."""
_POSITIONS: Final = (3, 2, 4, 2, 3, 3)
_HOURS: Final = ((5, 8), (5, 10), (6, 10), (8, 12), (8, 15), (10, 15))
_KINDS: Final[tuple[tuple[OutreachKind, str], ...]] = (
    ("visit", "Vi gik en runde og så, hvad der bliver liggende."),
    ("call", "De kendte ikke småjob, og vi måtte komme forbi."),
    ("card", "Et profilkort ligger hos lederen."),
)
_END_REASONS: Final = (
    *("more_hours_elsewhere", "more_hours_elsewhere", "ordinary_job", "education", "employer", "employer"),
    *("participant", "health", "moved"),
)
_HIRED_AGAIN: Final = frozenset({"more_hours_elsewhere", "employer", "participant"})
_HAVE_LEFT: Final = frozenset({"ordinary_job", "education", "moved"})
_LEFT_SINCE: Final = date(2026, 1, 1)
_WAITING: Final = 16
_WAITING_SINCE: Final = date(2026, 9, 14)
_OPEN_SINCE: Final = date(2026, 9, 28)
_FOUND_ON: Final = date(2026, 10, 14)
_FOUND_FOR: Final = 9
"""The number of the waiting citizen for whom a job was found."""


def vejle() -> Scenario:
    """Build the scenario in some milliseconds."""
    rng = SeededRandom("vejle")
    everybody, people = companies(), _people()
    contacts = tuple(_outreach(rng, everybody))
    filled = tuple(_filled_pledges(rng, contacts))
    ladder_pledge = _pledge(
        rng, uuid5(TASKFORCE_ID, "pledge:ladder"), everybody[2], date(2026, 1, 13), positions=1, hours=(10, 15)
    )
    open_pledges = (*_open_pledges(rng, everybody), _found_pledge(rng, everybody[1]))
    hires, hired = _name_citizens(rng, _hires(rng, filled, people), people)
    man, his_hire = _ladder(rng, ladder_pledge, people)
    references = [waiting_reference(number) for number in range(_WAITING)]
    case_workers = [person.id for person in people if person.role == "caseworker"]
    return Scenario(
        slug=SLUG,
        name=NAME,
        municipality=vejle_facts.MUNICIPALITY,
        since=SINCE,
        until=UNTIL,
        companies=everybody,
        people=people,
        events=(),
        pledges=tuple(
            sorted((*filled, ladder_pledge, *open_pledges), key=lambda pledge: (pledge.captured_at, pledge.id))
        ),
        hires=(*hires, his_hire),
        citizens=(man, *hired, *citizens.waiting(rng, references, citizens.CARDS, case_workers, _WAITING_SINCE)),
        outreach=contacts,
    )


def waiting_reference(number: int) -> str:
    """Return the case reference of a citizen who waits; `number` counts from 0."""
    return _reference(_WAITING_SINCE, 500 + number)


def open_pledge_id(company: Company) -> UUID:
    """Return the id of the latest pledge of a company, whose positions nobody has got yet."""
    return uuid5(company.id, "pledge:open")


def ladder(hire: Hire) -> tuple[LadderStep, ...]:
    """Return the steps of a hire: one for most, and never more paid hours than a småjob has, but for one man."""
    if hire.id == LADDER_HIRE_ID:
        return tuple(
            LadderStep(starts_on, paid, praktik, job_type)
            for starts_on, (paid, praktik), job_type in zip(
                _LADDER_STARTS, vejle_facts.LADDER_HOURS, _LADDER_JOB_TYPES, strict=True
            )
        )
    first = LadderStep(hire.start_date, hire.weekly_hours, 0, hire.job_type)
    more, later = hire.weekly_hours + 2, weekday(hire.start_date + timedelta(weeks=16))
    rises = SeededRandom(f"ladder {hire.id}").happens(0.3) and more <= vejle_facts.WEEKLY_HOURS[1]
    if rises and later < (hire.ended_on or UNTIL):
        return first, LadderStep(later, more, 0, hire.job_type)
    return (first,)


def _people() -> tuple[Person, ...]:
    names: tuple[tuple[str, Role, str], ...] = (
        ("coordinator", "coordinator", "Lone Skovriis"),
        ("caseworker", "caseworker", "Dorte Grejslund"),
        ("caseworker 2", "caseworker", "Mikkel Fjordhede"),
        ("caseworker 3", "caseworker", "Samira Brohave"),
        ("facilitator", "facilitator", "Palle Engdrag"),
        ("admin", "admin", "Gerda Munkehøj"),
        ("auditor", "auditor", "Ejner Kirketoft"),
    )
    return tuple(
        Person(
            id=person_id(SLUG, account),
            role=role,
            name=name,
            email=f"{account.replace(' ', '')}@{SLUG}.example",
            municipality=vejle_facts.MUNICIPALITY if role == "caseworker" else None,
            programme="smaajob_effort" if role == "facilitator" else None,
            phone=f"+45 00 00 07 {number:02}" if role == "caseworker" else None,
        )
        for number, (account, role, name) in enumerate(names)
    )


# ---- companies, and what they pledge


def _outreach(rng: SeededRandom, everybody: Sequence[Company]) -> Iterator[Outreach]:
    for number, company in enumerate(everybody):
        kind, note = rng.choose(_KINDS)
        yield Outreach(
            id=uuid5(company.id, "outreach"),
            company=company,
            kind=kind,
            made_on=weekday(SINCE + timedelta(days=number * _MEETING_COMPANIES_DAYS // len(everybody))),
            note=note,
            new_company=number % _KNOWN_BEFORE != 0,
        )


def _filled_pledges(rng: SeededRandom, contacts: Sequence[Outreach]) -> Iterator[Pledge]:
    for number, contact in enumerate(contacts):
        day = weekday(contact.made_on + timedelta(days=4 + rng.below(12)))
        positions = _POSITIONS[number % len(_POSITIONS)]
        pledge_id = uuid5(contact.id, "pledge")
        yield _pledge(rng, pledge_id, contact.company, day, positions=positions, hours=rng.choose(_HOURS))


def _open_pledges(rng: SeededRandom, everybody: Sequence[Company]) -> Iterator[Pledge]:
    for number, company in enumerate(everybody[1::4]):
        day = weekday(_OPEN_SINCE + timedelta(days=3 * number))
        yield _pledge(rng, open_pledge_id(company), company, day, positions=1 + number % 2, hours=rng.choose(_HOURS))


def _found_pledge(rng: SeededRandom, company: Company) -> Pledge:
    """Return the job that a case worker saw in a heap of empty boxes, and found for one citizen."""
    pledge_id = uuid5(company.id, "pledge:boxes")
    pledge = _pledge(rng, pledge_id, company, _FOUND_ON, positions=1, hours=(5, 8))
    return replace(pledge, tasks=("tidying",), found_for=waiting_reference(_FOUND_FOR))


def _pledge(
    rng: SeededRandom, pledge_id: UUID, company: Company, day: date, *, positions: int, hours: tuple[int, int]
) -> Pledge:
    return Pledge(
        id=pledge_id,
        event_id=None,
        company=company,
        contact_name=random_contact_name(rng),
        contact_phone=random_phone_number(rng),
        job_type="smaajob",
        positions=positions,
        hours_from=hours[0],
        hours_to=hours[1],
        tasks=rng.sample(company.tasks, 1 + rng.below(2)),
        captured_at=at(day, 9 + rng.below(6), rng.below(60)),
    )


# ---- hires, and whose they are


def _hires(rng: SeededRandom, pledges: Sequence[Pledge], people: Sequence[Person]) -> list[Hire]:
    """Return a hire on each position. The earliest have ended, so that as many run as are published."""
    names = [person.name for person in people if person.role == "caseworker"]
    hires = [
        Hire(
            id=uuid5(pledge.id, f"hire:{position}"),
            pledge_id=pledge.id,
            position=position,
            company=pledge.company,
            job_type="smaajob",
            start_date=weekday(pledge.captured_at.date() + timedelta(days=10 + rng.below(50))),
            weekly_hours=pledge.hours_from + rng.below(pledge.hours_to - pledge.hours_from + 1),
            contact_person=rng.choose(names),
            ended_on=None,
            end_reason=None,
        )
        for pledge in pledges
        for position in range(1, pledge.positions + 1)
    ]
    hires.sort(key=lambda hire: (hire.start_date, hire.id))
    for number in range(len(hires) - vejle_facts.CITIZENS_IN_SMAAJOB_NOW):
        ended_on = weekday(hires[number].start_date + timedelta(days=70 + rng.below(200)))
        hires[number] = replace(hires[number], ended_on=ended_on, end_reason=rng.choose(_END_REASONS))
    return hires


def _name_citizens(
    rng: SeededRandom, hires: Sequence[Hire], people: Sequence[Person]
) -> tuple[list[Hire], list[Citizen]]:
    case_workers = {person.name: person.id for person in people if person.role == "caseworker"}
    known: dict[str, Citizen] = {}
    named: list[Hire] = []
    for hire in hires:
        again = next((one for one in named if _may_follow(one, hire, named)), None) if rng.happens(0.4) else None
        if again is not None:
            named.append(replace(hire, citizen=again.citizen))
            continue
        registered_on = weekday(max(SINCE, hire.start_date - timedelta(days=20 + rng.below(60))))
        reference = _reference(registered_on, 100 + len(known))
        terms = citizens.terms(rng, hire.company.tasks, case_workers[hire.contact_person], registered_on)
        known[reference] = Citizen(reference, registered_on, terms)
        named.append(replace(hire, citizen=reference))
    running = {hire.citizen for hire in named if hire.ended_on is None}
    for hire in named:
        left = hire.ended_on is not None and hire.ended_on >= _LEFT_SINCE and hire.end_reason in _HAVE_LEFT
        if left and hire.citizen is not None and hire.citizen not in running:
            known[hire.citizen] = replace(known[hire.citizen], left_on=hire.ended_on)
    return named, list(known.values())


def _may_follow(earlier: Hire, hire: Hire, named: Sequence[Hire]) -> bool:
    """Whether a hire may be of the citizen whose earlier one has ended."""
    return (
        earlier.ended_on is not None
        and earlier.ended_on <= hire.start_date
        and earlier.end_reason in _HIRED_AGAIN
        and earlier.company != hire.company
        and sum(one.citizen == earlier.citizen for one in named) == 1
    )


def _ladder(rng: SeededRandom, pledge: Pledge, people: Sequence[Person]) -> tuple[Citizen, Hire]:
    """Return the man whose ladder is published, and his hire."""
    [case_worker, *_] = [person for person in people if person.role == "caseworker"]
    registered_on = date(2026, 1, 5)
    known: ParticipantTerms = citizens.terms(rng, pledge.company.tasks, case_worker.id, registered_on)
    note = "Klarer sig selv med 20 timer om ugen siden den 3. august. Vi ringer igen efter nytår."
    man = Citizen(LADDER_REFERENCE, registered_on, known, note=(_LADDER_STARTS[-1], note))
    hire = Hire(
        id=LADDER_HIRE_ID,
        pledge_id=pledge.id,
        position=1,
        company=pledge.company,
        job_type="smaajob",
        start_date=_LADDER_STARTS[1],
        weekly_hours=12,
        contact_person=case_worker.name,
        ended_on=None,
        end_reason=None,
        citizen=LADDER_REFERENCE,
    )
    return man, hire


def _reference(registered_on: date, number: int) -> str:
    return f"VEJ-{registered_on.year}-{number:03}"

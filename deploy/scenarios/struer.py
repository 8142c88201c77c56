"""The Struer scenario: eight and a half years of an employer taskforce that ends at the published figures.

The data is always the same: ids are derived from names and numbers, random choices use a fixed seed, and no date
depends on the day of loading. Up to and including `UNTIL` exactly 196 citizens have got a småjob.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from deploy.scenarios import facts, struer_citizens
from deploy.scenarios.identities import person_id, taskforce_id
from deploy.scenarios.model import (
    Event,
    Hire,
    Person,
    Pledge,
    Scenario,
    SeededRandom,
    at,
    random_contact_name,
    random_phone_number,
    weekday,
)
from deploy.scenarios.struer_companies import companies

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from deploy.scenarios.company import Company
    from shared.contracts.pledges import JobType
    from shared.product.roles import Role

SLUG: Final = "struer"
NAME: Final = "Code of Care Struer"
TASKFORCE_ID: Final = taskforce_id(SLUG)
UNTIL: Final = date(2026, 9, 30)
"""The last day of the scenario."""

SMAAJOB_HIRES_BY_YEAR: Final = {
    2018: 14,
    2019: 30,
    2020: 18,
    2021: 22,
    2022: 26,
    2023: 24,
    2024: 24,
    2025: 22,
    2026: 16,
}
"""Our assumption about the distribution; the source gives only the sum of 196."""


def struer() -> Scenario:
    """Build the scenario in some milliseconds."""
    rng = SeededRandom("struer")
    everybody, people = companies(), _people()
    events = tuple(sorted(_events(rng, everybody), key=lambda event: event.starts_at))
    pledges = tuple(sorted(_pledges(rng, everybody, events), key=lambda pledge: pledge.captured_at))
    hires, citizens = struer_citizens.name_citizens(tuple(_hires(rng, everybody, pledges)), people)
    return Scenario(
        slug=SLUG,
        name=NAME,
        municipality=facts.MUNICIPALITY,
        since=facts.SINCE,
        until=UNTIL,
        companies=everybody,
        people=people,
        events=events,
        pledges=pledges,
        hires=hires,
        citizens=citizens,
        outreach=tuple(struer_citizens.outreach(pledges)),
    )


# ---- people


def _people() -> tuple[Person, ...]:
    names: dict[Role, str] = {
        "member": "Mette Havbro",
        "coordinator": "Kirsten Lyngholt",
        "caseworker": "Jonas Tangaa",
        "facilitator": "Amira Klitfeldt",
        "admin": "Bent Sivkær",
        "auditor": "Ruth Engvang",
    }
    return tuple(
        Person(
            id=person_id(SLUG, role),
            role=role,
            name=name,
            email=f"{role}@{SLUG}.example",
            municipality=facts.MUNICIPALITY if role == "caseworker" else None,
            programme="smaajob_effort" if role == "facilitator" else None,
        )
        for role, name in names.items()
    )


# ---- events and meetings


_EMPLOYER_EVENTS: Final = (
    (date(2018, 10, 4), "Spot et småjob: den første aften", "Struer Havn", 15, 34),
    (date(2019, 3, 20), "Virksomhedsaften", "Folkets Hus, Struer", 20, 30),
    (date(2019, 10, 9), "Morgenmøde for butikker og spisesteder", "Østergade, Struer", 12, 18),
    (date(2020, 2, 26), "Virksomhedsaften", "Folkets Hus, Struer", 20, 28),
    (date(2021, 9, 15), "Vi ses igen: virksomhedsaften", "Struer Havn", 20, 32),
    (date(2022, 3, 23), "Småjob i industrien", "Erhvervsskolen, Struer", 15, 22),
    (date(2022, 10, 12), "Virksomhedsaften", "Folkets Hus, Struer", 25, 36),
    (date(2023, 3, 22), "Småjob på havnen", "Lemvig Havn", 12, 20),
    (date(2023, 10, 11), "Virksomhedsaften", "Musikteatret, Holstebro", 25, 38),
    (date(2024, 4, 10), "Morgenmøde om grønne småjob", "Kilen, Struer", 10, 16),
    (date(2024, 10, 9), "Virksomhedsaften", "Folkets Hus, Struer", 25, 40),
    (date(2025, 4, 2), "Småjob i lager og transport", "Erhvervsparken, Struer", 15, 21),
    (date(2025, 10, 8), "Virksomhedsaften", "Folkets Hus, Struer", 30, 42),
    (date(2026, 4, 15), "Spot et småjob: forår", "Struer Havn", 20, 35),
)
"""Day, title, place, goal in pledged positions, companies present."""

_WEDNESDAY: Final = 2
_MEETING_MONTHS: Final = {4: (2, 5, 9, 11), 5: (1, 3, 5, 9, 11)}


def _events(rng: SeededRandom, everybody: Sequence[Company]) -> Iterator[Event]:
    for day, title, place, goal, present in _EMPLOYER_EVENTS:
        morning = title.startswith("Morgenmøde")
        yield Event(
            id=uuid5(TASKFORCE_ID, f"event:{day.isoformat()}"),
            kind="employer_event",
            title=title,
            place=place,
            starts_at=at(day, 7 if morning else 17, 30 if morning else 0),
            ends_at=at(day, 9 if morning else 20, 30),
            goal_positions=goal,
            attending=tuple(company.id for company in rng.sample(everybody, present)),
        )
    for year in range(facts.SINCE.year, UNTIL.year + 1):
        for month in _MEETING_MONTHS[facts.MEETINGS_A_YEAR[year % 2]]:
            second_week = date(year, month, 8)
            day = second_week + timedelta(days=(_WEDNESDAY - second_week.weekday()) % 7)
            if facts.SINCE <= day <= UNTIL:
                yield Event(
                    id=uuid5(TASKFORCE_ID, f"event:{day.isoformat()}"),
                    kind="taskforce_meeting",
                    title="Taskforcemøde",
                    place="Rådhuset, Struer",
                    starts_at=at(day, 15),
                    ends_at=at(day, 17),
                    goal_positions=None,
                    attending=(),
                )


# ---- pledges

_POSITIONS: Final = (1, 1, 1, 1, 1, 1, 2, 2, 2, 3)
_HOURS: Final = ((5, 8), (5, 10), (6, 10), (8, 12), (8, 15), (10, 15), (12, 15))
_OTHER_JOB_TYPES: Final[tuple[tuple[JobType, int, int], ...]] = (
    ("fleksjob", 10, 20),
    ("loentilskud", 25, 37),
    ("praktik", 15, 30),
    ("ordinaer", 30, 37),
)


def _pledges(rng: SeededRandom, everybody: Sequence[Company], events: Sequence[Event]) -> Iterator[Pledge]:
    by_id = {company.id: company for company in everybody}
    for event in events:
        if event.kind == "employer_event":
            attending = [by_id[company_id] for company_id in event.attending]
            length = event.ends_at - event.starts_at
            for number, company in enumerate(rng.sample(attending, len(attending) * 2 // 5), start=1):
                yield _pledge(
                    rng,
                    uuid5(event.id, f"pledge:{number}"),
                    company,
                    captured_at=event.starts_at + length * (0.2 + 0.7 * number / len(attending)),
                    event_id=event.id,
                )
    day, number = facts.SINCE + timedelta(days=6), 0
    while day <= UNTIL:
        number += 1
        yield _pledge(
            rng,
            uuid5(TASKFORCE_ID, f"pledge:{number}"),
            rng.choose(everybody),
            captured_at=at(weekday(day), 9 + rng.below(6), rng.below(60)),
            event_id=None,
        )
        # Fewer pledges in 2020.
        day += timedelta(days=12 + rng.below(30) + (25 if day.year == 2020 else 0))


def _pledge(
    rng: SeededRandom, pledge_id: UUID, company: Company, *, captured_at: datetime, event_id: UUID | None
) -> Pledge:
    job_type: JobType = "smaajob"
    hours_from, hours_to = rng.choose(_HOURS)
    if rng.happens(0.09):
        job_type, hours_from, hours_to = rng.choose(_OTHER_JOB_TYPES)
    return Pledge(
        id=pledge_id,
        event_id=event_id,
        company=company,
        contact_name=random_contact_name(rng),
        contact_phone=random_phone_number(rng),
        job_type=job_type,
        positions=rng.choose(_POSITIONS) if job_type == "smaajob" else 1,
        hours_from=hours_from,
        hours_to=hours_to,
        tasks=rng.sample(company.tasks, 1 + rng.below(2)),
        captured_at=captured_at,
    )


# ---- hires

_WITHOUT_PLEDGE: Final = 0.08
_STAYS: Final = 0.28
_END_REASONS: Final = (
    *("more_hours_elsewhere", "more_hours_elsewhere", "ordinary_job", "ordinary_job", "education", "employer"),
    *("participant", "health", "moved", "other"),
)


@dataclass(slots=True)
class _Opening:
    pledge: Pledge
    number: int


def _hires(rng: SeededRandom, everybody: Sequence[Company], pledges: Sequence[Pledge]) -> Iterator[Hire]:
    openings = [_Opening(pledge, number) for pledge in pledges for number in range(1, pledge.positions + 1)]
    hires = sorted(
        (_workday(rng, year), "smaajob" if index < smaajobs else "other", index)
        for year, smaajobs in SMAAJOB_HIRES_BY_YEAR.items()
        for index in range(smaajobs + 3)
    )
    for start, kind, index in hires:
        hire_id = uuid5(TASKFORCE_ID, f"hire:{start.year}:{index}")
        suitable = [
            opening
            for opening in openings
            if (opening.pledge.job_type == "smaajob") == (kind == "smaajob")
            and timedelta(days=7) <= start - opening.pledge.captured_at.date() <= timedelta(days=330)
        ]
        if suitable and not rng.happens(_WITHOUT_PLEDGE):
            opening = rng.choose(suitable)
            openings.remove(opening)
            yield _with_end(rng, _on_position(rng, hire_id, opening, start))
        elif kind == "smaajob":
            yield _with_end(rng, _without_pledge(rng, hire_id, rng.choose(everybody), start))


def _on_position(rng: SeededRandom, hire_id: UUID, opening: _Opening, start: date) -> Hire:
    pledge = opening.pledge
    return Hire(
        id=hire_id,
        pledge_id=pledge.id,
        position=opening.number,
        company=pledge.company,
        job_type=pledge.job_type,
        start_date=start,
        weekly_hours=pledge.hours_from + rng.below(pledge.hours_to - pledge.hours_from + 1),
        contact_person="Jonas Tangaa",
        ended_on=None,
        end_reason=None,
    )


def _without_pledge(rng: SeededRandom, hire_id: UUID, company: Company, start: date) -> Hire:
    return Hire(
        id=hire_id,
        pledge_id=None,
        position=None,
        company=company,
        job_type="smaajob",
        start_date=start,
        weekly_hours=5 + rng.below(11),
        contact_person="Jonas Tangaa",
        ended_on=None,
        end_reason=None,
    )


def _with_end(rng: SeededRandom, hire: Hire) -> Hire:
    """End some of the hires, two months to four years after they start, if that day is in the scenario."""
    if rng.happens(_STAYS):
        return hire
    ended_on = hire.start_date + timedelta(days=60 + rng.below(1400))
    if ended_on > UNTIL:
        return hire
    return replace(hire, ended_on=ended_on, end_reason=rng.choose(_END_REASONS))


# ---- days


def _workday(rng: SeededRandom, year: int) -> date:
    first = max(date(year, 1, 4), facts.SINCE + timedelta(days=30))
    last = min(date(year, 12, 18), UNTIL - timedelta(days=3))
    return weekday(first + timedelta(days=rng.below((last - first).days)))

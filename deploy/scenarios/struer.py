"""The Struer scenario: eight and a half years of an employer taskforce, ending at the published figures.

The same call gives the same data for ever: ids are derived from names and numbers, chance comes from a fixed seed,
and no date depends on the day it is loaded. Up to and including `UNTIL` exactly 196 citizens have got a småjob.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID, uuid5

from deploy.scenarios import facts
from deploy.scenarios.identities import person_id, taskforce_id
from deploy.scenarios.struer_companies import Company, companies
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from shared.contracts.events import EventKind
    from shared.contracts.pledges import JobType
    from shared.product.roles import Role
    from shared.product.vocabulary import Programme

T = TypeVar("T")

SLUG: Final = "struer"
NAME: Final = "Code of Care Struer"
TASKFORCE_ID: Final = taskforce_id(SLUG)
UNTIL: Final = date(2026, 9, 30)
"""The last day on which anything in the scenario happens."""

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
"""Our own guess of how 196 came about (the source gives only the sum): a quick start, a dip in 2020."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    id: UUID
    role: Role
    name: str
    email: str
    municipality: str | None = None
    programme: Programme | None = None


@dataclass(frozen=True, slots=True)
class Gathering:
    """An employer event or a meeting of the taskforce, long over."""

    id: UUID
    kind: EventKind
    title: str
    place: str
    starts_at: datetime
    ends_at: datetime
    goal_positions: int | None
    attending: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Pledge:
    """What a company promised."""

    id: UUID
    event_id: UUID | None
    company: Company
    contact_name: str
    contact_phone: str
    job_type: JobType
    positions: int
    hours_from: int
    hours_to: int
    tasks: tuple[str, ...]
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Hire:
    """What came of it: a case worker's confirmation."""

    id: UUID
    pledge_id: UUID | None
    position: int | None
    company: Company
    job_type: JobType
    start_date: date
    weekly_hours: int
    contact_person: str
    ended_on: date | None
    end_reason: str | None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything to load."""

    companies: tuple[Company, ...]
    people: tuple[Person, ...]
    gatherings: tuple[Gathering, ...]
    pledges: tuple[Pledge, ...]
    hires: tuple[Hire, ...]

    def person(self, role: Role) -> Person:
        """The one person of that role."""
        return next(person for person in self.people if person.role == role)

    def smaajob_hires(self, as_of: date) -> int:
        """How many citizens had got a småjob by a day: ended ones count."""
        return sum(hire.job_type == "smaajob" and hire.start_date <= as_of for hire in self.hires)

    def smaajobs_running(self, as_of: date) -> int:
        """How many of them still had it at the end of that day."""
        return sum(
            hire.job_type == "smaajob" and hire.start_date <= as_of and (hire.ended_on is None or hire.ended_on > as_of)
            for hire in self.hires
        )


def struer() -> Scenario:
    """Build the scenario; takes some milliseconds."""
    chance = Chance("struer")
    everybody = companies()
    gatherings = tuple(sorted(_gatherings(chance, everybody), key=lambda gathering: gathering.starts_at))
    pledges = tuple(sorted(_pledges(chance, everybody, gatherings), key=lambda pledge: pledge.captured_at))
    return Scenario(
        companies=everybody,
        people=_people(),
        gatherings=gatherings,
        pledges=pledges,
        hires=tuple(_hires(chance, everybody, pledges)),
    )


class Chance:
    """Dice that fall the same way for ever: only `random.Random.random` is promised to stay reproducible."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311  (nothing secret)

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, but not including, `limit`."""
        return int(self._random.random() * limit)

    def happens(self, share: float) -> bool:
        """True in that share of cases."""
        return self._random.random() < share

    def one_of(self, choices: Sequence[T]) -> T:
        """One of the choices, each as likely."""
        return choices[self.below(len(choices))]

    def some_of(self, choices: Sequence[T], number: int) -> tuple[T, ...]:
        """That many of the choices, each at most once, in their order."""
        keep = set(sorted(range(len(choices)), key=lambda _: self._random.random())[:number])
        return tuple(choice for index, choice in enumerate(choices) if index in keep)


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


_FIRST_NAMES = (
    *("Anne", "Bodil", "Camilla", "Dorthe", "Else", "Fatma", "Gitte", "Hanne", "Inger", "Jette", "Karen", "Lene"),
    *("Anders", "Brian", "Carsten", "Dennis", "Erik", "Frank", "Gert", "Henrik", "Ivan", "Jens", "Kasper", "Lars"),
)
_LAST_NAMES = (
    *("Birkemose", "Damtoft", "Ellebro", "Fjordvang", "Gravlund", "Hedeager", "Isbrandt", "Kirkedal", "Lyngsø"),
    *("Marskgaard", "Nørrevang", "Odderskær", "Rishøj", "Sandbjerg", "Tornhave", "Udengaard", "Vibholm", "Østerlund"),
)


def contact_of(chance: Chance) -> str:
    """A made-up name of somebody at a company."""
    return f"{chance.one_of(_FIRST_NAMES)} {chance.one_of(_LAST_NAMES)}"


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


def _gatherings(chance: Chance, everybody: Sequence[Company]) -> Iterator[Gathering]:
    for day, title, place, goal, present in _EMPLOYER_EVENTS:
        morning = title.startswith("Morgenmøde")
        yield Gathering(
            id=uuid5(TASKFORCE_ID, f"event:{day.isoformat()}"),
            kind="employer_event",
            title=title,
            place=place,
            starts_at=_at(day, 7 if morning else 17, 30 if morning else 0),
            ends_at=_at(day, 9 if morning else 20, 30),
            goal_positions=goal,
            attending=tuple(company.id for company in chance.some_of(everybody, present)),
        )
    for year in range(facts.SINCE.year, UNTIL.year + 1):
        for month in _MEETING_MONTHS[facts.MEETINGS_A_YEAR[year % 2]]:
            second_week = date(year, month, 8)
            day = second_week + timedelta(days=(_WEDNESDAY - second_week.weekday()) % 7)
            if facts.SINCE <= day <= UNTIL:
                yield Gathering(
                    id=uuid5(TASKFORCE_ID, f"event:{day.isoformat()}"),
                    kind="taskforce_meeting",
                    title="Taskforcemøde",
                    place="Rådhuset, Struer",
                    starts_at=_at(day, 15),
                    ends_at=_at(day, 17),
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


def _pledges(chance: Chance, everybody: Sequence[Company], gatherings: Sequence[Gathering]) -> Iterator[Pledge]:
    by_id = {company.id: company for company in everybody}
    for gathering in gatherings:
        if gathering.kind == "employer_event":
            evening = [by_id[company_id] for company_id in gathering.attending]
            length = gathering.ends_at - gathering.starts_at
            for number, company in enumerate(chance.some_of(evening, len(evening) * 2 // 5), start=1):
                yield _pledge(
                    chance,
                    uuid5(gathering.id, f"pledge:{number}"),
                    company,
                    captured_at=gathering.starts_at + length * (0.2 + 0.7 * number / len(evening)),
                    event_id=gathering.id,
                )
    day, number = facts.SINCE + timedelta(days=6), 0
    while day <= UNTIL:
        number += 1
        yield _pledge(
            chance,
            uuid5(TASKFORCE_ID, f"pledge:{number}"),
            chance.one_of(everybody),
            captured_at=_at(_weekday(day), 9 + chance.below(6), chance.below(60)),
            event_id=None,
        )
        # Few came by themselves in the spring of 2020.
        day += timedelta(days=12 + chance.below(30) + (25 if day.year == 2020 else 0))


def _pledge(
    chance: Chance, pledge_id: UUID, company: Company, *, captured_at: datetime, event_id: UUID | None
) -> Pledge:
    job_type: JobType = "smaajob"
    hours_from, hours_to = chance.one_of(_HOURS)
    if chance.happens(0.09):
        job_type, hours_from, hours_to = chance.one_of(_OTHER_JOB_TYPES)
    return Pledge(
        id=pledge_id,
        event_id=event_id,
        company=company,
        contact_name=contact_of(chance),
        contact_phone=phone_of(chance),
        job_type=job_type,
        positions=chance.one_of(_POSITIONS) if job_type == "smaajob" else 1,
        hours_from=hours_from,
        hours_to=hours_to,
        tasks=chance.some_of(company.tasks, 1 + chance.below(2)),
        captured_at=captured_at,
    )


def phone_of(chance: Chance) -> str:
    """A number of the right length that rings nowhere: no Danish number begins with 0."""
    return f"+45 00 00 {chance.below(100):02} {chance.below(100):02}"


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


def _hires(chance: Chance, everybody: Sequence[Company], pledges: Sequence[Pledge]) -> Iterator[Hire]:
    openings = [_Opening(pledge, number) for pledge in pledges for number in range(1, pledge.positions + 1)]
    wanted = sorted(
        (_workday(chance, year), "smaajob" if index < smaajobs else "other", index)
        for year, smaajobs in SMAAJOB_HIRES_BY_YEAR.items()
        for index in range(smaajobs + 3)
    )
    for start, kind, index in wanted:
        hire_id = uuid5(TASKFORCE_ID, f"hire:{start.year}:{index}")
        suitable = [
            opening
            for opening in openings
            if (opening.pledge.job_type == "smaajob") == (kind == "smaajob")
            and timedelta(days=7) <= start - opening.pledge.captured_at.date() <= timedelta(days=330)
        ]
        if suitable and not chance.happens(_WITHOUT_PLEDGE):
            opening = chance.one_of(suitable)
            openings.remove(opening)
            yield _with_end(chance, _on_position(chance, hire_id, opening, start))
        elif kind == "smaajob":
            yield _with_end(chance, _without_pledge(chance, hire_id, chance.one_of(everybody), start))


def _on_position(chance: Chance, hire_id: UUID, opening: _Opening, start: date) -> Hire:
    pledge = opening.pledge
    return Hire(
        id=hire_id,
        pledge_id=pledge.id,
        position=opening.number,
        company=pledge.company,
        job_type=pledge.job_type,
        start_date=start,
        weekly_hours=pledge.hours_from + chance.below(pledge.hours_to - pledge.hours_from + 1),
        contact_person="Jonas Tangaa",
        ended_on=None,
        end_reason=None,
    )


def _without_pledge(chance: Chance, hire_id: UUID, company: Company, start: date) -> Hire:
    return Hire(
        id=hire_id,
        pledge_id=None,
        position=None,
        company=company,
        job_type="smaajob",
        start_date=start,
        weekly_hours=5 + chance.below(11),
        contact_person="Jonas Tangaa",
        ended_on=None,
        end_reason=None,
    )


def _with_end(chance: Chance, hire: Hire) -> Hire:
    """Some stay for ever; the others leave after two months to four years, if that day has come."""
    if chance.happens(_STAYS):
        return hire
    ended_on = hire.start_date + timedelta(days=60 + chance.below(1400))
    if ended_on > UNTIL:
        return hire
    return replace(hire, ended_on=ended_on, end_reason=chance.one_of(_END_REASONS))


# ---- days


def _workday(chance: Chance, year: int) -> date:
    first = max(date(year, 1, 4), facts.SINCE + timedelta(days=30))
    last = min(date(year, 12, 18), UNTIL - timedelta(days=3))
    return _weekday(first + timedelta(days=chance.below((last - first).days)))


def _weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), COPENHAGEN)

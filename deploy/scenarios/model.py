"""What scenarios consist of, and their random choices, which are always the same."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, TypeVar
from uuid import UUID

from deploy.scenarios.identities import taskforce_id
from shared.fields.copenhagen import COPENHAGEN, local_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deploy.scenarios.company import Company
    from services.pledges.participants.domain import ParticipantTerms
    from shared.contracts.events import EventKind
    from shared.contracts.pledges import CheckpointAnswer, CheckpointMonths, JobType, OutreachKind
    from shared.product.roles import Role
    from shared.product.vocabulary import Programme

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Person:
    """A person who can sign in."""

    id: UUID
    role: Role
    name: str
    email: str
    municipality: str | None = None
    programme: Programme | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A past employer event or meeting of the taskforce."""

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
    """A company's pledge. `hours_from` and `hours_to` are weekly hours.

    Attributes:
        found_for: the case reference of the participant for whom a case worker has found the job; None: for anybody.
    """

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
    found_for: str | None = None


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A step of a hire's hours ladder."""

    starts_on: date
    paid: int
    praktik: int
    job_type: JobType


@dataclass(frozen=True, slots=True)
class Hire:
    """A confirmed hire, on a pledged position or without a pledge.

    Attributes:
        start_date: the first day of its job type, which a praktik may come before.
        contact_person: the name of one of the scenario's case workers.
        citizen: the case reference of the participant whose job it is; None: it names nobody.
    """

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
    citizen: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the person of a hire was employed some months after the start.

    Attributes:
        at: when that was answered; None: on the day of loading.
    """

    hire_id: UUID
    months: CheckpointMonths
    answer: CheckpointAnswer
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A profile card. It becomes valid on the day of loading.

    Attributes:
        drawing: the number of a drawn picture; None: the card has none.
    """

    preferred_name: str
    words: str
    tasks: tuple[str, ...]
    drawing: int | None = None


@dataclass(frozen=True, slots=True)
class Citizen:
    """A participant.

    Attributes:
        left_on: when the municipality has stopped looking after them.
        note: what their case worker has written about them, and when.
    """

    case_reference: str
    registered_on: date
    terms: ParticipantTerms
    card: Card | None = None
    left_on: date | None = None
    note: tuple[date, str] | None = None


@dataclass(frozen=True, slots=True)
class Outreach:
    """A contact that a case worker has made with a company."""

    id: UUID
    company: Company
    kind: OutreachKind
    made_on: date
    note: str
    new_company: bool


@dataclass(frozen=True, slots=True)
class Scenario:
    """All data of a scenario.

    Attributes:
        until: the last day on which something happens in it.
    """

    slug: str
    name: str
    municipality: str
    since: date
    until: date
    companies: tuple[Company, ...]
    people: tuple[Person, ...]
    events: tuple[Event, ...]
    pledges: tuple[Pledge, ...]
    hires: tuple[Hire, ...]
    citizens: tuple[Citizen, ...]
    outreach: tuple[Outreach, ...]

    @property
    def taskforce_id(self) -> UUID:
        """The id of its taskforce."""
        return taskforce_id(self.slug)

    @property
    def case_reference_prefix(self) -> str:
        """What the case references of its participants begin with."""
        return f"{self.slug[:3].upper()}-"

    def person(self, role: Role) -> Person:
        """Return the first person with that role."""
        return next(person for person in self.people if person.role == role)

    def case_worker(self, name: str) -> Person:
        """Return the case worker with that name."""
        return next(person for person in self.people if person.role == "caseworker" and person.name == name)

    def settled(self) -> list[Hire]:
        """Return the hires that have not ended and name their citizen, but for each fourth: those want more hours."""
        running = [hire for hire in self.hires if hire.citizen and hire.ended_on is None]
        return [hire for number, hire in enumerate(running) if number % 4 != 1]

    def smaajob_hires(self, as_of: date) -> int:
        """Return how many småjobs had begun by that day, including ended ones."""
        return sum(hire.job_type == "smaajob" and hire.start_date <= as_of for hire in self.hires)

    def smaajob_citizens(self, as_of: date) -> int:
        """Return how many citizens had got a småjob by that day. A hire that names nobody counts as one."""
        return len(
            {hire.citizen or hire.id for hire in self.hires if hire.job_type == "smaajob" and hire.start_date <= as_of}
        )

    def smaajobs_running(self, as_of: date) -> int:
        """Return how many småjobs there were at the end of that day, and ordinary jobs that had begun as one."""
        return sum(
            hire.job_type == "smaajob" and hire.start_date <= as_of and (hire.ended_on is None or hire.ended_on > as_of)
            for hire in self.hires
        )


class SeededRandom:
    """A random generator that is reproducible across Python versions: only `random.Random.random` guarantees that."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311  (nothing secret)

    def below(self, limit: int) -> int:
        """Return an integer from 0 up to, but not including, `limit`."""
        return int(self._random.random() * limit)

    def happens(self, share: float) -> bool:
        """Return True with the probability `share`."""
        return self._random.random() < share

    def choose(self, choices: Sequence[T]) -> T:
        """Return one of the choices, all equally likely."""
        return choices[self.below(len(choices))]

    def sample(self, choices: Sequence[T], number: int) -> tuple[T, ...]:
        """Return `number` different choices in their original order."""
        keep = set(sorted(range(len(choices)), key=lambda _: self._random.random())[:number])
        return tuple(choice for index, choice in enumerate(choices) if index in keep)


_FIRST_NAMES: Final = (
    *("Anne", "Bodil", "Camilla", "Dorthe", "Else", "Fatma", "Gitte", "Hanne", "Inger", "Jette", "Karen", "Lene"),
    *("Anders", "Brian", "Carsten", "Dennis", "Erik", "Frank", "Gert", "Henrik", "Ivan", "Jens", "Kasper", "Lars"),
)
_LAST_NAMES: Final = (
    *("Birkemose", "Damtoft", "Ellebro", "Fjordvang", "Gravlund", "Hedeager", "Isbrandt", "Kirkedal", "Lyngsø"),
    *("Marskgaard", "Nørrevang", "Odderskær", "Rishøj", "Sandbjerg", "Tornhave", "Udengaard", "Vibholm", "Østerlund"),
)


def random_contact_name(rng: SeededRandom) -> str:
    """Return a fictional name for a company's contact."""
    return f"{rng.choose(_FIRST_NAMES)} {rng.choose(_LAST_NAMES)}"


def random_phone_number(rng: SeededRandom) -> str:
    """Return a telephone number that cannot exist: no Danish number begins with 0."""
    return f"+45 00 00 {rng.below(100):02} {rng.below(100):02}"


def weekday(day: date) -> date:
    """Return the day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= 5 else 0)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """Return a moment in Copenhagen."""
    return local_moment(day, time(hour, minute)).astimezone(COPENHAGEN)

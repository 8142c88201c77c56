"""What a kind of due work consists of, and when work is due. Imports no I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

from shared.fields.working_days import is_working_day, next_working_day

if TYPE_CHECKING:
    from services.pledges.pledges.schemas import PledgeOut

_DAY: Final = timedelta(days=1)
_EARLIEST: Final = date(1900, 1, 1)


@dataclass(frozen=True, slots=True)
class Ageing:
    """The days after which this installation reminds, and after which a pledge lapses."""

    vacant: int = 14
    matched: int = 14
    lapse: int = 180
    warning: int = 30


class Schedule(Protocol):
    """When the work of a row is due, from the day that the row is ordered by. A later day is never due earlier."""

    def due_on(self, day: date, ageing: Ageing) -> date:
        """Return when it is due."""

    def last_day(self, due_on: date, ageing: Ageing) -> date:
        """Return the last day whose work is due on `due_on` or before."""


@dataclass(frozen=True, slots=True)
class After:
    """Some days after the row's day; 0: on that day."""

    days: Callable[[Ageing], int] = lambda _ageing: 0

    def due_on(self, day: date, ageing: Ageing) -> date:
        """See `Schedule`."""
        return day + timedelta(days=self.days(ageing))

    def last_day(self, due_on: date, ageing: Ageing) -> date:
        """See `Schedule`."""
        return due_on - timedelta(days=self.days(ageing))


class OnNextWorkingDay:
    """On the first working day after the row's day."""

    def due_on(self, day: date, _ageing: Ageing) -> date:
        """See `Schedule`."""
        return next_working_day(day)

    def last_day(self, due_on: date, _ageing: Ageing) -> date:
        """See `Schedule`."""
        while not is_working_day(due_on):
            due_on -= _DAY
        return due_on - _DAY


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows of a kind come from: a query that reads an index in the order of `day` and `id`.

    The fields are SQL. They may contain `:taskforce`, `:today`, `:person`, `:municipality`, `:decides` and `:confirms`
    (of the reader: see `queries.Reader`), and `:vacant` and the other days of `Ageing`.

    Attributes:
        tables: what follows `from`.
        where: the conditions, with that of the taskforce. What an index promises has to be implied by them.
        day: a date. `schedule` says when the work is due.
        id: with `day` it identifies the row.
        owner: the person whose work it is, or null: nobody's.
        about: the alias of the table (`pledges` or `hires`) that filters look at; None: no filter finds the rows.
        pledge_id, hire_id: the case, or null.
        number: of a position, or months: what the words need.
        detail: further words as a JSON object, or null.
        tables_of_person: instead of `tables` for the work of `:person` alone, where that begins with their cases.
        without: leaves out what another kind shows with a nearer step, unless this kind is asked for.
        plenty: whether most of the work comes from here, so that it is counted first.
    """

    tables: str
    where: str
    day: str
    id: str
    owner: str
    about: str | None
    pledge_id: str = "null::uuid"
    hire_id: str = "null::uuid"
    number: str = "null::integer"
    detail: str = "null::jsonb"
    schedule: Schedule = After()
    tables_of_person: str | None = None
    without: str | None = None
    plenty: bool = False


@dataclass(frozen=True, slots=True)
class HireFacts:
    """A hire, as far as the words of its work need it."""

    id: UUID
    company: str
    job_type: str
    start_date: date
    weekly_hours: Decimal
    contact_name: str | None
    contact_phone: str | None
    pledge_id: UUID | None
    company_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """One row of the queue.

    Attributes:
        day: that of its source.
        today: in Europe/Copenhagen.
        owner: the person whose work it is; None: nobody's.
        decides: whether the reader may decide what only a coordinator decides.
        confirms: whether the reader may confirm hires.
    """

    kind: DueKind
    due_on: date
    day: date
    id: UUID
    today: date
    owner: UUID | None = None
    number: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    pledge: PledgeOut | None = None
    hire: HireFacts | None = None
    decides: bool = False
    confirms: bool = False

    @property
    def button(self) -> str:
        """What its button says, in the current language."""
        return self.kind.button(self)

    @property
    def company(self) -> str:
        """The company's name."""
        if self.pledge is not None:
            return self.pledge.company.name
        return self.hire.company if self.hire is not None else str(self.detail.get("company", ""))

    @property
    def reason(self) -> str:
        """Why the row is there, in the current language."""
        return self.kind.reason(self)

    @property
    def next_step(self) -> str:
        """What to do, in the current language."""
        return self.kind.next_step(self)

    @property
    def url(self) -> str:
        """The page of the next step."""
        return self.kind.url(self)

    @property
    def case_url(self) -> str:
        """The page of the case."""
        if self.hire is not None:
            return f"/hires/{self.hire.id}"
        return f"/pledges/{self.pledge.id}" if self.pledge is not None else self.url


Words = Callable[[Due], str]


@dataclass(frozen=True, slots=True)
class DueKind:
    """A kind of due work.

    Attributes:
        code: in the API and in the address of the page. It never changes.
        label: what a filter calls it: an English text with a translation.
        button: what its button says.
        reason: why a row is there: a sentence without a full stop.
        next_step: what to do: a sentence.
        url: the page of the next step.
        sources: where its rows come from. A case may be in one of them only.
        last: whether its rows come after all others, whenever they are due: they are plenty, and nobody waits for them.
    """

    code: str
    label: str
    button: Words
    reason: Words
    next_step: Words
    url: Words
    sources: tuple[Source, ...]
    last: bool = False


def day_before(day: date) -> date:
    """Return the day before, within the dates that the queue knows."""
    return max(day, _EARLIEST + _DAY) - _DAY

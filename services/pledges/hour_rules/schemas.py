"""What the pages of hour rules send, and what the API answers about hours."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import AfterValidator, Field, StringConstraints

from services.pledges.hires.ladder import TypedStep
from services.pledges.hires.schemas import StepHours
from services.pledges.hour_rules.domain import HourRule
from services.pledges.pledges.schemas import PlainNumber
from shared.contracts.pledges import JobType
from shared.fields.dates import Day, refuse_distant
from shared.fields.numbers import TypedNumber
from shared.fields.text import FreeText, Line, NoneIfBlank
from shared.http.schemas import RequestModel, ResponseModel

WORDS_LENGTH = 1000
RuleDay = Annotated[Day, AfterValidator(refuse_distant)]


class RuleForm(RequestModel):
    """A new rule. `version_of` is the code of the rule of which it is another version."""

    version_of: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")] | None = None
    name: Annotated[Line, Field(min_length=1, max_length=100)]
    words: Annotated[FreeText, Field(min_length=1, max_length=WORDS_LENGTH)]
    source: Annotated[FreeText, Field(min_length=1, max_length=WORDS_LENGTH)]
    hours: Annotated[Decimal, Field(gt=0, le=10000, decimal_places=2), TypedNumber]
    months: Annotated[int, Field(ge=1, le=60), TypedNumber]
    job_types: Annotated[list[JobType], Field(min_length=1)]
    praktik_hours_count: bool = False
    valid_from: RuleDay
    valid_until: Annotated[RuleDay | None, NoneIfBlank] = None

    def rule(self, *, by: UUID | None) -> HourRule:
        """Return the domain's value."""
        return HourRule(
            id=uuid4(),
            code=self.version_of or f"own_{uuid4().hex[:12]}",
            name=self.name,
            words=self.words,
            source=self.source,
            hours=self.hours,
            months=self.months,
            job_types=frozenset(self.job_types),
            praktik_hours_count=self.praktik_hours_count,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            added_by=by,
            added_at=datetime.now(UTC),
        )


class EndForm(RequestModel):
    """The last day of a rule."""

    last_day: RuleDay


class PlanForm(RequestModel):
    """A step that somebody thinks about; empty as long as nobody does."""

    starts_on: Annotated[Day | None, NoneIfBlank] = Field(None, alias="from")
    paid_weekly_hours: Annotated[StepHours | None, NoneIfBlank] = None
    praktik_weekly_hours: Annotated[StepHours | None, NoneIfBlank] = None
    job_type: Annotated[JobType | None, NoneIfBlank] = None
    hire_id: Annotated[UUID | None, NoneIfBlank] = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return self == PlanForm()

    def step(self) -> TypedStep | None:
        """Return the domain's value; None without a first day."""
        if self.starts_on is None:
            return None
        nothing = Decimal(0)
        return TypedStep(
            self.starts_on, self.paid_weekly_hours or nothing, self.praktik_weekly_hours or nothing, self.job_type
        )


class MonthOut(ResponseModel):
    """The hours of a calendar month; of the current one until today."""

    month: date = Field(description="its first day")
    paid: PlainNumber
    praktik: PlainNumber


class FallingOutOut(ResponseModel):
    """Counted hours of a month, and the first day on which they no longer count."""

    month: date = Field(description="its first day")
    hours: PlainNumber
    on: date


class WhatIfOut(ResponseModel):
    """What becomes of a rule if the planned step comes true."""

    counted_weekly_hours: PlainNumber = Field(description="how many of its hours a week count for the rule")
    met_on: date | None = Field(description="the first day on which the rule would be met; null: never")


class RuleHoursOut(ResponseModel):
    """A rule, and how the hours compare with it."""

    id: UUID
    code: str = Field(description="the same for all versions of a rule")
    version: int
    name: str
    words: str = Field(description="what the rule says")
    source: str = Field(description="where it says so")
    state: Literal["in_force", "expired", "coming"]
    valid_from: date
    valid_until: date | None = Field(description="the last day; null: it has no end yet")
    hours: PlainNumber = Field(description="how many are demanded")
    months: int = Field(description="within how many calendar months: that of the day, and those before it")
    job_types: list[JobType] = Field(description="the hours of which count")
    praktik_hours_count: bool = Field(description="false: paid hours only")
    measured_on: date = Field(description="today, or the last day on which the rule was in force")
    counted_from: date = Field(description="the first day whose hours count; the last one is `measured_on`")
    counted: PlainNumber = Field(description="hours, rounded down to hundredths")
    missing: PlainNumber = Field(description="hours, rounded up to hundredths; 0 where the rule is met")
    met: bool
    met_until: date | None = Field(
        description="the last day on which the counted hours suffice, even if nobody works any more; null: not met"
    )
    met_on: date | None = Field(
        description="the first day from today on which the rule is met if the hours ladders go on as they are; null: "
        "never, or it is no longer in force"
    )
    falling_out: list[FallingOutOut] = Field(description="the counted hours by month, the earliest first")
    what_if: WhatIfOut | None = Field(description="null without a planned step")


class HoursOut(ResponseModel):
    """The hours of a participant, and the rules about them."""

    participant_id: UUID
    day: date = Field(description="today, in Europe/Copenhagen")
    hires: int = Field(description="how many hires name the participant; the hours of others are not known")
    months: list[MonthOut] = Field(description="the latest twelve, the earliest first; rounded down to hundredths")
    paid: PlainNumber = Field(description="the paid hours of these months together")
    praktik: PlainNumber = Field(description="the praktik hours of these months together")
    rules: list[RuleHoursOut]

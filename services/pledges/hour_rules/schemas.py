"""What the pages of hour rules send."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import AfterValidator, Field, StringConstraints

from services.pledges.hour_rules.domain import HourRule
from shared.contracts.pledges import JobType
from shared.fields.dates import Day, refuse_distant
from shared.fields.numbers import TypedNumber
from shared.fields.text import FreeText, Line, NoneIfBlank
from shared.http.schemas import RequestModel

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

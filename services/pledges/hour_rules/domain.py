"""Rules about hours, each from when until when. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from services.pledges.hour_rules.refusals import (
    EndsBeforeItBegins,
    NationalRuleStays,
    RuleHasAnEnd,
    RuleNotFound,
    RulesFull,
    RulesOverlap,
    RuleWithdrawn,
)
from shared.fields.dates import months_after
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal
    from uuid import UUID

    from shared.contracts.pledges import JobType

MOST_RULES: Final = 200
State = Literal["in_force", "expired", "coming", "withdrawn"]
"""What a rule is on a day; `withdrawn`: it was added by mistake."""


@dataclass(frozen=True, slots=True)
class HourRule:
    """A rule that somebody meets by so many hours within so many calendar months.

    Attributes:
        code: the same for all versions of a rule.
        words: what it says; `source`: where it says so.
        months: calendar months: that of the day on which it is measured, and those before it.
        job_types: the hours of which count.
        praktik_hours_count: False: paid hours only.
        valid_until: the last day; None: it has no end yet.
        national: it comes with a release and holds in every taskforce.
        added_by: the account; None for a national one.
        ended_at: when somebody said that it ends; None where that was known when it was added.
    """

    id: UUID
    code: str
    name: str
    words: str
    source: str
    hours: Decimal
    months: int
    job_types: frozenset[JobType]
    praktik_hours_count: bool
    valid_from: date
    valid_until: date | None = None
    national: bool = False
    added_by: UUID | None = None
    added_at: datetime | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    withdrawn_by: UUID | None = None
    withdrawn_at: datetime | None = None

    def state(self, day: date) -> State:
        """Return what the rule is on a day."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if day < self.valid_from:
            return "coming"
        return "expired" if self.valid_until is not None and day > self.valid_until else "in_force"

    def measured_on(self, today: date) -> date:
        """Return the day on which the rule is measured: today, or the last day on which it was in force."""
        return today if self.valid_until is None else min(today, self.valid_until)

    def first_day(self, on: date) -> date:
        """Return the first day whose hours count on a day: the first of a month."""
        return months_after(on.replace(day=1), 1 - self.months)

    def overlaps(self, other: HourRule) -> bool:
        """Whether there is a day on which both are in force."""
        return (other.valid_until is None or self.valid_from <= other.valid_until) and (
            self.valid_until is None or other.valid_from <= self.valid_until
        )


@dataclass(slots=True)
class HourRules:
    """The rules of a taskforce, with the national ones: the versions of each one after the other."""

    rules: list[HourRule] = field(default_factory=list)

    @property
    def valid(self) -> list[HourRule]:
        """Those that are not withdrawn, by name, the latest version first."""
        kept = [rule for rule in self.rules if rule.withdrawn_at is None]
        return sorted(sorted(kept, key=lambda rule: rule.valid_from, reverse=True), key=lambda rule: rule.name)

    def version(self, rule: HourRule) -> int:
        """Return which version of the rule it is, from 1; 0 for one that was withdrawn."""
        if rule.withdrawn_at is not None:
            return 0
        return sum(
            other.code == rule.code and other.withdrawn_at is None and other.valid_from <= rule.valid_from
            for other in self.rules
        )

    def add(self, rule: HourRule) -> None:
        """Add a rule, or another version of one.

        Raises:
            EndsBeforeItBegins, RulesFull
            RulesOverlap: another version is in force on one of its days.
        """
        if rule.valid_until is not None and rule.valid_until < rule.valid_from:
            raise EndsBeforeItBegins
        if len(self.rules) >= MOST_RULES:
            raise RulesFull
        for other in self.valid:
            if other.code == rule.code and other.overlaps(rule):
                raise RulesOverlap(
                    first=date_text(other.valid_from), last=date_text(other.valid_until) if other.valid_until else "…"
                )
        self.rules.append(rule)

    def end(self, rule_id: UUID, last_day: date, *, by: UUID | None, at: datetime) -> HourRule:
        """Say which is the last day of a rule that has no end yet, and return it. The same day again changes nothing.

        Raises:
            RuleNotFound, NationalRuleStays, RuleWithdrawn, RuleHasAnEnd, EndsBeforeItBegins
        """
        rule = self._own(rule_id)
        if rule.withdrawn_at is not None:
            raise RuleWithdrawn
        if rule.valid_until == last_day:
            return rule
        if rule.valid_until is not None:
            raise RuleHasAnEnd(last=date_text(rule.valid_until))
        if last_day < rule.valid_from:
            raise EndsBeforeItBegins
        return self._put(replace(rule, valid_until=last_day, ended_by=by, ended_at=at))

    def withdraw(self, rule_id: UUID, *, by: UUID | None, at: datetime) -> HourRule:
        """Withdraw a rule that was added by mistake, and return it: it is listed, and measures nothing.

        Raises:
            RuleNotFound, NationalRuleStays
        """
        rule = self._own(rule_id)
        if rule.withdrawn_at is not None:
            return rule
        return self._put(replace(rule, withdrawn_by=by, withdrawn_at=at))

    def _own(self, rule_id: UUID) -> HourRule:
        rule = next((one for one in self.rules if one.id == rule_id), None)
        if rule is None:
            raise RuleNotFound
        if rule.national:
            raise NationalRuleStays
        return rule

    def _put(self, changed: HourRule) -> HourRule:
        self.rules = [changed if one.id == changed.id else one for one in self.rules]
        return changed

"""The hours of a participant beside every rule: what the API answers and the page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.pledges.hour_rules import queries
from services.pledges.hour_rules.hours import by_month, counted_weekly_hours, hours_between, measure, met_on, with_plan
from services.pledges.hour_rules.planning import plan_of
from services.pledges.hour_rules.schemas import FallingOutOut, HoursOut, MonthOut, RuleHoursOut, WhatIfOut
from services.pledges.hour_rules.store import load_rules
from services.pledges.participants.queries import participant
from shared.fields.dates import months_after
from shared.i18n.translations import current_language

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from services.pledges.hour_rules.domain import HourRule, HourRules, State
    from services.pledges.hour_rules.hours import Plan, Work
    from services.pledges.hour_rules.queries import HireOfCitizen
    from services.pledges.hour_rules.schemas import PlanForm
    from services.pledges.participants.domain import Participant
    from services.pledges.pledges.domain import Limits
    from shared.privacy.access_log import Disclosure

_MONTHS: Final = 12
"""That are shown."""
_PLACES: Final[Mapping[State, int]] = {"in_force": 0, "coming": 1, "expired": 2}


@dataclass(frozen=True, slots=True)
class Hours:
    """What somebody works, and the rules, as they were read."""

    participant: Participant
    hires: Sequence[HireOfCitizen]
    rules: HourRules

    @property
    def works(self) -> list[Work]:
        """The steps of all hires."""
        return [work for hire in self.hires for work in hire.works]

    def plan(self, form: PlanForm, *, today: date, limits: Limits) -> Plan | None:
        """Return the plan that was typed, if any. Raises what `plan_of` raises."""
        step = form.step()
        return None if step is None else plan_of(step, form.hire_id, self.works, today=today, limits=limits)

    def answer(self, today: date, plan: Plan | None) -> HoursOut:
        """Return the hours beside every rule, those in force first."""
        works = self.works
        rules = sorted(self.rules.valid, key=lambda rule: _PLACES[rule.state(today)])
        first = months_after(today.replace(day=1), 1 - _MONTHS)
        together = hours_between(works, first, today)
        return HoursOut(
            participant_id=self.participant.id,
            day=today,
            hires=len(self.hires),
            months=[
                MonthOut(month=one.first, paid=one.paid, praktik=one.praktik) for one in by_month(works, first, today)
            ],
            paid=together.paid,
            praktik=together.praktik,
            rules=[self._rule(rule, works, today, plan) for rule in rules],
        )

    def _rule(self, rule: HourRule, works: Sequence[Work], today: date, plan: Plan | None) -> RuleHoursOut:
        measured = measure(rule, works, rule.measured_on(today))
        state = rule.state(today)
        return RuleHoursOut.model_validate(
            {
                **{
                    name: getattr(rule, name)
                    for name in (
                        "id",
                        "code",
                        "name",
                        "words",
                        "source",
                        "valid_from",
                        "valid_until",
                        "hours",
                        "months",
                        "praktik_hours_count",
                    )
                },
                "job_types": sorted(rule.job_types),
                "version": self.rules.version(rule),
                "state": state,
                "measured_on": measured.on,
                "counted_from": measured.first,
                "counted": measured.counted,
                "missing": measured.missing,
                "met": measured.met,
                "met_until": measured.met_until,
                "met_on": None if state == "expired" else met_on(rule, works, today),
                "falling_out": [
                    FallingOutOut(month=one.month, hours=one.hours, on=one.on) for one in measured.falling_out
                ],
                "what_if": None if plan is None else _what_if(rule, works, today, plan),
            }
        )


def _what_if(rule: HourRule, works: Sequence[Work], today: date, plan: Plan) -> WhatIfOut:
    return WhatIfOut(
        counted_weekly_hours=counted_weekly_hours(rule, plan), met_on=met_on(rule, with_plan(works, plan), today)
    )


async def read_hours(disclosure: Disclosure, participant_id: UUID) -> Hours:
    """Return what a participant works, and the rules.

    Raises:
        ParticipantNotFound: the transaction sees none with this id.
    """
    found = await participant(disclosure, participant_id)
    conn, taskforce_id = disclosure.conn, disclosure.taskforce_id
    return Hours(
        found,
        await queries.hires_of_citizen(conn, taskforce_id, found.citizen_id),
        await load_rules(conn, taskforce_id, language=current_language()),
    )

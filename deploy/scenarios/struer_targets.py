"""The targets of the Struer scenario. Always the same, like the scenario."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

from deploy.scenarios import facts
from deploy.scenarios.struer import TASKFORCE_ID, UNTIL
from services.events.targets.domain import TargetTerms

if TYPE_CHECKING:
    from shared.product.targets import TargetMeasureCode

_YEAR: Final = UNTIL.year
SET_AT: Final = datetime(_YEAR, 1, 12, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ScenarioTarget:
    """A target and its id."""

    id: UUID
    terms: TargetTerms


def _target(measure: TargetMeasureCode, value: int, starts_on: date, note: str) -> ScenarioTarget:
    terms = TargetTerms(measure, "smaajob", value, starts_on, date(_YEAR, 12, 31), note)
    return ScenarioTarget(uuid5(TASKFORCE_ID, f"target:{measure}"), terms)


TARGETS: Final = (
    _target("hires", 200, facts.SINCE, "200 borgere i småjob, siden taskforcen begyndte"),
    _target("pledged_positions", 100, date(_YEAR, 1, 1), "Dobbelt så mange som på aftenen hos B&O"),
    _target("still_employed_6", 70, date(_YEAR - 1, 1, 1), "Jobbene skal vare ved"),
)
"""What the taskforce wants to reach by the end of the scenario's last year."""

"""The JSON models of targets and their forecasts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.dashboard.targets.domain import Forecast
from services.dashboard.targets.words import gives_away
from shared.contracts.dashboard import TargetStatus
from shared.contracts.events import TargetUnit
from shared.contracts.pledges import JobType
from shared.http.schemas import ResponseModel
from shared.product.targets import TargetMeasureCode

_EXAMPLE: JsonDict = {
    "target_id": "0d9cf2b1-6a0c-4f5d-9a55-3a1a5b8f9a10",
    "measure": "hires",
    "job_type": "smaajob",
    "value": 200,
    "unit": "count",
    "starts_on": "2018-05-01",
    "ends_on": "2026-12-31",
    "hidden": False,
    "counted": 196,
    "decided": None,
    "unknown": None,
    "begun": None,
    "status": "at_risk",
    "expected": 198.9,
    "low": 197,
    "high": 201,
    "reachable_until": "2026-12-01",
}


class TargetFigures(ResponseModel):
    """A target, what has been counted for it, and its forecast."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    target_id: UUID
    measure: TargetMeasureCode
    job_type: JobType
    value: int = Field(description="what is to be reached: a number, or whole percent")
    unit: TargetUnit
    starts_on: date
    ends_on: date
    hidden: bool = Field(description="whether the figures are of too few persons for this caller; then they are null")
    counted: int | None = Field(description="so many so far; of a share, so many got there")
    decided: int | None = Field(description="of a share: those whose time has run out; only they decide")
    unknown: int | None = Field(description="of them: nobody has said whether they got there; they count as not")
    begun: int | None = Field(description="of a share: everybody who has begun in the window")
    status: TargetStatus | None = Field(description="null: not begun, or nothing decides yet")
    expected: float | None = Field(description="at the end, at the pace of the last 12 months")
    low: int | None = Field(description="with `high`: the band that holds the result with 80 % certainty")
    high: int | None
    reachable_until: date | None = Field(description="the last day from which the best quarter's pace would do")

    @classmethod
    def of(cls, one: Forecast, *, hides_small: bool) -> Self:
        """Return a forecast as a response, without its figures if they give away counts of 1 to 4 persons."""
        terms, counts = one.terms, one.progress
        share = terms.measure.kind == "share"
        hidden = hides_small and gives_away(one)
        figures = {
            "counted": counts.counted,
            "decided": counts.ripe if share else None,
            "unknown": counts.unknown if share else None,
            "begun": counts.begun if share else None,
            "status": one.status,
            "expected": None if one.expected is None else round(one.expected, 1),
            "low": one.low,
            "high": one.high,
            "reachable_until": one.reachable_until,
        }
        return cls.model_validate(
            {
                "target_id": terms.target_id,
                "measure": terms.measure.code,
                "job_type": terms.job_type,
                "value": terms.value,
                "unit": terms.measure.unit,
                "starts_on": terms.starts_on,
                "ends_on": terms.ends_on,
                "hidden": hidden,
                **(dict.fromkeys(figures) if hidden else figures),
            }
        )


class TargetList(ResponseModel):
    """The targets that hold, by their last day."""

    as_of: date
    known_at: datetime | None
    targets: list[TargetFigures]

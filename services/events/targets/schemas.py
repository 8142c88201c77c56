"""Targets as the API and the page send and show them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from services.events.targets.domain import LARGEST_VALUE, Target, TargetTerms
from shared.contracts.events import TargetUnit
from shared.contracts.pledges import JobType
from shared.fields import dates
from shared.fields.dates import refuse_distant
from shared.fields.numbers import TypedNumber
from shared.fields.text import Line, NoneIfBlank
from shared.http.schemas import RequestModel, ResponseModel
from shared.product.targets import TargetMeasureCode

Day = Annotated[dates.Day, AfterValidator(refuse_distant)]

_TERMS: JsonDict = {
    "measure": "hires",
    "job_type": "smaajob",
    "value": 200,
    "starts_on": "2018-05-01",
    "ends_on": "2026-12-31",
    "note": "200 borgere i småjob siden maj 2018",
}
_ID: JsonDict = {"id": "0d9cf2b1-6a0c-4f5d-9a55-3a1a5b8f9a10"}


class TargetChange(RequestModel):
    """What is to be reached."""

    model_config = ConfigDict(json_schema_extra={"examples": [_TERMS]})

    measure: TargetMeasureCode
    job_type: JobType = Field("smaajob", description="the job type that counts")
    value: Annotated[int, Field(ge=1, le=LARGEST_VALUE), TypedNumber] = Field(
        description="a number, or of a share whole percent, at most 100"
    )
    starts_on: Day = Field(description="the first day that counts")
    ends_on: Day = Field(description="the last day that counts")
    note: Annotated[Annotated[Line, Field(max_length=200)] | None, NoneIfBlank] = Field(
        None, description="what the taskforce says about it; it names nobody"
    )

    def terms(self) -> TargetTerms:
        """Return the domain's value."""
        return TargetTerms(self.measure, self.job_type, self.value, self.starts_on, self.ends_on, self.note)


class TargetIn(TargetChange):
    """A target to set."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ID | _TERMS]})

    id: UUID = Field(description="a UUID that the client generates; a repeated request gets the same response")


class TargetForm(TargetChange):
    """A target as its page sends it. `id` is that of a new one, `version` the one that the page showed."""

    id: UUID | None = None
    version: int | None = None


class TargetVersion(RequestModel):
    """The version that the page showed."""

    version: int | None = None


class TargetOut(ResponseModel):
    """A target."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                _ID | _TERMS | {"unit": "count", "dropped": False, "version": 1, "changed_at": "2026-11-24T16:21:07Z"}
            ]
        }
    )

    id: UUID
    measure: TargetMeasureCode
    job_type: JobType
    value: int
    unit: TargetUnit
    starts_on: date
    ends_on: date
    note: str | None
    dropped: bool = Field(description="whether it no longer holds")
    version: int
    changed_at: datetime

    @classmethod
    def of(cls, target: Target) -> Self:
        """Return the target as a response."""
        terms = target.terms
        return cls(
            id=target.id,
            measure=terms.measure,
            job_type=terms.job_type,
            value=terms.value,
            unit=terms.measure_of.unit,
            starts_on=terms.starts_on,
            ends_on=terms.ends_on,
            note=terms.note,
            dropped=target.dropped,
            version=target.version,
            changed_at=target.changed_at,
        )


class Targets(ResponseModel):
    """The targets that hold by their last day, then those that were dropped, the latest first; at most 200."""

    items: list[TargetOut]


def values_of(target: Target) -> dict[str, object]:
    """Return the values of the form for a target as it is saved."""
    terms = target.terms
    return {
        "version": target.version,
        "measure": terms.measure,
        "job_type": terms.job_type,
        "value": terms.value,
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on.isoformat(),
        "note": terms.note,
    }

"""The JSON models of bridges."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AwareDatetime, Field

from services.dashboard.bridge.domain import Bridge, Kind
from services.dashboard.bridge.links import API, list_of_figure, list_of_term
from services.dashboard.measures.selection import Times
from shared.contracts.pledges import JobType
from shared.http.schemas import ResponseModel


class TimesOut(ResponseModel):
    """A pair of times."""

    as_of: date
    known_at: AwareDatetime | None = Field(description="null: everything that is known")


class TermOut(ResponseModel):
    """One term of a bridge."""

    kind: Kind = Field(
        description="`new` and `ended` have happened between the two days. The others were recorded between the two "
        "moments about the time before: `late` (not known before), `merged` (a duplicate), `unmerged` (no duplicate "
        "after all), `revoked` (has never been), `moved` (another job type, event, company, municipality or industry), "
        "`corrected`"
    )
    count: int = Field(description="never zero; negative if the figure is lower by it")
    list_url: str = Field(alias="list", description="URL of the list of what the term counts")


class BridgeOut(ResponseModel):
    """How a figure came from one pair of times to another: `start` and all `count`s sum to `end`."""

    measure: Annotated[str, Field(examples=["hires"])]
    job_type: JobType | None = Field(description="null for a measure without job types")
    group: str | None = Field(description="of a measure that is split into groups, the group")
    since: TimesOut = Field(alias="from")
    until: TimesOut = Field(alias="to")
    start: int = Field(examples=[196])
    terms: list[TermOut]
    end: int = Field(examples=[203])
    list_url: str = Field(alias="list", description="URL of the list of what the figure counts at the end")

    @classmethod
    def of(cls, bridge: Bridge) -> BridgeOut:
        """Return the JSON model of a bridge."""
        terms = [
            TermOut(kind=term.kind, count=term.count, list_url=list_of_term(bridge, term.kind, below=API))
            for term in bridge.terms
        ]
        return cls(
            measure=bridge.measure.code,
            job_type=bridge.job_type,
            group=bridge.counted.group or None,
            since=_times(bridge.since),
            until=_times(bridge.until),
            start=bridge.start,
            terms=terms,
            end=bridge.end,
            list_url=list_of_figure(bridge.counted, bridge.until, below=API),
        )


def _times(times: Times) -> TimesOut:
    return TimesOut(as_of=times.as_of, known_at=times.known_at)

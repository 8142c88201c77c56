"""Which bridge a URL asks for. Page and API use the same parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query

from services.dashboard.bridge.counted import counted_by, measure_of
from services.dashboard.bridge.times import BothTimes
from services.dashboard.selection import ChosenFilters, OnlyKnownParameters
from shared.contracts.pledges import JobType

if TYPE_CHECKING:
    from services.dashboard.bridge.counted import Counted
    from services.dashboard.measures.selection import Filters, Times

Group = Annotated[
    str, Query(max_length=40, description="Of a measure that is split into groups: the group.", examples=["employer"])
]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The job type, the group and the filters of a URL."""

    job_type: JobType
    group: str
    filters: Filters

    def counted(self, measure: str) -> Counted:
        """Return what the measure with this code counts. Raises `UnknownMeasure` or `NotASum`."""
        return counted_by(measure_of(measure), self.job_type, group=self.group, filters=self.filters)


async def _narrowing(filters: ChosenFilters, job_type: JobType = "smaajob", group: Group = "") -> Narrowing:
    return Narrowing(job_type, group, filters)


Narrowed = Annotated[Narrowing, Depends(_narrowing)]
"""The job type, the group and the filters of a URL."""


@dataclass(frozen=True, slots=True)
class BridgeRequest:
    """What is counted, and the two pairs of times."""

    counted: Counted
    since: Times
    until: Times


async def _bridge(
    _known: OnlyKnownParameters,
    measure: Annotated[str, Query(max_length=60, description="The code of the measure.", examples=["hires"])],
    times: BothTimes,
    narrowed: Narrowed,
) -> BridgeRequest:
    return BridgeRequest(narrowed.counted(measure), *times)


ChosenBridge = Annotated[BridgeRequest, Depends(_bridge)]
"""The bridge that a URL asks for. Refuses parameters that the route does not have."""

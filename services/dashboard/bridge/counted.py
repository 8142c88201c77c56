"""What a bridge and a list count: the deltas of one measure, of one job type, under the filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.dashboard.measures import catalogue
from services.dashboard.measures.hires import HiresCurrent, HiresCurrentByHours, HiresCurrentByLadder
from services.dashboard.measures.selection import NO_FILTERS, Filters
from services.dashboard.read_model.deltas import STARTING_LATER_FROM_PLEDGES, STARTING_LATER_WITHOUT_PLEDGE
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.dashboard.measures.measure import Measure, Unit
    from shared.contracts.pledges import JobType


class NotASum(Refusal):
    """The measure is no single sum of pledges, hires or attendances."""

    code = "not-a-sum"
    kind = "invalid"
    title = N_("This measure has no list")
    detail = N_("%(measure)s is not one number that pledges, hires or companies add up to. Choose another measure.")
    field = "?measure"


class UnknownMeasure(Refusal):
    """There is no measure with this code."""

    code = "unknown-measure"
    kind = "invalid"
    title = N_("There is no such measure")
    detail = N_("The measures with a list are: %(measures)s.")
    field = "?measure"


class HiresNotShown(Refusal):
    """Each hire is a person, and the role does not see hires of a small part of the taskforce."""

    code = "hires-not-shown"
    kind = "forbidden"
    title = N_("Hires are not shown so closely")
    detail = N_(
        "Each hire is a person. Only coordinators, case workers and administrators see hires one by one, by group, or "
        "of one company, industry or municipality."
    )


@dataclass(frozen=True, slots=True)
class Source:
    """The aggregates that a measure counts.

    Attributes:
        table, key: where their versions are.
        counted, duplicate: SQL on a version: whether it counts, and whether it is another one's duplicate.
        day: the column by which its lists are ordered, with an index where there are many.
        has_municipality: whether a version has the municipality of its company.
    """

    table: str
    key: str
    day: str
    counted: str = "counted"
    duplicate: str = "false"
    has_municipality: bool = True

    @property
    def municipality(self) -> str:
        """SQL on a version: the municipality of its company."""
        return "municipality" if self.has_municipality else "null::text"


_SOURCES: Final[Mapping[Unit, Source]] = {
    "positions": Source("pledge_versions", "pledge_id", "pledged_on", duplicate="status = 'duplicate'"),
    "hires": Source("hire_versions", "hire_id", "start_date"),
    "companies": Source(
        "attendances", "attendance_id", "checked_in_on", counted="undone_at is null", has_municipality=False
    ),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """The deltas that add up to one number.

    Attributes:
        group: of a measure that is split into groups; empty otherwise.
        job_type: None if the measure has no job types.
        adds, subtracts: the codes of the deltas.
    """

    measure: type[Measure]
    group: str
    job_type: JobType | None
    source: Source
    adds: Sequence[str]
    subtracts: Sequence[str]
    filters: Filters

    @property
    def exchanges(self) -> bool:
        """Whether deltas of one hire may cancel on a day: a step of its ladder leads from one group to the next."""
        return self.measure in {HiresCurrent, HiresCurrentByHours, HiresCurrentByLadder}

    @property
    def begins_with_its_day(self) -> bool:
        """Whether nothing counts before the day that lists are ordered by: a hire may be confirmed before its start."""
        return not {*self.adds, *self.subtracts} & {STARTING_LATER_FROM_PLEDGES, STARTING_LATER_WITHOUT_PLEDGE}


def counted_by(measure: type[Measure], job_type: JobType, *, group: str = "", filters: Filters = NO_FILTERS) -> Counted:
    """Return what a measure counts of one job type. Raises `NotASum` if that is no single sum."""
    source = _SOURCES.get(measure.unit)
    if measure.groups:
        adds = [measure.groups[group]] if group in measure.groups else []
    else:
        adds = [] if group else list(measure.adds)
    if source is None or not adds:
        raise NotASum(measure=_(measure.label) if measure.label else measure.code)
    of_type = job_type if measure.by_job_type else None
    return Counted(measure, group, of_type, source, adds, list(measure.subtracts), filters)


def has_list(measure: type[Measure]) -> bool:
    """Whether single pledges, hires or attendances add up to a measure."""
    return measure.unit in _SOURCES and bool(measure.adds or measure.groups)


def measure_of(code: str) -> type[Measure]:
    """Return the measure with this code. Raises `UnknownMeasure`."""
    for measure in catalogue.MEASURES:
        if measure.code == code:
            return measure
    raise UnknownMeasure(measures=", ".join(one.code for one in catalogue.MEASURES if has_list(one)))


def check_closeness(counted: Counted, *, sees_hires: bool, one_by_one: bool = False) -> None:
    """Raise `HiresNotShown` if the viewer may not see hires so closely.

    Args:
        sees_hires: whether the viewer sees hires one by one.
        one_by_one: whether each is shown, or only their number.
    """
    filters = counted.filters
    close = one_by_one or counted.group or filters.company_id or filters.municipality or filters.industry
    if counted.measure.unit == "hires" and close and not sees_hires:
        raise HiresNotShown

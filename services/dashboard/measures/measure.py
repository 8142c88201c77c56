"""The base class of all measures."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Unit = Literal["positions", "hires", "citizens", "companies", "contacts", "days"]
Scope = Literal["taskforce", "event", "quarter"]
"""What a number is counted for: the whole taskforce, one event, or one quarter."""

ALL_SCOPES: Final[tuple[Scope, ...]] = ("taskforce", "event", "quarter")


class Measure:
    """A figure: the sum of deltas up to a day. Label and definition are English and translated where they are shown.

    Attributes:
        code: its name in the API; it never changes.
        unit: the things that it counts.
        adds, subtracts: the codes of the deltas that it adds and subtracts.
        groups: of a measure that is split into groups, such as bands of hours: the code of the deltas of each group,
            in the order in which they are shown.
        group_labels: the words of each group.
        scopes: the scopes it is shown in.
        by_job_type: whether it has a number for each job type, or a single one.
        listed: whether the API and the pages define it. A measure that is not listed is only a part of a chart.
        notes: for the API's documentation, by scope.
    """

    code: ClassVar[str]
    unit: ClassVar[Unit]
    label: ClassVar[str] = ""
    definition: ClassVar[str] = ""
    adds: ClassVar[tuple[str, ...]] = ()
    subtracts: ClassVar[tuple[str, ...]] = ()
    groups: ClassVar[Mapping[str, str]] = MappingProxyType({})
    group_labels: ClassVar[Mapping[str, str]] = MappingProxyType({})
    scopes: ClassVar[tuple[Scope, ...]] = ("taskforce",)
    by_job_type: ClassVar[bool] = True
    listed: ClassVar[bool] = True
    notes: ClassVar[dict[Scope, str]] = {}


def addends(measure: type[Measure]) -> Iterator[tuple[str, str, int]]:
    """Yield the codes of the deltas that make up a measure.

    Returns:
        The code, the group it belongs to, empty in a measure without groups, and 1 if it is added or -1 if it is
        subtracted.
    """
    yield from ((code, "", 1) for code in measure.adds)
    yield from ((code, "", -1) for code in measure.subtracts)
    yield from ((code, group, 1) for group, code in measure.groups.items())

"""The base class of all measures."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

Unit = Literal["positions", "hires", "companies"]
Scope = Literal["taskforce", "event", "quarter"]
"""What a number is counted for: the whole taskforce, one event, or one quarter."""

ALL_SCOPES: Final[tuple[Scope, ...]] = ("taskforce", "event", "quarter")


class Measure:
    """A figure: the sum of deltas up to a day. Label and definition are English and translated where they are shown.

    Attributes:
        code: its name in the API; it never changes.
        unit: the things that it counts.
        adds, subtracts: the codes of the deltas that it adds and subtracts.
        scopes: the scopes it is shown in.
        by_job_type: whether it has a number for each job type, or a single one.
        listed: whether the API and the pages define it. A measure that is not listed is only a part of a chart.
        notes: for the API's documentation, by scope.
    """

    code: ClassVar[str]
    unit: ClassVar[Unit]
    label: ClassVar[str] = ""
    definition: ClassVar[str] = ""
    adds: ClassVar[tuple[str, ...]]
    subtracts: ClassVar[tuple[str, ...]] = ()
    scopes: ClassVar[tuple[Scope, ...]] = ("taskforce",)
    by_job_type: ClassVar[bool] = True
    listed: ClassVar[bool] = True
    notes: ClassVar[dict[Scope, str]] = {}


def delta_signs(measure: type[Measure]) -> dict[str, int]:
    """Return the codes of the deltas that a measure adds (1) or subtracts (-1)."""
    return dict.fromkeys(measure.adds, 1) | dict.fromkeys(measure.subtracts, -1)

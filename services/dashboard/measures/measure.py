"""What a measure is."""

from __future__ import annotations

from typing import ClassVar, Final, Literal

Unit = Literal["positions", "hires", "companies"]
Scope = Literal["taskforce", "event", "quarter"]
"""What a number is for: everything of the taskforce, one event, or one quarter."""

EVERYWHERE: Final[tuple[Scope, ...]] = ("taskforce", "event", "quarter")


class Measure:
    """A figure: the sum of deltas up to a day. Label and definition are English and translated where they are shown.

    Attributes:
        code: its name for programs; it never changes.
        unit: what one of it is.
        adds, subtracts: the codes of the deltas it is the sum of.
        scopes: what it is shown for.
        by_job_type: one number for each job type; else a single number.
        listed: whether the API and the pages explain it; one that is not is only a part of a chart.
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


def signs(measure: type[Measure]) -> dict[str, int]:
    """Return the codes of the deltas that a measure is made of, each with 1 or -1."""
    return dict.fromkeys(measure.adds, 1) | dict.fromkeys(measure.subtracts, -1)

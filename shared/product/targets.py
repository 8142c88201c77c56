"""What a target can be about: the measures of the dashboard that a taskforce sets itself a value for."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.contracts.events import TargetUnit

TargetMeasureCode = Literal[
    "pledged_positions",
    "hires",
    "citizens",
    "hires_current",
    "still_employed_3",
    "still_employed_6",
    "still_employed_12",
]
TargetKind = Literal["sum", "level", "share"]
"""`sum`: what the window adds. `level`: what there is on a day. `share`: of those who began in the window, how many got
there."""


@dataclass(frozen=True, slots=True)
class TargetMeasure:
    """A measure that can have a target, one for each job type.

    Attributes:
        label: English, translated where it is shown.
        months: of a share: how many months after the start it is decided for each person.
    """

    code: TargetMeasureCode
    label: str
    kind: TargetKind
    months: int | None = None

    @property
    def unit(self) -> TargetUnit:
        """What the target's value is: a number, or whole percent."""
        return "percent" if self.kind == "share" else "count"


TARGET_MEASURES: Final[Mapping[str, TargetMeasure]] = MappingProxyType(
    {
        one.code: one
        for one in (
            TargetMeasure("pledged_positions", N_("Pledged positions"), "sum"),
            TargetMeasure("hires", N_("Hires"), "sum"),
            TargetMeasure("citizens", N_("Citizens who have got a job"), "sum"),
            TargetMeasure("hires_current", N_("Employed at the same time"), "level"),
            TargetMeasure("still_employed_3", N_("Still employed after 3 months"), "share", 3),
            TargetMeasure("still_employed_6", N_("Still employed after 6 months"), "share", 6),
            TargetMeasure("still_employed_12", N_("Still employed after 12 months"), "share", 12),
        )
    }
)
"""By code, in the order in which they are shown."""

assert set(TARGET_MEASURES) == set(get_args(TargetMeasureCode))

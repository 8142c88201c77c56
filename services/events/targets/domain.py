"""A target, and the rules about it. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from shared.i18n.translations import N_
from shared.product.targets import TARGET_MEASURES, TargetMeasure, TargetMeasureCode
from shared.refusals import Refusal

if TYPE_CHECKING:
    from shared.contracts.pledges import JobType

LARGEST_VALUE: Final = 1_000_000
MOST_TARGETS: Final = 50
"""Of one taskforce that hold at a time: a meeting looks at all of them."""


class TargetNotFound(Refusal):
    """The taskforce has no such target."""

    code = "target-not-found"
    kind = "not_found"
    title = N_("There is no such target")
    detail = N_("Find it in the list of targets.")
    next_step = ("/targets", N_("Targets"))


class TargetEndsBeforeStart(Refusal):
    """A target's window has at least one day."""

    code = "target-ends-before-start"
    kind = "invalid"
    title = N_("The target ends before it starts")
    detail = N_("The last day is the first day or a later one.")
    field = "/ends_on"


class MoreThanAll(Refusal):
    """A share is at most 100 percent."""

    code = "target-more-than-all"
    kind = "invalid"
    title = N_("A share is at most 100 percent")
    detail = N_("Give a whole number of percent from 1 to 100.")
    field = "/value"


class TooManyTargets(Refusal):
    """As many targets hold as a meeting can look at."""

    code = "too-many-targets"
    kind = "conflict"
    title = N_("There are too many targets")
    detail = N_("Drop one that no longer holds; it can be restored.")
    next_step = ("/targets", N_("Targets"))


class StaleTarget(Refusal):
    """The target has changed since the version that the client saw."""

    code = "stale-target"
    kind = "stale"
    title = N_("Somebody changed the target before you")
    detail = N_("Look at it again and compare. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class TargetTerms:
    """What is to be reached.

    Attributes:
        value: a number, or whole percent: see `measure_of`.
        starts_on, ends_on: the window; both days count. Of a share it is the time in which people begin.
        note: what the taskforce says about it, without naming anybody. It is not published to other services.
    """

    measure: TargetMeasureCode
    job_type: JobType
    value: int
    starts_on: date
    ends_on: date
    note: str | None = None

    @property
    def measure_of(self) -> TargetMeasure:
        """The measure with its words and its unit."""
        return TARGET_MEASURES[self.measure]

    def check(self) -> None:
        """Raise `TargetEndsBeforeStart` or `MoreThanAll` where they apply."""
        if self.ends_on < self.starts_on:
            raise TargetEndsBeforeStart
        if self.measure_of.unit == "percent" and self.value > 100:
            raise MoreThanAll


@dataclass(slots=True)
class Target:
    """A target. Each transition returns whether it changed anything, so clients may retry.

    `expected_version` is the version on which the client decided; another one raises `StaleTarget`. None: any version.

    Attributes:
        changed_by: the subject of the principal who set, changed, dropped or restored it last.
    """

    id: UUID
    terms: TargetTerms
    changed_by: str
    changed_at: datetime
    dropped: bool = False
    version: int = field(default=1)

    def change(self, terms: TargetTerms, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Replace what is to be reached; a dropped target holds again. Raises `StaleTarget` and what `check` raises."""
        terms.check()
        if terms == self.terms and not self.dropped:
            return False
        return self._become(terms, at, dropped=False, by=by, expected_version=expected_version)

    def drop(self, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Let it hold no longer. Raises `StaleTarget`."""
        if self.dropped:
            return False
        return self._become(self.terms, at, dropped=True, by=by, expected_version=expected_version)

    def restore(self, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Let a dropped one hold again. Raises `StaleTarget`."""
        if not self.dropped:
            return False
        return self._become(self.terms, at, dropped=False, by=by, expected_version=expected_version)

    def _become(
        self, terms: TargetTerms, at: datetime, *, dropped: bool, by: str, expected_version: int | None
    ) -> bool:
        if expected_version is not None and expected_version != self.version:
            raise StaleTarget
        self.terms, self.dropped, self.changed_by, self.changed_at = terms, dropped, by, at
        self.version += 1
        return True

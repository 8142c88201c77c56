"""What the page of a hire shows: where it stands, what comes next, and its hours ladder. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.charts import LadderStep, ladder_chart
from shared.ui.formats import number_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from markupsafe import Markup

    from services.pledges.hires.schemas import CheckpointOut, HireOut, StepOut

Standing = Literal["revoked", "ended", "ending", "starting", "running"]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A hire as its page shows it on a day.

    Attributes:
        today: in Europe/Copenhagen.
    """

    hire: HireOut
    today: date

    @property
    def standing(self) -> Standing:
        """Where the hire stands."""
        if not self.hire.counted:
            return "revoked"
        if self.hire.ended_on is not None:
            return "ended" if self.hire.ended_on <= self.today else "ending"
        return "starting" if self.hire.start_date > self.today else "running"

    @property
    def step(self) -> StepOut:
        """The step that holds today; before the first day the first one."""
        holding = [step for step in self.hire.steps if step.starts_on <= self.today]
        return (holding or self.hire.steps)[-1 if holding else 0]

    @property
    def hours(self) -> str:
        """The hours of that step, in words."""
        return _in_words(self.step)

    @property
    def due(self) -> CheckpointOut | None:
        """The first checkpoint that can be answered and is not."""
        return next((one for one in self.hire.checkpoints if self.is_due(one)), None)

    def is_due(self, checkpoint: CheckpointOut) -> bool:
        """Whether a checkpoint can be answered and is not."""
        return checkpoint.answer is None and checkpoint.due_on <= self.today

    def ladder(self) -> Markup:
        """Return the chart of the hours ladder."""
        steps = [_drawn(step) for step in self.hire.steps]
        return ladder_chart("ladder", ladder_title(self.hire.steps), steps, ended_on=self.hire.ended_on)


def ladder_title(steps: Sequence[StepOut]) -> str:
    """Return what has become of the hours: from the first step to the last."""
    first, last = steps[0], steps[-1]
    if first.paid_weekly_hours != last.paid_weekly_hours:
        return _(
            "From %(first)s to %(last)s paid hours a week",
            first=number_text(first.paid_weekly_hours),
            last=number_text(last.paid_weekly_hours),
        )
    if first.praktik_weekly_hours != last.praktik_weekly_hours:
        return _(
            "From %(first)s to %(last)s hours of work placement a week",
            first=number_text(first.praktik_weekly_hours),
            last=number_text(last.praktik_weekly_hours),
        )
    return _("%(hours)s a week", hours=_in_words(last))


def _in_words(step: StepOut) -> str:
    return " + ".join(_drawn(step).hours_in_words())


def _drawn(step: StepOut) -> LadderStep:
    return LadderStep(step.starts_on, step.paid_weekly_hours, step.praktik_weekly_hours, _(JOB_TYPES[step.job_type]))

"""What the page of a hire shows: where it stands, what comes next, and its hours ladder. Imports no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from services.pledges.hires import words as hire_words
from services.pledges.pledges.history import NOTHING, Difference, HistoryEntry
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import END_REASONS, JOB_TYPES
from shared.ui.charts import LadderStep, ladder_chart
from shared.ui.formats import date_text, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from uuid import UUID

    from markupsafe import Markup

    from services.pledges.hires.change_schemas import HireChangeOut, HireStateOut
    from services.pledges.hires.schemas import CheckpointOut, HireOut, StepOut
    from services.pledges.participants.naming import NamedParticipant

Standing = Literal["revoked", "ended", "ending", "starting", "running"]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A hire as its page shows it on a day.

    Attributes:
        today: in Europe/Copenhagen.
        citizen: whose job it is, for those who may see it.
    """

    hire: HireOut
    today: date
    citizen: NamedParticipant | None = None

    @property
    def named_citizen(self) -> str | None:
        """Whose job it is, in words; None: it names nobody."""
        return named_citizen(self.hire.citizen_id, self.citizen) if self.hire.names_citizen else None

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
        return step_in_words(self.step)

    @property
    def due(self) -> CheckpointOut | None:
        """The first checkpoint that can be answered and is not."""
        return next((one for one in self.hire.checkpoints if self.is_due(one)), None)

    def is_due(self, checkpoint: CheckpointOut) -> bool:
        """Whether a checkpoint can be answered and is not."""
        return checkpoint.answer is None and checkpoint.due_on <= self.today

    @property
    def seems_ended(self) -> CheckpointOut | None:
        """The last answer, if it says that the person has left and the hire has not ended."""
        answered = [one for one in self.hire.checkpoints if one.answer not in {None, "unknown"}]
        if self.hire.ended_on is not None or not answered or answered[-1].answer == "same_company":
            return None
        return answered[-1]

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
    return _("%(hours)s a week", hours=step_in_words(last))


def step_in_words(step: StepOut) -> str:
    """Return the hours of a step: 12 t. løn + 4 t. praktik."""
    return " + ".join(_drawn(step).hours_in_words())


def _drawn(step: StepOut) -> LadderStep:
    return LadderStep(step.starts_on, step.paid_weekly_hours, step.praktik_weekly_hours, _(JOB_TYPES[step.job_type]))


def named_citizen(citizen_id: UUID | None, citizen: NamedParticipant | None) -> str:
    """Return in words whom a hire names.

    Args:
        citizen_id: None for those who may not see it.
        citizen: None, too, for somebody who has been erased.
    """
    if citizen is not None:
        return citizen.case_reference
    return _("A citizen") if citizen_id is None else _("A citizen who is no longer registered")


def entries_of(
    changes: Sequence[HireChangeOut], citizens: Mapping[UUID, NamedParticipant] = MappingProxyType({})
) -> list[HistoryEntry]:
    """Return the history of a hire in words, in the same order.

    Args:
        citizens: whom the reader may see, by `citizen_id`.
    """
    return [_entry(change, citizens) for change in changes]


def _entry(change: HireChangeOut, citizens: Mapping[UUID, NamedParticipant]) -> HistoryEntry:
    title = _(hire_words.CHANGES[change.kind])
    if change.reason:
        title = f"{title}: {_(END_REASONS[change.reason])}"
    before, after = _facts(change.before, citizens), _facts(change.after, citizens)
    differences = [
        Difference(label, before.get(label, NOTHING), after.get(label, NOTHING))
        for label in dict.fromkeys([*before, *after])
        if before.get(label) != after.get(label)
    ]
    if change.reason and change.former_reason and change.reason != change.former_reason:
        reasons = _(END_REASONS[change.former_reason]), _(END_REASONS[change.reason])
        differences.append(Difference(_("Why did it end?"), *reasons))
    # Only a company answers without an account.
    by_company = change.kind == "checkpoint_answered" and change.changed_by is None
    return HistoryEntry(
        change.version,
        title,
        change.changed_at,
        change.changed_by,
        change.note,
        tuple(differences),
        by_company=by_company,
    )


def _facts(state: HireStateOut, citizens: Mapping[UUID, NamedParticipant]) -> dict[str, str]:
    """Return a state of a hire in words, by the label of each fact."""
    facts = {_("From %(day)s", day=date_text(step.starts_on)): _told(step) for step in state.steps}
    if state.names_citizen:
        citizen_id = state.citizen_id
        facts[_("Citizen")] = named_citizen(citizen_id, citizens.get(citizen_id) if citizen_id else None)
    for one in state.checkpoints:
        if one.answer:
            label = _("Still employed after %(months)s months?", months=one.months)
            facts[label] = _(hire_words.CHECKPOINT_ANSWERS[one.answer])
    if state.ended_on:
        facts[_("First day without the job")] = date_text(state.ended_on)
    return facts


def _told(step: StepOut) -> str:
    return f"{step_in_words(step)}, {_(JOB_TYPES[step.job_type])}"

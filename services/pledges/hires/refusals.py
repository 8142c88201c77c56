"""The refusals of hires: one class for each rule."""

from __future__ import annotations

from services.pledges.pledges.refusals import StaleVersion, TooManyHours
from shared.i18n.translations import N_
from shared.refusals import Refusal


class TooManyHiredHours(TooManyHours):
    """A hire has more weekly hours than the installation allows."""

    field = "/weekly_hours"


class UnknownPledge(Refusal):
    """The taskforce has no such pledge."""

    code = "pledge-not-found"
    kind = "invalid"
    title = N_("The pledge does not exist")
    detail = N_("Choose it from the work list.")
    field = "/pledge_id"


class CompanyMissing(Refusal):
    """A hire without a pledge must name its company."""

    code = "company-missing"
    kind = "invalid"
    title = N_("The company is missing")
    detail = N_("A hire without a pledge says at which company.")
    field = "/company"


class ImplausibleStart(Refusal):
    """Before 2000, or more than two years ahead: a typing error."""

    code = "implausible-start"
    kind = "invalid"
    title = N_("The start date cannot be right")
    detail = N_("The first day must lie between 2000 and two years from now.")
    field = "/start_date"


class ImplausibleEnd(Refusal):
    """More than two years ahead: a typing error."""

    code = "implausible-end"
    kind = "invalid"
    title = N_("The end date cannot be right")
    detail = N_("The first day without the job must lie less than two years from now.")
    field = "/ended_on"


class EndsBeforeStart(Refusal):
    """A hire lasts at least one day."""

    code = "ends-before-start"
    kind = "invalid"
    title = N_("The hire ends before it starts")
    detail = N_("The first day without the job comes after the first day with it.")
    field = "/ended_on"


class EndsBeforeLastStep(Refusal):
    """The last step of the ladder has begun before the hire ends."""

    code = "ends-before-last-step"
    kind = "invalid"
    title = N_("The hire ends before its last step")
    detail = N_("The last step starts on %(starts_on)s. Remove that step first, or choose a later day.")
    field = "/ended_on"


class EndTooFarAhead(Refusal):
    """The end of a hire is recorded when it is known, at most three months before."""

    code = "end-too-far-ahead"
    kind = "invalid"
    title = N_("The end lies too far ahead")
    detail = N_("Record an end at most three months before it. Until then, write a note on the case.")
    field = "/ended_on"


class EndsBeforeAnswer(Refusal):
    """Somebody has answered that the person was still at the company after the end."""

    code = "ends-before-answer"
    kind = "conflict"
    title = N_("The person was still employed after that day")
    detail = N_("The answer about %(months)s months says so. Undo it first, or choose a later day.")
    field = "/ended_on"


class HireNotFound(Refusal):
    """The taskforce has no such hire."""

    code = "hire-unknown"
    kind = "not_found"
    title = N_("There is no such hire")
    detail = N_("Look for it in the work list.")


class StaleHire(StaleVersion):
    """The hire has changed since the version that the client saw."""

    code = "stale-hire"
    kind = "stale"
    title = N_("Somebody changed the hire before you")
    detail = N_("Look at it again and compare.")


class OtherMunicipality(Refusal):
    """The hire was confirmed by a case worker of another municipality, and concerns one of its citizens."""

    code = "other-municipality"
    kind = "forbidden"
    title = N_("Another municipality has this hire")
    detail = N_("Only its own case workers see and change what concerns the person. Ring the contact person.")


class HireRevoked(Refusal):
    """The confirmation was undone, so nothing can be changed any longer."""

    code = "hire-revoked"
    kind = "conflict"
    title = N_("The confirmation of this hire was undone")
    detail = N_("Confirm the hire again.")


class AlreadyEnded(Refusal):
    """The hire has ended already."""

    code = "hire-ended"
    kind = "conflict"
    title = N_("The hire has ended already")
    detail = N_("It ended on %(ended_on)s. If that is wrong, resume it first.")


class NotEnded(Refusal):
    """Only a hire that has ended can be resumed."""

    code = "hire-not-ended"
    kind = "conflict"
    title = N_("The hire has not ended")
    detail = N_("There is nothing to resume. Look at the case again.")


class NoEndToCorrect(Refusal):
    """Only the end of a hire that has ended can be corrected."""

    code = "no-end-to-correct"
    kind = "conflict"
    title = N_("The hire has not ended, so it has no end to correct")
    detail = N_("End it, with the first day without the job and the reason.")
    field = "/ended_on"


class RevokeTooLate(Refusal):
    """A confirmation can be undone within 15 minutes."""

    code = "revoke-too-late"
    kind = "conflict"
    title = N_("It is too late to undo the confirmation")
    detail = N_("That is possible for 15 minutes. Correct the hire, or end it with its reason.")


class RevokedByOther(Refusal):
    """Whoever has confirmed a hire undoes it, or a coordinator."""

    code = "not-your-confirmation"
    kind = "forbidden"
    title = N_("A colleague has confirmed this hire")
    detail = N_("Ask them or a coordinator to undo it, or correct the hire.")


class StartsBeforePledge(Refusal):
    """A hire cannot come from a pledge that was made after its first day."""

    code = "starts-before-pledge"
    kind = "invalid"
    title = N_("The hire starts before its pledge was made")
    detail = N_("The pledge is from %(pledged_on)s. Correct the day, or confirm the hire without a pledge.")
    field = "/start_date"


class NoHours(Refusal):
    """A step has hours, with or without pay."""

    code = "no-hours"
    kind = "invalid"
    title = N_("The hours are missing")
    detail = N_("Write the paid hours a week, the praktik hours, or both. For no hours, end the hire.")
    field = "/paid_weekly_hours"


class HoursMissing(Refusal):
    """A hire that is confirmed says its hours: as one number, or as steps."""

    code = "hours-missing"
    kind = "invalid"
    title = N_("The hours are missing")
    detail = N_("Write the hours a week from the first day, or the steps.")
    field = "/weekly_hours"


class TooManyStepHours(TooManyHours):
    """Paid and praktik hours of a step together are more than the installation allows."""

    field = "/paid_weekly_hours"


class StepNotLater(Refusal):
    """A step starts after the last one: steps do not overlap, and do not go back in time."""

    code = "step-not-later"
    kind = "invalid"
    title = N_("The step starts before or together with another one")
    detail = N_("The last step starts on %(starts_on)s. Choose a later day, or remove that step first.")
    field = "/from"


class StepBeforeStart(Refusal):
    """No step starts before the first day."""

    code = "step-before-start"
    kind = "invalid"
    title = N_("The step starts before the hire")
    detail = N_("The first day is %(start_date)s. Choose a later day, or correct the first day.")
    field = "/from"


class StepAfterEnd(Refusal):
    """No step starts when the hire has ended."""

    code = "step-after-end"
    kind = "invalid"
    title = N_("The step starts after the hire has ended")
    detail = N_("It ends on %(ended_on)s. Choose an earlier day, or resume the hire first.")
    field = "/from"


class StepTooFarAhead(Refusal):
    """More than two years ahead: a typing error."""

    code = "step-too-far-ahead"
    kind = "invalid"
    title = N_("The step lies too far ahead")
    detail = N_("A step starts at most two years from now.")
    field = "/from"


class UnknownStep(Refusal):
    """The hire has no step that starts on that day."""

    code = "step-not-found"
    kind = "not_found"
    title = N_("The hire has no such step")
    detail = N_("Look at the steps again.")


class NotLastStep(Refusal):
    """Only the last step can be removed."""

    code = "not-last-step"
    kind = "conflict"
    title = N_("This is not the last step")
    detail = N_("Remove the later ones first, or correct the hire.")


class FirstStepStays(Refusal):
    """A hire has at least one step."""

    code = "first-step"
    kind = "conflict"
    title = N_("The first step cannot be removed")
    detail = N_("Correct the hire's first day or hours instead.")


class FirstStepNotAtStart(Refusal):
    """The first step of a ladder starts with the hire."""

    code = "first-step-not-at-start"
    kind = "invalid"
    title = N_("The first step does not start on the first day")
    detail = N_("Let the first step start on the first day of the hire.")
    field = "/steps"


class StepsOverlap(Refusal):
    """Each step of a ladder starts after the one before."""

    code = "steps-overlap"
    kind = "invalid"
    title = N_("The steps overlap")
    detail = N_("Write them in order of time, each with a later first day than the one before.")
    field = "/steps"


class StepsTooFarAhead(StepTooFarAhead):
    """The last step of a ladder lies more than two years ahead."""

    field = "/steps"


class TooManySteps(Refusal):
    """More steps than anybody's hours change."""

    code = "too-many-steps"
    kind = "invalid"
    title = N_("Too many steps")
    detail = N_("A hire has at most %(steps)s steps.")
    field = "/steps"


class UnknownTrainingHire(Refusal):
    """The training that led to the hire is not a hire of the taskforce, or is the hire itself."""

    code = "training-hire-not-found"
    kind = "invalid"
    title = N_("There is no such training")
    detail = N_("Choose the praktik or the training track that led to this hire.")
    field = "/training_hire_id"


class CheckpointNotDue(Refusal):
    """Nobody knows yet whether the person will be employed then."""

    code = "checkpoint-not-due"
    kind = "conflict"
    title = N_("It is too early to answer this")
    detail = N_("It can be answered from %(due_on)s. If the job has ended, end the hire.")


class EndedBeforeCheckpoint(Refusal):
    """The hire ended before the checkpoint, so its end says all."""

    code = "ended-before-checkpoint"
    kind = "conflict"
    title = N_("The hire ended before that day")
    detail = N_("It ended on %(ended_on)s, and the reason of its end is what counts.")

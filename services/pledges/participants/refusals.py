"""Why a change of a participant is refused: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class ParticipantNotFound(Refusal):
    """There is no such participant for the reader. Those of others are answered the same."""

    code = "participant-unknown"
    kind = "not_found"
    title = N_("There is no such citizen for you")
    detail = N_("You see the citizens of your municipality or your programme only.")
    next_step = ("/participants", N_("Citizens"))


class UnknownParticipant(Refusal):
    """The case worker's municipality has no such participant: not said is whether there is one elsewhere."""

    code = "participant-not-found"
    kind = "invalid"
    title = N_("There is no such citizen")
    detail = N_(
        "Your municipality has no such citizen; perhaps they have been erased. Choose another one, or save without a "
        "citizen."
    )
    field = "/participant_id"


class StaleParticipant(Refusal):
    """The participant has changed since the version that the client saw."""

    code = "participant-stale"
    kind = "stale"
    title = N_("Somebody changed this before you")
    detail = N_("Look at it again and compare.")


class CaseReferenceTaken(Refusal):
    """The municipality has a participant with this case reference."""

    code = "case-reference-taken"
    kind = "conflict"
    title = N_("The case reference is registered already")
    detail = N_("Find the citizen in the list, or correct the reference.")
    field = "/case_reference"
    next_step = ("/participants", N_("Citizens"))


class NoMunicipality(Refusal):
    """A case worker without a municipality registers nobody: nobody would see the participant."""

    code = "no-municipality"
    kind = "forbidden"
    title = N_("Your account has no municipality")
    detail = N_("Ask an administrator to give it one: a citizen belongs to a municipality.")


class ParticipantHasLeft(Refusal):
    """Who has left is not changed, only taken back."""

    code = "participant-left"
    kind = "conflict"
    title = N_("The citizen has left")
    detail = N_("Take the citizen back first, if they look for a job again.")


class LeavesWhileMatched(Refusal):
    """A position was found for them, and nothing has become of it yet."""

    code = "leaves-while-matched"
    kind = "conflict"
    title = N_("A position has been found for the citizen")
    detail = N_("Undo the match, or confirm the hire, before the citizen leaves.")


class HoursInWrongOrder(Refusal):
    """More hours at least than at most."""

    code = "hours-order"
    kind = "invalid"
    title = N_("The hours cannot be right")
    detail = N_("The fewest hours are more than the most.")
    field = "/availability/weekly_hours"


class TaskBothWays(Refusal):
    """Somebody can do or would like to do what they cannot do."""

    code = "task-both-ways"
    kind = "invalid"
    title = N_("The tasks contradict each other")
    detail = N_("A task is among those that the citizen cannot do, and among the others. Choose one of them.")
    field = "/tasks/cannot"


class TaskUnknown(Refusal):
    """The taskforce's catalogue does not have it."""

    code = "participant-task-unknown"
    kind = "invalid"
    title = N_("A task is not in the catalogue")
    detail = N_("Choose tasks of the catalogue.")
    field = "/tasks"


class TargetGroupUnknown(Refusal):
    """The list of target groups does not have the code."""

    code = "target-group-unknown"
    kind = "invalid"
    title = N_("There is no such target group")
    detail = N_("Choose a target group of the list.")
    field = "/target_groups"


class TargetGroupNotInForce(Refusal):
    """The code is of the list, but not valid on the day."""

    code = "target-group-not-in-force"
    kind = "invalid"
    title = N_("The target group is not in force on that day")
    detail = N_("Choose a target group that is in force on the day, or another day.")
    field = "/target_groups"


class TargetGroupsOverlap(Refusal):
    """Two of them would hold on one day, or one ends before it begins."""

    code = "target-groups-overlap"
    kind = "invalid"
    title = N_("The days of the target groups do not fit together")
    detail = N_("Each one begins after the one before it has ended, and ends after it has begun.")
    field = "/target_groups"


class TargetGroupCodeNotFound(Refusal):
    """The list of target groups does not have the code that is to be changed."""

    code = "target-group-code-unknown"
    kind = "not_found"
    title = N_("The list does not have this target group")
    detail = N_("Find it in the list.")
    next_step = ("/participants/target-groups", N_("Target groups"))


class TargetGroupCodeTaken(Refusal):
    """The list has the code already."""

    code = "target-group-code-taken"
    kind = "conflict"
    title = N_("The list has this target group already")
    detail = N_("Choose another code.")
    field = "/code"


class TargetGroupCodeEnds(Refusal):
    """It would end before it begins."""

    code = "target-group-code-ends"
    kind = "invalid"
    title = N_("The day cannot be right")
    detail = N_("It ends after the day on which it begins.")
    field = "/valid_until"


class NoteKept(Refusal):
    """A note is kept until a day after today, at most five years ahead."""

    code = "note-kept"
    kind = "invalid"
    title = N_("The day on which the note is deleted cannot be right")
    detail = N_("Choose a day after today, within five years.")
    field = "/keep_until"


class ParticipantNoteNotFound(Refusal):
    """The participant has no such note; it may have been deleted."""

    code = "participant-note-unknown"
    kind = "not_found"
    title = N_("There is no such note about the citizen")
    detail = N_("It may have been deleted.")
    next_step = ("/participants", N_("Citizens"))

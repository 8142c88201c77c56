"""Why a note is refused: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class ImplausibleFollowUp(Refusal):
    """A follow-up in the past, or more than two years ahead: a typing error."""

    code = "implausible-follow-up"
    kind = "invalid"
    title = N_("The day of the follow-up cannot be right")
    detail = N_("Choose today or a later day, within two years.")
    field = "/follow_up_on"


class TickedByOthers(Refusal):
    """It is the work of somebody else."""

    code = "ticked-by-others"
    kind = "forbidden"
    title = N_("It is a colleague's to tick off")
    detail = N_("Whoever was asked can tick it off, whoever wrote it, or a coordinator.")


class NoteNotFound(Refusal):
    """The case has no such note."""

    code = "note-unknown"
    kind = "not_found"
    title = N_("There is no such note")
    detail = N_("Find it on the page of its case.")
    next_step = ("/queue", N_("Work list"))

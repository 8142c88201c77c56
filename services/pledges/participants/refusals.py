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
    title = N_("Your municipality has no such citizen")
    detail = N_("Perhaps they have been erased. Choose another one, or save without a citizen.")
    field = "/participant_id"

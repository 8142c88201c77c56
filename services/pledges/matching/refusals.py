"""Why somebody is not matched with a position: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class ParticipantGone(Refusal):
    """The participant was erased, or is not the caller's."""

    code = "participant-gone"
    kind = "not_found"
    title = N_("The citizen is not here any longer")
    detail = N_("The citizen was deleted, or is looked after elsewhere. The position is still vacant.")


class ParticipantNotActive(Refusal):
    """No position is found for somebody who is paused or has left."""

    code = "participant-not-active"
    kind = "conflict"
    title = N_("No position is found for the citizen at the moment")
    detail = N_("The citizen is paused or has left. Change that on the citizen's page first.")


class ParticipantMatched(Refusal):
    """A person is matched with one position at a time."""

    code = "participant-matched"
    kind = "conflict"
    title = N_("The citizen is matched with another position")
    detail = N_("Somebody was quicker. Reopen that position first if the match came to nothing.")

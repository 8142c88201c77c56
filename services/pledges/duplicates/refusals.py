"""Why a decision about two pledges is refused: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class ProposalNotFound(Refusal):
    """The taskforce has no such proposal."""

    code = "proposal-unknown"
    kind = "not_found"
    title = N_("There is no such proposal")
    detail = N_("Find it in the list of possible duplicates.")
    next_step = ("/pledges/duplicates", N_("Possible duplicates"))


class ProposalChanged(Refusal):
    """The proposal was decided on since the version that the client saw."""

    code = "stale-proposal"
    kind = "stale"
    title = N_("Somebody decided on the two pledges before you")
    detail = N_("Look at them again.")
    next_step = ("/pledges/duplicates", N_("Possible duplicates"))


class NotOfProposal(Refusal):
    """The pledge that is to stay is neither of the two."""

    code = "not-of-proposal"
    kind = "invalid"
    title = N_("The proposal is about two other pledges")
    detail = N_("Choose which of the two stays.")
    field = "/stays"


class SeparateFirst(Refusal):
    """The two are merged."""

    code = "pledges-merged"
    kind = "conflict"
    title = N_("The two pledges are merged")
    detail = N_("Separate them first.")


class NotMerged(Refusal):
    """The two are not merged."""

    code = "pledges-not-merged"
    kind = "conflict"
    title = N_("The two pledges are not merged")
    detail = N_("There is nothing to separate.")


class BothFilled(Refusal):
    """Positions of both have become jobs, so they were two promises, or one of the hires is a mistake."""

    code = "both-filled"
    kind = "conflict"
    title = N_("Both pledges have become jobs")
    detail = N_("A position of each is filled, so they cannot be merged.")


class FilledMustStay(Refusal):
    """A position of the pledge that is to go has become a job."""

    code = "filled-must-stay"
    kind = "conflict"
    title = N_("The pledge with the job must stay")
    detail = N_("A position of the other one is filled. Let that one stay.")
    field = "/stays"


class CountedMustStay(Refusal):
    """The pledge that is to stay does not count, and the one that is to go does: the promise would be lost."""

    code = "counted-must-stay"
    kind = "conflict"
    title = N_("The pledge that counts must stay")
    detail = N_("The other one does not count. Let the one stay that counts, or accept the other one first.")
    field = "/stays"

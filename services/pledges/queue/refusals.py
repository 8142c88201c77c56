"""What the queue refuses."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class NothingHandedOver(Refusal):
    """There is no such handover, or it is somebody else's."""

    code = "nothing-handed-over"
    kind = "not_found"
    title = N_("Nothing was handed over")
    detail = N_("No cases were handed over with this request. Assign them again instead.")


class TooManyViews(Refusal):
    """A person keeps a limited number of views."""

    code = "too-many-views"
    kind = "conflict"
    title = N_("You have too many saved views")
    detail = N_("Delete one of your %(number)s views first.")


class ViewNotFound(Refusal):
    """There is no such view, or a colleague has saved it."""

    code = "view-unknown"
    kind = "not_found"
    title = N_("There is no such view of yours")
    detail = N_("Only whoever saved a view deletes it.")
    next_step = ("/queue", N_("Work list"))

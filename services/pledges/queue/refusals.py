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

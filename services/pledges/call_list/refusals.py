"""Why a change of the call list is refused: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class CallAgainDayMissing(Refusal):
    """Who wants to ring again says when."""

    code = "call-again-day-missing"
    kind = "invalid"
    title = N_("The day of the next call is missing")
    detail = N_("Write the day on which you will ring again.")
    field = "/again_on"


class CallAgainDayPast(Refusal):
    """The next call lies ahead."""

    code = "call-again-day-past"
    kind = "invalid"
    title = N_("The day of the next call is over")
    detail = N_("Choose today or a later day.")
    field = "/again_on"

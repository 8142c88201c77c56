"""Why a job found for somebody is refused."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class OneCitizenOnePosition(Refusal):
    """A pledge for one citizen has one position."""

    code = "one-citizen-one-position"
    kind = "invalid"
    title = N_("A job found for one citizen is one position")
    detail = N_("Log the company's other positions as a pledge of their own.")
    field = "/positions"

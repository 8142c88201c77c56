"""Why the page of a company is refused: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class CompanyNotFound(Refusal):
    """The register of the taskforce has no such company, or its messages have not arrived."""

    code = "company-not-found"
    kind = "not_found"
    title = N_("This company is not in the register")
    detail = N_("Find it in the list of companies.")
    next_step = ("/companies", N_("Companies"))

"""The refusals of hires: one class for each rule."""

from __future__ import annotations

from services.pledges.pledges.refusals import TooManyHours
from shared.i18n.translations import N_
from shared.refusals import Refusal


class TooManyHiredHours(TooManyHours):
    """A hire has more weekly hours than the installation allows."""

    field = "/weekly_hours"


class UnknownPledge(Refusal):
    """The taskforce has no such pledge."""

    code = "pledge-not-found"
    kind = "invalid"
    title = N_("The pledge does not exist")
    detail = N_("Choose it from the work list.")
    field = "/pledge_id"


class CompanyMissing(Refusal):
    """A hire without a pledge must name its company."""

    code = "company-missing"
    kind = "invalid"
    title = N_("The company is missing")
    detail = N_("A hire without a pledge says at which company.")
    field = "/company"


class ImplausibleStart(Refusal):
    """Before 2000, or more than two years ahead: a typing error."""

    code = "implausible-start"
    kind = "invalid"
    title = N_("The start date cannot be right")
    detail = N_("The first day must lie between 2000 and two years from now.")
    field = "/start_date"


class ImplausibleEnd(Refusal):
    """More than two years ahead: a typing error."""

    code = "implausible-end"
    kind = "invalid"
    title = N_("The end date cannot be right")
    detail = N_("The first day without the job must lie less than two years from now.")
    field = "/ended_on"


class EndsBeforeStart(Refusal):
    """A hire lasts at least one day."""

    code = "ends-before-start"
    kind = "invalid"
    title = N_("The hire ends before it starts")
    detail = N_("The first day without the job comes after the first day with it.")
    field = "/ended_on"

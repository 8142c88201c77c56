"""The refusals of support logs: one class for each rule."""

from __future__ import annotations

from shared.i18n.translations import N_
from shared.refusals import Refusal


class ImplausibleContactDay(Refusal):
    """After today, or before 2000."""

    code = "implausible-contact-day"
    kind = "invalid"
    title = N_("The day of the call cannot be right")
    detail = N_("Write the day on which somebody rang: today, or a day before.")
    field = "/contacted_on"


class SupportContactNotFound(Refusal):
    """The hire's log has no such entry."""

    code = "support-contact-unknown"
    kind = "not_found"
    title = N_("There is no such entry in the support log")
    detail = N_("Look at the log again.")


class StaleSupportContact(Refusal):
    """The entry has changed since the version that the client saw."""

    code = "stale-support-contact"
    kind = "stale"
    title = N_("Somebody changed the entry before you")
    detail = N_("Look at the log again and compare.")

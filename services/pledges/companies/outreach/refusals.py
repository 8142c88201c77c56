"""Why a contact with a company is refused, or a change of it: one class for each rule."""

from __future__ import annotations

from services.pledges.participants.refusals import UnknownParticipant
from shared.i18n.translations import N_
from shared.refusals import Refusal


class OutreachAhead(Refusal):
    """What is planned is not logged yet."""

    code = "outreach-ahead"
    kind = "invalid"
    title = N_("The day lies ahead")
    detail = N_("Log the contact when it has been made: choose today or an earlier day.")
    field = "/made_on"


class OutreachLongAgo(Refusal):
    """Before 2000: a typing error."""

    code = "outreach-long-ago"
    kind = "invalid"
    title = N_("The day cannot be right")
    detail = N_("Choose a day after 1999.")
    field = "/made_on"


class OutreachNotFound(Refusal):
    """The company has no such contact."""

    code = "outreach-unknown"
    kind = "not_found"
    title = N_("There is no such contact with the company")
    detail = N_("Find it on the page of the company.")
    next_step = ("/companies", N_("Companies"))


class OutreachOfAnother(Refusal):
    """Only who logged it changes it, or a coordinator."""

    code = "outreach-of-another"
    kind = "forbidden"
    title = N_("A colleague has logged this")
    detail = N_("Ask them, or a coordinator, to correct it.")


class StaleOutreach(Refusal):
    """It has changed since the version that the client saw."""

    code = "outreach-stale"
    kind = "stale"
    title = N_("Somebody changed this before you")
    detail = N_("Look at it again and compare.")


class NoCardHandedOver(Refusal):
    """Somebody's card is named where none was handed over."""

    code = "no-card-handed-over"
    kind = "invalid"
    title = N_("It was no card")
    detail = N_("Choose that a card was handed over, or leave the citizen out.")
    field = "/citizen"


class UnknownOwnerOfCard(UnknownParticipant):
    """The case worker's municipality has no such participant, whose card it could be."""

    field = "/citizen"

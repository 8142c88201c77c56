"""The words of pledges: statuses, flags. Those of the tasks are in the package `services.pledges.catalogue`.

Codes are stored and published. Labels are English and are translated where they are shown (`_(label)`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from shared.i18n.translations import N_

STATUSES: Final = MappingProxyType(
    {
        "logged": N_("Logged"),
        "affirmed": N_("Affirmed by the company"),
        "in_progress": N_("In progress"),
        "fulfilled": N_("Fulfilled"),
        "withdrawn": N_("Withdrawn"),
        "lapsed": N_("Lapsed"),
        "duplicate": N_("Duplicate"),
    }
)

REVIEWS: Final = MappingProxyType(
    {
        "waiting": N_("Not counted yet"),
        "accepted": N_("Accepted"),
        "rejected": N_("Rejected: does not count"),
    }
)
"""Whether a coordinator lets a pledge count."""

WITHDRAWALS: Final = MappingProxyType(
    {
        "company_withdrew": N_("The company has withdrawn it"),
        "logged_by_mistake": N_("It was logged by mistake"),
        "not_genuine": N_("Nobody has made it"),
    }
)
"""Why a pledge was withdrawn. Only a company's withdrawal leaves it in the figures of the days before."""

POSITION_STATUSES: Final = MappingProxyType(
    {
        "open": N_("Vacant"),
        "matched": N_("Matched"),
        "trial": N_("On trial"),
        "filled": N_("Filled"),
        "cancelled": N_("Cancelled"),
    }
)

CANCELLATIONS: Final = MappingProxyType(
    {
        "company_needs_nobody": N_("The company needs nobody any longer"),
        "company_found_somebody": N_("The company has found somebody itself"),
        "job_changed": N_("The job has become another one"),
        "other": N_("Another reason"),
    }
)
"""Why one position is no longer offered."""

REOPENINGS: Final = MappingProxyType(
    {
        "not_suitable": N_("The match did not suit"),
        "person_declined": N_("The person does not want to"),
        "company_declined": N_("The company does not want to"),
        "offered_again": N_("The company offers it again"),
        "other": N_("Another reason"),
    }
)
"""Why a position is vacant again."""

COMPANY_ANSWERS: Final = MappingProxyType(
    {
        "affirmed": N_("The company has affirmed the pledge"),
        "adjusted": N_("The company has adjusted the pledge"),
        "withdrawn": N_("The company has withdrawn the pledge"),
        "still_employed": N_("The company has said whether the person is still employed"),
        "registered": N_("The company wants to come to the event"),
        "unregistered": N_("The company does not come to the event after all"),
    }
)
"""What a company answers on its own page, for staff."""

CAPTURES: Final = MappingProxyType(
    {
        "phone": N_("On a phone"),
        "web": N_("On the web page"),
        "paper": N_("From a paper slip"),
        "import": N_("From a file"),
        "api": N_("By another program"),
    }
)

FLAGS: Final = MappingProxyType(
    {
        "cvr_invalid": N_("The CVR number is not right. That does not stop the pledge."),
        "clock_wrong": N_("The phone's clock is wrong; the pledge counts from the day it was received."),
        "late": N_("Captured while the event was open, received after it had closed."),
        "after_close": N_("Logged after the event had closed."),
        "event_cancelled": N_("The event has been cancelled."),
        "event_unconfirmed": N_("The event was not yet known when the pledge was received."),
        "company_unconfirmed": N_("The company's id does not fit the register; its name was kept as typed."),
        "contact_unreachable": N_("The contact can neither be rung nor written to."),
        "start_implausible": N_("The job is said to start long before or long after it was pledged."),
        "captured_long_ago": N_("Captured more than a year before it was received."),
        "outside_event": N_("The day it counts on lies outside the hours of its event."),
        "time_unlikely": N_(
            "Its time does not fit the hours of the event. It counts when a coordinator has accepted it."
        ),
        "over_pass_limit": N_(
            "The event's guests have pledged unusually many positions. It counts when a coordinator has accepted it."
        ),
        "many_hours": N_("More hours a week than one pledge may have here."),
        "many_positions": N_("Unusually many positions for one pledge. It counts when a coordinator has accepted it."),
    }
)
"""What a coordinator should look at. Also shown to the person who logged the pledge."""

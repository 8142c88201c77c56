"""The words of participants on the screen. Labels are English and are translated where they are shown."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from babel.dates import get_day_names

from shared.i18n.translations import N_, current_language
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES, PROGRAMMES
from shared.ui.formats import date_text, number_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from services.pledges.participants.domain import Availability, ParticipantTerms, Transport, Unknown, Weekday

TRANSPORTS: Final[Mapping[Transport, str]] = MappingProxyType(
    {
        "walk": N_("On foot"),
        "bicycle": N_("By bicycle"),
        "public": N_("By bus or train"),
        "car": N_("By car"),
        "lift": N_("Somebody drives them"),
    }
)

WEEKDAYS: Final[Mapping[Weekday, str]] = MappingProxyType(
    {
        1: N_("Monday"),
        2: N_("Tuesday"),
        3: N_("Wednesday"),
        4: N_("Thursday"),
        5: N_("Friday"),
        6: N_("Saturday"),
        7: N_("Sunday"),
    }
)

QUESTIONS: Final[Mapping[Unknown, str]] = MappingProxyType(
    {
        "job_types": N_("What kind of job do they look for?"),
        "weekly_hours": N_("How many hours a week can they work?"),
        "weekdays": N_("On which days can they work?"),
        "available_from": N_("From when can they work?"),
        "max_distance_km": N_("How far can they travel to work?"),
        "transport": N_("How do they get to work?"),
        "tasks": N_("What can they do, and what would they like to do?"),
        "target_group": N_("Which target group do they belong to?"),
        "caseworker": N_("Who is their case worker?"),
    }
)
"""What is not known, as a question, in the order in which it is asked."""

CHANGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "registered": N_("Registered"),
        "availability_changed": N_("What they can work was changed"),
        "tasks_changed": N_("The tasks were changed"),
        "programme_changed": N_("The programme was changed"),
        "caseworker_changed": N_("The case worker was changed"),
        "target_groups_changed": N_("The target group was changed"),
        "paused": N_("Paused for now"),
        "resumed": N_("Looks for a job again"),
        "left": N_("Has left us"),
        "returned": N_("Was taken back"),
        "card_written": N_("The profile card was written"),
        "card_photo_added": N_("The profile card got a photo"),
        "card_photo_removed": N_("The photo of the profile card was removed"),
        "card_withdrawn": N_("The profile card was withdrawn"),
        "card_link_renewed": N_("The profile card got a new link"),
        "card_handed_over": N_("The profile card was handed over"),
        "card_corrected": N_("The citizen has corrected the profile card"),
    }
)
"""Labels of the kinds of changes in the history."""


def change_text(kind: str) -> str:
    """Return what was done, in the current language."""
    return _(CHANGES.get(kind, N_("Something was changed")))


def hours_text(known: Availability) -> str | None:
    """Return the hours a week, in the current language; None: not known."""
    fewest, most = known.weekly_hours_from, known.weekly_hours_to
    if fewest is None or most is None:
        return None
    if fewest == most:
        return _("%(hours)s hours a week", hours=number_text(fewest))
    return _("%(low)s–%(high)s hours a week", low=number_text(fewest), high=number_text(most))


def distance_text(known: Availability) -> str | None:
    """Return how far somebody can travel, in the current language; None: not known."""
    if known.max_distance_km is None:
        return None
    if known.max_distance_km == 0:
        return _("Only within the municipality")
    return _("At most %(km)s km from the municipality's main town", km=known.max_distance_km)


def facts_in_words(terms: ParticipantTerms, labels: Mapping[str, str]) -> dict[str, str | None]:
    """Return what is known, by its label, in the current language; None: not known.

    Args:
        labels: of the tasks, by code.
    """
    known, tasks = terms.availability, terms.tasks
    # Not the labels of the form: Danish days are capitalised only where they stand alone.
    names = get_day_names("wide", locale=current_language())

    def listed(words: Iterable[str]) -> str | None:
        return ", ".join(words) or None

    return {
        _("Looks for"): listed(_(label) for code, label in JOB_TYPES.items() if code in (known.job_types or ())),
        _("Hours"): hours_text(known),
        _("Days"): listed(names[day - 1] for day in sorted(known.weekdays or ())),
        _("Can begin"): date_text(known.available_from) if known.available_from else None,
        _("Distance"): distance_text(known),
        _("Gets to work"): _(TRANSPORTS[known.transport]) if known.transport else None,
        _("Can do"): listed(label for code, label in labels.items() if code in tasks.can),
        _("Would like to do"): listed(label for code, label in labels.items() if code in tasks.want),
        _("Cannot do"): listed(label for code, label in labels.items() if code in tasks.cannot),
        _("Programme"): _(PROGRAMMES[terms.programme]) if terms.programme else None,
    }

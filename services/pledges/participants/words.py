"""The words of participants on the screen. Labels are English and are translated where they are shown."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.pledges.participants.domain import Transport, Unknown, Weekday

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

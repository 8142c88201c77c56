"""Finds a person in the deliveries, by the ids from the owning services."""

from __future__ import annotations

from typing import Final

from services.notifications.privacy.retention import retention
from shared.privacy.dead_letters import DEAD_LETTERS_LOOKUP
from shared.privacy.subject_requests import SubjectData
from shared.privacy.subjects import SubjectLookup

LOOKUPS: Final = (
    SubjectLookup(
        "deliveries",
        "deliveries",
        find="""
            select delivery.id
              from deliveries as delivery,
                   identifiers
             where delivery.taskforce_id = current_taskforce()
               and delivery.recipient_id = any (identifiers.ids)
        """,
        erase=None,
        why="Kun et nummer, som ikke kan føres tilbage til en person, når kontakten eller kontoen er slettet. "
        "Det slettes, når fristen udløber.",
        context_columns=("rule", "happened_at", "status", "settled_at"),
    ),
    DEAD_LETTERS_LOOKUP,
)

SUBJECT_DATA: Final = SubjectData(LOOKUPS, retention(), owns=False)
"""The lookups of subject requests."""

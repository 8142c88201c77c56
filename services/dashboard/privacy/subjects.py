"""How a person is found in the dashboard's data: at most in dead letters, as it knows nobody's name or number."""

from __future__ import annotations

from typing import Final

from services.dashboard.privacy.retention import retention
from shared.privacy.dead_letters import DEAD_LETTERS_LOOKUP
from shared.privacy.subject_requests import SubjectData
from shared.privacy.subjects import SubjectLookup

LOOKUPS: Final = (
    SubjectLookup(
        "end_reasons",
        "hire_versions",
        find=None,
        erase=None,
        why="Borgeren har hverken navn eller nummer her og kan ikke findes; spørg kommunen.",
    ),
    SubjectLookup(
        "packs",
        "packs",
        find="""
            select pack.id
              from packs as pack,
                   identifiers
             where pack.taskforce_id = current_taskforce()
               and (pack.people && identifiers.ids
                    or pack.texts ~ any (identifiers.mentions))
        """,
        # Whoever asks for it next gets a new one, without the name.
        erase="""
            delete from packs
             where taskforce_id = current_taskforce()
               and id = any ($1)
            returning id
        """,
        context_columns=("meeting_id", "as_of", "made_at"),
    ),
    DEAD_LETTERS_LOOKUP,
)

SUBJECT_DATA: Final = SubjectData(LOOKUPS, retention(), owns=False)
"""The lookups of subject requests."""

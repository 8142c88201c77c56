"""How a person is found in the dashboard's data: at most in dead letters."""

from __future__ import annotations

from typing import Final

from services.dashboard.privacy.retention import retention
from shared.privacy.dead_letters import DEAD_LETTERS_LOOKUP
from shared.privacy.subject_requests import SubjectData

LOOKUPS: Final = (DEAD_LETTERS_LOOKUP,)

SUBJECT_DATA: Final = SubjectData(LOOKUPS, retention(), owns=False)
"""The lookups of subject requests."""

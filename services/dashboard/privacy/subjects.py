"""How a person is found in what the dashboard holds: in letters that could not be read, if anywhere."""

from __future__ import annotations

from typing import Final

from services.dashboard.privacy.retention import retention
from shared.privacy.dead_letters import DEAD_LETTERS_LOOKUP
from shared.privacy.subject_requests import SubjectData

LOOKUPS: Final = (DEAD_LETTERS_LOOKUP,)

SUBJECT_DATA: Final = SubjectData(LOOKUPS, retention(), owns=False)
"""What the register's pages ask about people here."""

"""How a person is found in what the dashboard holds: in letters that could not be read, if anywhere."""

from __future__ import annotations

from typing import Final

from services.dashboard.privacy.retention import retention
from shared.messaging.retention import LETTERS
from shared.privacy.subject_requests import Kept

HOLDINGS: Final = (LETTERS,)

KEPT: Final = Kept(HOLDINGS, retention(), owns=False)
"""What the register's pages ask about people here."""

"""How a person is found in what the dashboard holds: in letters that could not be read, if anywhere."""

from __future__ import annotations

from typing import Final

from shared.messaging.retention import LETTERS

HOLDINGS: Final = (LETTERS,)

"""The time zone people of the product live in. Storage is in UTC."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")

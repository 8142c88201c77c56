"""The time zone of the product's users. Times are stored in UTC."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

COPENHAGEN: Final = ZoneInfo("Europe/Copenhagen")

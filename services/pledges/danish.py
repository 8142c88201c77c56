"""Dates and numbers as they are typed in Denmark, read into what machines use."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

_DAY_FIRST: Final = re.compile(r"(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{4})")


def iso_date(typed: str) -> str:
    """Return `31-12-2026`, `31.12.2026` or `31/12/2026` as `2026-12-31`; anything else unchanged."""
    found = _DAY_FIRST.fullmatch(typed.strip())
    if found is None or not typed.isascii():
        return typed
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return typed


def point_decimal(typed: str) -> str:
    """Return `7,5` as `7.5`; anything else unchanged."""
    text = typed.strip()
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text

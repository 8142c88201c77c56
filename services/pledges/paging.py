"""Lists a page at a time by keyset: a token says after which row the next page begins."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID

from shared.web.i18n import gettext as _
from shared.web.problems import Problem
from shared.web.validation import FieldError

T = TypeVar("T")
Key = tuple[datetime | date, UUID]
"""Where a row stands in its list: what it is sorted by, then its id."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows of a list, and the token of the next page where there is one."""

    items: Sequence[T]
    next_token: str | None


def page_of(rows: Sequence[T], size: int, key: Callable[[T], Key]) -> Page[T]:
    """Make a page of up to `size` rows; `rows` holds one more where there is a next page."""
    shown = rows[:size]
    return Page(shown, write_token(key(shown[-1])) if len(rows) > size else None)


def write_token(key: Key) -> str:
    """Return the token of the page that begins after `key`."""
    at, row_id = key
    text = json.dumps([at.isoformat(), str(row_id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_moment_token(token: str | None) -> tuple[datetime, UUID] | None:
    """Return what a list sorted by moments continues after; None for its first page. Raises `Problem` 400."""
    if not token:
        return None
    at, row_id = _read(token)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise _bad_token() from None
    if moment.tzinfo is None:
        raise _bad_token()
    return moment, row_id


def read_day_token(token: str | None) -> tuple[date, UUID] | None:
    """As `read_moment_token`, for a list sorted by days."""
    if not token:
        return None
    at, row_id = _read(token)
    try:
        return date.fromisoformat(at), row_id
    except ValueError:
        raise _bad_token() from None


def _read(token: str) -> tuple[str, UUID]:
    try:
        text = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        at, row_id = json.loads(text)
        return str(at), UUID(row_id)
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise _bad_token() from None


def _bad_token() -> Problem:
    error = FieldError("?page_token", "page_token", _("Is not a page of this list."))
    return Problem(400, "page-token", errors=[error])

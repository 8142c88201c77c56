"""The draft of a hire, filled in and not confirmed yet, in a cookie of the case worker's browser.

The page that shows the answers to check has an address of its own, so that the browser can go back to it and reload
it. The answers are in a cookie that is sent to this form only, and never in the address.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import Request
    from fastapi.responses import Response

    from shared.http.auth import Principal

_COOKIE: Final = "__Secure-hire_draft"
"""Not `__Host-`: that cookie would be sent to every page."""
_SECONDS: Final = 3600
_MAX_CHARACTERS: Final = 3800
"""Browsers drop cookies over 4096 characters, name and attributes included."""


def save(response: Response, principal: Principal, path: str, answers: Mapping[str, Any]) -> bool:
    """Store the answers of the form at `path` for an hour. False, and nothing stored, where they are longer than any
    valid answers."""
    text = json.dumps({"by": principal.subject, "answers": answers}, ensure_ascii=False, separators=(",", ":"))
    value = base64.urlsafe_b64encode(text.encode()).decode()
    if len(value) > _MAX_CHARACTERS:
        return False
    response.set_cookie(_COOKIE, value, max_age=_SECONDS, path=path, secure=True, httponly=True, samesite="strict")
    return True


def load(request: Request, principal: Principal) -> Any:
    """Return the stored answers, or None; never another person's. Not validated: the browser may send anything."""
    try:
        draft = json.loads(base64.urlsafe_b64decode(request.cookies.get(_COOKIE, "")))
    except (ValueError, binascii.Error, RecursionError):
        return None
    return draft.get("answers") if isinstance(draft, dict) and draft.get("by") == principal.subject else None


def delete(response: Response, path: str) -> None:
    """Delete the answers of the form at `path` from the browser."""
    response.delete_cookie(_COOKIE, path=path, secure=True, httponly=True, samesite="strict")

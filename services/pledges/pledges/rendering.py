"""Rendering the service's pages: the words and functions that every template may use, and addresses with a query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from services.pledges.pledges import words
from shared.fields.phone import phone_text, phone_uri
from shared.product.vocabulary import JOB_TYPES
from shared.ui.pages import render as render_page

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import HTMLResponse


def render(request: Request, template: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """Return the page, with the words of pledges at hand."""
    return render_page(
        request,
        template,
        status_code=status_code,
        words=words,
        job_type_words=JOB_TYPES,
        phone_uri=phone_uri,
        phone_text=phone_text,
        **context,
    )


def address(path: str, query: Iterable[tuple[str, object]]) -> str:
    """Return an address with the filled fields of a query."""
    filled = [(name, value) for name, value in query if value not in (None, "", False)]
    return f"{path}?{urlencode(filled)}" if filled else path

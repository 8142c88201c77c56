"""The hidden field that every posted form has. `shared.http.csrf` sets the value and checks it."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from jinja2.ext import Extension
from markupsafe import Markup

FIELD: Final = "csrf_token"

_FORM: Final = re.compile(r"<form\b(?:\{\{.*?\}\}|\{%.*?%\}|[^>{])*>", re.DOTALL)
_POSTED: Final = re.compile(r"\bmethod\s*=\s*[\"']?post\b", re.IGNORECASE)


@dataclass
class CsrfValue:
    """The value of this browser's forms; `is_new`: its cookie has to be set."""

    value: str | None
    is_new: bool = False


CSRF_VALUE: ContextVar[CsrfValue | None] = ContextVar("csrf", default=None)


def csrf_field() -> Markup:
    """Return the hidden field for a form; nothing outside a request."""
    browser = CSRF_VALUE.get()
    if browser is None:
        return Markup("")
    if browser.value is None:
        browser.value, browser.is_new = secrets.token_urlsafe(32), True
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, browser.value)


class FormFields(Extension):
    """Jinja extension that adds the field to every posted form of a template."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source with the fields added."""
        return _FORM.sub(lambda form: form[0] + ("{{ csrf_field() }}" if _POSTED.search(form[0]) else ""), source)

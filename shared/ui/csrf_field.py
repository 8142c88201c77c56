"""The hidden field that every posted form has. `shared.http.csrf` sets the value and checks it.

The field holds the browser's value masked with random bytes, other ones in each response: responses are compressed, and
a value that is the same in all of them could be guessed from their lengths (BREACH).
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from jinja2.ext import Extension
from markupsafe import Markup

from shared.secrets import SECRET_BYTES, from_base64url, new_secret, read_secret, to_base64url, write_secret

FIELD: Final = "csrf_token"

_FORM: Final = re.compile(r"<form\b(?:\{\{.*?\}\}|\{%.*?%\}|[^>{])*>", re.DOTALL)
_POSTED: Final = re.compile(r"\bmethod\s*=\s*[\"']?post\b", re.IGNORECASE)


@dataclass
class CsrfValue:
    """The value of this browser's forms; `is_new`: its cookie has to be set; `masked`: as in this response's forms."""

    value: str | None
    is_new: bool = False
    masked: str = ""


CSRF_VALUE: ContextVar[CsrfValue | None] = ContextVar("csrf", default=None)


def csrf_field() -> Markup:
    """Return the hidden field for a form; nothing outside a request."""
    browser = CSRF_VALUE.get()
    if browser is None:
        return Markup("")
    if browser.value is None:
        browser.value, browser.is_new = write_secret(new_secret()), True
    browser.masked = browser.masked or mask(browser.value)
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, browser.masked)


def mask(value: str) -> str:
    """Return a value as a form holds it: random bytes, and the value's bytes combined with those."""
    secret = read_secret(value)
    assert secret is not None
    key = secrets.token_bytes(SECRET_BYTES)
    return to_base64url(key + _combine(key, secret))


def unmask(field: str) -> bytes | None:
    """Return the bytes of the value that a form or a script has sent, masked or not; None for anything else."""
    sent = from_base64url(field)
    if sent is not None and len(sent) == 2 * SECRET_BYTES:
        return _combine(sent[:SECRET_BYTES], sent[SECRET_BYTES:])
    return sent if sent is not None and len(sent) == SECRET_BYTES else None


def _combine(one: bytes, other: bytes) -> bytes:
    return bytes(left ^ right for left, right in zip(one, other, strict=True))


class FormFields(Extension):
    """Jinja extension that adds the field to every posted form of a template."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source with the fields added."""
        return _FORM.sub(lambda form: form[0] + ("{{ csrf_field() }}" if _POSTED.search(form[0]) else ""), source)

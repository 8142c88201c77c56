"""What the service's pages have in common: the words they show, the database, forms read as API bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import phonenumbers
from pydantic import BaseModel, ValidationError

from services.pledges.pledges import catalogue
from services.pledges.pledges.schemas import parse_phone
from shared.fields.validation import FieldError, field_errors
from shared.ui.pages import render as render_page

if TYPE_CHECKING:
    from fastapi import Request
    from fastapi.responses import HTMLResponse

    from services.pledges.settings import PledgesSettings
    from shared.db.database import Database

B = TypeVar("B", bound=BaseModel)


def render(request: Request, template: str, *, status_code: int = 200, **context: Any) -> HTMLResponse:
    """The page, with the words of the catalogue at hand."""
    return render_page(
        request,
        template,
        status_code=status_code,
        words=catalogue,
        phone_uri=phone_uri,
        phone_text=phone_text,
        **context,
    )


def database(request: Request) -> Database:
    """The service's database."""
    db: Database = request.app.state.database
    return db


def settings(request: Request) -> PledgesSettings:
    """The service's settings."""
    own: PledgesSettings = request.app.state.settings
    return own


def judged(model: type[B], body: Mapping[str, Any]) -> B | list[FieldError]:
    """Return the body as the API reads it, or what is wrong with it: one judgement for pages and programs."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        return field_errors({**detail, "loc": ("body", *detail["loc"])} for detail in details)


def without_empty(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body without what was left empty, all the way down."""
    kept: dict[str, Any] = {}
    for name, value in body.items():
        inner = without_empty(value) if isinstance(value, dict) else value
        if inner not in (None, "", {}):
            kept[name] = inner
    return kept


def uuid_or_none(text: str | None) -> UUID | None:
    """A UUID from an address or a hidden field; None for anything else."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def phone_uri(text: str) -> str | None:
    """`tel:+4597850000`, or None for what cannot be rung."""
    number = parse_phone(text)
    if number is None:
        return None
    return "tel:" + phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def phone_text(text: str) -> str:
    """A number as it is read aloud: `97 85 00 00`, and with its country where that is not Denmark."""
    number = parse_phone(text)
    if number is None:
        return text
    kind = phonenumbers.PhoneNumberFormat
    if number.country_code != 45:
        return phonenumbers.format_number(number, kind.INTERNATIONAL)
    told = phonenumbers.format_number(number, kind.NATIONAL)
    # A number that is given to nobody has no format of its own, and is read aloud in pairs all the same.
    return " ".join(re.findall("..", told)) if re.fullmatch(r"\d{8}", told) else told


def address(path: str, query: Iterable[tuple[str, object]]) -> str:
    """An address with the query's filled fields."""
    filled = [(name, value) for name, value in query if value not in (None, "", False)]
    return f"{path}?{urlencode(filled)}" if filled else path

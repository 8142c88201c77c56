"""Models of requests and responses about magic links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, Field

from services.events.identity.people.domain import Language
from shared.fields.email import KnownEmail

if TYPE_CHECKING:
    pass


class LinkIn(BaseModel):
    """The form that requests a link."""

    email: KnownEmail
    next: Annotated[str, Field(max_length=2000)] | None = None


class LinkToSend(BaseModel):
    """A mail to send: to whom, and the path of the link in it."""

    email: str
    name: str
    language: Language
    path: str

"""The form that makes an API key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, Field

from services.events.identity.api_keys.domain import SCOPE_LABELS
from shared.fields.text import Line
from shared.product.roles import Scope

if TYPE_CHECKING:
    pass


class ApiKeyIn(BaseModel):
    """The name, scopes and lifetime of a new key."""

    name: Annotated[Line, Field(min_length=1, max_length=60)]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(SCOPE_LABELS))]
    days: Literal["30", "90", "365"]

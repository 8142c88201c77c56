"""Keyset pagination: a page token is the sort key of the page's last row, so pages neither skip nor repeat rows."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.fields.validation import FieldError
from shared.http.problems import Problem
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = TypeVar("Item")
Key = TypeVar("Key", bound="SortKey")

LARGEST_PAGE: Final = 200

PageSize = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="how many items at most")]
PageToken = Annotated[
    str | None,
    Query(max_length=1000, description="`next_page_token` of the page before; without it, the first page"),
]


class SortKey(BaseModel):
    """The sort key of a row; a subclass has the columns by which the list is ordered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def token(self) -> str:
        """Return the key as an opaque token. It is not secret."""
        return base64.urlsafe_b64encode(self.model_dump_json().encode()).decode().rstrip("=")

    @classmethod
    def read(cls: type[Key], token: str | None) -> Key | None:
        """Return the key of a token, or None for the first page. Raises `Problem` (422) for anything else."""
        if not token:
            return None
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        except (ValidationError, binascii.Error, ValueError) as error:
            wrong = FieldError("?page_token", "page_token", _("Is not the token of a page of this list."))
            raise Problem(422, errors=[wrong]) from error


SortText = Annotated[str, Field(max_length=400, pattern=r"^[^\x00]*$")]
"""A text column of a sort key; PostgreSQL has no NUL."""


def cut(rows: Sequence[Item], size: int) -> tuple[list[Item], Item | None]:
    """Split one row more than a page into the page and its last row, which is None on the last page."""
    page = list(rows[:size])
    return page, page[-1] if len(rows) > size else None

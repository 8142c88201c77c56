"""What the pages of profile cards send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import UploadFile
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.pledges.participants.profile_cards.domain import Basis, CardContent
from shared.fields.cpr import refuse_cpr
from shared.fields.dates import Day
from shared.fields.text import FreeText, Name, canonical_line
from shared.http.schemas import RequestModel
from shared.i18n.translations import Language

if TYPE_CHECKING:
    from services.pledges.catalogue.domain import Catalogue

LONGEST_WORDS: Final = 600
MOST_LINES: Final = 8
MOST_TASKS: Final = 12
"""So much fits a card on A6 in a type that can be read."""


def _few_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines()]
    if sum(map(bool, lines)) > MOST_LINES:
        raise PydanticCustomError("too_many_lines", "Has too many lines: a card has room for 8.")
    return "\n".join(lines)


Words = Annotated[FreeText, StringConstraints(min_length=1, max_length=LONGEST_WORDS), AfterValidator(_few_lines)]
Tasks = Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(max_length=MOST_TASKS)]


class CardForm(RequestModel):
    """What a case worker writes on a card. `version` is that of the card that the page showed; None: there was none."""

    preferred_name: Annotated[Name, StringConstraints(max_length=40)]
    words: Words
    tasks: Tasks = Field(default_factory=list)
    language: Language
    basis: Basis
    consented_on: Day | None = None
    valid_from: Day
    valid_until: Day
    version: int | None = None

    def content(self, catalogue: Catalogue) -> CardContent:
        """Return what the card says: the tasks in the order of the catalogue, without those that it does not have."""
        return CardContent(
            preferred_name=self.preferred_name,
            words=self.words,
            tasks=catalogue_order(self.tasks, catalogue),
            language=self.language,
            basis=self.basis,
            consented_on=self.consented_on if self.basis == "consent" else None,
            valid_from=self.valid_from,
            valid_until=self.valid_until,
        )


class PhotoForm(RequestModel):
    """A photo for a card."""

    photo: UploadFile
    alt: Annotated[
        str, StringConstraints(min_length=1, max_length=150), AfterValidator(canonical_line), AfterValidator(refuse_cpr)
    ]


class VersionForm(RequestModel):
    """A step that needs nothing but the version of the card that the page showed."""

    version: int | None = None


class CorrectionForm(RequestModel):
    """What the citizen says of themselves, by their link."""

    words: Words
    tasks: Tasks = Field(default_factory=list)
    version: int | None = None


def catalogue_order(codes: list[str], catalogue: Catalogue) -> tuple[str, ...]:
    """Return the codes that the catalogue has, in its order."""
    chosen = set(codes)
    return tuple(task.code for task in catalogue.tasks if task.code in chosen)

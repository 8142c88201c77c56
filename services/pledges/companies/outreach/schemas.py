"""A contact with a company as a page sends it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.pledges.companies.outreach.domain import Outreach, OutreachTerms
from shared.contracts.pledges import OutreachKind
from shared.fields.dates import Day
from shared.fields.text import FreeText, Name, NoneIfBlank
from shared.http.schemas import RequestModel

NOTE_LENGTH = 1000
CaseReferenceOrNone = Annotated[Annotated[Name, Field(max_length=60)] | None, NoneIfBlank]


class OutreachForm(RequestModel):
    """What was done, and what came of it.

    `id` is that of a new one, `version` the one that the page showed. `citizen` is the case reference of whoever's card
    was handed over.
    """

    id: UUID | None = None
    kind: OutreachKind
    made_on: Day
    note: Annotated[Annotated[FreeText, Field(max_length=NOTE_LENGTH)] | None, NoneIfBlank] = None
    new_company: bool = False
    citizen: CaseReferenceOrNone = None
    version: int | None = None

    def terms(self) -> OutreachTerms:
        """Return the domain's value."""
        return OutreachTerms(self.kind, self.made_on, self.note, self.new_company)


class VersionForm(RequestModel):
    """A button: the version that the page showed."""

    version: int | None = None


def values_of(outreach: Outreach) -> dict[str, object]:
    """Return the values of the form for a contact as it is saved."""
    terms = outreach.terms
    return {
        "version": outreach.version,
        "kind": terms.kind,
        "made_on": terms.made_on.isoformat(),
        "note": terms.note,
        "new_company": terms.new_company,
    }

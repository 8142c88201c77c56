"""An agreement as its page sends it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.events.register.agreements.domain import MAX_TRAINEES, Agreement, AgreementTerms
from shared.contracts.events import AgreementRole
from shared.fields.dates import Day
from shared.fields.text import NoneIfBlank
from shared.http.schemas import RequestModel


class AgreementForm(RequestModel):
    """What was agreed. `id` is that of a new one, `version` the one that the page showed."""

    id: UUID | None = None
    role: AgreementRole
    trainees: Annotated[Annotated[int, Field(ge=1, le=MAX_TRAINEES)] | None, NoneIfBlank] = None
    starts_on: Day
    ends_on: Annotated[Day | None, NoneIfBlank] = None
    version: int | None = None

    def terms(self) -> AgreementTerms:
        """Return the domain's value."""
        return AgreementTerms(self.role, self.trainees, self.starts_on, self.ends_on)


class EndForm(RequestModel):
    """The last day of an agreement."""

    ends_on: Day
    version: int | None = None


def values_of(agreement: Agreement) -> dict[str, object]:
    """Return the values of the form for an agreement as it is saved."""
    terms = agreement.terms
    return {
        "version": agreement.version,
        "role": terms.role,
        "trainees": terms.trainees,
        "starts_on": terms.starts_on.isoformat(),
        "ends_on": terms.ends_on and terms.ends_on.isoformat(),
    }

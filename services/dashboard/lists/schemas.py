"""The JSON models of lists."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final
from uuid import UUID

from pydantic import Field

from services.dashboard.bridge.domain import Kind
from services.dashboard.lists.domain import Thing
from services.dashboard.lists.reasons import reason
from shared.contracts.pledges import JobType
from shared.http.schemas import ResponseModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from services.dashboard.lists.domain import Listing, Row
    from shared.http.auth import Principal
    from shared.product.roles import Role

_CASES: Final[Mapping[Thing, str]] = {"pledge": "/pledges/", "hire": "/hires/"}
_WHO_SEES: Final[Mapping[Thing, Sequence[Role]]] = {
    "pledge": ("member", "coordinator", "caseworker", "admin"),
    "hire": ("coordinator", "caseworker", "admin"),
}


def case_url(row: Row, viewer: Principal) -> str | None:
    """Return the path of the case that a row is about, if the viewer may see it."""
    return f"{_CASES[row.thing]}{row.id}" if viewer.has(*_WHO_SEES.get(row.thing, ())) else None


class RowOut(ResponseModel):
    """One pledge, hire or attendance."""

    kind: Thing
    id: UUID
    day: date = Field(description="since when it counts; in a term, when it took effect or was recorded")
    job_type: JobType | None = Field(description="null for an attendance")
    company_id: UUID | None
    company: str | None = Field(description="null if the register does not publish its name")
    event: str | None = Field(description="the title of its event")
    count: int = Field(description="what it adds to the figure or the term")
    reason: str = Field(description="why it counts, or why it is in the term, in the language of the request")
    case: str | None = Field(description="path of the case, if the caller's role may see it")

    @classmethod
    def of(cls, row: Row, listing: Listing, viewer: Principal) -> RowOut:
        """Return the JSON model of a row."""
        return cls(
            kind=row.thing,
            id=row.id,
            day=row.day,
            job_type=listing.counted.job_type,
            company_id=row.facts["company_id"],
            company=row.company,
            event=row.event,
            count=row.number,
            reason=reason(row, listing),
            case=case_url(row, viewer),
        )


class ListOut(ResponseModel):
    """A page of the list behind a figure or behind a term of a bridge."""

    measure: str
    term: Kind | None = Field(description="null: the list of the whole figure")
    total: int = Field(description="what all rows of the list add up to")
    items: list[RowOut]
    next_page_token: str | None

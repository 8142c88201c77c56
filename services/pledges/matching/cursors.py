"""The sort keys of candidates and openings, for page tokens. They name nobody."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.pledges.matching.queries import Judged, OfferOrder, Order
from shared.fields.dates import StoredMoment
from shared.http.paging import SortKey


class WaitingLongest(SortKey):
    """Candidates: those whom the position fits, then those whom it may fit; in each, whoever was registered first."""

    unknown: bool
    since: StoredMoment
    id: UUID

    @classmethod
    def of(cls, judged: Judged) -> WaitingLongest:
        """Return the key of a row."""
        return cls(unknown=bool(judged.verdict.unknowns), since=judged.since, id=judged.id)

    @property
    def order(self) -> Order:
        """As the query takes it."""
        return (self.unknown, self.since, self.id)


class PledgedFirst(SortKey):
    """Openings: those that fit, then those that may fit; in each, what was pledged first."""

    unknown: bool
    since: Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1))]
    id: UUID

    @classmethod
    def of(cls, judged: Judged) -> PledgedFirst:
        """Return the key of a row."""
        return cls(unknown=bool(judged.verdict.unknowns), since=judged.since, id=judged.id)

    @property
    def order(self) -> OfferOrder:
        """As the query takes it."""
        return (self.unknown, self.since, self.id)

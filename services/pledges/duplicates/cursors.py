"""The sort key of the list, for page tokens."""

from __future__ import annotations

from uuid import UUID

from shared.fields.dates import StoredMoment
from shared.http.paging import SortKey


class NewestProposal(SortKey):
    """Proposals by when they were made."""

    proposed_at: StoredMoment
    id: UUID

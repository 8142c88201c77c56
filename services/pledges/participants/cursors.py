"""The sort key of the list of participants, for page tokens."""

from __future__ import annotations

from uuid import UUID

from shared.http.paging import SortKey


class ByReference(SortKey):
    """Participants by their case reference. It holds an id and no reference: page tokens are part of URLs."""

    id: UUID

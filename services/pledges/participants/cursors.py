"""The sort key of the list of participants, for page tokens."""

from __future__ import annotations

from uuid import UUID

from shared.http.paging import SortKey, SortText


class ByReference(SortKey):
    """Participants by their case reference, as it is compared."""

    key: SortText
    id: UUID

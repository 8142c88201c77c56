"""SQL for reading of profile cards what other pages of participants show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from shared.privacy.access_log import Disclosure


async def unseen_changes(disclosure: Disclosure, participant_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Return which of some participants have changed or withdrawn their card by their own link, and when.

    Those whose change a case worker has seen are not among them. Nothing of a card is read, so that no look at it is
    logged; the participants are those that a page shows anyway.
    """
    rows = await disclosure.conn.fetch(
        """
        select participant_id, citizen_changed_at
          from participants.profile_cards
         where taskforce_id = $1
           and participant_id = any ($2)
           and citizen_changed_at is not null
        """,
        disclosure.taskforce_id,
        list(participant_ids),
    )
    return {row["participant_id"]: row["citizen_changed_at"] for row in rows}

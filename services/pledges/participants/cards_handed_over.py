"""SQL of whose profile card a company was given. Everything takes a `Disclosure`, and is logged; nothing commits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from services.pledges.participants.store import TABLE
from shared.privacy.access_log import discloses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Connection
    from shared.privacy.access_log import Disclosure


@dataclass(frozen=True, slots=True)
class CardHandedOver:
    """Whose card was handed over with a contact with a company."""

    outreach_id: UUID
    participant_id: UUID
    case_reference: str


async def insert_card_handed_over(disclosure: Disclosure, outreach_id: UUID, participant_id: UUID) -> None:
    """Save whose card was handed over with a contact that this transaction has logged."""
    await disclosure.conn.execute(
        """
        insert into participants.cards_handed_over (taskforce_id, outreach_id, participant_id)
        values ($1, $2, $3)
        """,
        disclosure.taskforce_id,
        outreach_id,
        participant_id,
    )
    await disclosure.log(TABLE, [participant_id])


@discloses(TABLE, key=lambda card: card.participant_id)
async def cards_handed_over(conn: Connection, taskforce_id: UUID, outreach_ids: Sequence[UUID]) -> list[CardHandedOver]:
    """Return whose cards were handed over with some contacts, as far as the transaction sees them."""
    rows = await conn.fetch(
        """
        select card.outreach_id, card.participant_id, participant.case_reference
          from participants.cards_handed_over as card
          join participants.participants as participant
            on participant.taskforce_id = card.taskforce_id
           and participant.id = card.participant_id
         where card.taskforce_id = $1
           and card.outreach_id = any ($2)
        """,
        taskforce_id,
        list(outreach_ids),
    )
    return [CardHandedOver(*row) for row in rows]

"""Opening a card by its link: a transaction that sees the one participant of the link, and nobody else."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.participants.profile_cards import store
from services.pledges.participants.profile_cards.refusals import CardNotShown
from services.pledges.participants.profile_cards.tokens import read_token
from shared.privacy.access_log import PROFILE_CARD, disclose

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from uuid import UUID

    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.profile_cards.domain import CardLink, LinkKind
    from shared.privacy.access_log import Action, Disclosure


@asynccontextmanager
async def disclose_by_link(
    db: ParticipantsDatabase, token: str, *, kind: LinkKind, action: Action = "read"
) -> AsyncIterator[tuple[Disclosure, CardLink]]:
    """Open a transaction in which the participant of a link is visible; its log entries say which link looked.

    Raises:
        CardNotShown: the token is none of ours, or its link is of the other kind, revoked or expired.
    """
    taskforce_id, secret_hash = read_token(token)
    # The log entries name the link, so it is looked up before. That alone says nothing about anybody.
    async with disclose(db, taskforce_id, who="link", purpose=PROFILE_CARD) as disclosure:
        link = await _working_link(disclosure, secret_hash, kind)
    async with disclose(db, taskforce_id, who=f"link:{link.id}", purpose=PROFILE_CARD, action=action) as disclosure:
        # Again, because it may have been revoked in between.
        link = await _working_link(disclosure, secret_hash, kind)
        await _show_participant(disclosure, link.participant_id)
        yield disclosure, link


async def _working_link(disclosure: Disclosure, secret_hash: bytes, kind: LinkKind) -> CardLink:
    await disclosure.conn.execute("select set_config('app.participants_link', $1, true)", secret_hash.hex())
    link = await store.find_link(disclosure, secret_hash)
    if link is None or link.kind != kind or not link.works(datetime.now(UTC)):
        raise CardNotShown
    return link


async def _show_participant(disclosure: Disclosure, participant_id: UUID) -> None:
    await disclosure.conn.execute("select set_config('app.participants_one', $1, true)", str(participant_id))

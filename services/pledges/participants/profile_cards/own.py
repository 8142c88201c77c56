"""What the citizen does with their card, by their own link. What a use case returns has been committed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.participants.profile_cards import store
from services.pledges.participants.profile_cards.commands import CORRECTED, WITHDRAWN
from services.pledges.participants.profile_cards.links import disclose_by_link
from services.pledges.participants.profile_cards.refusals import CardNotShown, StaleCard
from services.pledges.participants.store import find_participant, insert_change, update_participant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.pledges.participants.access import ParticipantsDatabase
    from services.pledges.participants.domain import Participant
    from services.pledges.participants.profile_cards.domain import ProfileCard
    from shared.privacy.access_log import Disclosure


async def correct_own_card(
    db: ParticipantsDatabase, token: str, words: str, tasks: Sequence[str], *, seen_version: int | None
) -> None:
    """Replace the citizen's words and wishes. The wishes are those of their record, too.

    Tasks of which the record says that they cannot do them stay out: that is talked about, and not ticked.

    Raises:
        CardNotShown, StaleCard
    """
    now = datetime.now(UTC)
    async with disclose_by_link(db, token, kind="citizen", action="change") as (disclosure, link):
        participant, card = await _own(disclosure, link.participant_id)
        if seen_version is not None and seen_version != card.version:
            raise StaleCard
        wanted = tuple(code for code in tasks if code not in participant.tasks.cannot)
        if not card.correct(words, wanted, at=now):
            return
        await store.save_card(disclosure, card)
        before = {"tasks_want": sorted(participant.tasks.want)}
        if participant.tasks.want != frozenset(wanted):
            participant.tasks = replace(participant.tasks, want=frozenset(wanted))
            participant.version += 1
            await update_participant(disclosure, participant)
        await insert_change(disclosure, participant, CORRECTED, before=before, note=None, by=None, at=now)


async def withdraw_own_card(db: ParticipantsDatabase, token: str) -> None:
    """Withdraw the citizen's card at once, with all its links, this one among them.

    Raises:
        CardNotShown
    """
    now = datetime.now(UTC)
    async with disclose_by_link(db, token, kind="citizen", action="change") as (disclosure, link):
        participant, card = await _own(disclosure, link.participant_id)
        card.withdraw(by=None, at=now)
        await store.save_card(disclosure, card)
        await store.revoke_links(disclosure, participant.id, kinds=("card", "citizen"), at=now)
        await insert_change(disclosure, participant, WITHDRAWN, before=None, note=None, by=None, at=now)


async def _own(disclosure: Disclosure, participant_id: UUID) -> tuple[Participant, ProfileCard]:
    participant = await find_participant(disclosure, participant_id, lock=True)
    card = await store.find_card(disclosure, participant_id, lock=True)
    if participant is None or card is None or card.withdrawn:
        raise CardNotShown
    return participant, card

"""What a case worker does with a profile card. What a use case returns has been committed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

from services.pledges.participants.access import disclose_participants
from services.pledges.participants.profile_cards import store
from services.pledges.participants.profile_cards.domain import CardLink, ProfileCard, end_of
from services.pledges.participants.profile_cards.refusals import CardNotFound, CardWithdrawn, StaleCard
from services.pledges.participants.profile_cards.tokens import printed_secret, random_secret, write_token
from services.pledges.participants.refusals import ParticipantNotFound
from services.pledges.participants.store import find_participant, insert_change
from shared.fields.copenhagen import COPENHAGEN
from shared.privacy.access_log import PROFILE_CARD
from shared.secrets import hash_secret

if TYPE_CHECKING:
    from pydantic import SecretStr

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant
    from services.pledges.participants.profile_cards.domain import CardContent, LinkKind, Photo
    from shared.privacy.access_log import Disclosure

WRITTEN: Final = "card_written"
PHOTO_ADDED: Final = "card_photo_added"
PHOTO_REMOVED: Final = "card_photo_removed"
WITHDRAWN: Final = "card_withdrawn"
LINK_RENEWED: Final = "card_link_renewed"
HANDED_OVER: Final = "card_handed_over"
CORRECTED: Final = "card_corrected"
"""The kinds of changes in a participant's history. With no account, it was the citizen."""


async def write_card(
    db: ParticipantsDatabase,
    reader: Reader,
    participant_id: UUID,
    content: CardContent,
    *,
    by: UUID,
    seen_version: int | None,
    key: SecretStr,
) -> None:
    """Write a participant's card, or replace what it says. Its links work until its last day.

    Those of a card that has expired stay closed: the card gets a new link for companies.

    Args:
        seen_version: of the card that was shown; None: there was none.
        key: the installation's (`PledgesSettings.request_key`), for the link in the QR code.

    Raises:
        ParticipantNotFound, StaleCard, and those of `CardContent.check`
    """
    now = datetime.now(UTC)
    async with disclose_participants(db, reader, purpose=PROFILE_CARD, action="change") as disclosure:
        participant = await _participant(disclosure, participant_id)
        card = await store.find_card(disclosure, participant_id, lock=True)
        if (card.version if card else None) != seen_version:
            raise StaleCard
        if card is None:
            content.check(now.astimezone(COPENHAGEN).date())
            card = ProfileCard(reader.taskforce_id, participant_id, content, by, now)
        else:
            card.rewrite(content, by=by, at=now)
        await store.save_card(disclosure, card)
        await store.let_links_expire(disclosure, participant_id, at=end_of(content.valid_until), now=now)
        if "card" not in await store.links_in_use(disclosure, participant_id, at=now):
            await _new_printed_link(disclosure, card, by=by, at=now, key=key)
        await _record(disclosure, participant, WRITTEN, by=by, at=now)


async def show_photo(
    db: ParticipantsDatabase, reader: Reader, participant_id: UUID, photo: Photo | None, *, by: UUID
) -> None:
    """Put a photo on a participant's card, or take it off.

    Raises:
        ParticipantNotFound, CardNotFound, CardWithdrawn
    """
    now = datetime.now(UTC)
    async with disclose_participants(db, reader, purpose=PROFILE_CARD, action="change") as disclosure:
        participant, card = await _with_card(disclosure, participant_id)
        card.show_photo(photo, by=by, at=now)
        await store.save_card(disclosure, card)
        await _record(disclosure, participant, PHOTO_ADDED if photo else PHOTO_REMOVED, by=by, at=now)


async def withdraw_card(db: ParticipantsDatabase, reader: Reader, participant_id: UUID, *, by: UUID) -> None:
    """Withdraw a participant's card at once, with all its links.

    Raises:
        ParticipantNotFound, CardNotFound
    """
    now = datetime.now(UTC)
    async with disclose_participants(db, reader, purpose=PROFILE_CARD, action="change") as disclosure:
        participant, card = await _with_card(disclosure, participant_id)
        if card.withdraw(by=by, at=now):
            await store.save_card(disclosure, card)
            await store.revoke_links(disclosure, participant_id, kinds=("card", "citizen"), at=now)
            await _record(disclosure, participant, WITHDRAWN, by=by, at=now)


async def renew_link(
    db: ParticipantsDatabase, reader: Reader, participant_id: UUID, *, by: UUID, key: SecretStr
) -> None:
    """Make a new link for companies. QR codes that were printed before open nothing any more.

    Raises:
        ParticipantNotFound, CardNotFound, CardWithdrawn
    """
    now = datetime.now(UTC)
    async with disclose_participants(db, reader, purpose=PROFILE_CARD, action="change") as disclosure:
        participant, card = await _with_card(disclosure, participant_id)
        if card.withdrawn:
            raise CardWithdrawn
        await store.revoke_links(disclosure, participant_id, kinds=("card",), at=now)
        await _new_printed_link(disclosure, card, by=by, at=now, key=key)
        await _record(disclosure, participant, LINK_RENEWED, by=by, at=now)


async def hand_over(db: ParticipantsDatabase, reader: Reader, participant_id: UUID, *, by: UUID) -> str:
    """Make a new link for the citizen, and return its token. It cannot be shown again; earlier ones are revoked.

    Raises:
        ParticipantNotFound, CardNotFound, CardWithdrawn
    """
    now = datetime.now(UTC)
    async with disclose_participants(db, reader, purpose=PROFILE_CARD, action="change") as disclosure:
        participant, card = await _with_card(disclosure, participant_id)
        if card.withdrawn:
            raise CardWithdrawn
        await store.revoke_links(disclosure, participant_id, kinds=("citizen",), at=now)
        secret = random_secret()
        await _new_link(disclosure, card, "citizen", uuid4(), secret, by=by, at=now)
        await _record(disclosure, participant, HANDED_OVER, by=by, at=now)
    return write_token(reader.taskforce_id, secret)


async def see_citizens_change(db: ParticipantsDatabase, reader: Reader, participant_id: UUID) -> None:
    """Note that a case worker has seen what the citizen changed on the card.

    Raises:
        ParticipantNotFound, CardNotFound
    """
    async with disclose_participants(db, reader, purpose=PROFILE_CARD, action="change") as disclosure:
        _participant, card = await _with_card(disclosure, participant_id)
        if card.see_change():
            await store.save_card(disclosure, card)


async def _participant(disclosure: Disclosure, participant_id: UUID) -> Participant:
    participant = await find_participant(disclosure, participant_id, lock=True)
    if participant is None:
        raise ParticipantNotFound
    return participant


async def _with_card(disclosure: Disclosure, participant_id: UUID) -> tuple[Participant, ProfileCard]:
    participant = await _participant(disclosure, participant_id)
    card = await store.find_card(disclosure, participant_id, lock=True)
    if card is None:
        raise CardNotFound
    return participant, card


async def _new_printed_link(
    disclosure: Disclosure, card: ProfileCard, *, by: UUID, at: datetime, key: SecretStr
) -> None:
    link_id = uuid4()
    await _new_link(disclosure, card, "card", link_id, printed_secret(link_id, key=key), by=by, at=at)


async def _new_link(
    disclosure: Disclosure, card: ProfileCard, kind: LinkKind, link_id: UUID, secret: bytes, *, by: UUID, at: datetime
) -> None:
    link = CardLink(
        taskforce_id=card.taskforce_id,
        id=link_id,
        participant_id=card.participant_id,
        kind=kind,
        secret_hash=hash_secret(secret),
        made_by=by,
        made_at=at,
        expires_at=end_of(card.content.valid_until),
    )
    await store.insert_link(disclosure, link)


async def _record(disclosure: Disclosure, participant: Participant, kind: str, *, by: UUID, at: datetime) -> None:
    """Record a change of the card in the participant's history. What it said before is not kept."""
    await insert_change(disclosure, participant, kind, before=None, note=None, by=by, at=at)

"""A link opens the card of one participant, for as long as it works, and each view is logged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.pledges.participants.access import Reader, disclose_participants
from services.pledges.participants.profile_cards import store
from services.pledges.participants.profile_cards.domain import CardLink, LinkKind, ProfileCard
from services.pledges.participants.profile_cards.links import disclose_by_link
from services.pledges.participants.profile_cards.refusals import CardNotShown
from services.pledges.participants.profile_cards.tokens import random_secret, read_token, write_token
from shared.privacy.access_log import PROFILE_CARD
from shared.secrets import hash_secret
from tests.pledges.conftest import TODAY
from tests.pledges.participants.conftest import add, participant
from tests.pledges.participants.profile_cards.cards import card

if TYPE_CHECKING:
    from services.pledges.participants.access import ParticipantsDatabase
    from tests.support.infrastructure import Databases

NOW = datetime.now(UTC)
PERIOD = {"valid_from": TODAY, "valid_until": TODAY + timedelta(days=90)}


async def _carded(db: ParticipantsDatabase, reader: Reader, *, status: str = "active", **changes: Any) -> ProfileCard:
    """Save a participant with a card."""
    left_on = TODAY if status == "left" else None
    one = participant(reader.taskforce_id, status=status, left_on=left_on)
    await add(db, reader, one)
    written = card(reader.taskforce_id, one.id, **PERIOD | changes)
    async with disclose_participants(db, reader, purpose=PROFILE_CARD, action="change") as disclosure:
        await store.save_card(disclosure, written)
    return written


async def _linked(
    db: ParticipantsDatabase, reader: Reader, participant_id: UUID, kind: LinkKind = "card", **fields: Any
) -> str:
    """Save a link, and return its token."""
    secret = random_secret()
    known: dict[str, Any] = {"expires_at": NOW + timedelta(days=1), "revoked_at": None}
    link = CardLink(
        taskforce_id=reader.taskforce_id,
        id=uuid4(),
        participant_id=participant_id,
        kind=kind,
        secret_hash=hash_secret(secret),
        made_by=None,
        made_at=NOW - timedelta(days=2),
        **known | fields,
    )
    async with disclose_participants(db, reader, purpose=PROFILE_CARD, action="change") as disclosure:
        await store.insert_link(disclosure, link)
    return write_token(reader.taskforce_id, secret)


async def test_a_card_is_kept(participants_database: ParticipantsDatabase, struer: Reader) -> None:
    written = await _carded(participants_database, struer)
    async with disclose_participants(participants_database, struer, purpose=PROFILE_CARD) as disclosure:
        assert await store.find_card(disclosure, written.participant_id) == written


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, True),
        ({"valid_from": TODAY + timedelta(days=1)}, False),
        ({"valid_from": TODAY - timedelta(days=9), "valid_until": TODAY - timedelta(days=1)}, False),
        ({"status": "paused"}, True),
        ({"status": "left"}, False),
    ],
)
async def test_a_card_is_shown_while_it_is_valid_and_nobody_has_left(
    participants_database: ParticipantsDatabase, struer: Reader, fields: dict[str, Any], shown: bool
) -> None:
    written = await _carded(participants_database, struer, **fields)
    async with disclose_participants(participants_database, struer, purpose=PROFILE_CARD) as disclosure:
        assert (await store.valid_card(disclosure, written.participant_id, day=TODAY) is not None) is shown
        written.withdraw(by=None, at=NOW)
        await store.save_card(disclosure, written)
        assert await store.valid_card(disclosure, written.participant_id, day=TODAY) is None


async def test_a_link_sees_one_participant_and_nobody_else(
    participants_database: ParticipantsDatabase, struer: Reader, pledges_dsns: Databases
) -> None:
    mine, other = [await _carded(participants_database, struer) for _ in range(2)]
    token = await _linked(participants_database, struer, mine.participant_id)
    await _linked(participants_database, struer, other.participant_id)
    async with disclose_by_link(participants_database, token, kind="card") as (disclosure, link):
        both = [mine.participant_id, other.participant_id]
        assert await store.valid_cards(disclosure, disclosure.taskforce_id, both, day=TODAY) == [mine]
        for table in ("participants", "profile_cards", "links"):
            assert await disclosure.conn.fetchval(f"select count(*) from participants.{table}") == 1
    superuser = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    try:
        looks = await superuser.fetch(
            "select who, action, what_table, what_key, why from access_log where who like 'link%'"
        )
    finally:
        await superuser.close()
    seen = (f"link:{link.id}", "read", "participants.profile_cards", mine.participant_id, "profile_card")
    assert [tuple(look) for look in looks] == [seen]


async def test_a_citizens_link_changes_nobody_else(participants_database: ParticipantsDatabase, struer: Reader) -> None:
    mine, other = [await _carded(participants_database, struer) for _ in range(2)]
    token = await _linked(participants_database, struer, mine.participant_id, "citizen")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with disclose_by_link(participants_database, token, kind="citizen", action="change") as (disclosure, _):
            await store.save_card(disclosure, other)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("citizen", {}),
        ("card", {"expires_at": NOW - timedelta(seconds=1)}),
        ("card", {"revoked_at": NOW}),
    ],
)
async def test_a_link_that_does_not_work_opens_nothing(
    participants_database: ParticipantsDatabase, struer: Reader, kind: LinkKind, fields: dict[str, Any]
) -> None:
    mine = await _carded(participants_database, struer)
    token = await _linked(participants_database, struer, mine.participant_id, kind, **fields)
    with pytest.raises(CardNotShown):
        async with disclose_by_link(participants_database, token, kind="card"):
            pass


@pytest.mark.parametrize("change", ["another secret", "another taskforce", "another spelling", "short", "no base64"])
async def test_no_other_text_opens_a_card(
    participants_database: ParticipantsDatabase, struer: Reader, other_taskforce_id: UUID, change: str
) -> None:
    mine = await _carded(participants_database, struer)
    token = await _linked(participants_database, struer, mine.participant_id)
    other = {
        "another secret": write_token(struer.taskforce_id, random_secret()),
        "another taskforce": write_token(other_taskforce_id, b"")[:22] + token[22:],
        # Four bits of the last character mean nothing.
        "another spelling": token[:-1] + chr(ord(token[-1]) + 1),
        "short": token[:-4],
        "no base64": "é" + token[1:],
    }[change]
    with pytest.raises(CardNotShown):
        async with disclose_by_link(participants_database, other, kind="card"):
            pass
    assert read_token(token)[0] == struer.taskforce_id

"""Changing a participant while somebody else does so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from services.pledges.participants.access import disclose_participants
from services.pledges.participants.commands import change_participant, write_note
from services.pledges.participants.domain import TargetGroup
from services.pledges.participants.refusals import ParticipantNotFound
from services.pledges.participants.store import find_participant, update_participant
from shared.privacy.access_log import CASEWORK
from tests.pledges.participants.conftest import add, participant

if TYPE_CHECKING:
    import asyncpg

    from services.pledges.participants.access import ParticipantsDatabase, Reader

GROUP = TargetGroup("6.1.2", date(2025, 7, 1))


async def test_a_change_keeps_the_target_groups_of_another_one_that_it_has_waited_for(
    participants_database: ParticipantsDatabase, struer: Reader
) -> None:
    one = participant(struer.taskforce_id)
    await add(participants_database, struer, one)
    async with disclose_participants(participants_database, struer, purpose=CASEWORK, action="change") as disclosure:
        first = await find_participant(disclosure, one.id, lock=True)
        assert first is not None
        second = asyncio.create_task(
            change_participant(
                participants_database, struer, one.id, lambda known: replace(known.terms, status="paused"), by=None
            )
        )
        await asyncio.wait([second], timeout=0.3)
        first.target_groups = (GROUP,)
        await update_participant(disclosure, first)

    assert (await second).target_groups == (GROUP,)
    async with disclose_participants(participants_database, struer, purpose=CASEWORK) as disclosure:
        kept = await find_participant(disclosure, one.id)
    assert kept is not None
    assert (kept.status, kept.target_groups) == ("paused", (GROUP,))


async def test_a_note_about_somebody_who_is_erased_meanwhile_is_refused(
    participants_database: ParticipantsDatabase, struer: Reader, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    one = participant(struer.taskforce_id)
    await add(participants_database, struer, one)
    async with superuser.transaction():
        await superuser.execute("delete from participants.participants where id = $1", one.id)
        note = asyncio.create_task(
            write_note(participants_database, struer, one.id, uuid4(), "Likes to be outdoors.", by=None)
        )
        await asyncio.wait([note], timeout=0.3)

    with pytest.raises(ParticipantNotFound):
        await note

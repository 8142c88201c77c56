"""Participants exist for one role of the database, and there for the case workers and facilitators that are theirs."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import asyncpg
import pytest

import services.pledges
from services.pledges.participants.access import Reader, disclose_participants
from services.pledges.participants.domain import Availability, TargetGroup, Tasks
from services.pledges.participants.store import find_participant, participants
from shared.privacy.access_log import CASEWORK
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER, add, participant

if TYPE_CHECKING:
    from services.pledges.participants.access import ParticipantsDatabase
    from tests.support.infrastructure import Databases


async def test_what_is_known_about_a_participant_is_kept(
    participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> None:
    known = participant(
        taskforce_id,
        programme="smaajob_effort",
        caseworker_id=uuid4(),
        availability=Availability(
            date(2027, 1, 4), Decimal("5.00"), Decimal("12.50"), frozenset({1, 3}), 25, "public", frozenset({"smaajob"})
        ),
        tasks=Tasks(frozenset({"packing"}), frozenset({"packing", "canteen"}), frozenset({"warehouse"})),
        target_groups=(
            TargetGroup("6.1.4", date(2024, 1, 1), date(2025, 7, 1)),
            TargetGroup("6.1.2", date(2025, 7, 1)),
        ),
    )
    await add(participants_database, struer, known)
    async with disclose_participants(participants_database, struer, purpose=CASEWORK) as disclosure:
        assert await find_participant(disclosure, known.id) == known


@pytest.mark.parametrize(
    ("municipality", "programme", "sees"),
    [
        (STRUER, None, True),
        (HOLSTEBRO, None, False),
        (None, "job_network", True),
        (None, "training_track", False),
        (HOLSTEBRO, "job_network", True),
        (None, None, False),
    ],
)
async def test_a_participant_is_visible_to_their_municipality_and_their_programme_only(
    participants_database: ParticipantsDatabase,
    struer: Reader,
    taskforce_id: UUID,
    municipality: str | None,
    programme: str | None,
    sees: bool,
) -> None:
    one = participant(taskforce_id, programme="job_network", target_groups=(TargetGroup("6.1.2", date(2025, 7, 1)),))
    await add(participants_database, struer, one)
    reader = replace(struer, municipality=municipality, programme=programme)
    async with disclose_participants(participants_database, reader, purpose=CASEWORK) as disclosure:
        assert (await find_participant(disclosure, one.id) is not None) == sees
        groups = await disclosure.conn.fetchval("select count(*) from participants.target_groups")
        assert groups == (1 if sees else 0)


async def test_nobody_registers_a_participant_of_another_municipality(
    participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await add(participants_database, struer, participant(taskforce_id, municipality=HOLSTEBRO))


async def test_a_transaction_without_a_reader_sees_nobody(
    participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> None:
    one = participant(taskforce_id)
    await add(participants_database, struer, one)
    async with participants_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from participants.participants") == 0
        with pytest.raises(TypeError, match="takes a Disclosure"):
            await participants(conn, taskforce_id, [one.id])  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["app", "intake"])
async def test_the_other_roles_of_the_service_may_not_use_the_schema(pledges_dsns: Databases, role: str) -> None:
    conn = await asyncpg.connect(pledges_dsns.app_dsn("pledges") if role == "app" else pledges_dsns.intake_dsn())
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.fetch("select id from participants.participants")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await conn.execute("set role tilsagn_pledges_participants")
    finally:
        await conn.close()


def test_what_only_case_workers_may_do_is_done_as_one() -> None:
    """A facilitator who is a case worker too would find and change their programme's participants of others."""
    [folder] = services.pledges.__path__
    wrong = []
    for path in Path(folder).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "reader_of(" not in text or path.name == "access.py":
            continue
        routes = [one for one in ast.walk(ast.parse(text)) if isinstance(one, ast.AsyncFunctionDef)]
        for route in routes:
            source = ast.get_source_segment(text, route) or ""
            if "reader_of(" in source and "ParticipantEditor" in source:
                wrong.append(f"{path.name}: {route.name}")
        if "ParticipantReader" not in text:
            wrong.append(path.name)
    assert wrong == []

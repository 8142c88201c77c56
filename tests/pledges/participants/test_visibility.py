"""Every table of the schema `participants`, as every role of the database and for every reader of it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from deploy.services import connections, owner_role, participants_role
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER
from tests.privacy.aged_rows import months_ago
from tests.privacy.participant_rows import TABLES, Participants

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Databases

TABLES_OF_SCHEMA = """
    select relname::text
      from pg_class
     where relnamespace = 'participants'::regnamespace
       and relkind in ('r', 'p', 'v', 'm', 'f')
"""


@dataclass(frozen=True)
class World:
    """Databases with participants of whom every table has rows, by their names."""

    databases: Databases
    ids: dict[str, UUID]
    taskforce_id: UUID

    @asynccontextmanager
    async def reading(self, **settings: str | None) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
        """Open a transaction as the role for participants with these settings, which is rolled back."""
        conn = await asyncpg.connect(self.databases.participants_dsn())
        try:
            transaction = conn.transaction()
            await transaction.start()
            for name, value in settings.items():
                await conn.execute("select set_config('app.' || $1, $2, true)", name, value or "")
            yield conn
        finally:
            await conn.close()

    async def visible(self, table: str, **settings: str | None) -> set[str]:
        """Return whose rows of a table a transaction sees."""
        column = "id" if table == "participants" else "participant_id"
        async with self.reading(**settings) as conn:
            rows = await conn.fetch(f"select {column} from participants.{table}")
        names = {id_: name for name, id_ in self.ids.items()}
        return {names[row[0]] for row in rows}


@pytest_asyncio.fixture
async def world(pledges_dsns: Databases, taskforce_id: UUID, other_taskforce_id: UUID) -> World:
    """Participants of two municipalities and two programmes, and one of another taskforce."""
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    try:
        ids = {}
        for name, taskforce, municipality, programme in (
            ("struer", taskforce_id, STRUER, None),
            ("struer, in a programme", taskforce_id, STRUER, "job_network"),
            ("holstebro, in a programme", taskforce_id, HOLSTEBRO, "job_network"),
            ("holstebro", taskforce_id, HOLSTEBRO, "training_track"),
            ("of another taskforce", other_taskforce_id, STRUER, "job_network"),
        ):
            participants = Participants(conn, taskforce)
            ids[name] = await participants.add(municipality=municipality, registered=months_ago(3))
            await conn.execute(
                "update participants.participants set programme = $2 where id = $1", ids[name], programme
            )
            await participants.everything(ids[name])
    finally:
        await conn.close()
    return World(pledges_dsns, ids, taskforce_id)


async def _tables(databases: Databases) -> set[str]:
    conn = await asyncpg.connect(databases.superuser_dsn("pledges"))
    try:
        return {row[0] for row in await conn.fetch(TABLES_OF_SCHEMA)}
    finally:
        await conn.close()


async def test_every_table_of_the_schema_is_tried_here(pledges_dsns: Databases) -> None:
    assert await _tables(pledges_dsns) == set(TABLES), "insert a row of the new table in Participants.everything"


@pytest.mark.parametrize(
    ("settings", "sees"),
    [
        ({}, []),
        ({"participants_municipality": STRUER}, ["struer", "struer, in a programme"]),
        ({"participants_municipality": HOLSTEBRO}, ["holstebro", "holstebro, in a programme"]),
        ({"participants_municipality": "0000"}, []),
        ({"participants_municipality": "%"}, []),
        ({"participants_programme": "job_network"}, ["holstebro, in a programme", "struer, in a programme"]),
        ({"participants_programme": "smaajob_effort"}, []),
        (
            {"participants_municipality": STRUER, "participants_programme": "training_track"},
            ["holstebro", "struer", "struer, in a programme"],
        ),
        ({"participants_of_all": "no"}, []),
        (
            {"participants_of_all": "yes"},
            ["holstebro", "holstebro, in a programme", "struer", "struer, in a programme"],
        ),
    ],
    ids=str,
)
async def test_a_reader_sees_in_every_table_the_same_participants(
    world: World, settings: dict[str, str], sees: list[str]
) -> None:
    found = {
        table: sorted(await world.visible(table, taskforce=str(world.taskforce_id), **settings))
        for table in sorted(await _tables(world.databases))
    }
    assert found == dict.fromkeys(TABLES, sees)
    without_taskforce = {table: await world.visible(table, **settings) for table in found}
    assert not any(without_taskforce.values())


@pytest.mark.parametrize("table", TABLES)
async def test_nobody_changes_or_deletes_rows_of_participants_they_do_not_see(world: World, table: str) -> None:
    key = "id" if table == "participants" else "participant_id"
    reader = {"taskforce": str(world.taskforce_id), "participants_municipality": STRUER}
    for name, id_ in world.ids.items():
        async with world.reading(**reader) as conn:
            deleted = await conn.execute(f"delete from participants.{table} where {key} = $1", id_)
        assert deleted == f"DELETE {int(name.startswith('struer'))}"


@pytest.mark.parametrize("table", TABLES[:-1])
async def test_no_row_is_moved_to_a_participant_whom_the_reader_does_not_see(world: World, table: str) -> None:
    reader = {"taskforce": str(world.taskforce_id), "participants_municipality": STRUER}
    async with world.reading(**reader) as conn:
        [row] = await conn.fetch(f"select * from participants.{table} where participant_id = $1", world.ids["struer"])
        await conn.execute(f"delete from participants.{table} where participant_id = $1", world.ids["struer"])
        moved: dict[str, Any] = dict(row) | {"participant_id": world.ids["holstebro"]}
        numbers = ", ".join(f"${number}" for number in range(1, len(moved) + 1))
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await conn.execute(
                f"insert into participants.{table} ({', '.join(moved)}) values ({numbers})", *moved.values()
            )


async def test_only_the_role_for_participants_and_the_owner_may_use_any_table(world: World) -> None:
    roles = [*connections("pledges"), *connections("events"), *connections("dashboard")]
    conn = await asyncpg.connect(world.databases.superuser_dsn("pledges"))
    try:
        for table in await _tables(world.databases):
            allowed = {
                role
                for role in roles
                for privilege in ("select", "insert", "update", "delete", "truncate", "references", "trigger")
                if await conn.fetchval(
                    "select has_schema_privilege($1, 'participants', 'usage') and has_table_privilege($1, $2, $3)",
                    role,
                    f"participants.{table}",
                    privilege,
                )
            }
            assert allowed == {participants_role(), owner_role("pledges")}, table
    finally:
        await conn.close()

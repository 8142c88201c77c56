"""The data inventories, compared with the migrated databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest
from pydantic import ValidationError

from deploy.privacy.data_inventories import data_inventory_of, file_of
from deploy.services import SERVICES
from shared.privacy.data_inventory import DataInventory, read_data_inventory

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.infrastructure import Databases

ENTRY = {
    "group": "contacts",
    "table": "contacts",
    "columns": ["name"],
    "whose": "Kontaktpersoner",
    "what": "Navn",
    "purpose": "At ringe",
    "basis": "artikel 6, stk. 1, litra e",
    "source": "Personen selv",
    "told_to": "Ingen",
    "months": 12,
    "counted_from": "dagen",
    "job": "contacts",
}


async def columns_of(dsn: str) -> dict[str, list[str]]:
    """The columns of every table and view outside PostgreSQL's own schemas."""
    conn = await asyncpg.connect(dsn, command_timeout=30)
    try:
        rows = await conn.fetch(
            """
            select case table_schema when 'public' then table_name else table_schema || '.' || table_name end as name,
                   array_agg(column_name::text) as columns
              from information_schema.columns
             where table_schema not in ('pg_catalog', 'information_schema')
             group by 1
            """
        )
    finally:
        await conn.close()
    return {row["name"]: row["columns"] for row in rows}


@pytest.mark.parametrize("service", SERVICES)
async def test_every_column_has_one_entry_and_every_entry_its_column(databases: Databases, service: str) -> None:
    found = await columns_of(databases.superuser_dsn(service))
    disagreements = data_inventory_of(service).disagreements(found, file=f"services/{service}/{file_of(service).name}")
    assert not disagreements, "\n".join(disagreements)


async def test_a_new_column_is_reported_with_an_instruction(databases: Databases) -> None:
    conn = await asyncpg.connect(databases.superuser_dsn("pledges"))
    try:
        await conn.execute("alter table positions add column nickname text")
        await conn.execute("alter table attendances drop column checked_in_at")
    finally:
        await conn.close()
    found = await columns_of(databases.superuser_dsn("pledges"))
    gone, new = sorted(data_inventory_of("pledges").disagreements(found, file="the file"))
    assert gone.startswith("attendances.checked_in_at has an entry and is not in the database")
    assert new.startswith("positions.nickname has no entry. Say in the file what it is.")
    assert 'add "nickname" to positions under [not_personal]' in new
    assert 'columns = ["nickname"]' in new


def test_a_column_with_two_entries_is_reported() -> None:
    inventory = DataInventory.model_validate({"personal": [ENTRY], "not_personal": {"contacts": ["name", "id"]}})
    [disagreement] = inventory.disagreements({"contacts": ["id", "name"]}, file="the file")
    assert disagreement.startswith("contacts.name has several entries")


@pytest.mark.parametrize(
    "change",
    [
        {"months": -1},
        {"months": None},
        {"purpose": ""},
        {"basis": "because"},
        {"job": ""},
        {"source": None},
        {"told_to": ""},
        {"colums": ["x"]},
    ],
    ids=str,
)
def test_an_incomplete_entry_is_invalid(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        DataInventory.model_validate({"personal": [ENTRY | change]})


def test_a_job_has_one_deadline() -> None:
    inventory = DataInventory.model_validate({"personal": [ENTRY, ENTRY | {"columns": ["phone"], "months": 6}]})
    with pytest.raises(ValueError, match="the job contacts has two deadlines"):
        inventory.deadlines()


def test_a_table_is_in_one_file_only(tmp_path: Path) -> None:
    part = tmp_path / "part.toml"
    part.write_text('[not_personal]\noutbox = ["id"]\n', encoding="utf-8")
    with pytest.raises(ValueError, match="the tables outbox are in two files"):
        read_data_inventory([part, part])


@pytest.mark.parametrize("service", SERVICES)
def test_every_job_has_one_deadline(service: str) -> None:
    assert data_inventory_of(service).deadlines()

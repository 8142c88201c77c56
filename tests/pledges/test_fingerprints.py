"""A repeated request is recognised by its stored fingerprint, which does not reveal the request."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest
from pydantic import SecretStr, ValidationError

from services.pledges.imports.commands import import_pledges
from services.pledges.pledges.domain import Limits
from services.pledges.settings import PledgesSettings
from shared.i18n.translations import use_language
from tests.pledges.conftest import REQUEST_KEY, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from services.pledges.imports.report import Report
    from shared.db.database import Database
    from tests.support.infrastructure import Databases

TABLES = ("pledges", "hires", "idempotency_keys")
FILE = "Virksomhed;Dato;Pladser;Timer fra;Kontaktperson;Telefon\r\nBæk's Vask;01-02-2024;1;20;Eva Holm;97 85 00 00\r\n"
CONTENT_OF_LINE = {
    "company": {"name": "Bæk's Vask"},
    "contact": {"name": "Eva Holm", "phone": "97 85 00 00"},
    "job_type": "smaajob",
    "positions": "1",
    "weekly_hours": {"from": "20", "to": "20"},
    "captured_at": "2024-02-01T12:00:00+01:00",
    "captured_by": "import",
}
"""The hashed content of the line. Stored data must not confirm a correct guess."""


def plain(body: Any, *, ascii_only: bool = True) -> bytes:
    content = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=ascii_only)
    return hashlib.sha256(content.encode()).digest()


async def stored_fingerprints(dsns: Databases) -> dict[str, list[bytes]]:
    conn = await asyncpg.connect(dsns.superuser_dsn("pledges"))
    found = {
        table: [row[0] for row in await conn.fetch(f"select request_fingerprint from {table}")] for table in TABLES
    }
    await conn.close()
    return found


async def import_file(database: Database, taskforce_id: UUID, key: SecretStr = REQUEST_KEY) -> Report:
    with use_language("en", "pledges"):
        return await import_pledges(
            database, taskforce_id, FILE.encode(), dry_run=False, limits=Limits(), request_key=key
        )


async def everything_stored(dsn: str) -> str:
    conn = await asyncpg.connect(dsn)
    tables = await conn.fetch(
        "select format('%I.%I', schemaname, tablename) as t from pg_tables where schemaname = 'public'"
    )
    texts: Iterable[str] = [
        await conn.fetchval(f"select coalesce(string_agg(row::text, ' '), '') from {table['t']} as row")
        for table in tables
    ]
    await conn.close()
    return " ".join(texts)


async def test_stored_fingerprints_do_not_reveal_a_guessed_body(
    caller: Caller, pledges_database: Database, pledges_dsns: Databases, taskforce_id: UUID
) -> None:
    pledge = pledge_body()
    hire = hire_body(pledge_id=pledge["id"])
    assert (await caller.log(pledge)).status_code == 201
    assert (await caller.confirm(hire)).status_code == 201
    assert (await import_file(pledges_database, taskforce_id)).imported

    everything = await everything_stored(pledges_dsns.superuser_dsn("pledges"))
    content = json.dumps(CONTENT_OF_LINE, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for guess in (
        plain(pledge).hex(),
        plain(hire).hex(),
        plain(CONTENT_OF_LINE, ascii_only=False).hex(),
        str(uuid5(taskforce_id, f"pledge import, line 1 of these: {content}")),
    ):
        assert guess not in everything
    assert pledge["id"] in everything, "the search looks at the right place"
    assert {table: len(fingerprints) for table, fingerprints in (await stored_fingerprints(pledges_dsns)).items()} == {
        "pledges": 2,
        "hires": 1,
        "idempotency_keys": 2,
    }


async def test_with_another_request_key_a_repeat_is_refused_and_not_logged_twice(
    caller: Caller, app: Any, pledges_dsns: Databases
) -> None:
    pledge = pledge_body()
    await caller.log(pledge)
    settings: PledgesSettings = app.state.settings
    app.state.settings = settings.model_copy(update={"request_key": SecretStr("lost, and made anew: another key")})

    assert (await caller.log(pledge)).status_code == 409
    assert (await caller.log(pledge, key=str(uuid4()))).status_code == 409
    assert len((await stored_fingerprints(pledges_dsns))["pledges"]) == 1


def test_a_short_request_key_is_refused_and_not_repeated(base_settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        PledgesSettings(
            **base_settings,
            database_url="postgresql://x",
            intake_database_url="postgresql://x",
            participants_database_url="postgresql://x",
            request_key=SecretStr("secret"),
        )
    assert "request_key" in str(refused.value)
    assert "'secret'" not in str(refused.value)

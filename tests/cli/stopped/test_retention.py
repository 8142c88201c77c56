"""`tilsagn retention`: lists overdue personal data, and deletes it without --dry-run."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import asyncpg
import pytest

from shared.privacy.retention import NO_TASKFORCE
from tests.cli.command import Ran, in_process

if TYPE_CHECKING:
    from tests.support.topology import Topology


def test_the_dry_run_lists_overdue_rows_and_the_command_deletes_them(stopped: Topology) -> None:
    asyncio.run(_dead_letter(stopped, "dashboard"))

    dry_run = _retention(stopped, "--dry-run", "--json").json
    assert dry_run["dry_run"] is True
    assert dry_run["removed"] == {}
    assert {entry["service"] for entry in dry_run["due"]} == {"pledges", "events", "notifications", "dashboard"}
    [due] = [entry for entry in dry_run["due"] if entry["rows"]]
    assert (due["service"], due["table"], due["job"], due["months"]) == (
        "dashboard",
        "dead_letters",
        "dead_letters",
        12,
    )
    assert due["columns"] == ["message_key", "value", "headers", "detail"]
    assert due["oldest"] == "2020-01-31"

    done = _retention(stopped)
    assert "1 row was deleted or emptied." in done.output
    again = _retention(stopped, "--dry-run")
    assert "Nothing was changed" in again.output
    assert asyncio.run(_dead_letters(stopped, "dashboard")) == 0


def test_a_large_share_waits_until_the_operator_confirms_it(stopped: Topology) -> None:
    for _ in range(11):
        asyncio.run(_dead_letter(stopped, "dashboard"))

    asked = _retention(stopped, exit_code=1)
    assert "! dashboard: dead_letters: 11 out of 11, the oldest from 31.01.2020" in asked.output
    assert "0 rows were deleted" in asked.output
    assert asked.notes.startswith("dashboard: something waits for your confirmation and was not deleted.")
    assert asyncio.run(_dead_letters(stopped, "dashboard")) == 11

    [waiting] = _retention(stopped, "--dry-run", "--json").json["waiting"]
    assert (waiting["service"], waiting["clock"]) == ("dashboard", None)
    assert "11 rows were deleted or emptied." in _retention(stopped, "--yes").output
    assert asyncio.run(_dead_letters(stopped, "dashboard")) == 0


@pytest.mark.parametrize(
    ("last_run", "said"),
    [
        ("2020-01-31 10:00Z", "the last run was 31.01.2020 11.00. If the clock is right, the installation was stopped"),
        ("2100-01-31 10:00Z", "the last run was 31.01.2100 11.00, which is still to come. If the clock is right now"),
    ],
)
def test_a_leap_of_the_clock_is_told_with_both_times(stopped: Topology, last_run: str, said: str) -> None:
    asyncio.run(_last_run(stopped, "dashboard", last_run))
    try:
        asked = _retention(stopped, exit_code=1)
        assert "! The clock of dashboard says " in asked.output
        assert said in asked.output
    finally:
        _retention(stopped, "--yes")
    assert _retention(stopped).notes == ""


def _retention(stopped: Topology, *options: str, exit_code: int = 0) -> Ran:
    ran = in_process("retention", *options, state=stopped.folder / "none", environment=stopped.operator_environment())
    assert ran.exit_code == exit_code, ran.notes
    return ran


async def _dead_letter(stopped: Topology, service: str) -> None:
    conn: Any = await asyncpg.connect(stopped.superuser_dsn(service))
    await conn.execute(
        """
        insert into dead_letters
               (consumer_group, topic, partition, "offset", value_digest, headers, reason, detail, recorded_at)
        values ('g', 't', 0, 0, $1, '{}', 'r', 'd', '2020-01-31')
        """,
        uuid4().bytes,
    )
    await conn.close()


async def _last_run(stopped: Topology, service: str, at: str) -> None:
    conn: Any = await asyncpg.connect(stopped.superuser_dsn(service))
    await conn.execute("delete from retention_runs")
    await conn.execute(f"insert into retention_runs values ('{NO_TASKFORCE}', 'clock', '{at}', 0)")
    await conn.close()


async def _dead_letters(stopped: Topology, service: str) -> int:
    conn: Any = await asyncpg.connect(stopped.superuser_dsn(service))
    try:
        return int(await conn.fetchval("select count(*) from dead_letters"))
    finally:
        await conn.close()

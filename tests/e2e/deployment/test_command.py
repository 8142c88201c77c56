"""The `tilsagn` command against separate processes, configured only by their environment."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from deploy.scenarios.identities import taskforce_id
from services.events.register import commands
from shared.db.database import Database
from shared.settings import ServiceSettings
from tests.cli.command import Ran, in_process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.topology import Topology

SLUG = "kommandoen"
ROWS = """virksomhed;dato;pladser;timer fra;kontaktperson;reference
Havgus Elektronik A/S;03-11-2025;2;7,5;Ellen Ørsted;k-1
Rørhøg Montage ApS;04-11-2025;3;10;Bo Ørsted;k-2
"""
HIRES = """virksomhed;startdato;betalte timer;praktiktimer;trin 2 fra;trin 2 betalte timer;slutdato;slutårsag;kontakt
Havgus Elektronik A/S;03-11-2025;;20;01-01-2026;12;;;Mette
Rørhøg Montage ApS;04-11-2025;7,5;;;;31-08-2026;Flyttet;Mette
"""


@pytest.fixture(scope="module")
def command(running: Topology, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ran]:
    """`command("verify")`: run the command with the deployment's environment and no local run."""
    nowhere = tmp_path_factory.mktemp("nothing-runs-here")

    def call(*arguments: str) -> Ran:
        return in_process(*arguments, state=nowhere, environment=running.operator_environment())

    return call


@pytest.fixture(scope="module", autouse=True)
def _taskforce_with_pledges(running: Topology, command: Callable[..., Ran], tmp_path_factory: Any) -> None:
    asyncio.run(_register(running))
    file: Path = tmp_path_factory.mktemp("import") / "tilsagn.csv"
    file.write_text(ROWS, encoding="utf-8")
    imported = command("import", "pledges", str(file), "--taskforce", SLUG, "--json")
    assert (imported.exit_code, imported.json["new"]) == (0, 2), imported.notes
    file.write_text(HIRES, encoding="utf-8")
    imported = command("import", "hires", str(file), "--taskforce", SLUG, "--json")
    assert (imported.exit_code, imported.json["new"]) == (0, 2), imported.notes


async def _register(running: Topology) -> None:
    settings = ServiceSettings(database_url=running.app_dsn("events"), token_jwks=running.secrets["TOKEN_JWKS"])
    database = await Database.connect(settings, name="cli-test")
    await commands.register_taskforce(
        database,
        id=taskforce_id(SLUG),
        slug=SLUG,
        name="Kommandoens taskforce",
        municipality="0671",
        since=date(2018, 5, 1),
    )
    await database.close()


def test_verify_waits_for_messages_in_flight_and_agrees(command: Callable[..., Ran]) -> None:
    ran = command("verify", "--json")
    assert ran.exit_code == 0, ran.output
    assert SLUG in ran.json["taskforces"]
    assert ran.json["compared"]["pledge"] >= 2
    assert ran.json["compared"]["hire"] >= 2


def test_figures_come_from_the_dashboard_of_the_deployment(command: Callable[..., Ran]) -> None:
    assert command("verify").exit_code == 0
    figures = command("figures", "--taskforce", SLUG, "--json").json
    assert figures["pledged_positions"]["smaajob"] == 5
    assert (figures["hires"]["smaajob"], figures["hires"]["praktik"]) == (2, 1)


def test_a_difference_makes_verify_fail_until_the_dashboard_is_rebuilt(
    command: Callable[..., Ran], running: Topology
) -> None:
    assert command("verify").exit_code == 0

    async def spoil() -> None:
        conn = await asyncpg.connect(running.superuser_dsn("dashboard"))
        await conn.execute(
            "update pledge_versions set status = 'duplicate' where taskforce_id = $1 and positions = 3",
            taskforce_id(SLUG),
        )
        await conn.execute("update deltas set delta = delta - 1 where taskforce_id = $1", taskforce_id(SLUG))
        await conn.close()

    asyncio.run(spoil())
    ran = command("verify", "--json")
    assert ran.exit_code == 1
    differences = [difference["what"] for difference in ran.json["differences"] if difference["taskforce"] == SLUG]
    assert "status: the dashboard has duplicate, pledges has logged" in differences
    assert any("counted anew it is" in each for each in differences)

    assert command("rebuild", "dashboard").exit_code == 0
    assert command("verify").exit_code == 0


def test_dead_letters_can_be_listed_and_tokens_made(command: Callable[..., Ran]) -> None:
    assert command("dead-letters", "list", "--json").exit_code == 0
    assert command("token", "--role", "auditor", "--taskforce", SLUG).exit_code == 0

"""`tilsagn recount`: compares what the public boards show with the tables of pledges. Cheap enough for every hour."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
from rich.text import Text

from deploy.cli.console import BAD, FAILED, OK, CommandError, print_json, stdout_console
from deploy.cli.installation import Installation, attach, client
from deploy.cli.responses import json_of
from deploy.verification.boards import recount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

METRIC = "tilsagn_board_drift"


def run_recount(*, as_json: bool, metrics: Path | None) -> None:
    """Print the result for each board. Raises `CommandError` if one shows what the services do not know."""
    found = asyncio.run(_recount(attach()))
    if metrics is not None:
        write_metrics(metrics, found)
    if as_json:
        print_json({"ok": not any(found.values()), "boards": found})
    else:
        for slug, what in found.items():
            stdout_console().print(Text.assemble(BAD if what else OK, f" {slug}: {what or 'the board is right'}"))
    if any(found.values()):
        raise CommandError(
            "A public board shows a wrong number: `tilsagn verify` tells where it comes from.", exit_code=FAILED
        )


def write_metrics(file: Path, found: Mapping[str, str | None]) -> None:
    """Write what was found for the textfile collector of Prometheus' node exporter, in one step."""
    lines = [
        f"# HELP {METRIC} 1 where a public board shows what the services' tables do not say",
        f"# TYPE {METRIC} gauge",
        *(f'{METRIC}{{taskforce="{slug}"}} {int(what is not None)}' for slug, what in found.items()),
    ]
    new = file.with_name(f".{file.name}.new")
    new.write_text("\n".join(lines) + "\n", encoding="utf-8")
    new.replace(file)


async def _recount(installation: Installation) -> dict[str, str | None]:
    """Return what is wrong with each board, by the short name of its taskforce; None: nothing."""
    events, pledges = [
        await asyncpg.connect(installation.owner_dsn(service), timeout=10, command_timeout=60)
        for service in ("events", "pledges")
    ]
    try:
        async with client(installation.url) as http:
            found: dict[str, str | None] = {}
            for row in await events.fetch("select id, slug from taskforces order by slug"):
                board: Mapping[str, Any] = json_of(await http.get(f"/board/{row['slug']}.json"))
                smallest = installation.dashboard().board_smallest_count
                found[row["slug"]] = await recount(pledges, row["id"], board, smallest=smallest)
            return found
    finally:
        for conn in (events, pledges):
            await conn.close(timeout=5)

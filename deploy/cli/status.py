"""`tilsagn status`: lists what runs where, and whether it is ready."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from rich.table import Table
from rich.text import Text

from deploy.cli.console import BAD, FAILED, OK, CommandError, print_json, stdout_console
from deploy.cli.installation import attach, client


def show_status(*, as_json: bool) -> None:
    """Print every readiness check. Raises `CommandError` if one fails or no installation runs."""
    installation = attach()
    ready, checks = asyncio.run(_fetch(installation.url))
    if as_json:
        print_json({"url": installation.url, "ready": ready, "checks": checks})
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        for check in checks:
            table.add_row(Text(*(OK if check["ok"] else BAD)), check["name"], Text(check["detail"], style="dim"))
        stdout_console().print(Text.assemble("Tilsagn at ", (installation.url, "bold"), "\n"))
        stdout_console().print(table)
    if not ready:
        raise CommandError(
            "Not everything works (see above): give it half a minute, then look at the logs.", exit_code=FAILED
        )


async def _fetch(url: str) -> tuple[bool, list[dict[str, Any]]]:
    async with client(url) as http:
        try:
            response = await http.get("/readyz")
            body = response.json()
        except httpx.TransportError as error:
            raise CommandError(
                f"Nothing answers at {url} ({type(error).__name__}): is it just starting or stopping?"
            ) from error
        except ValueError:
            return response.status_code == 200, []
    return bool(body.get("ready")), list(body.get("checks", []))

"""`tilsagn status`: lists what runs where, and whether it is ready."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from rich.table import Table
from rich.text import Text

from deploy.cli.console import (
    BAD,
    FAILED,
    NOTE,
    OK,
    CommandError,
    print_json,
    stdout_console,
    with_command_name,
)
from deploy.cli.installation import Installation, attach, client
from shared.db.database import TRANSIENT_ERRORS


def show_status(*, as_json: bool) -> None:
    """Print every readiness check. Raises `CommandError` if one fails or no installation runs."""
    installation = attach()
    ready, checks = asyncio.run(_fetch(installation.health_url))
    waiting = asyncio.run(_waiting_for_confirmation(installation))
    if as_json:
        print_json({"url": installation.url, "ready": ready, "checks": checks, "retention_waiting": waiting})
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        for check in checks:
            table.add_row(Text(*(OK if check["ok"] else BAD)), check["name"], Text(check["detail"], style="dim"))
        stdout_console().print(Text.assemble("Tilsagn at ", (installation.url, "bold"), "\n"))
        stdout_console().print(table)
        for service, text in waiting.items():
            advice = with_command_name("`tilsagn retention` names it and asks.")
            stdout_console().print(Text.assemble(NOTE, f" {service}: {text}. {advice}"))
    if not ready:
        raise CommandError(
            "Not everything works (see above): give it half a minute, then look at the logs.", exit_code=FAILED
        )


async def _waiting_for_confirmation(installation: Installation) -> dict[str, str]:
    """Return by service what retention waits for; nothing where a database does not answer, which the checks say."""
    from deploy.cli.retention import waiting_in, waiting_text  # noqa: PLC0415  (loads all services)

    try:
        return {service: waiting_text(plan) for service, plan in (await waiting_in(installation)).items()}
    except TRANSIENT_ERRORS:
        return {}


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

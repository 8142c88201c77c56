"""`tilsagn status`: what runs where, and whether it works."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
from rich.table import Table

from deploy.cli.console import FAILED, Refusal, output, say_json
from deploy.cli.installation import attach, client


def show_status(*, as_json: bool) -> None:
    """Print every check by name. Raises `Refusal` where something does not work, or nothing runs."""
    installation = attach()
    ready, checks = asyncio.run(_ask(installation.url))
    if as_json:
        say_json({"url": installation.url, "ready": ready, "checks": checks})
    else:
        table = Table(box=None, show_header=False, pad_edge=False)
        for check in checks:
            mark = "[green]✓[/]" if check["ok"] else "[red]✗[/]"
            table.add_row(mark, check["name"], f"[dim]{check['detail']}[/]")
        output().print(f"Tilsagn at [bold]{installation.url}[/]\n")
        output().print(table)
    if not ready:
        raise Refusal(
            "Not everything works (see above): give it half a minute, then look at the logs.", exit_code=FAILED
        )


async def _ask(url: str) -> tuple[bool, list[dict[str, Any]]]:
    async with client(url) as http:
        try:
            answer = await http.get("/readyz")
            body = answer.json()
        except httpx.TransportError as error:
            raise Refusal(
                f"Nothing answers at {url} ({type(error).__name__}): is it just starting or stopping?"
            ) from error
        except ValueError:
            return answer.status_code == 200, []
    return bool(body.get("ready")), list(body.get("checks", []))

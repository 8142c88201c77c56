"""`tilsagn bridge`: shows in a terminal how a figure came from one pair of times to another."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table

from deploy.cli.console import print_json, stdout_console
from deploy.cli.dashboard_api import get_json

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS: Final = {
    "new": "came between the two days",
    "ended": "ended between the two days",
    "late": "was recorded late",
    "merged": "is a duplicate",
    "unmerged": "is no duplicate after all",
    "revoked": "has never been",
    "moved": "is of another type or place now",
    "corrected": "was corrected",
}


def show_bridge(*, since: str, until: str, measure: str, job_type: str, taskforce: str, as_json: bool) -> None:
    """Print how a figure has changed.

    Args:
        since, until: a day, or a day, `@` and a moment.

    Raises:
        CommandError: a parameter is refused, or nothing is running.
    """
    query = {"measure": measure, "from": since, "to": until, "job_type": job_type}
    bridge = asyncio.run(get_json("bridge", query, taskforce=taskforce))
    if as_json:
        print_json(bridge)
    else:
        _print(bridge)


def _print(bridge: Mapping[str, Any]) -> None:
    console = stdout_console()
    of_type = f", {bridge['job_type']}" if bridge["job_type"] else ""
    console.print(f"{bridge['measure']}{of_type}", style="bold")
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(justify="right")
    table.add_column()
    table.add_row(_number(bridge["start"]), _times(bridge["from"]))
    for term in bridge["terms"]:
        sign = "+" if term["count"] > 0 else "−"
        table.add_row(f"{sign} {_number(abs(term['count']))}", _KINDS[term["kind"]])
    table.add_row(f"= {_number(bridge['end'])}", _times(bridge["to"]))
    console.print(table)


def _times(times: Mapping[str, str | None]) -> str:
    known_at = f", as known at {times['known_at']}" if times["known_at"] else ""
    return f"on {times['as_of']}{known_at}"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")

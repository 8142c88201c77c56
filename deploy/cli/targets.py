"""`tilsagn targets`: shows in a terminal how far targets have come, and whether they will be reached."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table

from deploy.cli.console import print_json, stdout_console
from deploy.cli.dashboard_api import get_json
from shared.product.targets import TARGET_MEASURES

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATUSES: Final = {
    None: "nothing decides yet",
    "on_track": "on track",
    "at_risk": "slipping",
    "out_of_reach": "out of reach",
    "reached": "reached",
    "missed": "not reached",
}


def show_targets(*, as_of: date | None, known_at: str | None, taskforce: str, as_json: bool) -> None:
    """Print the targets of a day, or today's if it is None.

    Args:
        known_at: a moment in ISO 8601: count only what had been recorded by then.

    Raises:
        CommandError: a parameter is refused, or nothing is running.
    """
    query = {"as_of": as_of.isoformat() if as_of else None, "known_at": known_at}
    found = asyncio.run(get_json("targets", query, taskforce=taskforce))
    if as_json:
        print_json(found)
    else:
        _print(found)


def _print(found: Mapping[str, Any]) -> None:
    console = stdout_console()
    console.print(f"Targets on {date.fromisoformat(found['as_of']):%d.%m.%Y}", style="bold")
    if not found["targets"]:
        console.print("No target has been set.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("Target", "Until", "Goal", "So far", "Of all", "Expected", "Status"):
        table.add_column(heading, justify="right" if heading in {"Goal", "So far", "Of all"} else "left")
    for one in found["targets"]:
        table.add_row(
            f"{TARGET_MEASURES[one['measure']].label}, {one['job_type']}",
            f"{date.fromisoformat(one['ends_on']):%d.%m.%Y}",
            _in_unit(one, one["value"]),
            _so_far(one, one["decided"]),
            "" if one["begun"] is None else _so_far(one, one["begun"]),
            "" if one["low"] is None else f"{_in_unit(one, one['low'])} to {_in_unit(one, one['high'])}",
            _status(one),
        )
    console.print(table)


def _so_far(one: Mapping[str, Any], of: int | None) -> str:
    """Return what has been counted; of a share with its counts."""
    if one["unit"] == "count":
        return str(one["counted"])
    return f"{one['counted'] / of:.0%} ({one['counted']} of {of})" if of else "-"


def _in_unit(one: Mapping[str, Any], number: int) -> str:
    return f"{number}%" if one["unit"] == "percent" else str(number)


def _status(one: Mapping[str, Any]) -> str:
    words = _STATUSES[one["status"]]
    if one["status"] == "at_risk" and one["reachable_until"]:
        return f"{words}, can be reached until {date.fromisoformat(one['reachable_until']):%d.%m.%Y}"
    return words

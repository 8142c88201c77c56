"""The table of results, and the same as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.measures import Measure, Spread, Target

_TITLES = {
    "intake": "Intake",
    "arrival": "On the dashboard",
    "figures": "Dashboard",
    "queue": "Work list",
    "imports": "Imports",
    "phone": "On a phone",
    "local_run": "Local run",
}


def table(measures: Sequence[Measure]) -> Table:
    """Return a table with one row for each measure: result, floor, target, and whether it was met."""
    drawn = Table(header_style="bold", expand=False)
    drawn.add_column("Measured", min_width=30)
    drawn.add_column("Median", justify="right", no_wrap=True)
    drawn.add_column("Lowest - highest", justify="right", style="dim", no_wrap=True)
    drawn.add_column("Floor", justify="right", no_wrap=True)
    drawn.add_column("Of floor", justify="right", no_wrap=True)
    drawn.add_column("Target", justify="right", no_wrap=True)
    drawn.add_column("Met", no_wrap=True)
    section = None
    for one in measures:
        if one.section != section:
            section = one.section
            drawn.add_section()
            drawn.add_row(f"[bold]{_TITLES[section]}[/]")
        of_floor = one.of_floor
        drawn.add_row(
            one.name,
            number(one.measured.median, one.unit),
            f"{plain(one.measured.lowest)} - {plain(one.measured.highest)}",
            number(one.floor.median, one.unit) if one.floor else "",
            _share(of_floor, one.unit) if of_floor else "",
            _wanted(one.target, one.unit) if one.target else "",
            {None: "", True: "[green]yes[/]", False: "[bold red]no[/]"}[one.met],
        )
    return drawn


def notes(measures: Sequence[Measure]) -> list[str]:
    """Return the notes below the table: the floor of each figure, and explanations."""
    return [
        f"{one.name}: {'; '.join(part for part in (one.floor_name and f'beside {one.floor_name}', one.note) if part)}"
        for one in measures
        if one.floor_name or one.note
    ]


def document(measures: Sequence[Measure], machine: dict[str, Any]) -> dict[str, Any]:
    """Return all results, round by round, with the machine."""
    return {"machine": machine, "measures": [one.as_json() for one in measures]}


def plain(value: float) -> str:
    """Return a figure with a sensible number of digits."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def number(value: float, unit: str) -> str:
    """Return a figure with its unit."""
    return f"{plain(value)}{'' if unit == '/s' else ' '}{unit}"


def _share(of_floor: Spread, unit: str) -> str:
    """Return a ratio: a share for rates, a multiple for durations."""
    return f"{of_floor.median:.2f}" if unit == "/s" else f"{of_floor.median:.1f} x"


def _wanted(target: Target, unit: str) -> str:
    return f">= {target.bound:.2f}" if target.of_floor else f"<= {number(target.bound, unit)}"

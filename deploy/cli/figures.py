"""`tilsagn figures`: shows the figures of the dashboard's API in a terminal."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table
from rich.text import Text

from deploy.cli.console import print_json, stdout_console
from deploy.cli.dashboard_api import get_json
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

_MEASURES: Final = {
    "pledged_positions": "Pledged positions",
    "positions_affirmed": "  affirmed by the company",
    "positions_matched": "  with a person found",
    "hires": "Hires, all over time (not citizens)",
    "hires_from_pledges": "  on pledged positions",
    "hires_without_pledge": "  without a pledge",
    "citizens": "Citizens hired, each once",
    "hires_current": "Employed on that day (hires)",
    "citizens_current": "  citizens, each once",
    "hires_starting_later": "Confirmed, starting later",
}
_JOB_TYPES: Final = {
    "smaajob": "Småjob",
    "praktik": "Praktik",
    "loentilskud": "Løntilskud",
    "fleksjob": "Fleksjob",
    "ordinaer": "Ordinær",
    "traening": "Træning",
}
_PROGRESS: Final = {"more": "More", "same": "The same", "fewer": "Fewer"}
_REASONS: Final = {
    "more_hours_elsewhere": "More hours at another company",
    "ordinary_job": "An ordinary job",
    "education": "Education",
    "employer": "The employer ended it",
    "participant": "The employee ended it",
    "health": "Health",
    "moved": "Moved away",
    "other": "Another reason",
    "unknown": "No reason given",
}
_WAITS: Final = {
    "pledged_to_affirmed": "From pledged to affirmed by the company",
    "pledged_to_matched": "From pledged to a person found",
    "matched_to_hired": "From a person found to the first day",
    "pledged_to_hired": "From pledged to the first day of work",
}
_CONTACTS: Final = {"visit": "Visits", "call": "Calls", "card": "Cards handed over"}
_LATEST = 6


def show_figures(chosen: Mapping[str, str | None], *, taskforce: str, as_json: bool) -> None:
    """Print figures.

    Args:
        chosen: the parameters of the API's URL; what is None is left out.

    Raises:
        CommandError: the figures are not available, or the API refuses a parameter.
    """
    figures = asyncio.run(get_json("figures", chosen, taskforce=taskforce))
    if as_json:
        print_json(figures)
    else:
        _print(figures)


def _print(figures: Mapping[str, Any]) -> None:
    console = stdout_console()
    as_of, today = date.fromisoformat(figures["as_of"]), datetime.now(COPENHAGEN).date()
    console.print(f"Figures on {as_of:%d.%m.%Y}", style="bold")
    if figures["known_at"]:
        console.print(f"As known at {figures['known_at']}: nothing that was recorded later is counted.")
    for name, value in figures["filters"].items():
        console.print(f"Only {name} {value}", markup=False)
    if as_of > today:
        console.print("That day is still to come: what is confirmed to start by then is counted in.")
    console.print()
    # Job types are never added together. Each type that has a count gets a column.
    types = [one for one in _JOB_TYPES if any(figures[measure][one] for measure in _MEASURES)]
    if not types:
        console.print(f"Nothing has been pledged and nobody hired {'by then' if as_of < today else 'yet'}.")
        _print_outreach(console, figures)
        return
    whole = _table("", types)
    for measure, words in _MEASURES.items():
        whole.add_row(words, *(_number(figures[measure][one]) for one in types))
    console.print(whole)

    _print_lasting(console, figures, types)
    _print_outreach(console, figures)
    _print_breakdowns(console, figures, types)
    quarters = [each for each in figures["quarters"][-_LATEST:] if any(each["pledged_positions"].values() or [0])]
    if quarters:
        console.print(_heading("Latest quarters", "pledged → hired"))
        table = _table("", types)
        for each in quarters:
            table.add_row(each["quarter"], *(_pair(each, one) for one in types))
        console.print(table)

    events = [each for each in figures["events"] if any(each["pledged_positions"].values())][:_LATEST]
    if events:
        console.print(_heading("Latest events", "pledged → hired"))
        table = _table("", types)
        for each in events:
            day = f"{date.fromisoformat(each['date']):%d.%m.%Y}" if each["date"] else "…"
            table.add_row(f"{day}  {each['title'] or each['event_id']}", *(_pair(each, one) for one in types))
        console.print(table)


def _print_breakdowns(console: Console, figures: Mapping[str, Any], types: list[str]) -> None:
    for dimension, breakdown in (figures["breakdowns"] or {}).items():
        console.print(_heading(f"By {dimension}", "pledged → hired"))
        table = _table("", types)
        for part in breakdown["parts"]:
            name = Text(part["name"] or part["key"] or "not stated")
            table.add_row(name, *(_pair(part, one) for one in types))
        if rest := breakdown["rest"]:
            table.add_row("all others", *(_pair(rest, one) for one in types))
        console.print(table)


def _print_outreach(console: Console, figures: Mapping[str, Any]) -> None:
    contacts = figures["outreach_contacts"]
    if contacts is None or not any(number != 0 for number in contacts.values()):
        return
    console.print(_heading("Reaching out to companies", "what the staff have logged"))
    table = Table(box=None, header_style="dim", pad_edge=False, show_header=False)
    table.add_column(max_width=44)
    table.add_column(justify="right")
    rows = {"New companies, each once": figures["outreach_new_companies"]}
    rows |= {words: contacts[kind] for kind, words in _CONTACTS.items()}
    for words, number in rows.items():
        table.add_row(words, Text("hidden", style="dim") if number is None else _number(number))
    console.print(table)


def _print_lasting(console: Console, figures: Mapping[str, Any], types: list[str]) -> None:
    console.print(_heading("Still employed", "employed of all whose day has come, ? unknown"))
    table = _table("", types)
    for months, employed in figures["still_employed"].items():
        table.add_row(f"After {months} months", *(_employed(employed["by_job_type"][one]) for one in types))
    console.print(table)

    console.print(_heading("Employed on that day", "by paid hours a week"))
    table = _table("", types)
    for band, counts in figures["hires_current_by_hours"].items():
        table.add_row("None" if band == "0" else band.replace("-", "–"), *(_number(counts[one]) for one in types))
    console.print(table)

    console.print(_heading("Employed on that day", "by paid hours a week against those of the first day"))
    table = _table("", types)
    for group, counts in figures["hires_current_by_ladder"].items():
        table.add_row(_PROGRESS[group], *(_number(counts[one]) for one in types))
    console.print(table)

    ended = {reason: counts for reason, counts in figures["hires_ended_by_reason"].items() if any(counts.values())}
    if ended:
        console.print(_heading("Ended", "by reason"))
        table = _table("", types)
        for reason, counts in ended.items():
            table.add_row(_REASONS[reason], *(_number(counts[one]) for one in types))
        console.print(table)

    waits = {pair: wait for pair, wait in figures["median_days"].items() if wait["cases"]}
    if waits:
        console.print(_heading("Median days between the steps", "all job types together"))
        table = Table(box=None, header_style="dim", pad_edge=False)
        table.add_column("", max_width=44)
        table.add_column("Days", justify="right")
        table.add_column("Cases", justify="right")
        for pair, wait in waits.items():
            table.add_row(_WAITS[pair], f"{wait['days']:g}".replace(".", ","), _number(wait["cases"]))
        console.print(table)


def _employed(counts: Mapping[str, int]) -> Text:
    if not counts["of"]:
        return _number(0)
    unknown = f", {counts['unknown']}?" if counts["unknown"] else ""
    return Text(f"{counts['yes']} of {counts['of']}{unknown}")


def _heading(text: str, explanation: str) -> Text:
    return Text.assemble("\n", (text, "bold"), (f"  {explanation}", "dim"))


def _table(first: str, types: list[str]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column(first, max_width=44, no_wrap=True, overflow="ellipsis")
    for one in types:
        table.add_column(_JOB_TYPES[one], justify="right", no_wrap=True, min_width=len(_JOB_TYPES[one]))
    return table


def _number(count: int) -> Text:
    return Text(f"{count:,}".replace(",", ".")) if count else Text("–", style="dim")


def _pair(part: Mapping[str, Any], job_type: str) -> Text:
    pledged, hired = part["pledged_positions"][job_type], part["hires"][job_type]
    return Text.assemble(_number(pledged), " → ", _number(hired)) if pledged or hired else _number(0)

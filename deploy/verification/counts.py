"""All figures of a day as counts by name: counted in the services' own tables, and as the dashboard has answered."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from deploy.verification import source_records
from shared.product.industries import section_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date
    from uuid import UUID

    import asyncpg

    Connection = asyncpg.Connection[asyncpg.Record]

_PRESENT_AT: Final = "companies present at event "
_OF_COMPANY: Final = " of company "


async def counted(pledges: Connection, events: Connection, day: date) -> dict[UUID, Counter[str]]:
    """Return the counts of every taskforce in the services' own tables."""
    counts: dict[UUID, Counter[str]] = {}
    for row in await pledges.fetch(source_records.FIGURES, day):
        name = _name(row["measure"], row["key"], row["job_type"])
        counts.setdefault(row["taskforce_id"], Counter())[name] += row["count"]
    industries = {row["id"]: row["industry"] for row in await events.fetch(source_records.INDUSTRIES)}
    for row in await pledges.fetch(source_records.BY_COMPANY, day):
        place = counts.setdefault(row["taskforce_id"], Counter())
        for dimension, key in (
            ("municipality", row["municipality"]),
            ("industry", section_of(industries.get(row["company_id"]))),
            ("company", row["company_id"]),
        ):
            if key is not None:
                place[f"{_name(row['measure'], '', row['job_type'])} of {dimension} {key}"] += row["count"]
    for row in await pledges.fetch(source_records.MEDIANS, day):
        counts.setdefault(row["taskforce_id"], Counter()).update(_wait(row["pair"], row["days"], row["cases"]))
    for row in await pledges.fetch(source_records.REACHED, day):
        counts.setdefault(row["taskforce_id"], Counter())[row["name"]] += row["count"]
    for row in await events.fetch(source_records.PRESENT, day):
        counts.setdefault(row["taskforce_id"], Counter())[f"{_PRESENT_AT}{row['key']}"] += row["count"]
    return counts


def of_listed(counts: Mapping[str, int], listed: Collection[str]) -> dict[str, int]:
    """Return the counts without those of events and companies that the dashboard does not list.

    It lists no taskforce meetings, and only the member companies with the largest numbers.

    Args:
        listed: the ids of the events and companies that it lists.
    """
    return {name: count for name, count in counts.items() if count and (_listed_as(name) or "") in {"", *listed}}


def listed(answer: Mapping[str, Any]) -> set[str]:
    """Return the ids of the events and companies that the dashboard's answer lists."""
    companies = {part["key"] for part in answer["breakdowns"]["company"]["parts"]}
    return {event["event_id"] for event in answer["events"]} | companies


def _listed_as(name: str) -> str | None:
    """Return the id of the event or company of a count that is only compared if it is listed."""
    if name.startswith(_PRESENT_AT):
        return name.removeprefix(_PRESENT_AT)
    return name.rpartition(_OF_COMPANY)[2] if _OF_COMPANY in name else None


def _name(measure: str, key: str, job_type: str) -> str:
    """Return the name of a count; both sides of the comparison use it."""
    where = "" if not key else f" in {key}" if "Q" in key else f" at event {key}"
    return f"{measure} of {job_type}{where}"


def flattened(answer: Mapping[str, Any], day: date) -> dict[str, int]:
    """Return the dashboard's answer as counts by name, without zeros."""
    whole = (
        *("pledged_positions", "positions_affirmed", "positions_matched"),
        *("hires", "hires_from_pledges", "hires_without_pledge"),
        *("hires_current", "hires_starting_later", "citizens", "citizens_current"),
    )
    counts = {_name(measure, "", of): count for measure in whole for of, count in answer[measure].items()}
    for measure in ("hires_current_by_hours", "hires_current_by_ladder", "hires_ended_by_reason"):
        for group, by_job_type in answer[measure].items():
            counts |= {_name(f"{measure} {group}", "", of): count for of, count in by_job_type.items()}
    for months, employed in answer["still_employed"].items():
        total: Counter[str] = Counter()
        for of, outcomes in employed["by_job_type"].items():
            total.update(outcomes)
            for outcome in ("yes", "no", "unknown"):
                counts[_name(f"still_employed {months} {outcome}", "", of)] = outcomes[outcome]
            # What adds up is not counted in the tables, and differs from nothing.
            sum_of_types = sum(outcomes[outcome] for outcome in ("yes", "no", "unknown"))
            counts[f"still_employed {months} of {of} beyond its parts"] = outcomes["of"] - sum_of_types
        counts |= {f"still_employed {months} {key} beyond its job types": employed[key] - total[key] for key in total}
    for pair, wait in answer["median_days"].items():
        counts |= _wait(pair, wait["days"], wait["cases"])
    counts["outreach_new_companies"] = answer["outreach_new_companies"]
    counts |= {f"outreach_contacts by {kind}": count for kind, count in answer["outreach_contacts"].items()}
    parts = (
        *(("event_id", ("pledged_positions", "hires", "hires_starting_later"), event) for event in answer["events"]),
        *(("quarter", ("pledged_positions", "hires"), quarter) for quarter in answer["quarters"]),
    )
    for key, measures, part in parts:
        for measure in measures:
            counts |= {_name(measure, part[key], of): count for of, count in part[measure].items()}
    for dimension, breakdown in answer["breakdowns"].items():
        for part in breakdown["parts"]:
            if part["key"] is not None:
                where = f" of {dimension} {part['key']}"
                for measure in ("pledged_positions", "hires", "hires_current"):
                    counts |= {f"{_name(measure, '', of)}{where}": count for of, count in part[measure].items()}
    counts |= {
        f"{_PRESENT_AT}{event['event_id']}": event["companies_present"]
        for event in answer["events"]
        if event["date"] is not None and event["date"] <= day.isoformat()
    }
    return {name: count for name, count in counts.items() if count}


def _wait(pair: str, days: float | None, cases: int) -> dict[str, int]:
    """Return a median, in tenths of a day, and the number of its cases as counts by name."""
    return {f"tenths of a day {pair}": round((days or 0) * 10), f"cases {pair}": cases}

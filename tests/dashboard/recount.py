"""The figures counted one by one from messages, sharing nothing with the code that they test."""

from __future__ import annotations

from bisect import bisect
from calendar import monthrange
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from services.dashboard.measures.selection import NO_FILTERS, Filters
from services.dashboard.measures.waits import PAIRS
from shared.contracts.events import AttendanceState, CheckInUndone, CompanyRegistered
from shared.contracts.pledges import HireConfirmed, HireState, OutreachState, PledgeState
from shared.product.industries import section_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from uuid import UUID

    from shared.contracts.message import Message


def counted(figures: Any) -> dict[str, Any]:
    """The figures under test, in the form of `recounted`."""
    return {name: {k: v for k, v in figures.counts[name].items() if v} for name in _MEASURES} | {
        "quarters": {
            (q.quarter, of): (q.counts["pledged_positions"][of], q.counts["hires"][of])
            for q in figures.quarters
            for of in ("smaajob", "praktik")
            if q.counts["pledged_positions"][of] or q.counts["hires"][of]
        },
        "events": {
            (e.event_id, of): tuple(e.counts[name][of] for name in _OF_EVENTS)
            for e in figures.events
            for of in ("smaajob", "praktik")
            if any(e.counts[name][of] for name in _OF_EVENTS)
        },
        "companies": {e.event_id: e.counts["companies_present"] for e in figures.events if e.title},
        "groups": {
            (name, group, of): number
            for name, groups in figures.counts.groups.items()
            for group, values in groups.items()
            for of, number in values.items()
            if number
        },
        "waits": {pair: (wait.days, wait.cases) for pair, wait in figures.waits.items() if wait.cases},
        "outreach": figures.outreach
        and (figures.outreach.new_companies, {kind: n for kind, n in figures.outreach.contacts.items() if n}),
    }


_OF_EVENTS = ("pledged_positions", "hires", "hires_starting_later")
_MEASURES = (
    "pledged_positions",
    "positions_affirmed",
    "positions_matched",
    "hires",
    "hires_from_pledges",
    "hires_without_pledge",
    "citizens",
    "hires_current",
    "citizens_current",
    "hires_starting_later",
)


def recounted(messages: Sequence[Message], as_of: date, chosen: Filters = NO_FILTERS) -> dict[str, Any]:
    """The figures by their definitions, of those that the filters have chosen."""
    present: dict[Any, Any] = {}
    for message in messages:
        key = (type(message).aggregate, message.aggregate_id)
        if key not in present or present[key].version < message.version:
            present[key] = message
    companies = {m.company_id: m for m in present.values() if isinstance(m, CompanyRegistered)}
    made = {m.pledge_id: m for m in present.values() if isinstance(m, PledgeState)}
    present = {key: m for key, m in present.items() if _is_chosen(m, companies, chosen)}
    counts: dict[str, Counter[str]] = {name: Counter() for name in _MEASURES}
    quarters: dict[Any, list[int]] = {}
    events: dict[Any, list[int]] = {}
    groups: Counter[tuple[str, str, str]] = Counter()
    shown_events: set[UUID] = set()
    for m in present.values():
        if isinstance(m, PledgeState) and m.counted and m.pledged_on <= as_of:
            _count_pledge(m, as_of, counts, quarters, events)
        if isinstance(m, HireConfirmed) and m.counted:
            _count_hire(m, as_of, counts, quarters, events)
            groups.update(_groups(m, as_of))
    counts |= _count_citizens(present.values(), as_of)
    counted = {event_id for event_id, _ in events}
    for m in present.values():
        if type(m).aggregate == "events.employer_event":
            held = m.starts_at.date() <= as_of and m.status not in {"draft", "cancelled"}
            if held or m.event_id in counted:
                shown_events.add(m.event_id)
    here = Counter(
        m.event_id
        for m in present.values()
        if type(m).aggregate == "events.attendance"
        and not isinstance(m, CheckInUndone)
        and m.checked_in_at.date() <= as_of
    )
    return {name: {k: v for k, v in counts[name].items() if v} for name in _MEASURES} | {
        "quarters": {key: tuple(value) for key, value in quarters.items() if any(value)},
        "events": {key: tuple(value) for key, value in events.items() if key[0] is not None},
        "companies": {event_id: here[event_id] for event_id in shown_events},
        "groups": dict(groups),
        "waits": {
            pair: (median(days), len(days))
            for pair, days in _waits(present.values(), made, messages, as_of).items()
            if days
        },
        "outreach": None if chosen.event_id else _count_outreach(present.values(), as_of),
    }


def _is_chosen(m: Any, companies: dict[UUID, CompanyRegistered], chosen: Filters) -> bool:
    """Whether a pledge, hire, check-in or contact is of what was chosen. Everything else is."""
    if not isinstance(m, PledgeState | HireState | AttendanceState | OutreachState):
        return True
    company = companies.get(m.company_id) if m.company_id else None
    municipality = company.municipality if isinstance(m, AttendanceState | OutreachState) and company else None
    return (
        chosen.event_id in {None, getattr(m, "event_id", None)}
        and chosen.company_id in {None, m.company_id}
        and chosen.municipality in {None, getattr(m, "municipality", municipality)}
        and (chosen.industry is None or (company is not None and section_of(company.industry) == chosen.industry))
    )


def _count_pledge(m: PledgeState, as_of: date, counts: Any, quarters: Any, events: Any) -> None:
    for position in m.positions:
        end = position.cancelled_on or m.ended_on
        ended_on = max(end, m.pledged_on) if end else date.max
        quarters.setdefault((_quarter(m.pledged_on), m.job_type), [0, 0])[0] += 1
        if position.status == "cancelled" and ended_on <= as_of:
            quarters.setdefault((_quarter(ended_on), m.job_type), [0, 0])[0] -= 1
            continue
        counts["pledged_positions"][m.job_type] += 1
        events.setdefault((m.event_id, m.job_type), [0, 0, 0])[0] += 1
        if m.affirmed_on and m.affirmed_on <= as_of:
            counts["positions_affirmed"][m.job_type] += 1
        if position.matched_on and position.matched_on <= as_of:
            counts["positions_matched"][m.job_type] += 1


def _count_hire(m: HireConfirmed, as_of: date, counts: Any, quarters: Any, events: Any) -> None:
    for of, first_day in _first_days(m).items():
        if first_day <= as_of:
            counts["hires"][of] += 1
            counts["hires_from_pledges" if m.pledge_id else "hires_without_pledge"][of] += 1
            quarters.setdefault((_quarter(first_day), of), [0, 0])[1] += 1
            events.setdefault((m.event_id, of), [0, 0, 0])[1] += 1
    if _current(m, as_of):
        counts["hires_current"][_on_day(m, as_of)[1]] += 1
    if m.confirmed_at.date() <= as_of < m.start_date:
        of = _on_day(m, m.start_date)[1]
        counts["hires_starting_later"][of] += 1
        events.setdefault((m.event_id, of), [0, 0, 0])[2] += 1


def _count_citizens(present: Iterable[Any], as_of: date) -> dict[str, Counter[str]]:
    """A hire that names nobody is somebody of its own."""
    hires = [(m.citizen_id or m.hire_id, m) for m in present if isinstance(m, HireConfirmed) and m.counted]
    begun = {(who, of) for who, m in hires for of, day in _first_days(m).items() if day <= as_of}
    current = {(who, _on_day(m, as_of)[1]) for who, m in hires if _current(m, as_of)}
    return {
        "citizens": Counter(of for _, of in begun),
        "citizens_current": Counter(of for _, of in current),
    }


def _count_outreach(present: Iterable[Any], as_of: date) -> tuple[int, dict[str, int]]:
    made = [m for m in present if isinstance(m, OutreachState) and m.counted and m.made_on <= as_of]
    return len({m.company_id for m in made if m.new_company}), dict(Counter(m.kind for m in made))


def _groups(m: HireConfirmed, as_of: date) -> Iterator[tuple[str, str, str]]:
    if _current(m, as_of):
        paid, of = _on_day(m, as_of)
        yield "hires_current_by_hours", _BANDS[bisect(_FROM, paid) - 1], of
        first = _on_day(m, m.start_date)[0]
        yield "hires_current_by_ladder", "more" if paid > first else "fewer" if paid < first else "same", of
    if m.ended_on is not None and max(m.ended_on, m.start_date) <= as_of:
        last = max(m.start_date, m.ended_on - timedelta(days=1))
        yield "hires_ended_by_reason", m.end_reason or "unknown", _on_day(m, last)[1]
    for months in (3, 6, 12):
        due_on = (m.start_date.replace(day=1) + timedelta(days=31 * months)).replace(day=1)
        due_on += timedelta(days=min(m.start_date.day, monthrange(due_on.year, due_on.month)[1]) - 1)
        if due_on <= as_of:
            yield "still_employed", f"{months}_{_employed(m, months, due_on)}", _on_day(m, m.start_date)[1]


def _current(m: HireConfirmed, as_of: date) -> bool:
    return m.start_date <= as_of and (m.ended_on is None or m.ended_on > as_of)


_FROM = (0, 0.01, 5, 10, 16, 21, 30)
_BANDS = ("0", "1-4", "5-9", "10-15", "16-20", "21-29", "30+")


def _ladder(m: HireConfirmed) -> list[tuple[date, Decimal, str]]:
    unpaid = m.job_type in {"praktik", "traening"}
    return [(s.starts_on, s.paid_weekly_hours, s.job_type) for s in m.steps] or [
        (m.start_date, Decimal(0) if unpaid else m.weekly_hours, m.job_type)
    ]


def _on_day(m: HireConfirmed, day: date) -> tuple[Decimal, str]:
    return max((since, paid, of) for since, paid, of in _ladder(m) if since <= day)[1:]


def _first_days(m: HireConfirmed) -> dict[str, date]:
    first, *later = _ladder(m)
    begun = [first, *(one for one in later if m.ended_on is None or one[0] < m.ended_on)]
    return {of: min(since for since, _, one in begun if one == of) for _, _, of in begun}


def _employed(m: HireConfirmed, months: int, due_on: date) -> str:
    match next((checkpoint.answer for checkpoint in m.checkpoints if checkpoint.months == months), None):
        case "same_company" | "elsewhere":
            return "yes"
        case "no":
            return "no"
    if m.end_reason is None or m.ended_on is None or m.ended_on > due_on:
        return "unknown"
    return "yes" if m.end_reason in {"more_hours_elsewhere", "ordinary_job"} else "no"


def _waits(
    present: Iterable[Any], made: dict[UUID, PledgeState], messages: Sequence[Any], as_of: date
) -> dict[str, list[int]]:
    waits: dict[str, list[int]] = {pair: [] for pair in PAIRS}
    for m in present:
        if isinstance(m, PledgeState) and m.counted and m.pledged_on <= as_of:
            if m.affirmed_on and m.affirmed_on <= as_of:
                waits["pledged_to_affirmed"].append((m.affirmed_on - m.pledged_on).days)
            for position in m.positions:
                if position.matched_on and position.matched_on <= as_of:
                    waits["pledged_to_matched"].append((position.matched_on - m.pledged_on).days)
    for m in present:
        if isinstance(m, HireConfirmed) and m.counted and m.pledge_id in made and m.start_date <= as_of:
            promise = made[m.pledge_id]
            waits["pledged_to_hired"].append((m.start_date - promise.pledged_on).days)
            then = [
                one
                for one in messages
                if isinstance(one, PledgeState) and one.pledge_id == m.pledge_id and one.recorded_at <= m.confirmed_at
            ]
            for position in max(then, key=lambda one: one.version).positions if then else ():
                if position.matched_on and position.position_id == m.position_id:
                    waits["matched_to_hired"].append((m.start_date - position.matched_on).days)
    return waits


def _quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"

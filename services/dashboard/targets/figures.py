"""How a taskforce's targets stand at a pair of times: what was counted for each, and its forecast."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from services.dashboard.measures.citizens import Citizens
from services.dashboard.measures.hires import Hires, HiresCurrent, HiresEndedByReason, StillEmployed
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.targets.domain import Progress, forecast
from services.dashboard.targets.queries import Sums, began_on, held_targets, sums
from shared.fields.dates import months_after

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from services.dashboard.measures.selection import Times
    from services.dashboard.targets.domain import Forecast, Terms
    from shared.db.database import Connection, Database

_DAY: Final = timedelta(days=1)
_CALENDAR: Final = (date(1900, 1, 1), date(2300, 12, 31))
"""Days beyond these have the figures of the nearest of them."""
_AT_A_MONTHS_END: Final = (1, 2, 3)
"""The days that the shortest month is shorter than the longest one."""
_SHORTEST: Final = 91
"""Days over which a pace is taken at least, so that one evening is not taken for a habit."""
_CODES: Final = {
    PledgedPositions.code: PledgedPositions.adds,
    Hires.code: Hires.adds,
    Citizens.code: Citizens.adds,
    HiresCurrent.code: HiresCurrent.adds,
}
_ENDED: Final = tuple(HiresEndedByReason.groups.values())


async def targets(
    database: Database, taskforce_id: UUID, times: Times, *, shares_at: Times | None = None
) -> list[Forecast]:
    """Return the forecast of each target that held then, by their last day, all from one snapshot.

    Args:
        shares_at: the times of the shares and of citizens, for viewers who see them at earlier times only; None:
            `times`.
    """
    async with database.read(taskforce_id) as conn:
        return await targets_in(conn, times, shares_at=shares_at)


async def targets_in(conn: Connection, times: Times, *, shares_at: Times | None = None) -> list[Forecast]:
    """Return the forecasts, in the transaction of the caller. The arguments are those of `targets`."""
    held = await held_targets(conn, known_at=times.known_at)
    close = [terms for terms in held if is_close(terms)] if shares_at else []
    found = await _forecasts(conn, [terms for terms in held if terms not in close], times)
    if shares_at:
        found |= await _forecasts(conn, close, shares_at)
    return [found[terms.target_id] for terms in held]


def is_close(terms: Terms) -> bool:
    """Whether two days of a target, one subtracted from the other, may tell about one person."""
    return terms.measure.kind == "share" or terms.measure.code == Citizens.code


async def _forecasts(conn: Connection, held: Sequence[Terms], times: Times) -> dict[UUID, Forecast]:
    if not held:
        return {}
    as_of = min(max(times.as_of, _CALENDAR[0]), _CALENDAR[1])
    found = await sums(
        conn,
        codes={code for terms in held for code in _codes(terms)},
        job_types={terms.job_type for terms in held},
        days={day for terms in held for day in _days(terms, as_of)},
        known_at=times.known_at,
    )
    outside = {day for terms in held for day in _days_outside(terms, as_of)}
    found.began = await began_on(conn, outside, known_at=times.known_at) if outside else []
    return {terms.target_id: forecast(terms, _progress(terms, found, as_of), as_of) for terms in held}


def _codes(terms: Terms) -> set[str]:
    kind, months = terms.measure.kind, terms.measure.months
    if kind == "share":
        return {code for group, code in StillEmployed.groups.items() if group.startswith(f"{months}_")} | {*Hires.adds}
    return {*_CODES[terms.measure.code]} | ({*Hires.adds, *_ENDED} if kind == "level" else set())


def _days(terms: Terms, as_of: date) -> list[date]:
    """Return the days up to which sums are needed."""
    last = min(as_of, terms.ends_on)
    days = [as_of, last, terms.starts_on - _DAY, _last_year(as_of) - _DAY]
    if terms.measure.months:
        first = months_after(terms.starts_on, terms.measure.months)
        days += [first - _DAY, months_after(last, terms.measure.months), min(as_of, terms.decided_on)]
    return days


def _days_outside(terms: Terms, as_of: date) -> set[date]:
    """Return the days outside of a cohort's window, as far as it has come, whose day is decided with one of the window.

    Whoever began on the 29th, 30th or 31st may be asked on the last day of a shorter month, as those of the 28th are.
    """
    months = terms.measure.months
    if not months:
        return set()
    last = min(as_of, terms.ends_on)
    days = {
        *(terms.starts_on - number * _DAY for number in _AT_A_MONTHS_END),
        *(last + number * _DAY for number in _AT_A_MONTHS_END),
    }
    ends = {months_after(terms.starts_on, months), months_after(last, months)}
    return {day for day in days if months_after(day, months) in ends}


def _last_year(as_of: date) -> date:
    """Return the first of the 12 months up to a day."""
    return months_after(as_of, -12) + _DAY


def _progress(terms: Terms, found: Sums, as_of: date) -> Progress:
    kind, job_type = terms.measure.kind, terms.job_type
    codes = Hires.adds if kind == "share" else _CODES[terms.measure.code]
    quarters = found.quarters(codes, job_type, as_of)
    best, most = max(quarters.items(), key=lambda quarter: quarter[1], default=(None, 0))
    year = _last_year(as_of)
    begun_on = next((begins for begins, added in quarters.items() if added), as_of)
    pace = {
        "last_year": found.between(codes, job_type, year, as_of),
        "observed_days": max(_SHORTEST, (as_of - max(year, begun_on)).days + 1),
        "best_quarter": max(0, most),
    }
    shown = best if most > 0 else None
    last = min(as_of, terms.ends_on)
    if kind == "share":
        return Progress(**_share(terms, found, as_of), **pace, best_quarter_begins=shown)
    if kind == "level":
        moves = found.between((*Hires.adds, *_ENDED), job_type, year, as_of)
        return Progress(found.up_to(codes, job_type, last), **pace, best_quarter_begins=shown, moves=moves)
    return Progress(found.between(codes, job_type, terms.starts_on, last), **pace, best_quarter_begins=shown)


def _share(terms: Terms, found: Sums, as_of: date) -> dict[str, int]:
    """Count a cohort by the day on which each is decided, so many months after the start."""
    months = terms.measure.months
    assert months
    first = months_after(terms.starts_on, months)
    yes, no, unknown = (StillEmployed.groups[StillEmployed.group(months, one)] for one in ("yes", "no", "unknown"))
    ripe_by = min(as_of, terms.decided_on)
    ends_on = min(as_of, terms.ends_on)
    begun_by = months_after(ends_on, months)

    def number(codes: Sequence[str], last: date) -> int:
        outside = sum(
            one.number
            for one in found.began
            if one.measure in codes
            and one.job_type == terms.job_type
            and first <= one.day <= last
            and not terms.starts_on <= one.began_on <= ends_on
        )
        return found.between(codes, terms.job_type, first, last) - outside

    return {
        "counted": number([yes], ripe_by),
        "ripe": number([yes, no, unknown], ripe_by),
        "unknown": number([unknown], ripe_by),
        "begun": number([yes, no, unknown], begun_by),
    }

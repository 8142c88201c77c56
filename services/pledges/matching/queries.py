"""SQL for finding who fits a position, and which positions fit a participant.

What judges a pair returns ids and counts only. The people who are shown are read, and logged, by
`participants.store.participants`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from services.pledges.matching.criteria import NOES, PAIRS, UNKNOWNS
from services.pledges.matching.domain import CRITERIA, Criterion, Needs, Offer, Verdict
from services.pledges.pledges.queries import UNFILLED
from shared.fields.case_reference import case_reference_key
from shared.product.distances import MAIN_TOWNS, distance_km

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg

    from services.pledges.participants.domain import Participant
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection

_MATCHED: Final = """exists (select
                 from participants.matches as match
                where match.taskforce_id = participant.taskforce_id
                  and match.participant_id = participant.id
                  and match.ended_at is null)"""
_WAITING: Final = f"participant.status = 'active' and not {_MATCHED}"
"""Participants for whom a position may be found."""
_OFFERED: Final = f"""{UNFILLED}
   and exists (select
                 from positions as vacant
                where vacant.taskforce_id = pledge.taskforce_id
                  and vacant.pledge_id = pledge.id
                  and vacant.status = 'open')"""  # noqa: S608  (columns of our own tables)
"""Pledges that have a vacant position."""

Order = tuple[bool, datetime, UUID]
"""The sort key of a candidate: whether something is unknown, since when they wait, their id."""
OfferOrder = tuple[bool, date, UUID]
"""The sort key of an opening: whether something is unknown, the day of the pledge, the pledge's id."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair that nothing speaks against.

    Attributes:
        id: of the participant, or of the pledge.
        since: when the participant was registered, or the day of the pledge.
    """

    id: UUID
    since: datetime | date
    verdict: Verdict

    @property
    def order(self) -> tuple[bool, Any, UUID]:
        """Where it is in the list: what fits comes first, and then whoever was registered first."""
        return (bool(self.verdict.unknowns), self.since, self.id)


@dataclass(frozen=True, slots=True)
class Summary:
    """All pairs of one participant or of one position, as counts.

    Attributes:
        fits, may_fit: pairs that nothing speaks against.
        excluded: pairs that something speaks against.
        against: how many pairs each criterion speaks against; several may speak against one.
        unknown: the pairs that may fit by what is not known about them: see `domain.best_questions`.
    """

    fits: int
    may_fit: int
    excluded: int
    against: dict[Criterion, int]
    unknown: dict[int, int]

    @classmethod
    def of(cls, counted: Sequence[tuple[int, int, int]]) -> Summary:
        """Return the summary of numbers of pairs, each after its two sums of bits."""
        excluded, against, unknown = 0, Counter[Criterion](), Counter[int]()
        for noes, unknowns, count in counted:
            if noes:
                excluded += count
                against.update(dict.fromkeys(Verdict.of(noes, 0).noes, count))
            else:
                unknown[unknowns] += count
        fits = unknown.pop(0, 0)
        ordered = {criterion: against[criterion] for criterion in CRITERIA if criterion in against}
        return cls(fits, unknown.total(), excluded, ordered, dict(unknown))


async def candidates(
    conn: Connection, taskforce_id: UUID, offer: Offer, *, today: date, after: Order | None = None, limit: int
) -> tuple[list[Judged], Summary]:
    """Return those of the visible participants whom a position fits or may fit: first those whom it fits, and of them
    whoever was registered first. And how many there are, and why the others are not among them."""
    return await _fetch_pairs(
        conn,
        "participant.id, participant.registered_at",
        f"pledge.id = $4 and {_WAITING}",
        taskforce_id,
        today,
        _distances_to(offer.municipality),
        offer.pledge_id,
        *(after or (None, None, None)),
        limit,
    )


async def not_considered(conn: Connection, taskforce_id: UUID) -> tuple[int, int]:
    """Return how many of the visible participants are paused, and how many are matched with a position."""
    row = await conn.fetchrow(
        f"""
        select count(*) filter (where participant.status = 'paused'),
               count(*) filter (where participant.status = 'active' and {_MATCHED})
          from participants.participants as participant
         where participant.taskforce_id = $1
        """,  # noqa: S608  (columns of our own tables)
        taskforce_id,
    )
    assert row is not None
    return row[0], row[1]


async def judge(
    conn: Connection, taskforce_id: UUID, offer: Offer, participant_ids: Sequence[UUID], *, today: date
) -> dict[UUID, Verdict]:
    """Return how a position and those of some participants fit whom the transaction sees."""
    rows = await conn.fetch(
        f"""
        select participant.id, {NOES} as noes, {UNKNOWNS} as unknowns
          from {PAIRS}
           and pledge.id = $4
           and participant.id = any ($5)
        """,  # noqa: S608  (columns of our own tables)
        taskforce_id,
        today,
        _distances_to(offer.municipality),
        offer.pledge_id,
        list(participant_ids),
    )
    return {row["id"]: Verdict.of(row["noes"], row["unknowns"]) for row in rows}


async def participant_by_reference(
    conn: Connection, taskforce_id: UUID, municipality: str, case_reference: str
) -> UUID | None:
    """Return whom a municipality calls so; None where the transaction sees nobody."""
    found: UUID | None = await conn.fetchval(
        """
        select id
          from participants.participants
         where taskforce_id = $1
           and municipality = $2
           and case_reference_key = $3
        """,
        taskforce_id,
        municipality,
        case_reference_key(case_reference),
    )
    return found


async def openings(
    conn: Connection,
    taskforce_id: UUID,
    participant: Participant,
    *,
    today: date,
    after: OfferOrder | None = None,
    limit: int,
) -> tuple[list[Judged], Summary]:
    """Return the pledges with a vacant position that fits or may fit a participant: first those that fit, and of them
    the oldest one. None for somebody who is not considered. And how many there are, and why the others
    are not among them."""
    return await _fetch_pairs(
        conn,
        "pledge.id, pledge.pledged_on",
        f"participant.id = $4 and {_WAITING} and {_OFFERED}",
        taskforce_id,
        today,
        _distances_from(participant.municipality),
        participant.id,
        *(after or (None, None, None)),
        limit,
    )


async def offer_of_position(conn: Connection, taskforce_id: UUID, position_id: UUID) -> Offer | None:
    """Return what is known about a position and its pledge; None: the taskforce has no such position."""
    row = await conn.fetchrow(f"{_SELECT_OFFER}\n   and position.id = $2", taskforce_id, position_id)
    return _offer(row) if row else None


async def offers(conn: Connection, taskforce_id: UUID, pledge_ids: Sequence[UUID]) -> dict[UUID, Offer]:
    """Return the first vacant position of each of some pledges, by the pledge."""
    rows = await conn.fetch(
        f"""{_SELECT_OFFER.replace("select ", "select distinct on (pledge.id) ", 1)}
           and pledge.id = any ($2)
           and position.status = 'open'
         order by pledge.id, position.number
        """,
        taskforce_id,
        list(pledge_ids),
    )
    return {row["pledge_id"]: _offer(row) for row in rows}


@dataclass(frozen=True, slots=True)
class CurrentJob:
    """A job that somebody has."""

    hire_id: UUID
    company: str
    job_type: JobType
    weekly_hours: Decimal
    start_date: date


async def current_jobs(
    conn: Connection, taskforce_id: UUID, citizen_ids: Sequence[UUID], *, today: date
) -> dict[UUID, list[CurrentJob]]:
    """Return the jobs that some citizens have, by their `citizen_id`; those that have not begun, too."""
    rows = await conn.fetch(
        """
        select citizen_id, id, company_name, job_type, weekly_hours, start_date
          from hires
         where taskforce_id = $1
           and citizen_id = any ($2)
           and counted
           and (ended_on is null or ended_on > $3)
         order by start_date, id
        """,
        taskforce_id,
        list(citizen_ids),
        today,
    )
    found: dict[UUID, list[CurrentJob]] = {}
    for citizen_id, *job in rows:
        found.setdefault(citizen_id, []).append(CurrentJob(*job))
    return found


_SELECT_OFFER: Final = f"""
        select position.id,
               position.number,
               position.status,
               pledge.id as pledge_id,
               pledge.version,
               (select count(*)
                  from positions as vacant
                 where vacant.taskforce_id = pledge.taskforce_id
                   and vacant.pledge_id = pledge.id
                   and vacant.status = 'open') as vacant,
               {UNFILLED} as offered,
               pledge.company_name,
               pledge.company_id,
               pledge.municipality,
               pledge.job_type,
               pledge.weekly_hours_from,
               pledge.weekly_hours_to,
               pledge.tasks,
               pledge.earliest_start,
               pledge.pledged_on,
               need.weekdays,
               need.any_weekday,
               need.public_transport,
               need.latest_start
          from positions as position
          join pledges as pledge
            on pledge.taskforce_id = position.taskforce_id
           and pledge.id = position.pledge_id
          left join pledge_needs as need
            on need.taskforce_id = pledge.taskforce_id
           and need.pledge_id = pledge.id
         where position.taskforce_id = $1"""  # noqa: S608  (columns of our own tables)


def _offer(row: asyncpg.Record) -> Offer:
    weekdays = row["weekdays"]
    return Offer(
        position_id=row["id"],
        number=row["number"],
        status=row["status"],
        offered=row["offered"],
        pledge_id=row["pledge_id"],
        version=row["version"],
        vacant=row["vacant"],
        company=row["company_name"],
        company_id=row["company_id"],
        municipality=row["municipality"],
        job_type=row["job_type"],
        hours_from=row["weekly_hours_from"],
        hours_to=row["weekly_hours_to"],
        tasks=row["tasks"],
        earliest_start=row["earliest_start"],
        waiting_since=row["pledged_on"],
        needs=Needs(
            frozenset(weekdays) if weekdays is not None else None,
            bool(row["any_weekday"]),
            row["public_transport"],
            row["latest_start"],
        ),
    )


async def _fetch_pairs(conn: Connection, key: str, where: str, *arguments: object) -> tuple[list[Judged], Summary]:
    """Judge pairs once, and return a page of those that nothing speaks against, and how many there are of each kind.

    Args:
        key: the columns by which the page is ordered after what fits: an id, and since when it waits.
        arguments: those of `PAIRS`, the id of the side that is given, the sort key of the last row before, and how many
            rows there are at most.
    """
    rows = await conn.fetch(
        f"""
        with judged (id, since, noes, unknowns) as materialized (
            select {key}, {NOES}, {UNKNOWNS}
              from {PAIRS}
               and {where}
        )
        select null as id, null as since, noes, unknowns, count(*) as pairs
          from judged
         group by noes, unknowns
         union all
        (select id, since, noes, unknowns, null
           from judged
          where noes = 0
            and ($5::boolean is null or (unknowns > 0, since, id) > ($5, $6, $7::uuid))
          order by unknowns > 0, since, id
          limit $8)
        """,  # noqa: S608  (columns of our own tables)
        *arguments,
    )
    page = [Judged(row["id"], row["since"], Verdict.of(0, row["unknowns"])) for row in rows if row["pairs"] is None]
    counted = [(row["noes"], row["unknowns"], row["pairs"]) for row in rows if row["pairs"] is not None]
    return sorted(page, key=lambda judged: judged.order), Summary.of(counted)


def _distances_to(workplace: str | None) -> dict[str, int]:
    """Return the km from wherever people may live to a workplace: see `criteria.PAIRS`."""
    return {} if workplace is None else _by_codes((home, workplace) for home in MAIN_TOWNS)


def _distances_from(home: str) -> dict[str, int]:
    """Return the km from a home to wherever companies may be."""
    return _by_codes((home, workplace) for workplace in MAIN_TOWNS)


def _by_codes(pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    return {home + workplace: km for home, workplace in pairs if (km := whole_km(home, workplace)) is not None}


def whole_km(home: str, workplace: str | None) -> int | None:
    """Return the distance between two municipalities in whole kilometres; None where it is not known."""
    km = distance_km(home, workplace) if workplace is not None else None
    return None if km is None else round(km)

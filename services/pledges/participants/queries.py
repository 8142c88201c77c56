"""SQL for reading participants. Everything takes a `Disclosure`, and what is shown is logged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from services.pledges.participants.cursors import ByReference
from services.pledges.participants.domain import ParticipantNote
from services.pledges.participants.matches import standing_match_of_participant
from services.pledges.participants.refusals import ParticipantNotFound
from services.pledges.participants.store import SELECT, TABLE, find_participant, participant_of
from services.pledges.participants.target_groups import TargetGroupCode, TargetGroupCodes
from shared.fields.case_reference import case_reference_key
from shared.http.paging import cut

if TYPE_CHECKING:
    from decimal import Decimal
    from uuid import UUID

    from services.pledges.participants.domain import Participant, Status, Unknown
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection
    from shared.privacy.access_log import Disclosure
    from shared.product.vocabulary import Programme

_UNKNOWN: Final[dict[Unknown, str]] = {
    "job_types": "job_types is null",
    "weekly_hours": "weekly_hours_from is null",
    "weekdays": "weekdays is null",
    "available_from": "available_from is null",
    "max_distance_km": "max_distance_km is null",
    "transport": "transport is null",
    "tasks": "tasks_can = '{}' and tasks_want = '{}'",
    "target_group": """not exists (select
                            from participants.target_groups as held
                           where held.taskforce_id = participant.taskforce_id
                             and held.participant_id = participant.id
                             and held.valid_from <= $2
                             and (held.valid_until is null or held.valid_until > $2))""",
    "caseworker": "caseworker_id is null",
}
"""The condition under which something is not known; `$2` is the day."""


@dataclass(frozen=True, slots=True)
class ParticipantFilter:
    """The participants to return: those that match every field. None matches all.

    Attributes:
        left: whether those who have left are among them, where no status is chosen.
        unknown: something that is not known about them.
        case_reference: its beginning, in any spelling.
    """

    caseworker_id: UUID | None = None
    status: Status | None = None
    left: bool = False
    programme: Programme | None = None
    unknown: Unknown | None = None
    case_reference: str | None = None


async def participant(disclosure: Disclosure, participant_id: UUID) -> Participant:
    """Return a participant.

    Raises:
        ParticipantNotFound: the transaction sees none with this id.
    """
    found = await find_participant(disclosure, participant_id)
    if found is None:
        raise ParticipantNotFound
    return found


async def list_participants(
    disclosure: Disclosure, filters: ParticipantFilter, *, today: date, after: ByReference | None = None, size: int
) -> tuple[list[Participant], ByReference | None]:
    """Return a page of participants by their case reference, and the key of its last row if there are more.

    Args:
        today: for what is known today.
        size: the number of participants at most.
    """
    arguments: list[Any] = [disclosure.taskforce_id, today]
    conditions = ["taskforce_id = $1", "$2::date is not null"]

    def also(condition: str, *values: Any) -> None:
        numbers = range(len(arguments) + 1, len(arguments) + 1 + len(values))
        arguments.extend(values)
        conditions.append(condition.format(*(f"${number}" for number in numbers)))

    if filters.caseworker_id is not None:
        also("caseworker_id = {}", filters.caseworker_id)
    if filters.status is not None:
        also("status = {}", filters.status)
    elif not filters.left:
        also("status <> 'left'")
    if filters.programme is not None:
        also("programme = {}", filters.programme)
    if filters.unknown is not None:
        conditions.append(_UNKNOWN[filters.unknown])
    if filters.case_reference is not None:
        also("starts_with(case_reference_key, {})", case_reference_key(filters.case_reference))
    if after is not None:
        also(
            """(case_reference_key, id) > (select last.case_reference_key, last.id
                                             from participants.participants as last
                                            where last.taskforce_id = $1
                                              and last.id = {})""",
            after.id,
        )
    where = "\n   and ".join(conditions)
    rows = await disclosure.conn.fetch(
        f"""{SELECT}
         where {where}
         order by case_reference_key, id
         limit {size + 1}
        """,
        *arguments,
    )
    shown, last = cut([participant_of(row) for row in rows], size)
    await disclosure.log(TABLE, [one.id for one in shown])
    return shown, ByReference(id=last.id) if last else None


async def target_group_codes(conn: Connection, taskforce_id: UUID) -> TargetGroupCodes:
    """Return the taskforce's list of target groups. It concerns nobody, so that no look is logged."""
    rows = await conn.fetch(
        """
        select code, valid_from, valid_until, danish, english
          from target_group_codes
         where taskforce_id = $1
         order by valid_from, code
        """,
        taskforce_id,
    )
    return TargetGroupCodes.of([TargetGroupCode(*row) for row in rows])


async def notes(disclosure: Disclosure, participant_id: UUID, *, today: date) -> list[ParticipantNote]:
    """Return the notes about a participant whose deadline has not come, the latest first."""
    rows = await disclosure.conn.fetch(
        """
        select id, participant_id, body, written_by, written_at, keep_until
          from participants.notes
         where taskforce_id = $1
           and participant_id = $2
           and keep_until > $3
         order by written_at desc, id
         limit 200
        """,
        disclosure.taskforce_id,
        participant_id,
        today,
    )
    return [ParticipantNote(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What was done with a participant, by whom and why.

    Attributes:
        by: the account; None: an import, or the citizen by their link.
        note: why, in words.
    """

    kind: str
    by: UUID | None
    at: datetime
    note: str | None


async def history(disclosure: Disclosure, participant_id: UUID) -> list[HistoryEntry]:
    """Return what was done with a participant, the latest first."""
    rows = await disclosure.conn.fetch(
        """
        select kind, changed_by, changed_at, note
          from participants.changes
         where taskforce_id = $1
           and participant_id = $2
         order by version desc, changed_at desc, kind
         limit 100
        """,
        disclosure.taskforce_id,
        participant_id,
    )
    return [HistoryEntry(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody has looked at a participant, on one day.

    Attributes:
        who: the subject of their token.
        times: how often, on that day.
    """

    who: str
    on: date
    why: str
    action: str
    times: int


async def looks(disclosure: Disclosure, participant_id: UUID) -> list[Look]:
    """Return who has looked at a participant, the latest first: a line for each day, person and purpose."""
    rows = await disclosure.conn.fetch(
        """
        select who,
               (looked_at at time zone 'Europe/Copenhagen')::date as day,
               why,
               action,
               count(*)
          from accesses_of(array[$1::uuid])
         where looked_at > now() - interval '12 months'
         group by who, day, why, action
         order by day desc, max(looked_at) desc
         limit 50
        """,
        participant_id,
    )
    return [Look(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class HireOfParticipant:
    """A hire of a participant.

    Attributes:
        steps: the hours ladder: first day, paid and praktik hours a week, and the job type of each step.
    """

    id: UUID
    company: str
    start_date: date
    ended_on: date | None
    steps: list[tuple[date, Decimal, Decimal, JobType]]


async def hires_of(disclosure: Disclosure, citizen_id: UUID) -> list[HireOfParticipant]:
    """Return the hires of a participant that count, the latest first."""
    rows = await disclosure.conn.fetch(
        """
        select hire.id,
               hire.company_name,
               hire.start_date,
               hire.ended_on,
               array(select (starts_on, paid_weekly_hours, praktik_weekly_hours, job_type)
                       from hire_steps as step
                      where step.taskforce_id = hire.taskforce_id
                        and step.hire_id = hire.id
                      order by starts_on) as steps
          from hires as hire
         where hire.taskforce_id = $1
           and hire.citizen_id = $2
           and hire.counted
         order by hire.start_date desc, hire.id
         limit 50
        """,
        disclosure.taskforce_id,
        citizen_id,
    )
    return [HireOfParticipant(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class MatchedPosition:
    """The position that was found for a participant, and nothing has become of yet."""

    pledge_id: UUID
    position_id: UUID
    company: str
    job_type: JobType
    matched_at: datetime


async def matched_position(disclosure: Disclosure, participant_id: UUID) -> MatchedPosition | None:
    """Return the position that stands as found for a participant; None: none."""
    match = await standing_match_of_participant(disclosure, participant_id)
    if match is None:
        return None
    row = await disclosure.conn.fetchrow(
        "select company_name, job_type from pledges where taskforce_id = $1 and id = $2",
        disclosure.taskforce_id,
        match.pledge_id,
    )
    assert row is not None  # pledges are never deleted
    return MatchedPosition(match.pledge_id, match.position_id, row["company_name"], row["job_type"], match.matched_at)

"""SQL for reading pledges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from services.pledges.pledges.domain import Contact, Position
from services.pledges.pledges.schemas import CompanyOut, HoursOut, PledgeOut
from services.pledges.pledges.store import (
    COLUMNS,
    POSITION_COLUMNS,
    STATE_COLUMNS,
    company_of,
    contact_of,
    select_list,
)
from services.pledges.register.queries import EVENT_ROW, EventRow
from shared.fields.search import cvr_beginning, search_words

if TYPE_CHECKING:
    import asyncpg

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class PledgeFilter:
    """The pledges to return: those that match every field. None and False match all pledges.

    Attributes:
        text: words of the company's name as it was typed, in any order, or the beginning of its CVR number.
        unfilled: only pledges that may have a position to fill.
        flagged: only pledges with a flag.
        held: only pledges that wait for a coordinator's decision.
        pledged_since: only pledges that were made on this day or later.
        received_at: only pledges that were received at one of these moments; all of one batch have the same.
    """

    event_id: UUID | None = None
    company_id: UUID | None = None
    job_type: str | None = None
    municipality: str | None = None
    status: str | None = None
    logged_by: UUID | None = None
    text: str | None = None
    unfilled: bool = False
    flagged: bool = False
    held: bool = False
    pledged_since: date | None = None
    received_at: tuple[datetime, ...] = ()


class Where:
    """The conditions of a WHERE clause and the arguments of the query. `$1` is the taskforce."""

    def __init__(self, taskforce_id: UUID) -> None:
        self.arguments: list[Any] = [taskforce_id]
        self.conditions: list[str] = []

    def add(self, condition: str, *arguments: Any) -> None:
        """Add a condition. Each `?` in it becomes the number of the next argument."""
        for argument in arguments:
            self.arguments.append(argument)
            condition = condition.replace("?", f"${len(self.arguments)}", 1)
        self.conditions.append(condition)

    def limit(self, rows: int) -> str:
        """Return the clause that limits the number of rows."""
        self.arguments.append(rows)
        return f"limit ${len(self.arguments)}"

    @property
    def sql(self) -> str:
        """The conditions, each with `and` before it. They follow a first condition."""
        return "".join(f"\n   and {condition}" for condition in self.conditions)


COUNTED: Final = """(pledge.review is null or pledge.review = 'accepted')
   and (pledge.status not in ('withdrawn', 'duplicate') or pledge.ended_on is not null)"""
"""Pledges that are part of the figures: see `domain.counts`."""
UNFILLED: Final = f"pledge.status in ('logged', 'affirmed', 'in_progress') and {COUNTED}"
"""Pledges that may have a position to fill. It implies the condition of the index `pledges_waiting`."""
LAPSES_ON: Final = """greatest(coalesce(pledge.active_on, pledge.pledged_on) + ?::integer,
       pledge.lapse_deferred_until)"""
"""The day on which a pledge is due to lapse, as `lapsing.lapses_on` says; `?` is `PLEDGES_LAPSE_AFTER_DAYS`. It is for
pledges that are `UNFILLED` and have a vacant position."""
ALIVE: Final = "pledge.status not in ('withdrawn', 'lapsed', 'duplicate')"
"""Pledges that have not ended."""
HELD: Final = f"pledge.review = 'waiting' and {ALIVE}"
"""Pledges that wait for a coordinator."""

OF_PASS: Final = """pledge.logged_with_pass
   and (pledge.event_id = $2 and pledge.pass_event_id is null
        or pledge.pass_event_id = $2
           and pledge.id = any (array(select former.pledge_id
                                        from pledge_former_terms as former
                                       where former.taskforce_id = $1
                                         and former.event_id = $2)))"""  # noqa: S105
"""Pledges that came with a pass of the event $2. Those that were moved to another event are found by their history."""

_SHOWN: Final = tuple(
    column
    for column in COLUMNS
    if column not in {"taskforce_id", "municipality", "position_count", "request_fingerprint", "pass_generation"}
)
"""The columns of a pledge that pages and API show. The intake role may read them, too."""
_JOIN_EVENT: Final = """
  left join employer_events as event
    on event.taskforce_id = pledge.taskforce_id
   and event.id = pledge.event_id
 where pledge.taskforce_id = $1"""

_OWN_TASKS: Final = """
       (select jsonb_object_agg(task ->> 'code', task)
          from task_catalogues as catalogue
         cross join jsonb_array_elements(catalogue.tasks) as task
         where catalogue.taskforce_id = pledge.taskforce_id
           and task ->> 'code' = any (pledge.tasks)
           and task ? 'da') as own_tasks""".strip("\n")
"""The words of the pledge's tasks that the taskforce has added."""

_POSITIONS: Final = TypeAdapter(list[Position])
_POSITION_PAIRS: Final = ", ".join(f"'{column}', position.{column}" for column in POSITION_COLUMNS)

_PLEDGES: Final = f"""
select {select_list((*_SHOWN, *STATE_COLUMNS, "for_citizen"), "pledge")},
       event.title as event_title,
       contact.name as contact_name,
       contact.phone as contact_phone,
       contact.email as contact_email,
       call.assigned_to as rung_by,
{_OWN_TASKS},
       (select jsonb_agg(jsonb_build_object({_POSITION_PAIRS}) order by position.number)
          from positions as position
         where position.taskforce_id = pledge.taskforce_id
           and position.pledge_id = pledge.id) as position_list
  from pledges as pledge
  left join pledge_contacts as contact
    on contact.taskforce_id = pledge.taskforce_id
   and contact.id = pledge.id
  left join calls as call
    on call.taskforce_id = pledge.taskforce_id
   and call.id = pledge.id{_JOIN_EVENT}"""  # noqa: S608  (columns of our own tables)

_RECEIPT: Final = f"""
select {select_list(_SHOWN, "pledge")},
       event.title as event_title,
       null as contact_name,
{_OWN_TASKS},
       (select jsonb_agg(jsonb_build_object('id', position.id, 'number', position.number, 'status', position.status)
                         order by position.number)
          from positions as position
         where position.taskforce_id = pledge.taskforce_id
           and position.pledge_id = pledge.id) as position_list
  from pledges as pledge{_JOIN_EVENT}
   and pledge.id = $2"""  # noqa: S608  (columns of our own tables)


async def pledges(
    conn: Connection,
    taskforce_id: UUID,
    filters: PledgeFilter,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[PledgeOut]:
    """Return pledges, the most recently received first.

    Args:
        after: the sort key of the last row of the previous page; None: the first page.
    """
    where = filter_conditions(taskforce_id, filters)
    if after is not None:
        where.add("(pledge.received_at, pledge.id) < (?, ?)", *after)
    return await select_pledges(conn, where, order_by="pledge.received_at desc, pledge.id desc", limit=limit)


async def select_pledges(conn: Connection, where: Where, *, order_by: str, limit: int) -> list[PledgeOut]:
    """Return the pledges that match the conditions, sorted by an SQL expression. Both name the table `pledge`."""
    rows = await conn.fetch(f"{_PLEDGES}{where.sql}\n order by {order_by}\n {where.limit(limit)}", *where.arguments)
    return [_pledge(row) for row in rows]


def of_company(table: str) -> str:
    """Return the condition that a company was searched for: `?` are the words of its name, the beginning of its CVR.

    Args:
        table: the alias of a table with the company as it was typed.
    """
    return f"""
    (not exists (select from unnest(?::text[]) as word
                  where position(word in lower(normalize({table}.company_name, nfkc))) = 0)
     or starts_with(regexp_replace(normalize({table}.company_cvr, nfkc), '[^0-9]', '', 'g'), ?))
""".strip()


def filter_conditions(taskforce_id: UUID, filters: PledgeFilter) -> Where:
    """Return a filter as SQL conditions."""
    where = Where(taskforce_id)
    for column in ("event_id", "company_id", "job_type", "municipality", "status", "logged_by"):
        value = getattr(filters, column)
        if value is not None:
            where.add(f"pledge.{column} = ?", value)
    if filters.text:
        where.add(of_company("pledge"), search_words(filters.text), cvr_beginning(filters.text))
    if filters.unfilled:
        where.add(UNFILLED)
    if filters.pledged_since is not None:
        where.add("pledge.pledged_on >= ?", filters.pledged_since)
    if filters.received_at:
        where.add("pledge.received_at = any(?::timestamptz[])", list(filters.received_at))
    if filters.held:
        where.add(HELD)
    if filters.flagged:
        where.add("pledge.flags <> '{}'")
    return where


async def pledge(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> PledgeOut | None:
    """Return one pledge, or None."""
    row = await conn.fetchrow(f"{_PLEDGES}\n   and pledge.id = $2", taskforce_id, pledge_id)
    return _pledge(row) if row else None


async def receipt(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> PledgeOut | None:
    """Return one pledge without its contact and its hires. The intake role finds only pledges logged with a pass."""
    row = await conn.fetchrow(_RECEIPT, taskforce_id, pledge_id)
    return _pledge(row) if row else None


def _pledge(row: asyncpg.Record) -> PledgeOut:
    positions = _POSITIONS.validate_python(row["position_list"] or ())
    return PledgeOut.model_construct(
        id=row["id"],
        event_id=row["event_id"],
        company=CompanyOut.of(company_of(row), row["company_id"]),
        contact=contact_of(row),
        job_type=row["job_type"],
        positions=len(positions),
        position_list=positions,
        weekly_hours=HoursOut.model_construct(start=row["weekly_hours_from"], to=row["weekly_hours_to"]),
        tasks=list(row["tasks"]),
        earliest_start=row["earliest_start"],
        captured_at=row["captured_at"],
        captured_by=row["captured_by"],
        received_at=row["received_at"],
        pledged_on=row["pledged_on"],
        logged_by=row["logged_by"],
        logged_with_pass=row["logged_with_pass"],
        status=row["status"],
        version=row["version"],
        flags=list(row["flags"]),
        review=row["review"],
        ended_on=row["ended_on"],
        withdrawn_because=row["withdrawn_because"],
        merged_into=row["merged_into"],
        **{column: row.get(column) for column in STATE_COLUMNS},
        pass_event_id=row["pass_event_id"],
        for_citizen=row.get("for_citizen") or False,
        event_title=row["event_title"],
        rung_by=row.get("rung_by"),
        own_tasks=row["own_tasks"] or {},
    )


async def duplicates_of(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> list[UUID]:
    """Return the pledges that were merged into this one."""
    # By the proposals, which are few and have an index for it.
    rows = await conn.fetch(
        """
        select case when first_id = $2 then second_id else first_id end as id
          from duplicate_proposals
         where taskforce_id = $1
           and (first_id = $2 or second_id = $2)
           and stays_id = $2
         order by proposed_at, id
        """,
        taskforce_id,
        pledge_id,
    )
    return [row["id"] for row in rows]


@dataclass(frozen=True, slots=True)
class HeldTotals:
    """The pledges that wait for a coordinator."""

    pledges: int
    positions: int


async def held_totals(conn: Connection, taskforce_id: UUID) -> HeldTotals:
    """Return how many pledges and positions are held."""
    row = await conn.fetchrow(
        f"""
        select count(*), coalesce(sum(position_count), 0)::integer
          from pledges as pledge
         where pledge.taskforce_id = $1
           and {HELD}
        """,  # noqa: S608  (a condition of our own)
        taskforce_id,
    )
    assert row is not None
    return HeldTotals(*row)


@dataclass(frozen=True, slots=True)
class PassRow:
    """What came with the passes of one generation of an event, and has not ended."""

    generation: int
    pledges: int
    positions: int


async def passes_of_event(conn: Connection, taskforce_id: UUID, event_id: UUID) -> list[PassRow]:
    """Return the generations of an event's passes that pledges came with, the latest first."""
    rows = await conn.fetch(
        f"""
        select pledge.pass_generation,
               count(*) filter (where pledge.status <> 'withdrawn'),
               coalesce(sum(pledge.position_count) filter (where pledge.status <> 'withdrawn'), 0)::integer
          from pledges as pledge
         where pledge.taskforce_id = $1
           and {OF_PASS}
           and pledge.pass_generation is not null
         group by pledge.pass_generation
         order by pledge.pass_generation desc
        """,  # noqa: S608  (a condition of our own)
        taskforce_id,
        event_id,
    )
    return [PassRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class FilledPosition:
    """The hire that fills a position, as the page of a pledge shows it."""

    start_date: date
    weekly_hours: Decimal
    job_type: str
    contact_person: Contact | None


async def filled_positions(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> dict[UUID, FilledPosition]:
    """Return the hires on a pledge's positions, by the ids of the hires."""
    rows = await conn.fetch(
        """
        select hire.id, hire.start_date, hire.weekly_hours, hire.job_type,
               contact.name as contact_name,
               contact.phone as contact_phone,
               contact.email as contact_email
          from hires as hire
          left join hire_contacts as contact
            on contact.taskforce_id = hire.taskforce_id
           and contact.id = hire.id
         where hire.taskforce_id = $1
           and hire.pledge_id = $2
        """,
        taskforce_id,
        pledge_id,
    )
    return {
        row["id"]: FilledPosition(row["start_date"], row["weekly_hours"], row["job_type"], contact_of(row))
        for row in rows
    }


async def events_with_pledges(conn: Connection, taskforce_id: UUID, *, limit: int = 100) -> list[EventRow]:
    """Return the events that have pledges, the latest first. They are the choices of the filter by event."""
    rows = await conn.fetch(
        f"""
        select {EVENT_ROW}
          from employer_events as event
         where event.taskforce_id = $1
           and exists (select
                         from pledges as pledge
                        where pledge.taskforce_id = event.taskforce_id
                          and pledge.event_id = event.id)
         order by event.starts_at desc, event.id
         limit $2
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        limit,
    )
    return [EventRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Address:
    """The person to write to about a pledge."""

    name: str
    email: str | None
    company: str


async def contact_address(conn: Connection, taskforce_id: UUID, pledge_id: UUID) -> Address | None:
    """Return the address of a pledge's contact. None if the pledge has no contact or it has been erased."""
    row = await conn.fetchrow(
        """
        select contact.name, contact.email, pledge.company_name
          from pledge_contacts as contact
          join pledges as pledge
            on pledge.taskforce_id = contact.taskforce_id
           and pledge.id = contact.id
         where contact.taskforce_id = $1
           and contact.id = $2
        """,
        taskforce_id,
        pledge_id,
    )
    return Address(*row) if row else None

"""Messages to rows: every version of every aggregate, and what its highest version contributes to the figures.

A row is a function of its message alone and is kept once per (aggregate, version): the same messages in any order,
any number of times, make the same rows. The rows of citizens are made from those of their hires (`citizens`). Rows are
written into every generation of the read model, so a generation that is being built misses nothing that arrives
meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from services.dashboard.read_model import citizens
from services.dashboard.read_model.deltas import array_of_composites, counts, deltas_of
from services.dashboard.read_model.ladder import ladder_of
from shared.contracts import events, pledges
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from shared.contracts.message import Message
    from shared.db.database import Connection
    from shared.messaging.envelope import Delivery

MESSAGES: tuple[type[Message], ...] = (
    events.REGISTER + events.MEETINGS + events.TARGETS + pledges.PLEDGES_AND_HIRES + pledges.OUTREACH
)
"""What the dashboard reads: every message except those about people who sign in."""

CHANNEL = "dashboard_changed"
"""NOTIFY with the id of the taskforce whose rows have changed; with an empty payload when all may have changed."""


@dataclass(frozen=True)
class Projection:
    """How one kind of aggregate becomes rows.

    Attributes:
        messages: every class that carries this aggregate's state.
        table: the table with one row for each version.
        key: the column with the aggregate's id.
        columns: PostgreSQL's type of each further column, and how to read its value from the message. The value of an
            array is its text.
    """

    messages: tuple[type[Message], ...]
    table: str
    key: str
    columns: Mapping[str, tuple[str, Callable[[Any], Any]]]

    @property
    def counted(self) -> bool:
        """Whether its aggregates contribute to a figure."""
        return any(counts(message) for message in self.messages)


def _days(pledge: pledges.PledgeState, field: str) -> str:
    """Return the positions that have a day in this field, with the day."""
    days = ((position.position_id, getattr(position, field)) for position in pledge.positions)
    return array_of_composites((position_id, day) for position_id, day in days if day is not None)


def _steps(hire: pledges.HireState) -> str:
    return array_of_composites(
        (step.starts_on, step.paid_weekly_hours, step.praktik_weekly_hours, step.job_type) for step in ladder_of(hire)
    )


def _answers(hire: pledges.HireState) -> str:
    """Return the checkpoints whose answer says whether the person was employed."""
    return array_of_composites(
        (checkpoint.months, checkpoint.answer)
        for checkpoint in hire.checkpoints
        if checkpoint.answer not in {None, "unknown"}
    )


TASKFORCES = Projection(
    messages=(events.TaskforceRegistered,),
    table="taskforces",
    key="taskforce_id",
    columns={
        "slug": ("text", lambda m: m.slug),
        "name": ("text", lambda m: m.name),
        "municipality": ("text", lambda m: m.municipality),
        "since": ("date", lambda m: m.since),
    },
)

COMPANIES = Projection(
    messages=(events.CompanyRegistered,),
    table="companies",
    key="company_id",
    columns={
        "personally_owned": ("boolean", lambda m: m.personally_owned),
        "name": ("text", lambda m: m.name),
        "cvr": ("text", lambda m: m.cvr),
        "municipality": ("text", lambda m: m.municipality),
        "industry": ("text", lambda m: m.industry),
        "member": ("boolean", lambda m: m.member),
    },
)

EMPLOYER_EVENTS = Projection(
    messages=tuple(m for m in events.REGISTER if issubclass(m, events.EmployerEventState)),
    table="employer_events",
    key="event_id",
    columns={
        "kind": ("text", lambda m: m.kind),
        "status": ("text", lambda m: m.status),
        "title": ("text", lambda m: m.title),
        "place": ("text", lambda m: m.place),
        "starts_at": ("timestamptz", lambda m: m.starts_at),
        "ends_at": ("timestamptz", lambda m: m.ends_at),
        "held_on": ("date", lambda m: local_date(m.starts_at)),
        "goal_positions": ("integer", lambda m: m.goal_positions),
    },
)

MEETINGS = Projection(
    messages=events.MEETINGS,
    table="meetings",
    key="meeting_id",
    columns={
        "as_of": ("date", lambda m: m.as_of),
        "known_at": ("timestamptz", lambda m: m.known_at),
        "agenda": (
            "agenda_item[]",
            lambda m: array_of_composites((item.item_id, item.minutes, item.shows) for item in m.agenda),
        ),
        "decisions_open": ("integer", lambda m: m.decisions_open),
    },
)

TARGETS = Projection(
    messages=events.TARGETS,
    table="targets",
    key="target_id",
    columns={
        "measure": ("text", lambda m: m.measure),
        "job_type": ("text", lambda m: m.job_type),
        "value": ("integer", lambda m: m.value),
        "starts_on": ("date", lambda m: m.starts_on),
        "ends_on": ("date", lambda m: m.ends_on),
        "dropped": ("boolean", lambda m: isinstance(m, events.TargetDropped)),
    },
)

ATTENDANCES = Projection(
    messages=tuple(m for m in events.REGISTER if issubclass(m, events.AttendanceState)),
    table="attendances",
    key="attendance_id",
    columns={
        "event_id": ("uuid", lambda m: m.event_id),
        "company_id": ("uuid", lambda m: m.company_id),
        "checked_in_at": ("timestamptz", lambda m: m.checked_in_at),
        "checked_in_on": ("date", lambda m: local_date(m.checked_in_at)),
        "undone_at": ("timestamptz", lambda m: m.undone_at if isinstance(m, events.CheckInUndone) else None),
    },
)

PLEDGES = Projection(
    messages=tuple(m for m in pledges.PLEDGES_AND_HIRES if issubclass(m, pledges.PledgeState)),
    table="pledge_versions",
    key="pledge_id",
    columns={
        "status": ("text", lambda m: m.status),
        "job_type": ("text", lambda m: m.job_type),
        "positions": ("integer", lambda m: len(m.positions)),
        "positions_filled": ("integer", lambda m: _in_status(m, "filled")),
        "positions_cancelled": ("integer", lambda m: _in_status(m, "cancelled")),
        "weekly_hours_from": ("numeric", lambda m: m.weekly_hours_from),
        "weekly_hours_to": ("numeric", lambda m: m.weekly_hours_to),
        "event_id": ("uuid", lambda m: m.event_id),
        "company_id": ("uuid", lambda m: m.company_id),
        "municipality": ("text", lambda m: m.municipality),
        "captured_by": ("text", lambda m: m.captured_by),
        "captured_at": ("timestamptz", lambda m: m.captured_at),
        "received_at": ("timestamptz", lambda m: m.received_at),
        "pledged_on": ("date", lambda m: m.pledged_on),
        "counted": ("boolean", lambda m: m.counted),
        "ended_on": ("date", lambda m: m.ended_on),
        "affirmed_on": ("date", lambda m: m.affirmed_on),
        "matched": ("position_day[]", lambda m: _days(m, "matched_on")),
        "cancelled": ("position_day[]", lambda m: _days(m, "cancelled_on")),
    },
)

HIRES = Projection(
    messages=tuple(m for m in pledges.PLEDGES_AND_HIRES if issubclass(m, pledges.HireState)),
    table="hire_versions",
    key="hire_id",
    columns={
        "pledge_id": ("uuid", lambda m: m.pledge_id),
        "position_id": ("uuid", lambda m: m.position_id),
        "event_id": ("uuid", lambda m: m.event_id),
        "company_id": ("uuid", lambda m: m.company_id),
        "municipality": ("text", lambda m: m.municipality),
        "job_type": ("text", lambda m: m.job_type),
        "start_date": ("date", lambda m: m.start_date),
        "weekly_hours": ("numeric", lambda m: m.weekly_hours),
        "confirmed_at": ("timestamptz", lambda m: m.confirmed_at),
        "confirmed_on": ("date", lambda m: local_date(m.confirmed_at)),
        "ended_on": ("date", lambda m: m.ended_on),
        "end_reason": ("text", lambda m: m.end_reason),
        "steps": ("hours_step[]", _steps),
        "answers": ("checkpoint_answer[]", _answers),
        "counted": ("boolean", lambda m: m.counted),
        "citizen_id": ("uuid", lambda m: m.citizen_id),
    },
)

OUTREACH = Projection(
    messages=pledges.OUTREACH,
    table="outreach_versions",
    key="outreach_id",
    columns={
        "company_id": ("uuid", lambda m: m.company_id),
        "kind": ("text", lambda m: m.kind),
        "made_on": ("date", lambda m: m.made_on),
        "new_company": ("boolean", lambda m: m.new_company),
        "counted": ("boolean", lambda m: m.counted),
    },
)

PROJECTIONS: tuple[Projection, ...] = (
    TASKFORCES,
    COMPANIES,
    EMPLOYER_EVENTS,
    MEETINGS,
    TARGETS,
    ATTENDANCES,
    PLEDGES,
    HIRES,
    OUTREACH,
)
_TABLE_OF = {message: projection.table for projection in PROJECTIONS for message in projection.messages}
TABLES: tuple[str, ...] = (
    *(projection.table for projection in PROJECTIONS),
    citizens.TABLE,
    "contributions",
    "deltas",
    "company_deltas",
)
"""Every table that holds rows of a generation. Triggers on `contributions` update the last two, if it is `summed`."""
COUNTED: Mapping[str, tuple[str, Collection[str]]] = {
    **{projection.table: (projection.key, projection.columns) for projection in PROJECTIONS if projection.counted},
    citizens.TABLE: (citizens.KEY, ()),
}
"""Every table of versions that contribute to the figures: its column with the id, and its further columns."""


async def apply(conn: Connection, deliveries: Sequence[Delivery]) -> None:
    """Process messages of one taskforce: write new rows into every generation, and notify the open pages.

    The NOTIFY is part of the transaction, so it is sent on commit and cannot be lost. There is one for each batch
    with new rows.
    """
    taskforce_id = deliveries[0].taskforce_id
    if await write(conn, rows_of([d.message for d in deliveries]), await generations(conn)):
        await conn.execute("select pg_notify($1, $2)", CHANNEL, str(taskforce_id))


async def generations(conn: Connection) -> list[int]:
    """Return the generations to write into, and keep them from being dropped until this transaction ends."""
    rows = await conn.fetch(
        """
        select generation
          from generations
         where state <> 'dropped'
         order by generation
           for share
        """
    )
    return [row["generation"] for row in rows]


Rows = dict[str, list[list[Any]]]
"""What is written of messages of one taskforce: by table, the values of each column."""


def rows_of(messages: Sequence[Message]) -> Rows:
    """Return the rows of messages, all of them of one taskforce."""
    by_table: dict[str, list[Message]] = {projection.table: [] for projection in PROJECTIONS}
    for message in messages:
        by_table[_TABLE_OF[type(message)]].append(message)
    return {
        projection.table: _values(projection, by_table[projection.table])
        for projection in PROJECTIONS
        if by_table[projection.table]
    }


def add_rows(rows: Rows, more: Rows) -> None:
    """Add more rows of the same taskforce."""
    for table, columns in more.items():
        for values, added in zip(rows.setdefault(table, [[] for _ in columns]), columns, strict=True):
            values.extend(added)


async def write(conn: Connection, rows: Rows, into: Sequence[int]) -> int:
    """Write rows of the taskforce `conn` is bound to.

    Args:
        into: the generations to write into.

    Returns:
        How many rows were new.
    """
    new = 0
    for projection in PROJECTIONS:
        if projection.table in rows:
            new += await conn.fetchval(_insert(projection), into, *rows[projection.table])
    if HIRES.table in rows:
        taskforce_ids, hire_ids, *_ = rows[HIRES.table]
        await citizens.recompute(conn, taskforce_ids[0], sorted(set(hire_ids)), into)
    return new


def _insert(projection: Projection) -> str:
    """Return the statement that inserts each version once and, for counted aggregates, the highest version's deltas.

    $1 is the generations; after it comes an array for each column. Rows are written in the order of the key, so that
    two workers that write the same rows wait for each other and cannot deadlock.
    """
    types = _types(projection)
    names = ", ".join(types)
    # Arrays as text: asyncpg takes a list of lists for an array of two dimensions.
    flat = ["text" if kind.endswith("[]") else kind for kind in types.values()]
    arrays = ", ".join(f"${number}::{kind}[]" for number, kind in enumerate(flat, start=2))
    values = ", ".join(f"{name}::{kind}" if kind.endswith("[]") else name for name, kind in types.items())
    # An older version that comes late only tells when the first one was recorded.
    newest = ",\n                   ".join(
        f"{one} = case when excluded.version > present.version then excluded.{one} else present.{one} end"
        for one in ("version", "recorded_at", "company_id", "municipality", "deltas", "first_day")
    )
    contributions = f""",
        highest as (
            select distinct on ({projection.key})
                   {names},
                   min(recorded_at) over (partition by {projection.key}) as first_recorded_at
              from arrived
             order by {projection.key}, version desc
        ),
        counted as (
            insert into contributions as present
                   (generation, taskforce_id, aggregate, aggregate_id, version, recorded_at, company_id, municipality,
                    deltas, first_day, first_recorded_at)
            select generation, taskforce_id, '{projection.table}', {projection.key}, version, recorded_at,
                   {", ".join(one if one in projection.columns else "null" for one in ("company_id", "municipality"))},
                   deltas,
                   coalesce((select min(day) from unnest(deltas)), 'infinity'),
                   first_recorded_at
              from unnest($1::integer[]) as generation, highest
             order by {projection.key}
                on conflict (generation, taskforce_id, aggregate, aggregate_id) do update
               set {newest},
                   first_recorded_at = least(excluded.first_recorded_at, present.first_recorded_at)
             where excluded.version > present.version
                or excluded.first_recorded_at < present.first_recorded_at
        )"""  # noqa: S608  (names of our own tables and columns)
    return f"""
        with arrived as materialized (
            select {values}
              from unnest({arrays}) as arrived ({names})
        ),
        versions as (
            insert into {projection.table} (generation, {names})
            select generation, {names}
              from unnest($1::integer[]) as generation, arrived
             order by {projection.key}, version
                on conflict do nothing
            returning 1
        ){contributions if projection.counted else ""}
        select count(*)
          from versions
        """  # noqa: S608  (names of our own tables and columns)


def _types(projection: Projection) -> dict[str, str]:
    own = {name: kind for name, (kind, _) in projection.columns.items()}
    return {
        "taskforce_id": "uuid",
        projection.key: "uuid",
        "version": "integer",
        "recorded_at": "timestamptz",
        **own,
        "deltas": "delta[]",
    }


def _values(projection: Projection, messages: Sequence[Message]) -> list[list[Any]]:
    # By name: the key of a taskforce is its taskforce_id.
    values: dict[str, list[Any]] = {
        "taskforce_id": [message.taskforce_id for message in messages],
        projection.key: [message.aggregate_id for message in messages],
        "version": [message.version for message in messages],
        "recorded_at": [message.recorded_at for message in messages],
        **{name: [value(message) for message in messages] for name, (_, value) in projection.columns.items()},
        "deltas": deltas_of(messages),
    }
    return list(values.values())


def _in_status(pledge: pledges.PledgeState, status: pledges.PositionStatus) -> int:
    return sum(position.status == status for position in pledge.positions)

"""SQL that saves what `events` published, and loads what a new pledge or hire is judged by.

Everything takes the transaction's connection; nothing commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from services.pledges.register.domain import EventFacts, RegisterContext, RegisteredCompany, TypedCompany, name_key
from shared.fields.cvr import read_cvr

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection

COMPANY_COLUMNS: Final = ("taskforce_id", "id", "version", "name", "name_key", "cvr", "municipality", "member")
EVENT_COLUMNS: Final = (
    "taskforce_id",
    "id",
    "version",
    "kind",
    "status",
    "title",
    "place",
    "starts_at",
    "ends_at",
    "opened_at",
    "closed_at",
    "goal_positions",
    "pass_generation",
)
ATTENDANCE_COLUMNS: Final = ("taskforce_id", "id", "version", "event_id", "company_id", "checked_in_at", "undone_at")

REGISTRATION_COLUMNS: Final = ("taskforce_id", "id", "version", "event_id", "company_id", "cancelled_at")

AGREEMENT_COLUMNS: Final = (
    "taskforce_id",
    "id",
    "version",
    "company_id",
    "role",
    "trainees",
    "starts_on",
    "ends_on",
    "recorded_at",
)
TARGET_COLUMNS: Final = (
    "taskforce_id",
    "id",
    "version",
    "measure",
    "job_type",
    "value",
    "starts_on",
    "ends_on",
    "dropped",
)
JUDGEMENT_COLUMNS: Final = ("taskforce_id", "id", "version", "status", "judged_on", "reachable_until")


def _upsert(table: str, columns: Sequence[str]) -> str:
    """Return the statement that saves a row unless the table has the same or a newer version of it."""
    values = ", ".join(f"${number}" for number in range(1, len(columns) + 1))
    changes = ",\n               ".join(f"{column} = excluded.{column}" for column in columns[2:])
    return f"""
        insert into {table} as known ({", ".join(columns)})
        values ({values})
            on conflict (taskforce_id, id) do update
           set {changes}
         where excluded.version > known.version
    """  # noqa: S608  (names of our own tables and columns)


async def save_companies(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Save companies; an older version never replaces a newer one.

    Args:
        rows: the values of `COMPANY_COLUMNS`, each id once.
    """
    await conn.executemany(_upsert("companies", COMPANY_COLUMNS), rows)


async def save_events(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Save events; an older version never replaces a newer one.

    Args:
        rows: the values of `EVENT_COLUMNS`, each id once.
    """
    await conn.executemany(_upsert("employer_events", EVENT_COLUMNS), rows)


async def save_attendances(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Save which companies checked in at which events; an older version never replaces a newer one.

    Args:
        rows: the values of `ATTENDANCE_COLUMNS`, each id once.
    """
    await conn.executemany(_upsert("attendances", ATTENDANCE_COLUMNS), rows)


async def save_registrations(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Save which companies are expected at which events; an older version never replaces a newer one.

    Args:
        rows: the values of `REGISTRATION_COLUMNS`, each id once.
    """
    await conn.executemany(_upsert("registrations", REGISTRATION_COLUMNS), rows)


async def save_agreements(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Save standing agreements of companies; an older version never replaces a newer one.

    Args:
        rows: the values of `AGREEMENT_COLUMNS`, each id once.
    """
    await conn.executemany(_upsert("agreements", AGREEMENT_COLUMNS), rows)


async def save_targets(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Save what the taskforce wants to reach; an older version never replaces a newer one.

    Args:
        rows: the values of `TARGET_COLUMNS`, each id once.
    """
    await conn.executemany(_upsert("targets", TARGET_COLUMNS), rows)


async def save_judgements(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Save whether targets will be reached; an older version never replaces a newer one.

    Args:
        rows: the values of `JUDGEMENT_COLUMNS`, each id once.
    """
    await conn.executemany(_upsert("target_judgements", JUDGEMENT_COLUMNS), rows)


async def load_register_context(
    conn: Connection, taskforce_id: UUID, subjects: Sequence[tuple[UUID | None, TypedCompany | None]]
) -> list[RegisterContext]:
    """Return the register's context of several pledges or hires, in the same order.

    Args:
        subjects: for each pledge or hire, the event's id and the company as typed.
    """
    rows = await conn.fetch(
        """
        select event.id,
               event.status,
               event.starts_at,
               event.ends_at,
               event.closed_at,
               event.pass_generation,
               event.opened_at,
               array(
                 select (company.id, company.name_key, company.cvr, company.municipality)
                   from companies as company
                  where company.taskforce_id = $1
                    and (company.id = subject.company_id or company.cvr = subject.cvr
                         or company.name_key = subject.name_key)
                  limit 20
               ) as candidates
          from unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[])
               with ordinality as subject (event_id, company_id, cvr, name_key, number)
          left join employer_events as event
            on event.taskforce_id = $1
           and event.id = subject.event_id
         order by subject.number
        """,
        taskforce_id,
        [event_id for event_id, _ in subjects],
        [company.id if company else None for _, company in subjects],
        [read_cvr(company.cvr) if company else None for _, company in subjects],
        [name_key(company.name) if company else None for _, company in subjects],
    )
    return [_context(row) for row in rows]


def _context(row: asyncpg.Record) -> RegisterContext:
    event = None
    if row["id"] is not None:
        event = EventFacts(
            id=row["id"],
            status=row["status"],
            starts_at=row["starts_at"],
            ends_at=row["ends_at"],
            closed_at=row["closed_at"],
            pass_generation=row["pass_generation"],
            opened_at=row["opened_at"],
        )
    return RegisterContext(event, [RegisteredCompany(*candidate) for candidate in row["candidates"]])


async def event_is_known(conn: Connection, taskforce_id: UUID, event_id: UUID) -> bool:
    """Whether the event's messages have arrived."""
    known = await conn.fetchval(
        """
        select exists (select
                         from employer_events
                        where taskforce_id = $1
                          and id = $2)
        """,
        taskforce_id,
        event_id,
    )
    return bool(known)


async def all_events(conn: Connection, taskforce_id: UUID) -> list[tuple[EventFacts, str]]:
    """Return every known event with its title."""
    rows = await conn.fetch(
        """
        select id, status, starts_at, ends_at, closed_at, pass_generation, opened_at, title
          from employer_events
         where taskforce_id = $1
        """,
        taskforce_id,
    )
    return [(EventFacts(*list(row)[:-1]), row["title"]) for row in rows]


async def all_companies(conn: Connection, taskforce_id: UUID) -> list[RegisteredCompany]:
    """Return every known company."""
    rows = await conn.fetch(
        "select id, name_key, cvr, municipality from companies where taskforce_id = $1", taskforce_id
    )
    return [RegisteredCompany(*row) for row in rows]

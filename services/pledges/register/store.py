"""What `events` has told us, kept for the intake: companies, events, who has turned up. Idempotent upserts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Connection


async def save_companies(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Take over register facts; an older version never replaces a newer one.

    Args:
        rows: (taskforce_id, id, version, name, name_key, cvr, municipality, member), each id once.
    """
    await conn.executemany(
        """
        insert into companies as known (taskforce_id, id, version, name, name_key, cvr, municipality, member)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
            on conflict (taskforce_id, id) do update
           set version = excluded.version,
               name = excluded.name,
               name_key = excluded.name_key,
               cvr = excluded.cvr,
               municipality = excluded.municipality,
               member = excluded.member
         where excluded.version > known.version
        """,
        rows,
    )


async def save_events(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Take over what is known of events; an older version never replaces a newer one.

    Args:
        rows: (taskforce_id, id, version, kind, status, title, place, starts_at, ends_at, opened_at, closed_at,
            goal_positions, pass_generation), each id once.
    """
    await conn.executemany(
        """
        insert into employer_events as known
               (taskforce_id, id, version, kind, status, title, place, starts_at, ends_at, opened_at, closed_at,
                goal_positions, pass_generation)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            on conflict (taskforce_id, id) do update
           set version = excluded.version,
               kind = excluded.kind,
               status = excluded.status,
               title = excluded.title,
               place = excluded.place,
               starts_at = excluded.starts_at,
               ends_at = excluded.ends_at,
               opened_at = excluded.opened_at,
               closed_at = excluded.closed_at,
               goal_positions = excluded.goal_positions,
               pass_generation = excluded.pass_generation
         where excluded.version > known.version
        """,
        rows,
    )


async def save_attendances(conn: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Take over who has turned up.

    Args:
        rows: (taskforce_id, id, version, event_id, company_id, checked_in_at), each id once.
    """
    await conn.executemany(
        """
        insert into attendances as known (taskforce_id, id, version, event_id, company_id, checked_in_at)
        values ($1, $2, $3, $4, $5, $6)
            on conflict (taskforce_id, id) do update
           set version = excluded.version,
               checked_in_at = excluded.checked_in_at
         where excluded.version > known.version
        """,
        rows,
    )

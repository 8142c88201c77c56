"""SQL that loads and saves rules about hours. Takes the transaction's connection, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.hour_rules.domain import HourRule, HourRules

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection

_COLUMNS: Final = (
    "id",
    "code",
    "name",
    "words",
    "source",
    "hours",
    "months",
    "job_types",
    "praktik_hours_count",
    "valid_from",
    "valid_until",
)
_CHANGES: Final = ("added_by", "added_at", "ended_by", "ended_at", "withdrawn_by", "withdrawn_at")


async def load_rules(conn: Connection, taskforce_id: UUID, *, language: str = "da", lock: bool = False) -> HourRules:
    """Return the taskforce's rules and the national ones, each in the order of its first days.

    Args:
        language: of the national rules; a taskforce's own are in the language in which they were typed.
        lock: let other changes wait until the transaction ends.
    """
    if lock:
        # A row lock would not do: rules that are added must not overlap, either.
        await conn.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"hour rules of {taskforce_id}")
    national = await conn.fetch(
        """
        select id,
               code,
               case when $1 = 'en' then coalesce(english_name, name) else name end as name,
               case when $1 = 'en' then coalesce(english_words, words) else words end as words,
               source,
               hours,
               months,
               job_types,
               praktik_hours_count,
               valid_from,
               valid_until
          from national_hour_rules
         order by code, valid_from
        """,
        language,
    )
    own = await conn.fetch(
        f"""
        select {", ".join((*_COLUMNS, *_CHANGES))}
          from hour_rules
         where taskforce_id = $1
         order by code, valid_from, added_at
        """,  # noqa: S608  (our own columns)
        taskforce_id,
    )
    return HourRules([_rule(row, national=True) for row in national] + [_rule(row, national=False) for row in own])


async def insert_rule(conn: Connection, taskforce_id: UUID, rule: HourRule) -> None:
    """Save a new rule of the taskforce, which has locked its rules."""
    names = ("taskforce_id", *_COLUMNS, "added_by", "added_at")
    await conn.execute(
        f"""
        insert into hour_rules ({", ".join(names)})
        values ({", ".join(f"${number}" for number in range(1, len(names) + 1))})
        """,  # noqa: S608  (our own columns)
        taskforce_id,
        rule.id,
        rule.code,
        rule.name,
        rule.words,
        rule.source,
        rule.hours,
        rule.months,
        sorted(rule.job_types),
        rule.praktik_hours_count,
        rule.valid_from,
        rule.valid_until,
        rule.added_by,
        rule.added_at,
    )


async def save_rule(conn: Connection, taskforce_id: UUID, rule: HourRule) -> None:
    """Save the end or the withdrawal of a rule of the taskforce, which has locked its rules."""
    await conn.execute(
        """
        update hour_rules
           set valid_until = $3,
               ended_by = $4,
               ended_at = $5,
               withdrawn_by = $6,
               withdrawn_at = $7
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        rule.id,
        rule.valid_until,
        rule.ended_by,
        rule.ended_at,
        rule.withdrawn_by,
        rule.withdrawn_at,
    )


def _rule(row: asyncpg.Record, *, national: bool) -> HourRule:
    fields = dict(row)
    return HourRule(**fields | {"job_types": frozenset(fields["job_types"])}, national=national)

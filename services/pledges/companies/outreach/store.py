"""SQL that loads and saves contacts with companies. Takes the transaction's connection, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.pledges.companies.outreach.domain import Outreach, OutreachTerms

if TYPE_CHECKING:
    import asyncpg

    from shared.db.database import Connection

COLUMNS: Final = (
    "taskforce_id",
    "id",
    "company_id",
    "kind",
    "made_on",
    "note",
    "new_company",
    "logged_by",
    "logged_at",
    "changed_by",
    "changed_at",
    "version",
    "counted",
)
"""The columns of the table `outreach`."""


async def insert_outreach(conn: Connection, outreach: Outreach) -> bool:
    """Save a new contact. False, and nothing saved, where the id is taken."""
    inserted = await conn.execute(
        f"""
        insert into outreach ({", ".join(COLUMNS)})
        values ({", ".join(f"${number}" for number in range(1, len(COLUMNS) + 1))})
            on conflict (taskforce_id, id) do nothing
        """,  # noqa: S608  (columns of our own table)
        *_values(outreach),
    )
    return inserted == "INSERT 0 1"


async def lock_outreach(conn: Connection, taskforce_id: UUID, outreach_id: UUID) -> Outreach | None:
    """Return a contact and lock it until the transaction ends; None if there is none."""
    row = await conn.fetchrow(f"{_SELECT} for no key update", taskforce_id, outreach_id)
    return _outreach(row) if row else None


async def load_outreach(conn: Connection, taskforce_id: UUID, outreach_id: UUID) -> Outreach | None:
    """Return a contact; None if there is none."""
    row = await conn.fetchrow(_SELECT, taskforce_id, outreach_id)
    return _outreach(row) if row else None


_SELECT: Final = f"""
        select {", ".join(COLUMNS)}
          from outreach
         where taskforce_id = $1
           and id = $2
"""  # noqa: S608  (columns of our own table)


async def save_outreach(conn: Connection, outreach: Outreach) -> None:
    """Save a contact that the caller has locked."""
    await conn.execute(
        """
        update outreach
           set kind = $3,
               made_on = $4,
               note = $5,
               new_company = $6,
               changed_by = $7,
               changed_at = $8,
               version = $9,
               counted = $10
         where taskforce_id = $1
           and id = $2
        """,
        outreach.taskforce_id,
        outreach.id,
        outreach.terms.kind,
        outreach.terms.made_on,
        outreach.terms.note,
        outreach.terms.new_company,
        outreach.changed_by,
        outreach.changed_at,
        outreach.version,
        outreach.counted,
    )


async def is_new(conn: Connection, taskforce_id: UUID, company_id: UUID) -> bool:
    """Whether nobody has pledged, hired or been in contact with a company before, as far as is known here."""
    known = await conn.fetchval(
        """
        select exists (select from pledges where taskforce_id = $1 and company_id = $2)
            or exists (select from hires where taskforce_id = $1 and company_id = $2 and counted)
            or exists (select from outreach where taskforce_id = $1 and company_id = $2 and counted)
        """,
        taskforce_id,
        company_id,
    )
    return not known


def _values(outreach: Outreach) -> tuple[object, ...]:
    terms = outreach.terms
    return (
        outreach.taskforce_id,
        outreach.id,
        outreach.company_id,
        terms.kind,
        terms.made_on,
        terms.note,
        terms.new_company,
        outreach.logged_by,
        outreach.logged_at,
        outreach.changed_by,
        outreach.changed_at,
        outreach.version,
        outreach.counted,
    )


def _outreach(row: asyncpg.Record) -> Outreach:
    return Outreach(
        taskforce_id=row["taskforce_id"],
        id=row["id"],
        company_id=row["company_id"],
        terms=OutreachTerms(row["kind"], row["made_on"], row["note"], row["new_company"]),
        logged_by=row["logged_by"],
        logged_at=row["logged_at"],
        changed_by=row["changed_by"],
        changed_at=row["changed_at"],
        version=row["version"],
        counted=row["counted"],
    )

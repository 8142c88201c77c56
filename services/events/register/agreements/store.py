"""SQL that loads and saves agreements. Takes the transaction's connection, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.events.register.agreements.domain import Agreement, AgreementNotFound, AgreementTerms

if TYPE_CHECKING:
    import asyncpg

    from shared.db.database import Connection

_COLUMNS: Final = "id, company_id, role, trainees, starts_on, ends_on, changed_by, changed_at, version"


async def insert_agreement(conn: Connection, taskforce_id: UUID, agreement: Agreement) -> bool:
    """Save a new agreement. False, and nothing saved, where the id is taken."""
    inserted = await conn.execute(
        f"""
        insert into agreements (taskforce_id, {_COLUMNS})
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            on conflict (taskforce_id, id) do nothing
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        agreement.id,
        agreement.company_id,
        agreement.terms.role,
        agreement.terms.trainees,
        agreement.terms.starts_on,
        agreement.terms.ends_on,
        agreement.changed_by,
        agreement.changed_at,
        agreement.version,
    )
    return inserted == "INSERT 0 1"


async def lock_agreement(conn: Connection, taskforce_id: UUID, company_id: UUID, agreement_id: UUID) -> Agreement:
    """Return an agreement of a company, locked until the transaction ends. Raises `AgreementNotFound`."""
    row = await conn.fetchrow(
        f"""
        select {_COLUMNS}
          from agreements
         where taskforce_id = $1
           and company_id = $2
           and id = $3
           for no key update
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        company_id,
        agreement_id,
    )
    if row is None:
        raise AgreementNotFound
    return _agreement(row)


async def agreements(conn: Connection, taskforce_id: UUID, company_id: UUID) -> list[Agreement]:
    """Return the agreements of a company, the latest first."""
    rows = await conn.fetch(
        f"""
        select {_COLUMNS}
          from agreements
         where taskforce_id = $1
           and company_id = $2
         order by starts_on desc, id
         limit 100
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        company_id,
    )
    return [_agreement(row) for row in rows]


async def save_agreement(conn: Connection, taskforce_id: UUID, agreement: Agreement) -> None:
    """Save an agreement that the caller has locked."""
    await conn.execute(
        """
        update agreements
           set role = $3,
               trainees = $4,
               starts_on = $5,
               ends_on = $6,
               changed_by = $7,
               changed_at = $8,
               version = $9
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        agreement.id,
        agreement.terms.role,
        agreement.terms.trainees,
        agreement.terms.starts_on,
        agreement.terms.ends_on,
        agreement.changed_by,
        agreement.changed_at,
        agreement.version,
    )


def _agreement(row: asyncpg.Record) -> Agreement:
    return Agreement(
        id=row["id"],
        company_id=row["company_id"],
        terms=AgreementTerms(row["role"], row["trainees"], row["starts_on"], row["ends_on"]),
        changed_by=row["changed_by"],
        changed_at=row["changed_at"],
        version=row["version"],
    )

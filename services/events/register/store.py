"""SQL that loads and saves taskforces and companies. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.events.register.domain import Company, CompanyNotFound, Taskforce

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection


async def lock_taskforce(conn: Connection, taskforce_id: UUID) -> tuple[Taskforce, int] | None:
    """Return the taskforce and its version, locked until the transaction ends; None if there is none."""
    row = await conn.fetchrow(
        """
        select id, slug, name, municipality, since, version
          from taskforces
         where id = $1
           for update
        """,
        taskforce_id,
    )
    if row is None:
        return None
    return Taskforce(row["id"], row["slug"], row["name"], row["municipality"], row["since"]), row["version"]


async def save_taskforce(conn: Connection, taskforce: Taskforce, *, version: int, at: datetime) -> None:
    """Insert or update the taskforce. Raises `asyncpg.UniqueViolationError` if another one has the slug."""
    await conn.execute(
        """
        insert into taskforces (id, slug, name, municipality, since, version, registered_at)
        values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (id) do update
           set slug = excluded.slug,
               name = excluded.name,
               municipality = excluded.municipality,
               since = excluded.since,
               version = excluded.version
        """,
        taskforce.id,
        taskforce.slug,
        taskforce.name,
        taskforce.municipality,
        taskforce.since,
        version,
        at,
    )


async def insert_company(conn: Connection, taskforce_id: UUID, company: Company, *, at: datetime) -> bool:
    """Insert the company unless the id is in use. Returns whether it was inserted."""
    inserted = await conn.fetchval(
        """
        insert into companies
               (taskforce_id, id, name, personally_owned, cvr, cvr_as_typed, municipality, industry, member,
                version, registered_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1, $10)
            on conflict (taskforce_id, id) do nothing
        returning true
        """,
        taskforce_id,
        company.id,
        company.name,
        company.personally_owned,
        company.cvr,
        company.cvr_as_typed,
        company.municipality,
        company.industry,
        company.member,
        at,
    )
    return bool(inserted)


async def load_company(conn: Connection, taskforce_id: UUID, company_id: UUID) -> tuple[Company, int]:
    """Return the company and its version. Raises `CompanyNotFound`."""
    return _company(await conn.fetchrow(_SELECT_COMPANY, taskforce_id, company_id))


async def lock_company(conn: Connection, taskforce_id: UUID, company_id: UUID) -> tuple[Company, int]:
    """Return the company and its version, locked until the transaction ends. Raises `CompanyNotFound`."""
    return _company(await conn.fetchrow(_SELECT_COMPANY + " for update", taskforce_id, company_id))


_SELECT_COMPANY = """
    select id, name, cvr, cvr_as_typed, municipality, industry, member, personally_owned, version
      from companies
     where taskforce_id = $1
       and id = $2
"""


def _company(row: asyncpg.Record | None) -> tuple[Company, int]:
    if row is None:
        raise CompanyNotFound
    facts = dict(row)
    version: int = facts.pop("version")
    return Company(**facts), version


async def save_ownership(conn: Connection, taskforce_id: UUID, company: Company, *, version: int) -> None:
    """Save whether a locked company is personally owned, with its new version."""
    await conn.execute(
        """
        update companies
           set personally_owned = $3,
               version = $4
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        company.id,
        company.personally_owned,
        version,
    )

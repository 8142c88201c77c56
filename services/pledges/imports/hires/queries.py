"""SQL that reads the hires that an import is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from shared.db.database import Connection


async def fingerprints_of_hires(conn: Connection, taskforce_id: UUID, hire_ids: Collection[UUID]) -> dict[UUID, bytes]:
    """Return the fingerprints of the requests or lines that confirmed these hires, by id, as far as there are any."""
    rows = await conn.fetch(
        """
        select id, request_fingerprint
          from hires
         where taskforce_id = $1
           and id = any($2::uuid[])
        """,
        taskforce_id,
        list(hire_ids),
    )
    return {row["id"]: row["request_fingerprint"] for row in rows}


async def first_days_confirmed_by_hand(
    conn: Connection, taskforce_id: UUID, company_ids: Collection[UUID], cvrs: Collection[str], days: Collection[date]
) -> set[tuple[UUID | str, date]]:
    """Return companies with the first days of their hires that no import has confirmed, among these.

    Each company is named by its id in the register and by its typed CVR number, as far as it has them.
    """
    rows = await conn.fetch(
        """
        select company_id, company_cvr, start_date
          from hires
         where taskforce_id = $1
           and (company_id = any($2::uuid[]) or company_cvr = any($3::text[]))
           and start_date = any($4::date[])
           and counted
           -- an import's ids are of version 8
           and substr(id::text, 15, 1) <> '8'
        """,
        taskforce_id,
        list(company_ids),
        list(cvrs),
        list(days),
    )
    return {
        (company, row["start_date"]) for row in rows for company in (row["company_id"], row["company_cvr"]) if company
    }


async def begin_alone(conn: Connection, taskforce_id: UUID) -> bool:
    """Let no other import of hires of the taskforce begin before this transaction has ended.

    Returns:
        False where another one is running.
    """
    alone: bool = await conn.fetchval(
        "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"import of hires of {taskforce_id}"
    )
    return alone

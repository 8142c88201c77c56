"""What the page needs besides figures: the companies that its filters name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.dashboard.read_model.generations import SERVED

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.db.database import Connection


@dataclass(frozen=True, slots=True)
class Company:
    """A company as the register publishes it. `name` is None if it is personally owned."""

    company_id: UUID
    name: str | None
    municipality: str | None
    industry: str | None
    member: bool


async def companies(conn: Connection, *, known_at: datetime | None = None) -> list[Company]:
    """Return all companies, by name.

    Args:
        known_at: as they were known at this moment; None: now.
    """
    rows = await conn.fetch(
        f"""
        select company_id, name, municipality, industry, member
          from (select distinct on (company_id) company_id, name, municipality, industry, member
                  from companies
                 where generation = {SERVED}
                   and ($1::timestamptz is null or recorded_at <= $1)
                 order by company_id, version desc) as company
         order by lower(name), company_id
        """,  # noqa: S608  (our own words)
        known_at,
    )
    return [Company(*row.values()) for row in rows]

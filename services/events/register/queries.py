"""SQL for reading taskforces and companies: a query returns what a response or a page needs, never domain objects.

A list is one page: at most `limit` rows after a key (`after`), in the order of that key.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.events.register.domain import CompanyNotFound, Directory, Taskforce, TaskforceUnknown
from shared.fields.search import cvr_beginning, search_words
from shared.http.paging import SortKey

if TYPE_CHECKING:
    from shared.db.database import Connection


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class CompanyRow(_Row):
    """A company."""

    id: UUID
    name: str
    cvr: str | None = Field(description="a CVR number whose checksum holds")
    cvr_as_typed: str | None = Field(description="what was typed where it is no CVR number")
    cvr_shared: bool = Field(description="another company of the register has the same CVR number")
    municipality: str | None
    industry: str | None
    member: bool
    personally_owned: bool
    registered_at: datetime
    sort_name: str


class ByName(SortKey):
    """Cursor for companies by name. It holds an id, not a name: page tokens are part of URLs."""

    id: UUID


async def taskforces(conn: Connection) -> list[Taskforce]:
    """Return every taskforce of the installation, by name. Works in `Database.system`, without a tenant."""
    rows = await conn.fetch("select id, slug, name, municipality, since from taskforces order by name, id")
    return [Taskforce(**row) for row in rows]


async def taskforce(conn: Connection, taskforce_id: UUID) -> Taskforce:
    """Return one taskforce. Raises `TaskforceUnknown`."""
    row = await conn.fetchrow("select id, slug, name, municipality, since from taskforces where id = $1", taskforce_id)
    if row is None:
        raise TaskforceUnknown
    return Taskforce(**row)


_COMPANY = """
    select id, name, cvr, cvr_as_typed, municipality, industry, member, personally_owned, registered_at, sort_name,
           exists (select from companies other
                    where other.taskforce_id = companies.taskforce_id
                      and other.cvr = companies.cvr
                      and other.id <> companies.id) as cvr_shared
      from companies
     where taskforce_id = $1
"""


FOUND = """
          (not exists (select from unnest($2::text[]) as word
                        where position(word in lower(normalize(name, nfkc))) = 0)
           or starts_with(coalesce(cvr, regexp_replace(normalize(cvr_as_typed, nfkc), '[^0-9]', '', 'g')), $3))
""".strip()
"""The condition that a company matches `search_arguments`, which are $2 and $3."""


def search_arguments(text: str) -> tuple[list[str], str | None]:
    """Return the arguments of `FOUND` for a typed search text. An empty text finds every company."""
    return search_words(text), cvr_beginning(text)


async def company(conn: Connection, taskforce_id: UUID, company_id: UUID) -> CompanyRow:
    """Return one company. Raises `CompanyNotFound`."""
    row = await conn.fetchrow(_COMPANY + " and id = $2", taskforce_id, company_id)
    if row is None:
        raise CompanyNotFound
    return CompanyRow(**row)


async def companies(
    conn: Connection,
    taskforce_id: UUID,
    *,
    text: str | None = None,
    member: bool | None = None,
    after: ByName | None = None,
    limit: int,
) -> list[CompanyRow]:
    """Return companies by name, in Danish order.

    Args:
        text: words of the name in any order, or the beginning of the CVR number.
        member: True for member companies only, False for others only.
    """
    rows = await conn.fetch(
        f"""
        {_COMPANY}
          and {FOUND}
          and ($4::boolean is null or member = $4)
          and ($5::uuid is null or (sort_name, id) > (select last.sort_name, last.id
                                                        from companies as last
                                                       where last.taskforce_id = $1
                                                         and last.id = $5))
        order by sort_name, id
        limit $6
        """,  # noqa: S608  (our own statement)
        taskforce_id,
        *search_arguments(text or ""),
        member,
        after and after.id,
        limit,
    )
    return [CompanyRow(**row) for row in rows]


async def directory(conn: Connection, taskforce_id: UUID) -> Directory:
    """Return the register's companies for recognising a typed one."""
    rows = await conn.fetch("select id, name, cvr from companies where taskforce_id = $1", taskforce_id)
    return Directory((row["id"], row["name"], row["cvr"]) for row in rows)

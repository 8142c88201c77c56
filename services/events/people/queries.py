"""SQL for reading people: a query returns what an answer or a page needs, never domain objects."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.events.people.domain import Language, PersonNotFound
from shared.web.paging import SortKey, SortText

if TYPE_CHECKING:
    from shared.postgres import Connection


class PersonRow(BaseModel):
    """A person as administrators see them."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    email: str
    language: Language
    municipality: str | None
    roles: list[str]
    sort_name: str


class Address(BaseModel):
    """Where a mail to somebody goes."""

    email: str
    name: str
    language: Language


class PeopleByName(SortKey):
    """Order of people."""

    sort_name: SortText
    id: UUID


async def people(
    conn: Connection, taskforce_id: UUID, *, after: PeopleByName | None = None, limit: int
) -> list[PersonRow]:
    """People by name, in Danish order: at most `limit` after a key."""
    rows = await conn.fetch(
        """
        select id, name, email, language, municipality, sort_name,
               array(select role
                       from person_roles
                      where taskforce_id = people.taskforce_id
                        and person_id = people.id
                      order by role) as roles
          from people
         where taskforce_id = $1
           and ($2::text is null or (sort_name, id) > ($2, $3::uuid))
         order by sort_name, id
         limit $4
        """,
        taskforce_id,
        after and after.sort_name,
        after and after.id,
        limit,
    )
    return [PersonRow(**row) for row in rows]


async def address(conn: Connection, taskforce_id: UUID, person_id: UUID) -> Address:
    """Where to write to the person. Raises `PersonNotFound`."""
    row = await conn.fetchrow(
        """
        select email, name, language
          from people
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        person_id,
    )
    if row is None:
        raise PersonNotFound
    return Address(**row)


async def filled_roles(conn: Connection, taskforce_id: UUID) -> dict[str, str]:
    """Which roles somebody has, and the name of whoever has had each longest."""
    rows = await conn.fetch(
        """
        select distinct on (role) role, name
          from person_roles
          join people
            on people.taskforce_id = person_roles.taskforce_id
           and people.id = person_id
         where person_roles.taskforce_id = $1
         order by role, added_at, id
        """,
        taskforce_id,
    )
    return {row["role"]: row["name"] for row in rows}

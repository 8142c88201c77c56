"""SQL for reading people: a query returns what a response or a page needs, never domain objects."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.events.identity.people.domain import PRIVILEGED, Language, PersonNotFound
from shared.http.paging import SortKey
from shared.product.vocabulary import Programme

if TYPE_CHECKING:
    from shared.db.database import Connection


class PersonRow(BaseModel):
    """A person as administrators see them."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    email: str
    language: Language
    municipality: str | None
    programme: Programme | None
    company_id: UUID | None
    company_name: str | None
    company_is_member: bool | None
    active: bool
    invited_at: datetime | None
    roles: list[str]
    provided: list[str]
    sort_name: str

    @property
    def is_privileged(self) -> bool:
        """Whether some of their roles are not opened by a magic link alone."""
        return not PRIVILEGED.isdisjoint(self.roles)


class Address(BaseModel):
    """Where mails to a person are sent."""

    email: str
    name: str
    language: Language


class PeopleByName(SortKey):
    """Cursor for people by name. It holds an id, not a name: page tokens are part of URLs."""

    id: UUID


_SELECT_ROW = """
    select people.id, people.name, email, language, people.municipality, programme, company_id, people.sort_name,
           companies.name as company_name,
           companies.member as company_is_member,
           deactivated_at is null as active,
           invited_at,
           array(select role
                   from person_roles
                  where taskforce_id = people.taskforce_id
                    and person_id = people.id
                  order by role) as roles,
           array(select role
                   from person_roles
                  where taskforce_id = people.taskforce_id
                    and person_id = people.id
                    and by_provider
                  order by role) as provided
      from people
      left join companies
        on companies.taskforce_id = people.taskforce_id
       and companies.id = company_id
     where people.taskforce_id = $1
"""


async def people(
    conn: Connection, taskforce_id: UUID, *, after: PeopleByName | None = None, limit: int
) -> list[PersonRow]:
    """Return people by name, in Danish order, inactive ones included: at most `limit` after a cursor."""
    rows = await conn.fetch(
        f"""
        {_SELECT_ROW}
           and ($2::uuid is null or (people.sort_name, people.id) > (select last.sort_name, last.id
                                                                       from people as last
                                                                      where last.taskforce_id = $1
                                                                        and last.id = $2))
         order by people.sort_name, people.id
         limit $3
        """,  # noqa: S608  (nothing is put in)
        taskforce_id,
        after and after.id,
        limit,
    )
    return [PersonRow(**row) for row in rows]


async def person(conn: Connection, taskforce_id: UUID, person_id: UUID) -> PersonRow:
    """Return one person. Raises `PersonNotFound`."""
    found = await person_or_none(conn, taskforce_id, person_id)
    if found is None:
        raise PersonNotFound
    return found


async def person_or_none(conn: Connection, taskforce_id: UUID, person_id: UUID) -> PersonRow | None:
    """Return one person, or None: the holder of an operator's token need not be in the register."""
    row = await conn.fetchrow(_SELECT_ROW + " and people.id = $2", taskforce_id, person_id)
    return PersonRow(**row) if row is not None else None


async def member_companies(conn: Connection, taskforce_id: UUID) -> list[tuple[str, str]]:
    """Return ids and names of the taskforce's member companies, by name in Danish order."""
    rows = await conn.fetch(
        """
        select id, name
          from companies
         where taskforce_id = $1
           and member
         order by sort_name, id
        """,
        taskforce_id,
    )
    return [(str(row["id"]), row["name"]) for row in rows]


async def address(conn: Connection, taskforce_id: UUID, person_id: UUID) -> Address:
    """Return an active person's address. Raises `PersonNotFound`."""
    row = await conn.fetchrow(
        """
        select email, name, language
          from people
         where taskforce_id = $1
           and id = $2
           and deactivated_at is null
        """,
        taskforce_id,
        person_id,
    )
    if row is None:
        raise PersonNotFound
    return Address(**row)


async def active_names(conn: Connection, taskforce_id: UUID, *, limit: int) -> list[tuple[UUID, str]]:
    """Return ids and names of active people, by name in Danish order."""
    rows = await conn.fetch(
        """
        select id, name
          from people
         where taskforce_id = $1
           and deactivated_at is null
         order by sort_name, id
         limit $2
        """,
        taskforce_id,
        limit,
    )
    return [(row["id"], row["name"]) for row in rows]


async def coordinators_address(conn: Connection, taskforce_id: UUID) -> Address:
    """Return the address of the active coordinator who was added first. Raises `PersonNotFound`."""
    row = await conn.fetchrow(
        """
        select email, name, language
          from person_roles
          join people
            on people.taskforce_id = person_roles.taskforce_id
           and people.id = person_id
         where person_roles.taskforce_id = $1
           and role = 'coordinator'
           and deactivated_at is null
         order by added_at, id
         limit 1
        """,
        taskforce_id,
    )
    if row is None:
        raise PersonNotFound
    return Address(**row)


async def names_by_role(conn: Connection, taskforce_id: UUID) -> dict[str, str]:
    """Return the roles that people have, and the person who has had each longest, by name."""
    rows = await conn.fetch(
        """
        select distinct on (role) role, name
          from person_roles
          join people
            on people.taskforce_id = person_roles.taskforce_id
           and people.id = person_id
         where person_roles.taskforce_id = $1
           and deactivated_at is null
         order by role, added_at, id
        """,
        taskforce_id,
    )
    return {row["role"]: row["name"] for row in rows}

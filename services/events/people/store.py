"""SQL that loads and saves people. Takes the change's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.events.people.domain import Person, PersonNotFound

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from shared.auth import Role
    from shared.postgres import Connection


async def insert_person(conn: Connection, taskforce_id: UUID, person: Person, *, at: datetime) -> bool:
    """Insert the person with their roles unless the id is there already. Returns whether they were inserted."""
    inserted = await conn.fetchval(
        """
        insert into people (taskforce_id, id, name, email, language, municipality, added_at)
        values ($1, $2, $3, $4, $5, $6, $7)
            on conflict (taskforce_id, id) do nothing
        returning true
        """,
        taskforce_id,
        person.id,
        person.name,
        person.email,
        person.language,
        person.municipality,
        at,
    )
    if not inserted:
        return False
    await conn.execute(
        """
        insert into person_roles (taskforce_id, person_id, role)
        select $1, $2, role
          from unnest($3::text[]) as role
        """,
        taskforce_id,
        person.id,
        sorted(person.roles),
    )
    return True


_SELECT_PERSON = """
    select id, name, email, municipality, language,
           (select array_agg(role order by role)
              from person_roles
             where taskforce_id = people.taskforce_id
               and person_id = people.id) as roles
      from people
     where taskforce_id = $1
"""


async def load_person(conn: Connection, taskforce_id: UUID, person_id: UUID) -> Person:
    """Return the person. Raises `PersonNotFound`."""
    row = await conn.fetchrow(_SELECT_PERSON + " and id = $2", taskforce_id, person_id)
    if row is None:
        raise PersonNotFound
    return Person(**{**row, "roles": frozenset(row["roles"] or ())})


async def first_in_role(conn: Connection, taskforce_id: UUID, role: Role) -> Person:
    """Return whoever has had the role longest. Raises `PersonNotFound`."""
    row = await conn.fetchrow(
        _SELECT_PERSON
        + """
          and exists (select from person_roles
                       where taskforce_id = people.taskforce_id
                         and person_id = people.id
                         and role = $2)
        order by added_at, id
        limit 1
        """,
        taskforce_id,
        role,
    )
    if row is None:
        raise PersonNotFound
    return Person(**{**row, "roles": frozenset(row["roles"] or ())})

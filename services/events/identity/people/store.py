"""SQL that loads and saves people. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.events.identity.people.domain import Person, PersonNotFound
from shared.fields.email import email_spellings

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from shared.db.database import Connection
    from shared.product.roles import Role

_SELECT_PERSON = """
    select id, name, email, municipality, language, programme, company_id,
           (select array_agg(role order by role)
              from person_roles
             where taskforce_id = people.taskforce_id
               and person_id = people.id) as roles,
           (select array_agg(role order by role)
              from person_roles
             where taskforce_id = people.taskforce_id
               and person_id = people.id
               and by_provider) as provided
      from people
     where taskforce_id = $1
"""


async def lock_people(conn: Connection, taskforce_id: UUID) -> None:
    """Lock the taskforce's people until the transaction ends.

    Serializes changes with rules across several people: the last administrator, unique addresses.
    """
    await conn.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"people {taskforce_id}")


async def insert_person(conn: Connection, taskforce_id: UUID, person: Person, *, at: datetime) -> bool:
    """Insert the person with their roles unless the id is in use. Returns whether they were inserted."""
    inserted = await conn.fetchval(
        """
        insert into people
               (taskforce_id, id, name, email, language, municipality, programme, company_id, added_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            on conflict (taskforce_id, id) do nothing
        returning true
        """,
        taskforce_id,
        person.id,
        person.name,
        person.email,
        person.language,
        person.municipality,
        person.programme,
        person.company_id,
        at,
    )
    if not inserted:
        return False
    await _save_roles(conn, taskforce_id, person)
    return True


async def save_person(conn: Connection, taskforce_id: UUID, person: Person) -> None:
    """Update the person's facts and roles."""
    await conn.execute(
        """
        update people
           set name = $3,
               email = $4,
               language = $5,
               municipality = $6,
               programme = $7,
               company_id = $8
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        person.id,
        person.name,
        person.email,
        person.language,
        person.municipality,
        person.programme,
        person.company_id,
    )
    await _save_roles(conn, taskforce_id, person)


async def _save_roles(conn: Connection, taskforce_id: UUID, person: Person) -> None:
    roles = sorted(person.roles)
    await conn.execute(
        """
        delete from person_roles
         where taskforce_id = $1
           and person_id = $2
           and role <> all ($3::text[])
        """,
        taskforce_id,
        person.id,
        roles,
    )
    await conn.execute(
        """
        insert into person_roles (taskforce_id, person_id, role)
        select $1, $2, role
          from unnest($3::text[]) as role
            on conflict do nothing
        """,
        taskforce_id,
        person.id,
        roles,
    )


async def set_deactivated(conn: Connection, taskforce_id: UUID, person_id: UUID, at: datetime | None) -> None:
    """Save when the person was deactivated; None: they are active."""
    await conn.execute(
        """
        update people
           set deactivated_at = $3
         where taskforce_id = $1
           and id = $2
        """,
        taskforce_id,
        person_id,
        at,
    )


async def invited_at(conn: Connection, taskforce_id: UUID, person_id: UUID) -> datetime | None:
    """Return when the person was last invited; None: never."""
    when: datetime | None = await conn.fetchval(
        "select invited_at from people where taskforce_id = $1 and id = $2", taskforce_id, person_id
    )
    return when


async def set_invited(conn: Connection, taskforce_id: UUID, person_id: UUID, at: datetime) -> None:
    """Save when the person was last invited."""
    await conn.execute(
        "update people set invited_at = $3 where taskforce_id = $1 and id = $2", taskforce_id, person_id, at
    )


async def load_person(conn: Connection, taskforce_id: UUID, person_id: UUID) -> Person:
    """Return the person, active or not. Raises `PersonNotFound`."""
    return _person(await conn.fetchrow(_SELECT_PERSON + " and id = $2", taskforce_id, person_id))


async def load_active_person(conn: Connection, taskforce_id: UUID, person_id: UUID) -> Person:
    """Return the person if they are active. Raises `PersonNotFound`."""
    return _person(
        await conn.fetchrow(_SELECT_PERSON + " and id = $2 and deactivated_at is null", taskforce_id, person_id)
    )


async def is_active(conn: Connection, taskforce_id: UUID, person_id: UUID) -> bool:
    """Whether the person is active."""
    active: bool = await conn.fetchval(
        """
        select exists (select from people
                        where taskforce_id = $1
                          and id = $2
                          and deactivated_at is null)
        """,
        taskforce_id,
        person_id,
    )
    return active


async def find_by_email(conn: Connection, taskforce_id: UUID, email: str) -> Person | None:
    """Return the person with the e-mail address, active or not; None if there is none.

    Case, invisible characters, the Unicode form and the spelling of the domain are ignored. If several people have the
    address, because earlier releases distinguished these spellings, the one with exactly this spelling, else the
    first.
    """
    row = await conn.fetchrow(
        _SELECT_PERSON  # noqa: S608  (our own statement)
        + """
          and lookup_key(email) = any (array(select lookup_key(spelling) from unnest($2::text[]) as spelling))
        order by lower(email) = lower($3) desc, added_at, id
        limit 1
        """,
        taskforce_id,
        email_spellings(email),
        email,
    )
    return None if row is None else _person(row)


async def first_in_role(conn: Connection, taskforce_id: UUID, role: Role) -> Person:
    """Return the active person who has had the role longest. Raises `PersonNotFound`."""
    row = await conn.fetchrow(
        _SELECT_PERSON
        + """
          and deactivated_at is null
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
    return _person(row)


async def administrators(conn: Connection, taskforce_id: UUID) -> dict[UUID, bool]:
    """Return the active administrators, and whether each has a passkey or a provider account."""
    rows = await conn.fetch(
        """
        select id,
               exists (select from passkeys
                        where passkeys.taskforce_id = people.taskforce_id
                          and passkeys.person_id = people.id)
               or exists (select from provider_links
                           where provider_links.taskforce_id = people.taskforce_id
                             and provider_links.person_id = people.id) as can_sign_in
          from people
         where taskforce_id = $1
           and deactivated_at is null
           and exists (select from person_roles
                        where taskforce_id = people.taskforce_id
                          and person_id = people.id
                          and role = 'admin')
        """,
        taskforce_id,
    )
    return {row["id"]: row["can_sign_in"] for row in rows}


def _person(row: asyncpg.Record | None) -> Person:
    if row is None:
        raise PersonNotFound
    sets = {name: frozenset(row[name] or ()) for name in ("roles", "provided")}
    return Person(**{**row, **sets})

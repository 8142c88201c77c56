"""SQL that saves and loads support logs. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.hires.support_log.domain import SupportContact

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection

_COLUMNS: Final = (
    "id",
    "hire_id",
    "contacted_on",
    "contacted_by",
    "agreed",
    "solved",
    "logged_by",
    "logged_at",
    "version",
)
_SELECT: Final = f"""
        select {", ".join(_COLUMNS)}
          from support_contacts
         where taskforce_id = $1
           and hire_id = $2"""  # noqa: S608  (columns of our own table)


async def insert_support_contact(conn: Connection, taskforce_id: UUID, contact: SupportContact) -> None:
    """Save a new entry."""
    await conn.execute(
        f"""
        insert into support_contacts (taskforce_id, {", ".join(_COLUMNS)})
        values ($1, {", ".join(f"${number}" for number in range(2, len(_COLUMNS) + 2))})
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        *(getattr(contact, name) for name in _COLUMNS),
    )


async def lock_support_contact(
    conn: Connection, taskforce_id: UUID, hire_id: UUID, contact_id: UUID
) -> SupportContact | None:
    """Return an entry of a hire's log and lock it until the end of the transaction."""
    row = await conn.fetchrow(f"{_SELECT}\n   and id = $3\n   for update", taskforce_id, hire_id, contact_id)
    return SupportContact(**row) if row else None


async def support_log(conn: Connection, taskforce_id: UUID, hire_id: UUID) -> list[SupportContact]:
    """Return the entries of a hire's log, the latest call first."""
    rows = await conn.fetch(f"{_SELECT}\n order by contacted_on desc, logged_at desc, id", taskforce_id, hire_id)
    return [SupportContact(**row) for row in rows]


async def save_settlement(conn: Connection, taskforce_id: UUID, contact: SupportContact) -> None:
    """Save whether an entry that the caller has locked is solved."""
    await conn.execute(
        "update support_contacts set solved = $3, version = $4 where taskforce_id = $1 and id = $2",
        taskforce_id,
        contact.id,
        contact.solved,
        contact.version,
    )

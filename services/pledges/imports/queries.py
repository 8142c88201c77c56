"""SQL that reads the pledges that an import is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.imports.contents import content_of
from services.pledges.imports.repeats import StoredPledge
from services.pledges.pledges.store import SELECT_WITH_CONTACT, contact_of, pledge_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from uuid import UUID

    from shared.db.database import Connection

_ROWS_AT_A_TIME: Final = 500


async def pledges_with_ids(
    conn: Connection, taskforce_id: UUID, pledge_ids: Collection[UUID]
) -> dict[UUID, StoredPledge]:
    """Return the pledges that have these ids, by id."""
    return await _stored(conn, "pledge.id = any($2::uuid[])", taskforce_id, list(pledge_ids))


async def pledges_of_days(conn: Connection, taskforce_id: UUID, days: Collection[date]) -> dict[UUID, StoredPledge]:
    """Return the pledges that were made on these days, by id."""
    return await _stored(conn, "pledge.pledged_on = any($2::date[])", taskforce_id, list(days))


async def count_rows(conn: Connection) -> None:
    """Let the planner count the rows of this transaction, so that it looks up further ones by their ids."""
    await conn.execute("select count_imported_rows()")


async def _stored(conn: Connection, condition: str, *parameters: object) -> dict[UUID, StoredPledge]:
    rows = conn.cursor(
        f"""{SELECT_WITH_CONTACT}
         where pledge.taskforce_id = $1
           and {condition}
        """,
        *parameters,
        prefetch=_ROWS_AT_A_TIME,
    )
    return {
        row["id"]: StoredPledge(
            id=row["id"],
            content=content_of(pledge_of(row, contact_of(row), []).terms, row["pledged_on"]),
            fingerprint=row["request_fingerprint"],
            # A phone may say that it imports, and choose any id.
            imported=row["captured_by"] == "import" and row["logged_by"] is None and not row["logged_with_pass"],
        )
        async for row in rows
    }

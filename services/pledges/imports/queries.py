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


async def stored_pledges(
    conn: Connection, taskforce_id: UUID, days: Collection[date], pledge_ids: Collection[UUID]
) -> list[StoredPledge]:
    """Return the pledges that were made on these days or have these ids."""
    rows = conn.cursor(
        f"""{SELECT_WITH_CONTACT}
         where pledge.taskforce_id = $1
           and (pledge.pledged_on = any($2::date[]) or pledge.id = any($3::uuid[]))
        """,
        taskforce_id,
        list(days),
        list(pledge_ids),
        prefetch=_ROWS_AT_A_TIME,
    )
    return [
        StoredPledge(
            id=row["id"],
            content=content_of(pledge_of(row, contact_of(row), []).terms, row["pledged_on"]),
            fingerprint=row["request_fingerprint"],
            # A phone may say that it imports, and choose any id.
            imported=row["captured_by"] == "import" and row["logged_by"] is None and not row["logged_with_pass"],
        )
        async for row in rows
    ]

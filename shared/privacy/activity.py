"""What an account has done: which pledges its holder logged, whom they looked up, and when. For the subject report.

For each `[[done_by]]` column of its data inventory, a service declares an `ActivityQuery`. A row has a moment and names
its object by an id, or by a name that is not personal; it has no personal data of others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from uuid import UUID

    from shared.db.database import Connection
    from shared.privacy.data_inventory import DoneBy


@dataclass(frozen=True, slots=True)
class ActivityQuery:
    """How the rows of one column are found by the account that is in it.

    Attributes:
        table, column: as in the data inventory.
        find: SQL that selects a row for each action, in the transaction's taskforce and in any order: `at` (the moment)
            and the object. It may use `account`, which has a row for each account: `id`, and `subject` as in its token.
    """

    table: str
    column: str
    find: str


@dataclass(frozen=True, slots=True)
class Activity:
    """The actions of an account that one column records, latest first."""

    entry: DoneBy
    rows: Sequence[Mapping[str, Any]]


async def find_activity(
    conn: Connection, entries: Sequence[DoneBy], activity_queries: Sequence[ActivityQuery], accounts: Collection[UUID]
) -> list[Activity]:
    """Return what accounts have done in one service, for every column of its data inventory, empty ones included.

    Args:
        accounts: their ids; ids of other things find nothing.

    Raises:
        LookupError: a column has no query.
    """
    found = []
    for entry in entries:
        query = next((one for one in activity_queries if (one.table, one.column) == (entry.table, entry.column)), None)
        if query is None:
            raise LookupError(f"no query for the activity in {entry.table}.{entry.column}")
        rows = await conn.fetch(
            f"""
            with account as materialized (
                select id,
                       'person:' || id as subject
                  from unnest($1::uuid[]) as id
            )
            {query.find}
            order by at desc
            """,  # noqa: S608  (statements of ours)
            sorted(accounts),
        )
        found.append(Activity(entry, [dict(row) for row in rows]))
    return found


_MINE = "taskforce_id = current_taskforce()"

ACCESS_LOG_ACTIVITY = ActivityQuery(
    "access_log",
    "who",
    """
        select look.looked_at as at,
               look.action,
               look.what_table,
               look.what_key,
               look.why
          from account
         cross join lateral accesses_by(account.subject) as look
    """,
)
"""For a database with an `access_log`, which only its owner can read."""

ERASED = ActivityQuery(
    "erasures",
    "erased_by",
    f"""
        select erasures.erased_at as at,
               erasures.erased_table,
               erasures.erased_key
          from account
          join erasures
            on erasures.erased_by = account.subject
         where erasures.{_MINE}
    """,  # noqa: S608  (our own statement)
)
"""For a database with a ledger of erasures."""

"""What an account has done, for telling whoever has it: which pledge they logged, whom they looked up, and when.

A service says of each `[[done_by]]` column of its register how the rows are found and what tells them apart for a
reader: a moment, and the thing by its number or by a name that is nobody's. Nobody else's data are in it.
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
    """How what was done is found by the account that did it.

    Attributes:
        table, column: of the register.
        find: SQL that selects a row for each time, in the transaction's taskforce: `at`, the moment, and what it was
            done to, in no order of its own. It may use `account`, which has a row for each account: `id`, and
            `subject`, as in its token.
    """

    table: str
    column: str
    find: str


@dataclass(frozen=True, slots=True)
class Activity:
    """What was done by an account, of one column of the register: each with its moment, the last first."""

    entry: DoneBy
    rows: Sequence[Mapping[str, Any]]


async def find_activity(
    conn: Connection, entries: Sequence[DoneBy], activity_queries: Sequence[ActivityQuery], accounts: Collection[UUID]
) -> list[Activity]:
    """Return what accounts have done in one service, column by column of its register, where there is nothing too.

    Args:
        accounts: their ids; others may be among them, and find nothing.

    Raises:
        LookupError: the register has a column that nobody can look through.
    """
    found = []
    for entry in entries:
        deed = next((one for one in activity_queries if (one.table, one.column) == (entry.table, entry.column)), None)
        if deed is None:
            raise LookupError(f"nobody says how what was done is found by {entry.table}.{entry.column}")
        rows = await conn.fetch(
            f"""
            with account as materialized (
                select id,
                       'person:' || id as subject
                  from unnest($1::uuid[]) as id
            )
            {deed.find}
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
"""Of a database that has an `access_log`, which only its owner can read."""

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
"""Of a database that has a ledger of erasures."""

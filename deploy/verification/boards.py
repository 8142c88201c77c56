"""Recounts what a public board shows, in the tables of pledges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from deploy.verification import source_records

if TYPE_CHECKING:
    from uuid import UUID

    import asyncpg

LAG_SECONDS: Final = 60.0
"""A release contains every change that was older than this."""

AskBoard = Callable[[str], Awaitable[Mapping[str, Any]]]
"""Requests the public board of the taskforce with this short name, as JSON."""


async def recount(
    pledges: asyncpg.Connection[asyncpg.Record],
    taskforce_id: UUID,
    answer: Mapping[str, Any],
    *,
    smallest: int,
    lag_seconds: float = LAG_SECONDS,
) -> str | None:
    """Compare what a board shows with the citizens as they are now, and return what is wrong; None: nothing.

    The board shows its last release, so the two may differ by the citizens whose hires have changed since, and by no
    more.

    Args:
        pledges: a connection to the database of pledges as the owner of its tables.
        answer: the board as JSON.
        smallest: the board must hide counts from 1 up to, but not including, this number.
        lag_seconds: how old a change may have been that the release did not contain yet.
    """
    if answer["released_at"] is None:
        return None
    count, released_at = answer["count"], datetime.fromisoformat(answer["released_at"])
    if not answer["suppressed"] and 0 < count < smallest:
        return f"it says {count}, which must be hidden"
    true: int = await pledges.fetchval(
        source_records.CITIZENS, taskforce_id, date.fromisoformat(answer["since"]), date.fromisoformat(answer["as_of"])
    )
    changed: int = await pledges.fetchval(
        source_records.CITIZENS_CHANGED, taskforce_id, released_at - timedelta(seconds=lag_seconds)
    )
    least, most = (1, smallest - 1) if answer["suppressed"] else (count, count)
    if least - changed <= true <= most + changed:
        return None
    shown_as = f"fewer than {smallest}" if answer["suppressed"] else str(count)
    since = f", and the hires of {changed} have changed since" if changed else ""
    return f"it says {shown_as}, counted anew it is {true}{since}"

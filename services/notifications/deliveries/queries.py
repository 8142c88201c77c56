"""SQL for reading deliveries. There is no address in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.notifications.deliveries.store import Status
from services.notifications.notices.registry import UNLISTED
from shared.http.paging import SortKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Connection


class Latest(SortKey):
    """The sort key of deliveries, latest first."""

    created_at: AwareDatetime
    id: UUID


class DeliveryRow(BaseModel):
    """A delivery and its outcome."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    rule: str
    """The code of the notice's kind; one that is not in the registry is of a newer release."""
    about_id: UUID
    facts: dict[str, Any]
    happened_at: datetime
    status: Status
    reason: str | None
    attempts: int
    created_at: datetime
    attempted_at: datetime | None
    settled_at: datetime | None

    @property
    def key(self) -> Latest:
        """Its sort key."""
        return Latest(created_at=self.created_at, id=self.id)


async def deliveries(
    conn: Connection,
    taskforce_id: UUID,
    *,
    statuses: Sequence[Status] = (),
    old_news: bool | None = None,
    rule: str | None = None,
    after: Latest | None = None,
    limit: int,
) -> list[DeliveryRow]:
    """Return deliveries, latest first, from the one behind `after` on.

    Args:
        statuses: only these; none means all.
        old_news: True for only those that were too old from the start, False for only the others.
    """
    rows = await conn.fetch(
        """
        select id, rule, about_id, facts, happened_at, status, reason, attempts, created_at, attempted_at, settled_at
          from deliveries
         where taskforce_id = $1
           and rule <> all ($8::text[])
           and ($2::text[] = '{}' or status = any($2))
           and ($3::boolean is null or (status = 'skipped' and reason = 'too_old') = $3)
           and ($4::text is null or rule = $4)
           and ($5::timestamptz is null or (created_at, id) < ($5, $6))
         order by created_at desc, id desc
         limit $7
        """,
        taskforce_id,
        list(statuses),
        old_news,
        rule,
        after and after.created_at,
        after and after.id,
        limit,
        list(UNLISTED),
    )
    return [DeliveryRow(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of deliveries by outcome."""

    sent: int
    waiting: int
    not_sent: int
    old_news: int


async def counts(conn: Connection, taskforce_id: UUID) -> Counts:
    """Count the deliveries that were sent, that wait, that were not sent, and that were too old from the start."""
    row = await conn.fetchrow(
        """
        select count(*) filter (where status = 'sent') as sent,
               count(*) filter (where status = 'waiting') as waiting,
               count(*) filter (where status in ('skipped', 'failed', 'expired')) as unsent,
               count(*) filter (where status = 'skipped' and reason = 'too_old') as old_news
          from deliveries
         where taskforce_id = $1
           and rule <> all ($2::text[])
        """,
        taskforce_id,
        list(UNLISTED),
    )
    assert row is not None
    return Counts(row["sent"], row["waiting"], row["unsent"] - row["old_news"], row["old_news"])

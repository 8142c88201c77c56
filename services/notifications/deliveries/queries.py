"""SQL for reading deliveries. Deliveries hold no addresses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.notifications.deliveries.limits import REASONS
from services.notifications.deliveries.store import Status
from services.notifications.notices.registry import UNLISTED
from shared.http.paging import SortKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Connection


class DeliverySortKey(SortKey):
    """The sort key of the list of deliveries, which shows the latest first."""

    created_at: AwareDatetime
    id: UUID


class DeliveryRow(BaseModel):
    """A delivery and its outcome."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    rule: str
    """The code of the notice's kind. A newer release may have stored a code that this registry does not have."""
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
    def key(self) -> DeliverySortKey:
        """Its sort key."""
        return DeliverySortKey(created_at=self.created_at, id=self.id)


async def deliveries(
    conn: Connection,
    taskforce_id: UUID,
    *,
    statuses: Sequence[Status] = (),
    too_old: bool | None = None,
    rule: str | None = None,
    after: DeliverySortKey | None = None,
    limit: int,
) -> list[DeliveryRow]:
    """Return deliveries, latest first.

    Args:
        statuses: only deliveries with one of these; empty: all.
        too_old: True: only deliveries of changes that were too old when they arrived; False: only the others.
        rule: only deliveries of this kind of notice.
        after: the sort key of the last row of the previous page; None: the first page.
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
        too_old,
        rule,
        after and after.created_at,
        after and after.id,
        limit,
        list(UNLISTED),
    )
    return [DeliveryRow(**row) for row in rows]


@dataclass(frozen=True, slots=True)
class Counts:
    """The number of deliveries by outcome. `over_limit` are those of `waiting` that wait because of a limit."""

    sent: int
    waiting: int
    not_sent: int
    too_old: int
    over_limit: int


async def counts(conn: Connection, taskforce_id: UUID) -> Counts:
    """Count deliveries by outcome: sent, waiting, not sent, and of changes that were too old when they arrived."""
    row = await conn.fetchrow(
        """
        select count(*) filter (where status = 'sent') as sent,
               count(*) filter (where status = 'waiting') as waiting,
               count(*) filter (where status in ('skipped', 'failed', 'expired')) as unsent,
               count(*) filter (where status = 'skipped' and reason = 'too_old') as too_old,
               count(*) filter (where status = 'waiting' and reason = any ($3)) as over_limit
          from deliveries
         where taskforce_id = $1
           and rule <> all ($2::text[])
        """,
        taskforce_id,
        list(UNLISTED),
        list(REASONS),
    )
    assert row is not None
    return Counts(
        sent=row["sent"],
        waiting=row["waiting"],
        not_sent=row["unsent"] - row["too_old"],
        too_old=row["too_old"],
        over_limit=row["over_limit"],
    )

"""SQL for reading deliveries. Returns read models; none holds an address, for there is none to read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from services.notifications.rules import Rule
from services.notifications.store import Status
from shared.web.paging import SortKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.postgres import Connection


class Latest(SortKey):
    """Where a delivery stands among the others, latest first."""

    created_at: AwareDatetime
    id: UUID


class DeliveryRow(BaseModel):
    """A delivery, and how it went."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    rule: Rule
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
        """Its place in the list."""
        return Latest(created_at=self.created_at, id=self.id)


async def deliveries(
    conn: Connection,
    taskforce_id: UUID,
    *,
    statuses: Sequence[Status] = (),
    rule: Rule | None = None,
    after: Latest | None = None,
    limit: int,
) -> list[DeliveryRow]:
    """Return deliveries, latest first: those of `statuses` (none: all) and `rule`, from below `after` on."""
    rows = await conn.fetch(
        """
        select id, rule, about_id, facts, happened_at, status, reason, attempts, created_at, attempted_at, settled_at
          from deliveries
         where taskforce_id = $1
           and ($2::text[] = '{}' or status = any($2))
           and ($3::text is null or rule = $3)
           and ($4::timestamptz is null or (created_at, id) < ($4, $5))
         order by created_at desc, id desc
         limit $6
        """,
        taskforce_id,
        list(statuses),
        rule,
        after and after.created_at,
        after and after.id,
        limit,
    )
    return [DeliveryRow(**row) for row in rows]


async def counts(conn: Connection, taskforce_id: UUID) -> dict[Status, int]:
    """Return how many deliveries have each status; a status that none has is left out."""
    rows = await conn.fetch(
        "select status, count(*) as number from deliveries where taskforce_id = $1 group by status", taskforce_id
    )
    return {row["status"]: row["number"] for row in rows}

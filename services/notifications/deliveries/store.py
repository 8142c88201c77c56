"""SQL that writes deliveries. Takes `conn`, never commits."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from services.notifications.deliveries.limits import LONGEST_WINDOW, REASONS
from services.notifications.notices.notice import MAX_AGE, Notice, RecipientKind, is_too_old
from shared.db.database import Connection, set_taskforce

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from services.notifications.deliveries.limits import Countable, LimitReason
    from shared.contracts.events import TaskforceRegistered

Status = Literal["waiting", "sent", "skipped", "failed", "expired"]
Key = tuple[UUID, UUID]
"""A delivery's taskforce and id."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that only this courier may attempt while its claim lasts.

    Attributes:
        rule: the code of the notice's kind.
        taskforce: the taskforce's name, where it is known here.
        attempts: the number of attempts, including this one.
        last_reason: why the previous attempt failed.
    """

    taskforce_id: UUID
    delivery_id: UUID
    rule: str
    recipient_kind: RecipientKind
    recipient_id: UUID
    facts: dict[str, Any]
    happened_at: datetime
    attempts: int
    last_reason: str | None
    taskforce: str | None

    @property
    def key(self) -> Key:
        """The delivery's primary key."""
        return self.taskforce_id, self.delivery_id


async def record(conn: Connection, taskforce_id: UUID, notices: Sequence[Notice], now: datetime) -> list[Notice]:
    """Store one delivery for each notice. It is due at once, or `skipped` if the notice is older than `MAX_AGE`.

    Returns:
        The notices that were stored now and are too old to be sent.
    """
    rows = await conn.fetch(
        """
        insert into deliveries
               (taskforce_id, id, rule, about_id, recipient_kind, recipient_id, facts, happened_at,
                status, reason, settled_at)
        select $1, notice.id, rule, about_id, recipient_kind, recipient_id, facts::jsonb, happened_at,
               case when old then 'skipped' else 'waiting' end,
               case when old then 'too_old' end,
               case when old then clock_timestamp() end
          from unnest($2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::timestamptz[],
                      $9::boolean[])
            as notice (id, rule, about_id, recipient_kind, recipient_id, facts, happened_at, old)
            on conflict do nothing
        returning id, rule, status
        """,
        taskforce_id,
        [notice.delivery_id for notice in notices],
        [notice.rule for notice in notices],
        [notice.about_id for notice in notices],
        [notice.recipient_kind for notice in notices],
        [notice.recipient_id for notice in notices],
        [json.dumps(notice.facts, ensure_ascii=False) for notice in notices],
        [notice.happened_at for notice in notices],
        [is_too_old(notice.happened_at, now) for notice in notices],
    )
    await conn.execute(
        """
        insert into due_deliveries (taskforce_id, delivery_id, rule, due_at)
        select $1, id, rule, clock_timestamp()
          from unnest($2::uuid[], $3::text[]) as waiting (id, rule)
        """,
        taskforce_id,
        [row["id"] for row in rows if row["status"] == "waiting"],
        [row["rule"] for row in rows if row["status"] == "waiting"],
    )
    skipped = {row["id"] for row in rows if row["status"] == "skipped"}
    by_id = {notice.delivery_id: notice for notice in notices}
    return [by_id[delivery_id] for delivery_id in skipped]


async def remember_taskforce(conn: Connection, taskforce: TaskforceRegistered) -> None:
    """Keep the newest version of a taskforce's name."""
    await conn.execute(
        """
        insert into taskforces (id, version, name)
        values ($1, $2, $3)
            on conflict (id) do update
           set version = excluded.version,
               name = excluded.name
         where taskforces.version < excluded.version
        """,
        taskforce.taskforce_id,
        taskforce.version,
        taskforce.name,
    )


async def claim(
    conn: Connection, courier: UUID, *, rules: Collection[str], limit: int, lease: timedelta, held: Collection[Key] = ()
) -> list[Claimed]:
    """Take up to `limit` deliveries that are due, of any taskforce, and count the attempt about to be made.

    A claim that is not renewed expires after `lease`. Then any courier may take the delivery, this one too: when the
    connection breaks in the middle of a claim, its answer may be lost although the claim is stored.

    Args:
        conn: a transaction without a taskforce. Afterwards the taskforce of one of the claimed deliveries is set.
        courier: who claims.
        rules: the kinds of notice this courier knows; others, of a newer release, are not claimed.
        held: the deliveries this courier is working on; it does not claim them again.
    """
    due = await conn.fetch(
        """
        with next_due as materialized (
             select taskforce_id, delivery_id
               from due_deliveries
              where due_at <= clock_timestamp()
                and rule = any ($6::text[])
                and not exists (
                    select
                      from unnest($4::uuid[], $5::uuid[]) as held (taskforce_id, delivery_id)
                     where held.taskforce_id = due_deliveries.taskforce_id
                       and held.delivery_id = due_deliveries.delivery_id
                    )
              order by due_at
              limit $2
                for update skip locked
        )
        update due_deliveries as due
           set claimed_by = $1,
               due_at = clock_timestamp() + $3
          from next_due
         where due.taskforce_id = next_due.taskforce_id
           and due.delivery_id = next_due.delivery_id
        returning due.taskforce_id, due.delivery_id
        """,
        courier,
        limit,
        lease,
        [taskforce_id for taskforce_id, _ in held],
        [delivery_id for _, delivery_id in held],
        list(rules),
    )
    by_taskforce: dict[UUID, list[UUID]] = defaultdict(list)
    for row in due:
        by_taskforce[row["taskforce_id"]].append(row["delivery_id"])
    claimed: list[Claimed] = []
    for taskforce_id, delivery_ids in by_taskforce.items():
        await set_taskforce(conn, taskforce_id)
        rows = await conn.fetch(
            """
            update deliveries
               set attempts = attempts + 1,
                   attempted_at = clock_timestamp()
             where id = any($1)
               and status = 'waiting'
            returning id, rule, recipient_kind, recipient_id, facts, happened_at, attempts, reason,
                      (select name from taskforces where taskforces.id = deliveries.taskforce_id) as taskforce
            """,
            delivery_ids,
        )
        claimed += [
            Claimed(
                taskforce_id=taskforce_id,
                delivery_id=row["id"],
                rule=row["rule"],
                recipient_kind=row["recipient_kind"],
                recipient_id=row["recipient_id"],
                facts=row["facts"],
                happened_at=row["happened_at"],
                attempts=row["attempts"],
                last_reason=row["reason"],
                taskforce=row["taskforce"],
            )
            for row in rows
        ]
    return claimed


async def renew(conn: Connection, courier: UUID, held: Collection[Key], lease: timedelta) -> None:
    """Renew the courier's claims on `held` for `lease` from now. Its claims on other deliveries expire."""
    await conn.execute(
        """
        update due_deliveries as due
           set due_at = clock_timestamp() + $2
          from unnest($3::uuid[], $4::uuid[]) as held (taskforce_id, delivery_id)
         where due.claimed_by = $1
           and due.taskforce_id = held.taskforce_id
           and due.delivery_id = held.delivery_id
        """,
        courier,
        lease,
        [taskforce_id for taskforce_id, _ in held],
        [delivery_id for _, delivery_id in held],
    )


async def settle(
    conn: Connection, courier: UUID, delivery: Claimed, status: Status, reason: str | None
) -> datetime | None:
    """Store how a delivery ended.

    `sent` is stored even if the claim has expired meanwhile. Any other end is stored only while the claim is held,
    because the courier that holds it now may still succeed.

    Returns:
        When it ended; None means that nothing was stored, because another courier has had the delivery too.
    """
    await set_taskforce(conn, delivery.taskforce_id)
    removed = await conn.execute(
        """
        delete from due_deliveries
         where taskforce_id = $1
           and delivery_id = $2
           and (claimed_by = $3 or $4)
        """,
        delivery.taskforce_id,
        delivery.delivery_id,
        courier,
        status == "sent",
    )
    if removed != "DELETE 1":
        return None
    settled_at: datetime | None = await conn.fetchval(
        """
        update deliveries
           set status = $2,
               reason = $3,
               settled_at = clock_timestamp()
         where id = $1
           and status = 'waiting'
        returning settled_at
        """,
        delivery.delivery_id,
        status,
        reason,
    )
    return settled_at


async def postpone(conn: Connection, courier: UUID, delivery: Claimed, reason: str, pause: timedelta) -> bool:
    """Release a claim: the delivery is due again after `pause`, or when it reaches `MAX_AGE` if that is earlier.

    Returns:
        Whether the claim was still held; if not, nothing has changed.
    """
    await set_taskforce(conn, delivery.taskforce_id)
    released = await conn.execute(
        """
        update due_deliveries
           set claimed_by = null,
               due_at = least(clock_timestamp() + $4, $5)
         where taskforce_id = $1
           and delivery_id = $2
           and claimed_by = $3
        """,
        delivery.taskforce_id,
        delivery.delivery_id,
        courier,
        pause,
        delivery.happened_at + MAX_AGE,
    )
    if released != "UPDATE 1":
        return False
    await conn.execute("update deliveries set reason = $2 where id = $1", delivery.delivery_id, reason)
    return True


async def count(conn: Connection, delivery: Claimed, mail: Countable) -> tuple[LimitReason, timedelta] | None:
    """Count a mail that is about to be sent against its limits, unless one is reached. One at a time in a taskforce.

    Returns:
        None if it was counted; else which limit is reached, and how long until it allows this mail.
    """
    await set_taskforce(conn, delivery.taskforce_id)
    await conn.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"recent mails {delivery.taskforce_id}")
    for limit in mail.limits:
        pause = await conn.fetchval(
            """
            select sent_at + $3 - clock_timestamp()
              from recent_mails
             where taskforce_id = $1
               and delivery_id <> $2
               and sent_at > clock_timestamp() - $3
               and case $4
                        when 'many_to_address' then rule = $5 and mailbox_hash = $6
                        when 'many_with_pass' then event_id = $7
                        when 'many_of_guests' then event_id is not null
                   end
             order by sent_at desc
            offset $8
             limit 1
            """,
            delivery.taskforce_id,
            delivery.delivery_id,
            limit.window,
            limit.reason,
            delivery.rule,
            mail.mailbox_hash,
            mail.event_id,
            limit.max_mails - 1,
        )
        if pause is not None:
            return limit.reason, pause
    await conn.execute(
        """
        insert into recent_mails (taskforce_id, delivery_id, rule, mailbox_hash, event_id)
        values ($1, $2, $3, $4, $5)
            on conflict (taskforce_id, delivery_id) do update
           set sent_at = excluded.sent_at
        """,
        delivery.taskforce_id,
        delivery.delivery_id,
        delivery.rule,
        mail.mailbox_hash,
        mail.event_id,
    )
    return None


async def count_over_limit(conn: Connection) -> int:
    """Count the mails that wait because of a limit, of every taskforce. Takes a transaction without a taskforce."""
    waiting = 0
    for row in await conn.fetch("select distinct taskforce_id from due_deliveries"):
        await set_taskforce(conn, row["taskforce_id"])
        waiting += await conn.fetchval(
            """
            select count(*)
              from due_deliveries as due
              join deliveries as delivery
                on delivery.taskforce_id = due.taskforce_id
               and delivery.id = due.delivery_id
             where due.taskforce_id = $1
               and delivery.reason = any ($2::text[])
            """,
            row["taskforce_id"],
            list(REASONS),
        )
    return waiting


async def forget_recent_mails(conn: Connection) -> None:
    """Delete what no limit counts any more, of every taskforce. Takes a transaction without a taskforce."""
    for row in await conn.fetch("select id from taskforces"):
        await set_taskforce(conn, row["id"])
        await conn.execute(
            "delete from recent_mails where taskforce_id = $1 and sent_at < clock_timestamp() - $2::interval",
            row["id"],
            LONGEST_WINDOW,
        )

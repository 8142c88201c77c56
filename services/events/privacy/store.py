"""SQL that loads and saves erasure orders. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from services.events.privacy.domain import SERVICES_IN_ORDER, ErasureOrder, OrderNotFound, Part

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import asyncpg

    from shared.db.database import Connection


async def insert_order(
    conn: Connection, taskforce_id: UUID, order_id: UUID, *, by: str, keys: Mapping[str, Mapping[str, Sequence[UUID]]]
) -> None:
    """Insert an order with a part for every service. Parts with nothing to erase are done at once."""
    await conn.execute(
        "insert into erasure_orders (taskforce_id, id, ordered_by) values ($1, $2, $3)", taskforce_id, order_id, by
    )
    for service in SERVICES_IN_ORDER:
        of_service = {name: [str(key) for key in every] for name, every in keys.get(service, {}).items()}
        await conn.execute(
            """
            insert into erasure_order_parts (taskforce_id, order_id, service, keys, done_at, erased)
            select $1, $2, $3, $4,
                   case when $5 then clock_timestamp() end,
                   case when $5 then 0 end
            """,
            taskforce_id,
            order_id,
            service,
            of_service,
            not of_service,
        )


async def open_keys(conn: Connection, taskforce_id: UUID, order_id: UUID) -> dict[str, dict[str, list[UUID]]]:
    """Return the keys still to erase, by service, and record the attempt."""
    rows = await conn.fetch(
        """
        update erasure_order_parts
           set asked_at = clock_timestamp()
         where taskforce_id = $1
           and order_id = $2
           and done_at is null
        returning service, keys
        """,
        taskforce_id,
        order_id,
    )
    found = {row["service"]: row["keys"] for row in rows}
    return {
        service: {name: [UUID(key) for key in keys] for name, keys in found[service].items()}
        for service in SERVICES_IN_ORDER
        if service in found
    }


async def mark_done(conn: Connection, taskforce_id: UUID, order_id: UUID, service: str, erased: int) -> None:
    """Mark a service's part as done and drop its keys; the ledger has them now."""
    await conn.execute(
        """
        update erasure_order_parts
           set done_at = clock_timestamp(),
               erased = $4,
               keys = '{}'
         where taskforce_id = $1
           and order_id = $2
           and service = $3
           and done_at is null
        """,
        taskforce_id,
        order_id,
        service,
        erased,
    )


async def open_orders(conn: Connection, taskforce_id: UUID) -> list[UUID]:
    """Return the orders with open parts, oldest first."""
    rows = await conn.fetch(
        """
        select id
          from erasure_orders
         where taskforce_id = $1
           and exists (select
                         from erasure_order_parts as part
                        where part.taskforce_id = erasure_orders.taskforce_id
                          and part.order_id = erasure_orders.id
                          and part.done_at is null)
         order by ordered_at, id
        """,
        taskforce_id,
    )
    return [row["id"] for row in rows]


async def order(conn: Connection, taskforce_id: UUID, order_id: UUID) -> ErasureOrder:
    """Return one order. Raises `OrderNotFound`."""
    found = await _orders(conn, taskforce_id, order_id, 1)
    if not found:
        raise OrderNotFound
    return found[0]


async def latest_orders(conn: Connection, taskforce_id: UUID, *, limit: int) -> list[ErasureOrder]:
    """Return the latest orders, newest first."""
    return await _orders(conn, taskforce_id, None, limit)


async def _orders(conn: Connection, taskforce_id: UUID, order_id: UUID | None, limit: int) -> list[ErasureOrder]:
    rows = await conn.fetch(
        """
        select id,
               ordered_by,
               ordered_at
          from erasure_orders
         where taskforce_id = $1
           and ($2::uuid is null or id = $2)
         order by ordered_at desc, id
         limit $3
        """,
        taskforce_id,
        order_id,
        limit,
    )
    parts = await conn.fetch(
        """
        select order_id,
               service,
               asked_at,
               done_at,
               erased
          from erasure_order_parts
         where taskforce_id = $1
           and order_id = any ($2)
        """,
        taskforce_id,
        [row["id"] for row in rows],
    )
    return [ErasureOrder(**row, parts=_in_order(parts, row["id"])) for row in rows]


def _in_order(parts: Sequence[asyncpg.Record], order_id: UUID) -> list[Part]:
    of_order = {part["service"]: part for part in parts if part["order_id"] == order_id}
    return [
        Part(service, of_order[service]["asked_at"], of_order[service]["done_at"], of_order[service]["erased"])
        for service in SERVICES_IN_ORDER
        if service in of_order
    ]

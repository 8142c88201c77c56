"""Handing cases over: whose work a pledge or a hire is. Each use case owns its transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal
from uuid import UUID, uuid4

from services.pledges.pledges.refusals import TooLateToUndo
from services.pledges.queue.refusals import NothingHandedOver
from shared.db.idempotency import claim_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.db.database import Connection, Database
    from shared.db.idempotency import IdempotentRequest
    from shared.http.auth import Principal

UNDO_FOR: Final = timedelta(minutes=15)
Table = Literal["pledges", "hires"]


@dataclass(frozen=True, slots=True)
class Handover:
    """What one request has handed over.

    Attributes:
        id: to undo it with.
        assigned_to: the colleague; None: nobody, and of a hire its contact person again.
        cases: how many cases it has changed.
        undone: whether it was undone.
    """

    id: UUID
    assigned_to: UUID | None
    cases: int
    undone: bool = False


async def assign_cases(
    db: Database,
    principal: Principal,
    *,
    pledges: Sequence[UUID] = (),
    hires: Sequence[UUID] = (),
    person_id: UUID | None,
    request: IdempotentRequest | None = None,
) -> Handover:
    """Hand cases over to a colleague. What does not exist, or is theirs already, is left out.

    A case worker hands over no hire that was confirmed by one of another municipality: it is left out, too.

    Args:
        person_id: None: nobody's case.
        request: the request that may be repeated; a repeat changes nothing, and is answered with what it did.

    Raises:
        IdempotencyKeyReused
    """
    now, batch_id = datetime.now(UTC), uuid4()
    async with db.change(principal.taskforce) as conn:
        if request is not None:
            earlier = await claim_key(conn, principal.taskforce, "assign_cases", request, batch_id, at=now)
            if earlier is not None:
                return await handover(conn, principal.taskforce, earlier) or Handover(earlier, person_id, 0)
        changed = 0
        for table, ids in (("pledges", pledges), ("hires", hires)):
            before = await _assign(conn, principal, table, ids, person_id)  # type: ignore[arg-type]
            await _record(conn, principal, table, before, person_id, batch_id=batch_id, at=now)  # type: ignore[arg-type]
            changed += len(before)
    return Handover(batch_id, person_id, changed)


async def undo_handover(db: Database, principal: Principal, batch_id: UUID, *, of_all: bool = False) -> int:
    """Give the cases of a handover back to whom they were assigned before. The same again changes nothing.

    A case that was handed over again since stays where it is.

    Args:
        of_all: whether the principal may undo what others have done.

    Returns:
        How many cases were given back.

    Raises:
        NothingHandedOver: there is no such handover, or somebody else made it.
        TooLateToUndo: it is 15 minutes ago.
    """
    now = datetime.now(UTC)
    async with db.change(principal.taskforce) as conn:
        rows = await conn.fetch(
            """
            select id, pledge_id, hire_id, assigned_to, assigned_before, assigned_by, assigned_at, undone_at
              from case_assignments
             where taskforce_id = $1
               and batch_id = $2
             order by id
               for no key update
            """,
            principal.taskforce,
            batch_id,
        )
        if not rows or (rows[0]["assigned_by"] != principal.person_id and not of_all):
            raise NothingHandedOver
        if rows[0]["undone_at"] is not None:
            return 0
        if now - rows[0]["assigned_at"] > UNDO_FOR:
            raise TooLateToUndo
        await conn.execute(
            "update case_assignments set undone_at = $3 where taskforce_id = $1 and batch_id = $2",
            principal.taskforce,
            batch_id,
            now,
        )
        given_back = 0
        for table, column in (("pledges", "pledge_id"), ("hires", "hire_id")):
            cases = sorted(
                (row[column], row["assigned_to"], row["assigned_before"]) for row in rows if row[column] is not None
            )
            given_back += len(
                await conn.fetch(
                    f"""
                    update {table} as handed
                       set assigned_to = former.person_id
                      from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as former (id, now_with, person_id)
                     where handed.taskforce_id = $1
                       and handed.id = former.id
                       and handed.assigned_to is not distinct from former.now_with
                    returning handed.id
                    """,  # noqa: S608  (names of our own)
                    principal.taskforce,
                    [case[0] for case in cases],
                    [case[1] for case in cases],
                    [case[2] for case in cases],
                )
            )
    return given_back


async def handover(conn: Connection, taskforce_id: UUID, batch_id: UUID) -> Handover | None:
    """Return a handover of a moment ago; None where nothing was handed over."""
    row = await conn.fetchrow(
        """
        select min(assigned_to::text)::uuid as assigned_to,
               count(*) as cases,
               bool_or(undone_at is not null) as undone
          from case_assignments
         where taskforce_id = $1
           and batch_id = $2
        """,
        taskforce_id,
        batch_id,
    )
    return Handover(batch_id, row["assigned_to"], row["cases"], row["undone"]) if row and row["cases"] else None


async def _assign(
    conn: Connection, principal: Principal, table: Table, ids: Sequence[UUID], person_id: UUID | None
) -> list[tuple[UUID, UUID | None]]:
    """Assign cases; return those that it changes, each with whom it was assigned to."""
    if not ids:
        return []
    arguments: list[object] = [principal.taskforce, list(ids), person_id]
    visible = ""
    if table == "hires" and not principal.has("coordinator"):
        visible = "and (caseworker_municipality is null or caseworker_municipality = $4)"
        arguments.append(principal.municipality)
    rows = await conn.fetch(
        f"""
        select id, assigned_to
          from {table}
         where taskforce_id = $1
           and id = any ($2)
           and assigned_to is distinct from $3
           {visible}
         order by id
           for no key update
        """,  # noqa: S608  (names of our own)
        *arguments,
    )
    await conn.execute(
        f"update {table} set assigned_to = $3 where taskforce_id = $1 and id = any ($2)",  # noqa: S608
        principal.taskforce,
        [row["id"] for row in rows],
        person_id,
    )
    return [(row["id"], row["assigned_to"]) for row in rows]


async def _record(
    conn: Connection,
    principal: Principal,
    table: Table,
    cases: list[tuple[UUID, UUID | None]],
    person_id: UUID | None,
    *,
    batch_id: UUID,
    at: datetime,
) -> None:
    column = "pledge_id" if table == "pledges" else "hire_id"
    await conn.execute(
        f"""
        insert into case_assignments
               (taskforce_id, id, batch_id, {column}, assigned_to, assigned_before, assigned_by, assigned_at)
        select $1, gen_random_uuid(), $2, handed.id, $3, handed.person_id, $4, $5
          from unnest($6::uuid[], $7::uuid[]) as handed (id, person_id)
        """,  # noqa: S608  (a name of our own)
        principal.taskforce,
        batch_id,
        person_id,
        principal.person_id,
        at,
        [case_id for case_id, _ in cases],
        [before for _, before in cases],
    )

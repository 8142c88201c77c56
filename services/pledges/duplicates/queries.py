"""SQL for reading proposals, with the pledges that they are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.duplicates.schemas import DecisionOut, ProposalOut
from services.pledges.duplicates.store import COLUMNS, proposal_of
from services.pledges.pledges.queries import ALIVE, Where, select_pledges
from services.pledges.pledges.store import select_list

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from services.pledges.duplicates.domain import ProposalStatus
    from shared.db.database import Connection

_PROPOSALS: Final = f"""
select {select_list(COLUMNS, "proposal")},
       decided.decision,
       decided.decided_by,
       decided.decided_at
  from duplicate_proposals as proposal
  left join duplicate_decisions as decided
    on decided.taskforce_id = proposal.taskforce_id
   and decided.proposal_id = proposal.id
   and decided.version = proposal.version
 where proposal.taskforce_id = $1"""  # noqa: S608  (columns of our own table)

_BOTH_ALIVE: Final = f"""
       not exists (select
                     from pledges as pledge
                    where pledge.taskforce_id = proposal.taskforce_id
                      and pledge.id in (proposal.first_id, proposal.second_id)
                      and not {ALIVE})
""".strip()  # noqa: S608  (a condition of our own)
"""An open proposal about a pledge that has ended asks for nothing, until the pledge comes back."""

_STAYS_IN_VAIN: Final = f"""
       exists (select
                 from pledges as pledge
                where pledge.taskforce_id = proposal.taskforce_id
                  and pledge.id = proposal.stays_id
                  and (not {ALIVE} or pledge.review = 'rejected'))
""".strip()  # noqa: S608  (a condition of our own)
"""The pledge that stays has ended since, or was rejected: the other one may be a promise after all."""


async def proposals(
    conn: Connection,
    taskforce_id: UUID,
    status: ProposalStatus | None,
    *,
    pledge_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> list[ProposalOut]:
    """Return proposals, the newest first. Those that are open only while both pledges are alive.

    Args:
        status: None: any, except outdated.
        pledge_id: only those about this pledge.
        after: the sort key of the last row of the previous page; None: the first page.
    """
    where = Where(taskforce_id)
    if status is None:
        where.add("proposal.status <> 'outdated'")
    else:
        where.add("proposal.status = ?", status)
    if status in {None, "open"}:
        where.add(f"(proposal.status <> 'open' or {_BOTH_ALIVE})")
    if pledge_id is not None:
        where.add("(proposal.first_id = ? or proposal.second_id = ?)", pledge_id, pledge_id)
    if after is not None:
        where.add("(proposal.proposed_at, proposal.id) < (?, ?)", *after)
    rows = await conn.fetch(
        f"{_PROPOSALS}{where.sql}\n order by proposal.proposed_at desc, proposal.id desc\n {where.limit(limit)}",
        *where.arguments,
    )
    return await _with_pledges(conn, taskforce_id, rows)


async def proposal(conn: Connection, taskforce_id: UUID, proposal_id: UUID) -> ProposalOut | None:
    """Return one proposal, or None."""
    rows = await conn.fetch(f"{_PROPOSALS}\n   and proposal.id = $2", taskforce_id, proposal_id)
    return next(iter(await _with_pledges(conn, taskforce_id, rows)), None)


async def _with_pledges(conn: Connection, taskforce_id: UUID, rows: list[asyncpg.Record]) -> list[ProposalOut]:
    found = [proposal_of(row) for row in rows]
    ids = {pledge_id for one in found for pledge_id in (one.first_id, one.second_id)}
    where = Where(taskforce_id)
    where.add("pledge.id = any (?)", list(ids))
    pledges = {one.id: one for one in await select_pledges(conn, where, order_by="pledge.id", limit=len(ids))}
    return [
        ProposalOut.of(
            one,
            pledges[one.first_id],
            pledges[one.second_id],
            DecisionOut.model_construct(
                decision=row["decision"], decided_by=row["decided_by"], decided_at=row["decided_at"]
            )
            if row["decision"]
            else None,
        )
        for one, row in zip(found, rows, strict=True)
    ]


async def open_count(conn: Connection, taskforce_id: UUID, event_id: UUID) -> int:
    """Return how many proposals about an event's pledges wait for a decision."""
    count: int = await conn.fetchval(
        f"""
        select count(*)
          from duplicate_proposals as proposal
         where proposal.taskforce_id = $1
           and proposal.status = 'open'
           and {_BOTH_ALIVE}
           and exists (select
                         from pledges as pledge
                        where pledge.taskforce_id = proposal.taskforce_id
                          and pledge.id = proposal.first_id
                          and pledge.event_id = $2)
        """,  # noqa: S608  (a condition of our own)
        taskforce_id,
        event_id,
    )
    return count


async def in_vain_count(conn: Connection, taskforce_id: UUID) -> int:
    """Return in how many merged pairs the pledge that stays has ended since, or was rejected."""
    count: int = await conn.fetchval(
        f"""
        select count(*)
          from duplicate_proposals as proposal
         where proposal.taskforce_id = $1
           and proposal.status = 'merged'
           and {_STAYS_IN_VAIN}
        """,  # noqa: S608  (a condition of our own)
        taskforce_id,
    )
    return count

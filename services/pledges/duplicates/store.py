"""SQL that saves and loads proposals. Everything takes the transaction's connection; nothing commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.duplicates.domain import Proposal
from services.pledges.duplicates.likeness import ComparedPledge

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime
    from uuid import UUID

    import asyncpg

    from services.pledges.duplicates.domain import ProposalDecision
    from services.pledges.pledges.domain import Pledge
    from shared.db.database import Connection

COLUMNS: Final = (
    "taskforce_id",
    "id",
    "first_id",
    "second_id",
    "proposed_at",
    "version",
    "status",
    "stays_id",
)
"""The columns of the table `duplicate_proposals`."""


async def lock_proposal(conn: Connection, taskforce_id: UUID, proposal_id: UUID) -> Proposal | None:
    """Return a proposal and lock its row until the end of the transaction."""
    row = await conn.fetchrow(
        f"""
        select {", ".join(COLUMNS)}
          from duplicate_proposals
         where taskforce_id = $1
           and id = $2
           for update
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        proposal_id,
    )
    return proposal_of(row) if row else None


def proposal_of(row: asyncpg.Record) -> Proposal:
    """Return the aggregate from its row."""
    return Proposal(**{column: row[column] for column in COLUMNS})


async def save_decision(
    conn: Connection,
    proposal: Proposal,
    decision: ProposalDecision,
    duplicate: Pledge | None,
    *,
    decided_by: UUID | None,
    at: datetime,
) -> None:
    """Save a decision on a proposal that the caller has locked, and add it to the history.

    Args:
        duplicate: the pledge that has become a duplicate, or is none any more; None where both are kept.
    """
    await conn.execute(
        """
        with decided as (
            update duplicate_proposals
               set version = $3,
                   status = $4,
                   stays_id = $5
             where taskforce_id = $1
               and id = $2
        )
        insert into duplicate_decisions
               (taskforce_id, proposal_id, version, decision, stays_id, decided_by, decided_at, pledge_id,
                pledge_version)
        values ($1, $2, $3, $6, $5, $7, $8, $9, $10)
        """,
        proposal.taskforce_id,
        proposal.id,
        proposal.version,
        proposal.status,
        proposal.stays_id,
        decision,
        decided_by,
        at,
        duplicate.id if duplicate else None,
        duplicate.version if duplicate else None,
    )


# ---- What the worker compares.


async def try_lock_detection(conn: Connection, taskforce_id: UUID) -> bool:
    """Return whether this transaction is the only one that looks for duplicates of the taskforce, until it ends."""
    locked: bool = await conn.fetchval(
        "select pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"duplicates of {taskforce_id}"
    )
    return locked


async def unchecked_pledges(
    conn: Connection, taskforce_id: UUID, *, received_since: datetime, limit: int
) -> dict[UUID, tuple[UUID | None, int]]:
    """Return event and version of the pledges that were not compared in their present version, by their ids."""
    rows = await conn.fetch(
        """
        select pledge.id, pledge.event_id, pledge.version
          from pledges as pledge
          left join duplicate_checks as checked
            on checked.taskforce_id = pledge.taskforce_id
           and checked.pledge_id = pledge.id
         where pledge.taskforce_id = $1
           and pledge.received_at >= $2
           and checked.version is distinct from pledge.version
         order by pledge.received_at, pledge.id
         limit $3
        """,
        taskforce_id,
        received_since,
        limit,
    )
    return {row["id"]: (row["event_id"], row["version"]) for row in rows}


async def comparable_pledges(
    conn: Connection, taskforce_id: UUID, event_ids: Collection[UUID], pledge_ids: Collection[UUID], *, of_event: int
) -> list[ComparedPledge]:
    """Return pledges that have not ended and were not rejected: of some ids, and the latest of some events.

    Args:
        of_event: how many of each event at most.
    """
    rows = await conn.fetch(
        """
        with chosen as (
            select unnest($3::uuid[]) as id
             union
            select latest.id
              from unnest($2::uuid[]) as event (id)
             cross join lateral (
                   select pledge.id
                     from pledges as pledge
                    where pledge.taskforce_id = $1
                      and pledge.event_id = event.id
                    order by pledge.received_at desc, pledge.id desc
                    limit $4
                   ) as latest
        )
        select id, event_id, company_id, company_name, company_cvr, company_p_number, job_type, position_count,
               weekly_hours_from, weekly_hours_to, tasks, pledged_on, received_at, review
          from chosen
          join pledges using (id)
         where taskforce_id = $1
           and status not in ('withdrawn', 'lapsed', 'duplicate')
           and review is distinct from 'rejected'
        """,
        taskforce_id,
        list(event_ids),
        list(pledge_ids),
        of_event,
    )
    return [
        ComparedPledge(
            id=row["id"],
            event_id=row["event_id"],
            company_id=row["company_id"],
            company_name=row["company_name"],
            company_cvr=row["company_cvr"],
            company_p_number=row["company_p_number"],
            job_type=row["job_type"],
            positions=row["position_count"],
            hours_from=float(row["weekly_hours_from"]),
            hours_to=float(row["weekly_hours_to"]),
            tasks=frozenset(row["tasks"]),
            pledged_on=row["pledged_on"],
            received_at=row["received_at"],
            held=row["review"] == "waiting",
        )
        for row in rows
    ]


async def insert_proposals(conn: Connection, proposals: Sequence[Proposal]) -> int:
    """Save new proposals. One that was outdated is open again; any other that exists stays as it is.

    Returns:
        The number of proposals that are now open and were not before.
    """
    rows = await conn.fetch(
        """
        insert into duplicate_proposals as known
               (taskforce_id, id, first_id, second_id, proposed_at, version, status)
        select taskforce_id, id, first_id, second_id, proposed_at, 1, 'open'
          from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[])
               as found (taskforce_id, id, first_id, second_id, proposed_at)
         order by id
            on conflict (taskforce_id, id) do update
               set status = 'open',
                   version = known.version + 1
             where known.status = 'outdated'
        returning 1
        """,
        [one.taskforce_id for one in proposals],
        [one.id for one in proposals],
        [one.first_id for one in proposals],
        [one.second_id for one in proposals],
        [one.proposed_at for one in proposals],
    )
    return len(rows)


async def open_proposals(conn: Connection, taskforce_id: UUID, pledge_ids: Collection[UUID]) -> list[Proposal]:
    """Return the open proposals about some pledges."""
    rows = await conn.fetch(
        f"""
        select {", ".join(COLUMNS)}
          from duplicate_proposals
         where taskforce_id = $1
           and status = 'open'
           and (first_id = any ($2) or second_id = any ($2))
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        list(pledge_ids),
    )
    return [proposal_of(row) for row in rows]


async def close_outdated(conn: Connection, taskforce_id: UUID, proposal_ids: Collection[UUID]) -> None:
    """Close open proposals about pledges that are not alike any more."""
    await conn.execute(
        """
        update duplicate_proposals
           set status = 'outdated',
               version = version + 1
         where taskforce_id = $1
           and id = any ($2)
           and status = 'open'
        """,
        taskforce_id,
        list(proposal_ids),
    )


async def save_checks(conn: Connection, taskforce_id: UUID, versions: dict[UUID, int]) -> None:
    """Save which versions of pledges have been compared."""
    await conn.execute(
        """
        insert into duplicate_checks (taskforce_id, pledge_id, version)
        select $1, pledge_id, version
          from unnest($2::uuid[], $3::integer[]) as checked (pledge_id, version)
            on conflict (taskforce_id, pledge_id) do update
               set version = excluded.version
        """,
        taskforce_id,
        list(versions),
        list(versions.values()),
    )

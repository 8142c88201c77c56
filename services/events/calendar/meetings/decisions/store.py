"""SQL that loads and saves decisions. Runs in the caller's transaction, never commits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.events.calendar.meetings.decisions.domain import Decision, DecisionNotFound, DecisionTerms

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection

_COLUMNS: Final = (
    "id, meeting_id, text, owner, due_on, item_id, status, reason, made_at, made_by, changed_at, changed_by,"
    " settled_at, settled_by, version"
)


async def insert_decision(conn: Connection, taskforce_id: UUID, decision: Decision) -> bool:
    """Save a new decision. False, and nothing saved, where the id is taken."""
    inserted = await conn.execute(
        f"""
        insert into decisions (taskforce_id, {_COLUMNS})
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            on conflict (taskforce_id, id) do nothing
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        *_values(decision),
    )
    return inserted == "INSERT 0 1"


async def lock_decision(conn: Connection, taskforce_id: UUID, decision_id: UUID) -> Decision:
    """Return a decision, locked until the transaction ends. Raises `DecisionNotFound`."""
    row = await conn.fetchrow(
        f"""
        select {_COLUMNS}
          from decisions
         where taskforce_id = $1
           and id = $2
           for no key update
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        decision_id,
    )
    if row is None:
        raise DecisionNotFound
    facts = dict(row)
    terms = DecisionTerms(*(facts.pop(name) for name in ("text", "owner", "due_on", "item_id")))
    return Decision(terms=terms, **facts)


async def save_decision(conn: Connection, taskforce_id: UUID, decision: Decision) -> None:
    """Save a decision that the caller has locked."""
    await conn.execute(
        f"""
        update decisions
           set ({_COLUMNS}) = row($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         where taskforce_id = $1
           and id = $2
        """,  # noqa: S608  (columns of our own table)
        taskforce_id,
        *_values(decision),
    )


def _values(decision: Decision) -> tuple[object, ...]:
    terms = decision.terms
    return (
        decision.id,
        decision.meeting_id,
        terms.text,
        terms.owner,
        terms.due_on,
        terms.item_id,
        decision.status,
        decision.reason,
        decision.made_at,
        decision.made_by,
        decision.changed_at,
        decision.changed_by,
        decision.settled_at,
        decision.settled_by,
        decision.version,
    )

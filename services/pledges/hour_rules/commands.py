"""Changing the rules about hours. Each use case owns its transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.hour_rules import store

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from services.pledges.hour_rules.domain import HourRule
    from shared.db.database import Database


async def add_rule(db: Database, taskforce_id: UUID, rule: HourRule) -> None:
    """Add a rule, or another version of one. Raises what `HourRules.add` raises."""
    async with db.change(taskforce_id) as conn:
        rules = await store.load_rules(conn, taskforce_id, lock=True)
        rules.add(rule)
        await store.insert_rule(conn, taskforce_id, rule)


async def end_rule(db: Database, taskforce_id: UUID, rule_id: UUID, last_day: date, *, by: UUID | None) -> None:
    """Say which is the last day of a rule. Raises what `HourRules.end` raises."""
    async with db.change(taskforce_id) as conn:
        rules = await store.load_rules(conn, taskforce_id, lock=True)
        await store.save_rule(conn, taskforce_id, rules.end(rule_id, last_day, by=by, at=datetime.now(UTC)))


async def withdraw_rule(db: Database, taskforce_id: UUID, rule_id: UUID, *, by: UUID | None) -> None:
    """Withdraw a rule that was added by mistake. Raises what `HourRules.withdraw` raises."""
    async with db.change(taskforce_id) as conn:
        rules = await store.load_rules(conn, taskforce_id, lock=True)
        await store.save_rule(conn, taskforce_id, rules.withdraw(rule_id, by=by, at=datetime.now(UTC)))

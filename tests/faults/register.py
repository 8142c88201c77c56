"""I1 to I3 for the register of companies: pledges and the dashboard know exactly what events has registered."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from tests.faults.checker import Databases
    from tests.faults.ledger import Ledger
    from tests.faults.verdict import Verdict

_CHECK = "companies_are_known_everywhere"

_SENT = "select aggregateid, version from outbox where taskforce_id = any($1) and aggregatetype = 'events.company'"
_PROJECTED = "select id, version from companies where taskforce_id = any($1)"
_SHOWN = "select company_id, version from companies where taskforce_id = any($1)"


async def behind(databases: Databases, taskforces: list[UUID]) -> int:
    """Return how many companies have not reached all services."""
    sent = {tuple(row) for row in await databases.events.fetch(_SENT, taskforces)}
    projected = {tuple(row) for row in await databases.pledges.fetch(_PROJECTED, taskforces)}
    rows = {tuple(row) for row in await databases.dashboard.fetch(_SHOWN, taskforces)}
    pending: int = await databases.events.fetchval(
        "select count(*) from outbox where taskforce_id = any($1) and published_at is null", taskforces
    )
    return pending + len(sent - projected) + len(sent - rows)


async def check(databases: Databases, taskforce_id: UUID, ledger: Ledger, verdict: Verdict) -> None:
    """Compare one taskforce's register with its ledger and with both read models."""
    stored = {
        row["id"]: row["version"]
        for row in await databases.events.fetch(
            "select id, version from companies where taskforce_id = $1", taskforce_id
        )
    }
    for company in ledger.companies.keys() - stored.keys():
        verdict.lost += 1
        verdict.broke("I1", _CHECK, f"company registered and lost: {company}")
    for company in stored.keys() - ledger.attempted_companies.keys():
        verdict.unexpected += 1
        verdict.broke("I3", _CHECK, f"nobody has registered {company}")
    projected = [tuple(row) for row in await databases.pledges.fetch(_PROJECTED, [taskforce_id])]
    rows = [tuple(row) for row in await databases.dashboard.fetch(_SHOWN, [taskforce_id])]
    for where, known in (("pledges", projected), ("the dashboard", rows)):
        for key, times in Counter(known).items():
            if times > 1:
                verdict.duplicated += times - 1
                verdict.broke("I2", _CHECK, f"{where} knows {key} {times} times")
        for key in stored.items() - set(known):
            verdict.lost += 1
            verdict.broke("I2", _CHECK, f"{where} has not heard of {key}")
        for key in set(known) - stored.items():
            verdict.unexpected += 1
            verdict.broke("I3", _CHECK, f"{where} knows {key}, which is not in the register")

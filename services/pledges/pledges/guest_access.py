"""The ways in which pledges come in: as the service itself for people, as a narrow role for guests.

Whoever has scanned an event's code is nobody we know. What they send and are shown goes through a role of the
database's own (`tilsagn_pledges_intake`), which takes pledges in, recognises them when they come again, shows what
passes have logged, and can read nothing else: no contact, no hire, nothing that a person has logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.pledges.pledges import queries
from services.pledges.pledges.access import is_guest, may_read, seen_by
from services.pledges.pledges.group_commit import pledges_together

if TYPE_CHECKING:
    from uuid import UUID

    from fastapi import Request

    from services.pledges.pledges.group_commit import PledgesTogether
    from services.pledges.pledges.views import PledgeView
    from shared.db.database import Database
    from shared.http.auth import Principal


@dataclass(frozen=True, slots=True)
class Intake:
    """A way in: the database as one of its roles, and what logs together the pledges that come by it at once."""

    database: Database
    together: PledgesTogether

    @classmethod
    def of(cls, database: Database) -> Intake:
        """Make the way in by that database."""
        return cls(database, pledges_together(database))


def intake_of(request: Request, principal: Principal) -> Intake:
    """Return the way in that is open to the principal."""
    state = request.app.state
    intake: Intake = state.intake_of_guests if is_guest(principal) else state.intake_of_people
    return intake


async def find_pledge(request: Request, principal: Principal, pledge_id: UUID) -> PledgeView | None:
    """Return a pledge as the principal may see it; None where there is none for them."""
    find = queries.receipt if is_guest(principal) else queries.pledge
    async with intake_of(request, principal).database.read(principal.taskforce) as conn:
        pledge = await find(conn, principal.taskforce, pledge_id)
    return seen_by(principal, pledge) if pledge is not None and may_read(principal, pledge) else None

"""The two roles of the database that pledges are logged and read as: the service's for people, a narrow one for guests.

A guest has an event's pass and no account. Guests' requests use the database role `tilsagn_pledges_intake`, which can
log pledges, recognise repeated requests and read pledges that were logged with a pass. It can read no contact, no hire
and no pledge that a person has logged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.pledges.pledges import queries
from services.pledges.pledges.access import may_read, visible_part
from services.pledges.pledges.commands import group_commit
from services.pledges.register.access import is_guest

if TYPE_CHECKING:
    from uuid import UUID

    from fastapi import Request

    from services.pledges.pledges.commands import PledgeGroupCommit
    from services.pledges.pledges.schemas import PledgeOut
    from shared.db.database import Database
    from shared.http.auth import Principal


@dataclass(frozen=True, slots=True)
class Intake:
    """The database as one of its roles, and the group commit for the pledges that are logged as that role."""

    database: Database
    group_commit: PledgeGroupCommit

    @classmethod
    def of(cls, database: Database) -> Intake:
        """Return the intake as the database's role."""
        return cls(database, group_commit(database))


def intake_for(request: Request, principal: Principal) -> Intake:
    """Return the intake that serves the principal."""
    state = request.app.state
    intake: Intake = state.intake_for_guests if is_guest(principal) else state.intake_for_people
    return intake


async def find_pledge(request: Request, principal: Principal, pledge_id: UUID) -> PledgeOut | None:
    """Return a pledge as far as the principal may see it; None where it does not exist for them."""
    find = queries.receipt if is_guest(principal) else queries.pledge
    async with intake_for(request, principal).database.read(principal.taskforce) as conn:
        pledge = await find(conn, principal.taskforce, pledge_id)
    return visible_part(principal, pledge) if pledge is not None and may_read(principal, pledge) else None

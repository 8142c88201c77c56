"""The messages about contacts with companies: without what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from shared.contracts.pledges import OutreachState

if TYPE_CHECKING:
    from services.pledges.companies.outreach.domain import Outreach

OutreachMessage = TypeVar("OutreachMessage", bound=OutreachState)


def outreach_state(message: type[OutreachMessage], outreach: Outreach) -> OutreachMessage:
    """Return the message about a contact's last change.

    Args:
        message: what has happened to it, such as `OutreachLogged`.
    """
    return message(
        taskforce_id=outreach.taskforce_id,
        version=outreach.version,
        recorded_at=outreach.changed_at,
        outreach_id=outreach.id,
        company_id=outreach.company_id,
        kind=outreach.terms.kind,
        made_on=outreach.terms.made_on,
        new_company=outreach.terms.new_company,
        counted=outreach.counted,
    )

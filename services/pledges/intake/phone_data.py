"""What a phone keeps of its event while it has no network."""

from __future__ import annotations

import base64
import hmac
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from services.pledges.catalogue.store import load_catalogue
from services.pledges.intake.schemas import (
    ChoiceOut,
    EventChoiceOut,
    IntakeCompanyOut,
    IntakeEventOut,
    IntakeOut,
    LimitsOut,
    WhoOut,
)
from services.pledges.pledges.refusals import PassRevoked
from services.pledges.register import queries as register
from services.pledges.register.access import event_of, is_guest, is_revoked, sees_register
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES, PASS_GRACE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from pydantic import SecretStr

    from services.pledges.pledges.domain import Limits
    from services.pledges.register.queries import CompanyRow, EventRow
    from shared.db.database import Connection
    from shared.http.auth import Principal


async def intake_data(
    conn: Connection, principal: Principal, requested: UUID | None, *, limits: Limits, key: SecretStr
) -> IntakeOut:
    """Return what the phone's page needs: for the pass's event, or the requested one, or the only one that is open.

    Args:
        key: the installation's, from which the event's key for handing over is made.

    Raises:
        PassRevoked
    """
    taskforce_id = principal.taskforce
    event_id = event_of(principal, requested)
    open_events: list[EventRow] = []
    companies: list[CompanyRow] = []
    if sees_register(principal):
        open_events = await register.events(conn, taskforce_id, ("open",))
        if event_id is None and len(open_events) == 1:
            event_id = open_events[0].id
    event = await register.event(conn, taskforce_id, event_id) if event_id else None
    if is_revoked(principal, event):
        raise PassRevoked
    if event_id is not None:
        companies = await register.companies_at(conn, taskforce_id, event_id)
    if not companies and sees_register(principal):
        companies = await register.companies(conn, taskforce_id)
    catalogue = await load_catalogue(conn, taskforce_id)
    return IntakeOut(
        principal=WhoOut(subject=principal.subject, kind="guest" if is_guest(principal) else "person"),
        event=_event_out(event) if event else None,
        events=[EventChoiceOut(id=one.id, title=one.title) for one in open_events],
        companies=[
            IntakeCompanyOut(id=one.id, name=one.name, cvr=one.cvr)
            for one in sorted(companies, key=lambda one: one.name.casefold())
        ],
        tasks=[ChoiceOut(code=code, label=label) for code, label in catalogue.choices()],
        job_types=_choices(JOB_TYPES),
        limits=LimitsOut(positions=limits.positions, weekly_hours=limits.weekly_hours),
        handover_key=handover_key(event.id, key) if event else None,
        now=datetime.now(UTC),
    )


def handover_key(event_id: UUID, key: SecretStr) -> str:
    """Return the key of an event for handing over pledges between phones: 256 bits in base64url without padding."""
    digest = hmac.digest(key.get_secret_value().encode(), f"handover\n{event_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _event_out(event: EventRow) -> IntakeEventOut:
    return IntakeEventOut(
        id=event.id,
        title=event.title,
        place=event.place,
        status=event.status,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        opened_at=event.opened_at,
        closed_at=event.closed_at,
        deliver_until=max(event.ends_at, event.closed_at or event.ends_at) + PASS_GRACE,
    )


def _choices(labels: Mapping[Any, str]) -> list[ChoiceOut]:
    return [ChoiceOut(code=code, label=_(label)) for code, label in labels.items()]

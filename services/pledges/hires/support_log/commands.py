"""Logging calls about a hire. What a use case returns has been committed.

Nothing is published: what was agreed stays with the colleagues of the municipality.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from services.pledges.hires.refusals import HireNotFound
from services.pledges.hires.store import load_hire
from services.pledges.hires.support_log import store
from services.pledges.hires.support_log.domain import SupportContact
from services.pledges.hires.support_log.refusals import SupportContactNotFound
from shared.db.idempotency import IdempotencyKeyReused, claim_key
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from datetime import date

    from services.pledges.hires.domain import Hire, HireEditor
    from services.pledges.hires.support_log.domain import ContactedBy
    from shared.db.database import Connection, Database
    from shared.db.idempotency import IdempotentRequest


async def log_support_contact(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    *,
    contacted_on: date | None,
    contacted_by: ContactedBy,
    agreed: str,
    solved: bool,
    by: HireEditor,
    request: IdempotentRequest,
    at: datetime | None = None,
) -> SupportContact:
    """Add a call to the log of a hire, exactly once.

    Args:
        contacted_on: None: today.
        at: when the request came; None: now.

    Raises:
        IdempotencyKeyReused: another request has used the key.
        HireNotFound, OtherMunicipality: there is no such hire for the case worker.
        HireRevoked, ImplausibleContactDay: see `SupportContact.check_for`.
    """
    now = at or datetime.now(UTC)
    contact_id = uuid5(hire_id, request.key)
    async with db.change(taskforce_id) as conn:
        earlier = await claim_key(conn, taskforce_id, "log_support_contact", request, contact_id, at=now)
        hire = await hire_for(conn, taskforce_id, hire_id, by=by)
        if earlier is not None:
            return await _found(conn, taskforce_id, hire_id, earlier)
        contact = SupportContact(
            contact_id, hire_id, contacted_on or local_date(now), contacted_by, agreed, solved, by.id, now
        )
        contact.check_for(hire, today=local_date(now))
        await store.insert_support_contact(conn, taskforce_id, contact)
    return contact


async def settle_support_contact(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    contact_id: UUID,
    *,
    solved: bool,
    by: HireEditor,
    request: IdempotentRequest,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> SupportContact:
    """Record whether a call is solved.

    Args:
        seen_version: the entry's version that the case worker saw; None: any.
        at: when the request came; None: now.

    Raises:
        IdempotencyKeyReused: another request has used the key.
        HireNotFound, OtherMunicipality: there is no such hire for the case worker.
        SupportContactNotFound, StaleSupportContact
    """
    async with db.change(taskforce_id) as conn:
        now = at or datetime.now(UTC)
        earlier = await claim_key(conn, taskforce_id, "settle_support_contact", request, contact_id, at=now)
        if earlier not in {None, contact_id}:
            raise IdempotencyKeyReused
        await hire_for(conn, taskforce_id, hire_id, by=by)
        contact = await _found(conn, taskforce_id, hire_id, contact_id)
        if earlier is None and contact.settle(solved=solved, seen_version=seen_version):
            await store.save_settlement(conn, taskforce_id, contact)
    return contact


async def hire_for(conn: Connection, taskforce_id: UUID, hire_id: UUID, *, by: HireEditor) -> Hire:
    """Return a hire whose log the case worker may read. Raises `HireNotFound`, `OtherMunicipality`."""
    found = await load_hire(conn, taskforce_id, hire_id)
    if found is None:
        raise HireNotFound
    found[0].check_editor(by)
    return found[0]


async def _found(conn: Connection, taskforce_id: UUID, hire_id: UUID, contact_id: UUID) -> SupportContact:
    contact = await store.lock_support_contact(conn, taskforce_id, hire_id, contact_id)
    if contact is None:
        raise SupportContactNotFound
    return contact

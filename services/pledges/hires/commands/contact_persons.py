"""Who is the municipality's contact person of a hire, whom employer and employee can ring."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from services.pledges.hires import store
from services.pledges.hires.commands.locking import lock_for_change, save_change
from services.pledges.hires.domain import HireChange
from services.pledges.hires.refusals import HireNotFound
from shared.contracts.pledges import ContactPersonChanged
from shared.db.idempotency import IdempotencyKeyReused, claim_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from services.pledges.hires.domain import Hire, HireEditor
    from services.pledges.pledges.domain import Contact
    from shared.db.database import Connection, Database
    from shared.db.idempotency import IdempotentRequest


async def change_contact_person(
    db: Database,
    taskforce_id: UUID,
    hire_id: UUID,
    contact: Contact,
    person_id: UUID | None,
    *,
    by: HireEditor,
    request: IdempotentRequest,
    seen_version: int | None = None,
    at: datetime | None = None,
) -> Hire:
    """Give a hire another contact person.

    Args:
        contact: whom both sides can ring.
        person_id: their account, where they have one.
        seen_version: the hire's version that the case worker saw; None: any.
        at: when the request came; None: now.

    Raises:
        IdempotencyKeyReused, HireNotFound, OtherMunicipality: see `lock_for_change`.
        HireRevoked, StaleHire: see `Hire.change_contact_person`. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        locked = await lock_for_change(conn, taskforce_id, hire_id, "change_contact_person", request, by=by, at=now)
        if not locked.repeated:
            await _change(conn, locked.hire, contact, person_id, by=by, seen_version=seen_version, at=now)
    return locked.hire


async def hand_over(
    db: Database,
    taskforce_id: UUID,
    versions: Mapping[UUID, int | None],
    contact: Contact,
    person_id: UUID | None,
    *,
    by: HireEditor,
    request: IdempotentRequest,
    at: datetime | None = None,
) -> list[Hire]:
    """Give several hires another contact person, or none of them.

    Args:
        versions: of each hire, the version that the case worker saw; None: any.

    The other arguments are as of `change_contact_person`.

    Returns:
        The hires, in the order of their ids.

    Raises:
        IdempotencyKeyReused: another request has used the key.
        HireNotFound, OtherMunicipality, HireRevoked, StaleHire: of one of them. Nothing has changed.
    """
    now = at or datetime.now(UTC)
    ids = sorted(versions)
    async with db.change(taskforce_id) as conn:
        earlier = await claim_key(conn, taskforce_id, "hand_over_hires", request, ids[0], at=now)
        if earlier not in {None, ids[0]}:
            raise IdempotencyKeyReused
        hires = await store.lock_hires(conn, taskforce_id, ids)
        if len(hires) < len(ids):
            raise HireNotFound
        for hire in hires:
            hire.check_editor(by)
            if earlier is None:
                await _change(conn, hire, contact, person_id, by=by, seen_version=versions[hire.id], at=now)
    return hires


async def _change(
    conn: Connection,
    hire: Hire,
    contact: Contact,
    person_id: UUID | None,
    *,
    by: HireEditor,
    seen_version: int | None,
    at: datetime,
) -> None:
    change = HireChange("contact_person_changed", hire.snapshot(), by.id, at)
    if hire.change_contact_person(contact, person_id, seen_version=seen_version):
        await store.save_contact_person(conn, hire)
        await save_change(conn, hire, change, ContactPersonChanged)

"""Use cases of registrations: one function each, which owns its transaction.

A company has one registration for an event, so a repeated request changes nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from services.events import events_out
from services.events.calendar import store as calendar_store
from services.events.calendar.registrations import store
from services.events.calendar.registrations.domain import PastedCompany, Registration, check_open
from services.events.register import queries as register
from services.events.register import store as register_store
from shared.contracts.events import registration_id
from shared.messaging import outbox
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from shared.contracts.pledges import EventRegistrationRequested
    from shared.db.database import Connection, Database

log: Final = structlog.get_logger(__name__)


async def register_companies(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    company_ids: Iterable[UUID],
    *,
    by: str,
    at: datetime | None = None,
) -> None:
    """Register companies for an event: all of them or none.

    Args:
        by: the subject of the principal who registers them.
        at: when it happened, by default now.

    Raises:
        EventNotFound, RegistrationClosed.
        CompanyNotFound: one of the companies is not in the register.
    """
    chosen = list(company_ids)
    async with db.change(taskforce_id) as conn:
        for company_id in chosen:
            await register_store.load_company(conn, taskforce_id, company_id)
        await _register(conn, taskforce_id, event_id, chosen, by=by, at=at or datetime.now(UTC))


async def register_pasted(
    db: Database, taskforce_id: UUID, event_id: UUID, pasted: Sequence[PastedCompany], *, by: str
) -> list[PastedCompany]:
    """Register the companies of a pasted list that the register has. Returns those that were not recognised.

    Raises:
        EventNotFound, RegistrationClosed.
    """
    async with db.change(taskforce_id) as conn:
        known = await register.directory(conn, taskforce_id)
        found = [(line, known.recognise(line.name, line.cvr)) for line in pasted]
        company_ids = [company_id for _, company_id in found if company_id is not None]
        await _register(conn, taskforce_id, event_id, company_ids, by=by, at=datetime.now(UTC))
    return [line for line, company_id in found if company_id is None]


async def cancel_registration(
    db: Database,
    taskforce_id: UUID,
    event_id: UUID,
    registration_id: UUID,
    *,
    by: str,
    expected_version: int | None = None,
) -> Registration:
    """Take a company off the list of an event. Its attendance is not affected.

    Raises:
        EventNotFound, RegistrationClosed, RegistrationNotFound.
        StaleVersion: the registration has another version than `expected_version`.
    """
    at = datetime.now(UTC)
    async with db.change(taskforce_id) as conn:
        return await _cancel(
            conn, taskforce_id, event_id, registration_id, by=by, at=at, expected_version=expected_version
        )


async def answer_request(conn: Connection, request: EventRegistrationRequested, *, causation_id: UUID) -> None:
    """Register a company for an event, or take it off the list, as it has asked for on its page.

    In the caller's transaction. A request that is no newer than the last one of the company for the event changes
    nothing, and neither does one that the rules refuse: then the event is over, or the register has no such company.

    Args:
        causation_id: of the message that brought it.
    """
    taskforce_id, event_id, company_id = request.taskforce_id, request.event_id, request.company_id
    if not await store.advance_request(conn, taskforce_id, request.aggregate_id, request.version):
        return
    by, at = f"company:{company_id}", datetime.now(UTC)
    try:
        async with conn.transaction():
            if request.wanted:
                await register_store.load_company(conn, taskforce_id, company_id)
                await _register(conn, taskforce_id, event_id, [company_id], by=by, at=at, causation_id=causation_id)
            else:
                await _cancel(
                    conn,
                    taskforce_id,
                    event_id,
                    registration_id(event_id, company_id),
                    by=by,
                    at=at,
                    causation_id=causation_id,
                )
    except Refusal as refusal:
        log.info("registration_request_refused", reason=refusal.code, request=str(request.aggregate_id))


async def _cancel(
    conn: Connection,
    taskforce_id: UUID,
    event_id: UUID,
    registration_id: UUID,
    *,
    by: str,
    at: datetime,
    expected_version: int | None = None,
    causation_id: UUID | None = None,
) -> Registration:
    event = await calendar_store.lock_event_shared(conn, taskforce_id, event_id)
    registration = await store.lock_registration(conn, taskforce_id, event_id, registration_id)
    if registration.cancel(at, by=by, expected_version=expected_version):
        check_open(event)
        await store.save_registration(conn, taskforce_id, registration)
        message = events_out.registration_cancelled(taskforce_id, registration, at=at)
        await outbox.add(conn, message, causation_id=causation_id)
    return registration


async def _register(
    conn: Connection,
    taskforce_id: UUID,
    event_id: UUID,
    company_ids: Iterable[UUID],
    *,
    by: str,
    at: datetime,
    causation_id: UUID | None = None,
) -> None:
    event = await calendar_store.lock_event_shared(conn, taskforce_id, event_id)
    # In one order, so that two lists with the same companies do not deadlock.
    for company_id in sorted(set(company_ids)):
        registration = Registration(registration_id(event_id, company_id), event_id, company_id, at, by)
        if not await store.insert_registration(conn, taskforce_id, registration):
            registration = await store.lock_registration(conn, taskforce_id, event_id, registration.id)
            if not registration.make_again(at, by=by):
                continue
            await store.save_registration(conn, taskforce_id, registration)
        # After the insert, so that a retry succeeds even if the event has been closed meanwhile.
        check_open(event)
        message = events_out.registration_made(taskforce_id, registration, at=at)
        await outbox.add(conn, message, causation_id=causation_id)

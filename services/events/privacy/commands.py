"""Use cases of subject requests: searching for a person in every service, and erasing their data.

An erasure order is stored and sent to each service until it has answered: at once, when an administrator repeats it,
and by the worker. This service's own part is erased in the transaction that stores the order, so a refusal (the last
administrator) changes nothing anywhere.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID, uuid4

import asyncpg
import structlog

from services.events.identity.people.domain import LastAdministrator
from services.events.privacy import store
from services.events.privacy.domain import (
    SERVICES_IN_ORDER,
    FindingsChanged,
    NothingHeld,
    ServicesUnavailable,
    SubjectFindings,
)
from services.events.privacy.other_services import OtherServicesClient, ServiceUnavailable
from services.events.privacy.subjects import SUBJECT_DATA
from services.events.register import queries
from shared.privacy import subject_requests
from shared.privacy.subject_requests import Deadline, ErasureOrder, ErasureResult, Findings, LedgerLine, SubjectRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from shared.i18n.translations import Language

HERE: Final = "events"
PAUSE_SECONDS: Final = 60.0
"""Between two retries of open orders by the worker."""

_log = structlog.get_logger(__name__)


class OtherServices(Protocol):
    """The interface of `OtherServicesClient`."""

    async def find(self, service: str, request: SubjectRequest) -> Findings: ...
    async def erase(self, service: str, order: ErasureOrder) -> ErasureResult: ...
    async def ledger(self, service: str, taskforce_id: UUID) -> list[LedgerLine]: ...
    async def deadlines(self, service: str, taskforce_id: UUID, language: Language) -> list[Deadline]: ...


async def look_up(db: Database, others: OtherServices, request: SubjectRequest) -> SubjectFindings:
    """Return the data about a person from every service, and the services that did not answer."""
    answers: dict[str, Findings] = {}
    ids = set(request.ids)
    for service in SERVICES_IN_ORDER:
        service_request = request.model_copy(update={"ids": tuple(sorted(ids))})
        try:
            answers[service] = await (
                subject_requests.find(db, SUBJECT_DATA, service_request)
                if service == HERE
                else others.find(service, service_request)
            )
        except ServiceUnavailable:
            _log.warning("privacy.service_unavailable", other_service=service)
            continue
        ids |= {key for group in answers[service].groups for key in group.keys}
    return SubjectFindings(answers)


async def order_erasure(db: Database, others: OtherServices, request: SubjectRequest, *, seen: str) -> UUID:
    """Erase a person's data, and store the order for services that do not answer.

    Args:
        request: the person, and the administrator who orders it.
        seen: the digest of the findings that the administrator confirmed.

    Returns:
        The order's id.

    Raises:
        ServicesUnavailable, NothingHeld, FindingsChanged, LastAdministrator: nothing was erased anywhere.
    """
    found = await look_up(db, others, request)
    if found.unavailable:
        raise ServicesUnavailable
    if not found.erasable:
        raise NothingHeld
    if found.digest != seen:
        raise FindingsChanged
    order_id = uuid4()
    keys = found.erasable
    try:
        async with db.change(request.taskforce) as conn:
            await store.insert_order(conn, request.taskforce, order_id, by=request.who, keys=keys)
            if HERE in keys:
                own = ErasureOrder(taskforce=request.taskforce, by=request.who, keys=_of(keys, HERE))
                erased = await subject_requests.erase_in(conn, SUBJECT_DATA, own)
                await store.mark_done(conn, request.taskforce, order_id, HERE, erased.rows)
    except asyncpg.RestrictViolationError:
        raise LastAdministrator from None
    await carry_out(db, others, request.taskforce, order_id)
    return order_id


async def carry_out(db: Database, others: OtherServices, taskforce_id: UUID, order_id: UUID) -> None:
    """Send an order to every service that has not answered it. Safe to run concurrently.

    Raises:
        OrderNotFound: the taskforce has no such order.
    """
    async with db.change(taskforce_id) as conn:
        order = await store.order(conn, taskforce_id, order_id)
        waiting = await store.open_keys(conn, taskforce_id, order_id)
    for service in waiting:
        part = ErasureOrder(taskforce=taskforce_id, by=order.ordered_by, keys=_of(waiting, service))
        try:
            erased = await others.erase(service, part)
        except ServiceUnavailable:
            _log.warning("personal_data.erasure_waits", other_service=service, order=str(order_id))
            continue
        async with db.change(taskforce_id) as conn:
            await store.mark_done(conn, taskforce_id, order_id, service, erased.rows)


async def ledgers(db: Database, others: OtherServices, taskforce_id: UUID) -> tuple[list[LedgerLine], list[str]]:
    """Return the latest lines of all ledgers, newest first, and the services that did not answer."""
    lines, unavailable = await subject_requests.ledger(db, SUBJECT_DATA, taskforce_id), []
    try:
        lines += await others.ledger("pledges", taskforce_id)
    except ServiceUnavailable as error:
        unavailable.append(error.service)
    return sorted(lines, key=lambda line: line.at, reverse=True)[: subject_requests.LATEST], unavailable


async def deadlines(
    db: Database, others: OtherServices, taskforce_id: UUID, language: Language
) -> tuple[list[Deadline], list[str]]:
    """Return the overdue data of every service, and the services that did not answer."""
    lines, unavailable = await subject_requests.deadlines(db, SUBJECT_DATA, taskforce_id, language), []
    for service in SERVICES_IN_ORDER:
        if service != HERE:
            try:
                lines += await others.deadlines(service, taskforce_id, language)
            except ServiceUnavailable as error:
                unavailable.append(error.service)
    return lines, unavailable


def retry_open_orders(settings: EventsSettings) -> Callable[[Database], Awaitable[None]]:
    """Return a background job for the worker: it retries open orders once a minute."""

    async def work(database: Database) -> None:
        async with OtherServicesClient(settings) as others:
            while True:
                await retry_orders(database, others)
                await asyncio.sleep(PAUSE_SECONDS)

    return work


async def retry_orders(db: Database, others: OtherServices) -> None:
    """Retry the open orders of every taskforce."""
    async with db.system() as conn:
        taskforces = await queries.taskforces(conn)
    for taskforce in taskforces:
        async with db.read(taskforce.id) as conn:
            waiting = await store.open_orders(conn, taskforce.id)
        for order_id in waiting:
            await carry_out(db, others, taskforce.id, order_id)


def _of(keys: dict[str, dict[str, list[UUID]]], service: str) -> dict[str, Any]:
    return {name: tuple(every) for name, every in keys[service].items()}

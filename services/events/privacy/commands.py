"""Looking somebody up in every service, and erasing what is held about them.

An order to erase is kept, and given to each service until it has answered: at once, by whoever looks at the order and
asks again, and by the worker. What events itself holds is erased in the transaction that keeps the order, so that a
refusal (the last administrator) leaves everything as it was.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID, uuid4

import asyncpg
import structlog

from services.events.identity.people.domain import LastAdministrator
from services.events.privacy import store
from services.events.privacy.domain import ASKED_IN_ORDER, Found, FoundOtherwise, NotAllAnswered, NothingHeld
from services.events.privacy.others import Others, ServiceAway
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
"""Between two tries of the worker to have every service answer."""

_log = structlog.get_logger(__name__)


class AsksOthers(Protocol):
    """What is needed of `Others`."""

    async def find(self, service: str, inquiry: SubjectRequest) -> Findings: ...
    async def erase(self, service: str, order: ErasureOrder) -> ErasureResult: ...
    async def ledger(self, service: str, taskforce_id: UUID) -> list[LedgerLine]: ...
    async def deadlines(self, service: str, taskforce_id: UUID, language: Language) -> list[Deadline]: ...


async def look_up(db: Database, others: AsksOthers, inquiry: SubjectRequest) -> Found:
    """Return what every service holds about somebody; who is away is told by the answer."""
    answers: dict[str, Findings] = {}
    ids = set(inquiry.ids)
    for service in ASKED_IN_ORDER:
        asked = inquiry.model_copy(update={"ids": tuple(sorted(ids))})
        try:
            answers[service] = await (
                subject_requests.find(db, SUBJECT_DATA, asked) if service == HERE else others.find(service, asked)
            )
        except ServiceAway:
            _log.warning("personal_data.away", asked=service)
            continue
        ids |= {key for group in answers[service].groups for key in group.keys}
    return Found(answers)


async def order_erasure(db: Database, others: AsksOthers, inquiry: SubjectRequest, *, seen: str) -> UUID:
    """Erase what is held about somebody, and keep the order for the services that do not answer.

    Args:
        inquiry: who it is, and who orders it.
        seen: the digest of what was shown to whoever orders it.

    Returns:
        The order's id.

    Raises:
        NotAllAnswered, NothingHeld, FoundOtherwise, LastAdministrator: nothing was erased anywhere.
    """
    found = await look_up(db, others, inquiry)
    if found.away:
        raise NotAllAnswered
    if not found.erasable:
        raise NothingHeld
    if found.digest != seen:
        raise FoundOtherwise
    order_id = uuid4()
    keys = found.erasable
    try:
        async with db.change(inquiry.taskforce) as conn:
            await store.insert_order(conn, inquiry.taskforce, order_id, by=inquiry.who, keys=keys)
            if HERE in keys:
                own = ErasureOrder(taskforce=inquiry.taskforce, by=inquiry.who, keys=_of(keys, HERE))
                erased = await subject_requests.erase_in(conn, SUBJECT_DATA, own)
                await store.mark_done(conn, inquiry.taskforce, order_id, HERE, erased.rows)
    except asyncpg.RestrictViolationError:
        raise LastAdministrator from None
    await carry_out(db, others, inquiry.taskforce, order_id)
    return order_id


async def carry_out(db: Database, others: AsksOthers, taskforce_id: UUID, order_id: UUID) -> None:
    """Ask every service that has not answered an order yet to erase its part. Any number may do so at once.

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
        except ServiceAway:
            _log.warning("personal_data.erasure_waits", asked=service, order=str(order_id))
            continue
        async with db.change(taskforce_id) as conn:
            await store.mark_done(conn, taskforce_id, order_id, service, erased.rows)


async def ledgers(db: Database, others: AsksOthers, taskforce_id: UUID) -> tuple[list[LedgerLine], list[str]]:
    """Return the latest lines of all ledgers, the last first, and the services that did not answer."""
    lines, away = await subject_requests.ledger(db, SUBJECT_DATA, taskforce_id), []
    try:
        lines += await others.ledger("pledges", taskforce_id)
    except ServiceAway as error:
        away.append(error.service)
    return sorted(lines, key=lambda line: line.at, reverse=True)[: subject_requests.LATEST], away


async def deadlines(
    db: Database, others: AsksOthers, taskforce_id: UUID, language: Language
) -> tuple[list[Deadline], list[str]]:
    """Return what is past its deadline in every service, and the services that did not answer."""
    lines, away = await subject_requests.deadlines(db, SUBJECT_DATA, taskforce_id, language), []
    for service in ASKED_IN_ORDER:
        if service != HERE:
            try:
                lines += await others.deadlines(service, taskforce_id, language)
            except ServiceAway as error:
                away.append(error.service)
    return lines, away


def finishing(settings: EventsSettings) -> Callable[[Database], Awaitable[None]]:
    """Return the worker's due work: orders that not every service has answered are given again, once a minute."""

    async def work(database: Database) -> None:
        async with Others(settings) as others:
            while True:
                await finish_orders(database, others)
                await asyncio.sleep(PAUSE_SECONDS)

    return work


async def finish_orders(db: Database, others: AsksOthers) -> None:
    """Give every order again that not every service has answered, of every taskforce."""
    async with db.system() as conn:
        taskforces = await queries.taskforces(conn)
    for taskforce in taskforces:
        async with db.read(taskforce.id) as conn:
            waiting = await store.open_orders(conn, taskforce.id)
        for order_id in waiting:
            await carry_out(db, others, taskforce.id, order_id)


def _of(keys: dict[str, dict[str, list[UUID]]], service: str) -> dict[str, Any]:
    return {name: tuple(every) for name, every in keys[service].items()}

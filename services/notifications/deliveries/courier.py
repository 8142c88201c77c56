"""The courier: claims what is due, asks for the address, sends, and marks how it went.

SMTP has no transactions. A delivery is claimed before it is sent and marked after the server's 250; a crash
exactly between those two sends it once more, with the same Message-ID, and nothing else ever does. A claim is
renewed while its courier lives, however slow the mail server is, and runs out soon after the courier has died.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import structlog

from services.notifications.channels import email
from services.notifications.deliveries import store
from services.notifications.notices import mails
from services.notifications.notices.addresses import AddressBook
from services.notifications.notices.rules import is_old_news
from services.notifications.outcomes import TryLater, Undeliverable
from shared import metrics

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from email.headerregistry import Address

    from services.notifications.deliveries.store import Claimed, Status
    from services.notifications.settings import NotificationsSettings
    from shared.db.database import Database
    from shared.i18n.translations import Language

AT_A_TIME: Final = 8
LEASE: Final = timedelta(seconds=15)
POLL_SECONDS: Final = 1.0
LAST_WORDS_SECONDS: Final = 2.5
"""What is being sent when the worker stops gets this long to be finished and marked."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt went.

    Attributes:
        status: `waiting` where it is to be attempted again.
        pause: for how long not, then.
    """

    status: Status
    reason: str | None = None
    pause: timedelta = timedelta()


@dataclass(frozen=True, slots=True, repr=False)
class _Addressee:
    address: Address
    language: Language
    company: str = ""
    link: str = ""


class Courier:
    """Delivers what is due, of all taskforces, a few at a time. Any number of couriers may work at once.

    Args:
        lease: how long a claim outlives its courier.
    """

    def __init__(self, settings: NotificationsSettings, *, lease: timedelta = LEASE) -> None:
        self._settings = settings
        self._lease = lease
        self._woken = asyncio.Event()

    async def wake(self, _taskforces: set[UUID]) -> None:
        """Something may have become due (called after a consumer's commit)."""
        self._woken.set()

    async def run(self, database: Database) -> None:
        """Deliver until cancelled."""
        courier = uuid4()
        under_way: dict[asyncio.Task[None], store.Key] = {}
        renewing = asyncio.create_task(self._keep_claims(database, courier, under_way))
        try:
            async with AddressBook(self._settings) as addresses:
                try:
                    while True:
                        self._woken.clear()
                        room = AT_A_TIME - len(under_way)
                        claimed = await self._claim(database, courier, room, under_way.values()) if room else []
                        for delivery in claimed:
                            task = asyncio.create_task(self._deliver(database, addresses, courier, delivery))
                            under_way[task] = delivery.key
                            task.add_done_callback(under_way.pop)
                            task.add_done_callback(lambda _: self._woken.set())
                        if not claimed:
                            await self._rest()
                finally:
                    await _finish(set(under_way))
        finally:
            renewing.cancel()
            await asyncio.gather(renewing, return_exceptions=True)

    async def _rest(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._woken.wait()

    async def _claim(self, database: Database, courier: UUID, limit: int, held: Collection[store.Key]) -> list[Claimed]:
        try:
            async with database.system() as conn:
                return await store.claim(conn, courier, limit=limit, lease=self._lease, held=list(held))
        except Exception as error:
            # Whatever it is, it is not raised: what is under way still has to be marked.
            _log.warning("courier.claim_failed", error=type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)
            return []

    async def _keep_claims(
        self, database: Database, courier: UUID, under_way: Mapping[asyncio.Task[None], store.Key]
    ) -> None:
        while True:
            await asyncio.sleep(self._lease.total_seconds() / 3)
            try:
                async with database.system() as conn:
                    await store.renew(conn, courier, list(under_way.values()), self._lease)
            except Exception as error:
                _log.warning("courier.renew_failed", error=type(error).__name__)

    async def _deliver(self, database: Database, addresses: AddressBook, courier: UUID, delivery: Claimed) -> None:
        try:
            outcome = await self._attempt(addresses, delivery)
        except Exception as error:
            # Our own mistake. Only the kind of error is logged: its text may hold a name or an address.
            _log.error("courier.failed", delivery=str(delivery.delivery_id), error=type(error).__name__)
            outcome = Outcome("waiting", "internal_error", _pause(delivery.attempts, server_spoke=True))
        await self._mark(database, courier, delivery, outcome)
        if outcome.status != "waiting":
            metrics.MAILS.labels(delivery.rule, outcome.status).inc()
        _log.info(
            "courier.attempted",
            delivery=str(delivery.delivery_id),
            rule=delivery.rule,
            status=outcome.status,
            reason=outcome.reason,
            attempt=delivery.attempts,
        )

    async def _attempt(self, addresses: AddressBook, delivery: Claimed) -> Outcome:
        now = datetime.now(UTC)
        if is_old_news(delivery.happened_at, now):
            return Outcome("expired", delivery.last_reason or "too_old")
        try:
            addressee = await _addressee(addresses, delivery)
            if addressee is None:
                return Outcome("skipped", "no_address")
            message = mails.compose(
                self._settings,
                delivery_id=delivery.delivery_id,
                rule=delivery.rule,
                facts=delivery.facts,
                taskforce=delivery.taskforce,
                company=addressee.company,
                link=addressee.link,
                recipient=addressee.address,
                language=addressee.language,
                now=now,
            )
            await email.send(self._settings, addressee.address, message)
        except Undeliverable as never:
            return Outcome("failed", never.reason)
        except TryLater as later:
            return Outcome("waiting", later.reason, _pause(delivery.attempts, server_spoke=later.server_spoke))
        return Outcome("sent")

    async def _mark(self, database: Database, courier: UUID, delivery: Claimed, outcome: Outcome) -> None:
        """Note the outcome, however long the database is away: forgetting a 250 would send the mail again."""
        pause = 0.1
        while True:
            try:
                async with database.system() as conn:
                    if outcome.status == "waiting":
                        held = await store.postpone(conn, courier, delivery, outcome.reason or "unknown", outcome.pause)
                    else:
                        held = await store.settle(conn, courier, delivery, outcome.status, outcome.reason)
                if not held:
                    _log.warning("courier.claim_lost", delivery=str(delivery.delivery_id), status=outcome.status)
                return
            except Exception as error:
                _log.warning("courier.mark_failed", delivery=str(delivery.delivery_id), error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)


async def _addressee(addresses: AddressBook, delivery: Claimed) -> _Addressee | None:
    """Ask who owns the address; None where there is nobody to write to."""
    if delivery.recipient_kind == "pledge_contact":
        return await _contact(addresses, delivery)
    if delivery.rule == "sign_in_link":
        return await _who_signs_in(addresses, delivery)
    return await _person(addresses, delivery)


async def _contact(addresses: AddressBook, delivery: Claimed) -> _Addressee | None:
    contact = await addresses.pledge_contact(delivery.taskforce_id, delivery.recipient_id)
    if contact is None or not contact.email:
        return None
    return _Addressee(mails.address(contact.name, contact.email), contact.language, contact.company)


async def _who_signs_in(addresses: AddressBook, delivery: Claimed) -> _Addressee | None:
    link = await addresses.sign_in_link(delivery.taskforce_id, UUID(delivery.facts["request_id"]))
    if link is None:
        return None
    return _Addressee(mails.address(link.name, link.email), link.language, link=link.path)


async def _person(addresses: AddressBook, delivery: Claimed) -> _Addressee | None:
    person = await addresses.person(delivery.taskforce_id, delivery.recipient_id)
    if person is None or not person.email:
        return None
    pledge = (
        await addresses.pledge_contact(delivery.taskforce_id, UUID(delivery.facts["pledge_id"]))
        if "pledge_id" in delivery.facts
        else None
    )
    company = pledge.company if pledge else ""
    return _Addressee(mails.address(person.name, person.email), person.language, company, link="/sign-in")


def _pause(attempts: int, *, server_spoke: bool) -> timedelta:
    """How long to wait after so many attempts: a server that asked us to come back is given minutes (greylisting
    refuses who comes too soon); one that is away may be back any moment, and is tried every 10 s."""
    if server_spoke:
        return timedelta(seconds=min(60 * 2 ** min(attempts - 1, 8), 900))
    return timedelta(seconds=min(2 ** min(attempts, 8), 10))


async def _finish(under_way: set[asyncio.Task[None]]) -> None:
    if under_way:
        await asyncio.wait(under_way, timeout=LAST_WORDS_SECONDS)
    unfinished = list(under_way)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)

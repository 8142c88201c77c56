"""The courier: claims what is due, asks for the address, sends, and marks the outcome.

SMTP has no transactions. A delivery is claimed before it is sent and marked after the server's 250. A crash exactly
between those two sends it once more, with the same Message-ID; nothing else does. A claim is renewed while its courier
runs, however slow the mail server is, and expires soon after the courier has died.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4

import structlog

from services.notifications.channels.registry import channels
from services.notifications.deliveries import store
from services.notifications.deliveries.events_out import mail_state
from services.notifications.deliveries.limits import countable
from services.notifications.notices.addresses import AddressBook
from services.notifications.notices.content import render
from services.notifications.notices.notice import is_too_old
from services.notifications.notices.registry import KINDS
from services.notifications.outcomes import TransientError, Undeliverable, Unneeded
from shared import metrics
from shared.db.database import TRANSIENT_ERRORS
from shared.health import Check
from shared.messaging import outbox

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from services.notifications.deliveries.store import Claimed, Status
    from services.notifications.notices.notice import NoticeKind, Recipient
    from services.notifications.settings import NotificationsSettings
    from shared.db.database import Database

AT_A_TIME: Final = 8
LEASE: Final = timedelta(seconds=15)
POLL_SECONDS: Final = 1.0
FORGET_SECONDS: Final = 3600.0
SHUTDOWN_SECONDS: Final = 2.5
"""How long a shutdown waits for deliveries under way to be finished and marked."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        status: `waiting` if there will be another attempt.
        pause: the time until then.
    """

    status: Status
    reason: str | None = None
    pause: timedelta = timedelta()


class Courier:
    """Sends the due deliveries of all taskforces, a few at a time. Any number of couriers may run at once.

    Args:
        lease: how long a claim outlives its courier.
    """

    def __init__(self, settings: NotificationsSettings, *, lease: timedelta = LEASE) -> None:
        self._settings = settings
        self._channels = channels(settings)
        self._lease = lease
        self._woken = asyncio.Event()

    async def wake(self, _taskforces: set[UUID]) -> None:
        """Look for due deliveries now (called after a consumer's commit)."""
        self._woken.set()

    async def run(self, database: Database) -> None:
        """Send deliveries until cancelled."""
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
                return await store.claim(
                    conn, courier, rules=list(KINDS), limit=limit, lease=self._lease, held=list(held)
                )
        except Exception as error:
            # Any error: running deliveries must still be marked.
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
            outcome = await self._attempt(database, addresses, delivery)
        except Exception as error:
            # A bug. Only the type of the error is logged: its text may hold a name or an address.
            _log.error("courier.failed", delivery=str(delivery.delivery_id), error=type(error).__name__)
            outcome = Outcome("waiting", "internal_error", _pause(delivery.attempts, requested_by_server=True))
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

    async def _attempt(self, database: Database, addresses: AddressBook, delivery: Claimed) -> Outcome:
        now = datetime.now(UTC)
        if is_too_old(delivery.happened_at, now):
            return Outcome("expired", delivery.last_reason or "too_old")
        try:
            kind = KINDS[delivery.rule]
            recipient = await kind.recipient(addresses, delivery.taskforce_id, delivery.recipient_id, delivery.facts)
            if recipient is None:
                raise Unneeded("no_address")
            over = await self._over_a_limit(database, delivery, kind, recipient)
            if over is not None:
                return over
            content = render(
                kind, delivery.facts, recipient, taskforce=delivery.taskforce, public_url=self._settings.public_url
            )
            channel = self._channels[kind.channel]
            await channel.send(delivery.delivery_id, recipient, content, now=now)
        except Undeliverable as permanent:
            return Outcome("failed", permanent.reason)
        except Unneeded as unneeded:
            return Outcome("skipped", unneeded.reason)
        except TransientError as transient:
            return Outcome(
                "waiting",
                transient.reason,
                _pause(delivery.attempts, requested_by_server=transient.requested_by_server),
            )
        return Outcome("sent")

    async def _over_a_limit(
        self, database: Database, delivery: Claimed, kind: NoticeKind, recipient: Recipient
    ) -> Outcome | None:
        """Count the mail against its limits. Returns how long it waits if one of them is reached."""
        mail = countable(self._settings, kind, delivery.facts, delivery.taskforce_id, recipient.address)
        if mail is None:
            return None
        try:
            async with database.system() as conn:
                reached = await store.count(conn, delivery, mail)
        except TRANSIENT_ERRORS as error:
            raise TransientError("internal_error") from error
        if reached is None:
            return None
        reason, pause = reached
        if delivery.last_reason != reason:
            metrics.MAILS_OVER_LIMIT.labels(delivery.rule, reason).inc()
        return Outcome("waiting", reason, pause)

    async def _mark(self, database: Database, courier: UUID, delivery: Claimed, outcome: Outcome) -> None:
        """Store the outcome, and retry until the database answers. A lost 250 would send the mail again."""
        pause = 0.1
        while True:
            try:
                async with database.system() as conn:
                    if outcome.status == "waiting":
                        held = await store.postpone(conn, courier, delivery, outcome.reason or "unknown", outcome.pause)
                    else:
                        settled_at = await store.settle(conn, courier, delivery, outcome.status, outcome.reason)
                        held = settled_at is not None
                        if settled_at is not None and KINDS[delivery.rule].published:
                            message = mail_state(delivery, outcome.status, outcome.reason, settled_at=settled_at)
                            if message is not None:
                                await outbox.add(conn, message)
                if not held:
                    _log.warning("courier.claim_lost", delivery=str(delivery.delivery_id), status=outcome.status)
                return
            except Exception as error:
                _log.warning("courier.mark_failed", delivery=str(delivery.delivery_id), error=type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)


async def forget_recent_mails(database: Database) -> None:
    """Background job: every hour, delete the records of mails that no limit counts any more."""
    while True:
        async with database.system() as conn:
            await store.forget_recent_mails(conn)
        await asyncio.sleep(FORGET_SECONDS)


async def check_limits(database: Database) -> Check:
    """Return a check with the number of mails that wait because of a limit. It is always ok, because they are no
    error."""
    try:
        async with database.system() as conn:
            waiting = await store.count_over_limit(conn)
    except TRANSIENT_ERRORS:
        return Check("notifications mails", ok=True, detail="the database does not answer")
    return Check("notifications mails", ok=True, detail=f"{waiting} wait because of a limit")


def _pause(attempts: int, *, requested_by_server: bool) -> timedelta:
    """Return the pause before the next attempt.

    Minutes if the mail server asked for a retry, because greylisting refuses a client that returns too soon. At most
    10 s if something is unreachable, because it may be reachable again at any moment.
    """
    if requested_by_server:
        return timedelta(seconds=min(60 * 2 ** min(attempts - 1, 8), 900))
    return timedelta(seconds=min(2 ** min(attempts, 8), 10))


async def _finish(under_way: set[asyncio.Task[None]]) -> None:
    if under_way:
        await asyncio.wait(under_way, timeout=SHUTDOWN_SECONDS)
    unfinished = list(under_way)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)

"""Deliveries of two taskforces, and requests for them: notifications."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from services.notifications.app import create_app
from services.notifications.deliveries import store
from services.notifications.notices.registry import plan
from services.notifications.settings import NotificationsSettings
from tests.authorisation.matrix import Ask, Probe, World
from tests.authorisation.running import running
from tests.authorisation.subjects import deadlines, erase, find, write_dead_letter
from tests.notifications.messages import pledge
from tests.support.infrastructure import Databases, Installation, fresh_databases
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from shared.http.policy import Caller, Ownership

API: Final = "/api/notifications/v1"


class Mails(World):
    """Two taskforces with one delivery each."""

    ownerships: ClassVar[Mapping[str, tuple[Ownership, ...]]] = {
        # Deliveries are shown in one list for the taskforce; no operation takes the id of one.
        "mail": ("own", "other taskforce", "missing"),
        "data subject": ("own", "other taskforce", "missing"),
        "overdue deletion": ("own", "other taskforce", "missing"),
    }

    async def fill(self) -> None:
        self.pledges: dict[str, UUID] = {}
        for ownership, taskforce in (("own", TASKFORCE), ("other taskforce", OTHER_TASKFORCE)):
            logged = pledge(taskforce)
            self.pledges[ownership] = logged.pledge_id
            async with self.db.change(taskforce) as conn:
                await store.record(conn, taskforce, plan(logged), datetime.now(UTC))

    async def written(self) -> int:
        """No request publishes anything; only deliveries can change."""
        return int(await self.superuser.fetchval("select count(*) + coalesce(sum(attempts), 0) from deliveries"))


@asynccontextmanager
async def started(
    installation: Installation, signing_key: str, kind: type[Mails] = Mails
) -> AsyncIterator[tuple[Mails, Databases]]:
    """The service with its own database."""
    with fresh_databases(installation, ["notifications"]) as dsns:
        nowhere: dict[str, Any] = {
            "service_token": "none",
            "events_url": "http://localhost",
            "pledges_url": "http://localhost",
        }
        nowhere |= {"smtp_host": "localhost", "sender": "Tilsagn <tilsagn@struer.example>"}
        async with running(
            kind,
            dsns,
            "notifications",
            signing_key,
            lambda common: create_app(NotificationsSettings(**common, **nowhere)),
        ) as world:
            assert isinstance(world, kind)
            yield world, dsns


def _list(path: str) -> Probe:
    async def probe(world: Mails, caller: Caller, ownership: Ownership) -> Ask:
        shows = () if ownership == "missing" else (str(world.pledges[ownership]),)
        return Ask("GET", path, hidden=200, shows=shows)

    return probe


def _recipient(world: Mails, ownership: Ownership) -> tuple[dict[str, Any], str]:
    pledge_id = str(world.pledges.get(ownership, UUID(int=0)))
    return {"ids": [pledge_id]}, pledge_id


async def _dead_letter(world: Mails, ownership: Ownership) -> UUID:
    taskforce = OTHER_TASKFORCE if ownership == "other taskforce" else TASKFORCE
    return await write_dead_letter(world, taskforce, f"{ownership}@example.dk")


PROBES: Final[dict[tuple[str, str], Probe]] = {
    ("POST /internal/notifications/v1/subjects/find", "data subject"): find("notifications", _recipient),
    ("POST /internal/notifications/v1/subjects/erase", "data subject"): erase(
        "notifications", "dead_letters.dead_letters", _dead_letter
    ),
    ("GET /internal/notifications/v1/deadlines", "overdue deletion"): deadlines("notifications"),
    (f"GET {API}/deliveries", "mail"): _list(f"{API}/deliveries"),
    ("GET /notifications", "mail"): _list("/notifications"),
}

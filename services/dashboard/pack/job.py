"""The worker's jobs: making the packs that wait, and asking for those of the coming meetings. Any number may run."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog

from services.dashboard.meeting.access import MeetingIsCancelled, MeetingNotFound
from services.dashboard.meeting_times import meetings
from services.dashboard.pack import store
from services.dashboard.pack.agenda import AgendaUnavailable, fetch_agenda
from services.dashboard.pack.commands import ask_for_pack
from services.dashboard.pack.content import pack_document
from services.dashboard.pack.domain import (
    LEASE,
    MOST_ATTEMPTS,
    STEPS,
    pause_after,
)
from services.dashboard.pack.facts import read_facts
from services.dashboard.pack.pdf import pdf
from services.dashboard.pack.xlsx import workbook
from services.dashboard.read_model import taskforces
from services.dashboard.read_model.projections import CHANNEL as CHANGED
from shared.db.database import TRANSIENT_ERRORS, listen
from shared.i18n.translations import use_language

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from services.dashboard.pack.document import Document
    from services.dashboard.pack.domain import Audience, Pack
    from services.dashboard.settings import DashboardSettings
    from shared.db.database import Connection, Database
    from shared.i18n.translations import Language

LOOK_SECONDS: Final = 10.0
"""The longest time until a waiting pack is seen without having been told."""
PREPARE_SECONDS: Final = 300.0
PREPARED_FOR: Final = timedelta(hours=12)
_TASKFORCES: Final = 10_000
_VARIANTS: Final[tuple[tuple[Language, Audience], ...]] = (
    ("da", "staff"),
    ("da", "members"),
    ("en", "staff"),
    ("en", "members"),
)

_log = structlog.get_logger(__name__)


def making_packs(settings: DashboardSettings) -> Callable[[Database], Awaitable[None]]:
    """Return the background job that makes packs as soon as they are asked for."""

    async def work(database: Database) -> None:
        told = asyncio.Event()

        async def wait_for_requests() -> None:
            async for _payload in listen(settings, store.CHANNEL, name="dashboard-packs"):
                told.set()

        listening = asyncio.create_task(wait_for_requests(), name="dashboard packs")
        try:
            while True:
                told.clear()
                await make_waiting(database, settings)
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        await told.wait()
                except TimeoutError:
                    continue
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    return work


def preparing_packs(settings: DashboardSettings) -> Callable[[Database], Awaitable[None]]:
    """Return the background job that asks for the packs of the coming meetings, so that a mail's link finds one."""

    async def work(database: Database) -> None:
        while True:
            await prepare(database, settings, now=datetime.now(UTC))
            await asyncio.sleep(PREPARE_SECONDS)

    return work


async def prepare(database: Database, settings: DashboardSettings, *, now: datetime) -> int:
    """Ask for the packs of the meetings within the coming days, in every language, twice a day.

    Whoever reads one in between gets a newer one if something has changed.

    Returns:
        How many it asked for.
    """
    until = now + timedelta(days=settings.pack_days)
    asked = 0
    for taskforce in await taskforces.all_taskforces(database, limit=_TASKFORCES):
        async with database.read(taskforce.taskforce_id) as conn:
            coming = [one for one in await meetings(conn, now=now) if one.counts and now <= one.starts_at <= until]
        for meeting in coming:
            async with database.read(taskforce.taskforce_id) as conn:
                there = await store.variants_since(conn, taskforce.taskforce_id, meeting.id, now - PREPARED_FOR)
            for language, audience in _VARIANTS:
                if (language, audience) in there:
                    continue
                await ask_for_pack(
                    database, taskforce.taskforce_id, meeting.id, language=language, audience=audience, at=now
                )
                asked += 1
    return asked


async def make_waiting(database: Database, settings: DashboardSettings) -> int:
    """Make every pack that waits, one of each taskforce in turn, so that none waits for all of another's.

    Returns:
        How many were made.
    """
    made = 0
    waiting = await taskforces.all_taskforces(database, limit=_TASKFORCES)
    while waiting:
        claimed = []
        for taskforce in waiting:
            if not await _waits(database, taskforce.taskforce_id):
                continue
            async with database.change(taskforce.taskforce_id) as conn:
                pack = await store.claim(conn, taskforce.taskforce_id, at=datetime.now(UTC), lease=LEASE)
            if pack is not None:
                claimed.append(taskforce)
                made += await _make_or_put_off(database, settings, taskforce.taskforce_id, taskforce.name, pack)
        waiting = claimed
    return made


async def _waits(database: Database, taskforce_id: UUID) -> bool:
    async with database.read(taskforce_id) as conn:
        return await store.is_due(conn, taskforce_id, at=datetime.now(UTC))


async def _make_or_put_off(
    database: Database, settings: DashboardSettings, taskforce_id: UUID, name: str, pack: Pack
) -> bool:
    try:
        return await _make(database, settings, taskforce_id, name, pack)
    except TRANSIENT_ERRORS:
        # The database is away: the lease runs out, and the pack is claimed again.
        raise
    except AgendaUnavailable:
        problem, for_good = "agenda", False
    except (MeetingNotFound, MeetingIsCancelled):
        problem, for_good = "meeting", True
    except Exception:
        _log.exception("pack.failed", pack=str(pack.id), attempts=pack.attempts)
        problem, for_good = "error", pack.attempts >= MOST_ATTEMPTS
    until = None if for_good else datetime.now(UTC) + pause_after(pack.attempts)
    async with database.change(taskforce_id) as conn:
        await store.put_off(conn, taskforce_id, pack, problem, until=until)
        await _tell(conn, taskforce_id)
    return False


async def _make(database: Database, settings: DashboardSettings, taskforce_id: UUID, name: str, pack: Pack) -> bool:
    agenda = await fetch_agenda(settings, taskforce_id, pack.meeting_id) if pack.audience != "readers" else None
    await _advance(database, taskforce_id, pack, 1)
    with use_language(pack.language, service="dashboard"):
        async with database.read(taskforce_id) as conn:
            facts = await read_facts(conn, name, pack, agenda)
        document = pack_document(facts)
    await _advance(database, taskforce_id, pack, 2)
    as_pdf = await asyncio.to_thread(_in_language, pdf, document)
    await _advance(database, taskforce_id, pack, 3)
    as_xlsx = await asyncio.to_thread(_in_language, workbook, document)
    async with database.change(taskforce_id) as conn:
        finished = await store.finish(
            conn,
            taskforce_id,
            pack,
            pdf=as_pdf,
            xlsx=as_xlsx,
            agenda_digest=agenda.digest if agenda else None,
            people=agenda.people if agenda else [],
            texts=agenda.texts if agenda else "",
            at=datetime.now(UTC),
            steps=STEPS,
        )
        await _tell(conn, taskforce_id)
    return finished


def _in_language(make: Callable[[Document], bytes], document: Document) -> bytes:
    with use_language(document.language, service="dashboard"):
        return make(document)


async def _advance(database: Database, taskforce_id: UUID, pack: Pack, step: int) -> None:
    async with database.change(taskforce_id) as conn:
        await store.advance(conn, taskforce_id, pack, step)


async def _tell(conn: Connection, taskforce_id: UUID) -> None:
    """Let the pages of the taskforce fetch themselves again."""
    await conn.execute("select pg_notify($1, $2)", CHANGED, str(taskforce_id))

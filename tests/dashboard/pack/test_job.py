"""Packs are asked for, made by a worker, kept with their meeting, and made again when something has changed."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.dashboard.meeting.access import MeetingIsCancelled, MeetingNotFound
from services.dashboard.pack import job, store
from services.dashboard.pack.commands import ask_for_pack
from services.dashboard.pack.domain import LEASE, MOST_ATTEMPTS, Pack, Wanted
from services.dashboard.pack.job import make_waiting, prepare
from services.dashboard.privacy.subjects import SUBJECT_DATA
from shared.contracts.events import EventCancelled, EventDrafted, EventPublished
from tests.dashboard.messages import apply_messages, employer_event, meeting, pledge, taskforce
from tests.dashboard.pack.events_service import EventsService, running
from tests.dashboard.pack.reading import pdf_text, sheets
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.dashboard.settings import DashboardSettings
    from shared.db.database import Database
    from shared.i18n.translations import Language

HELD = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
OWNER = uuid4()
AGENDA: dict[str, Any] = {
    "agenda": [{"title": "Hvad er der sket?", "minutes": 20, "presenter": "Anne Bæk", "notes": "Alle var glade."}],
    "decisions_before": [
        {
            "text": "Ring til B&O",
            "owner": "Mette Sørensen",
            "owner_id": str(OWNER),
            "due_on": "2026-07-01",
            "status": "open",
            "meeting_title": "Forårsmøde",
            "meeting_starts_at": "2026-03-01T12:00:00Z",
        }
    ],
    "decisions_made": [],
}


@pytest_asyncio.fixture
async def events() -> AsyncIterator[EventsService]:
    async with running() as service:
        service.agenda = AGENDA
        yield service


@pytest.fixture
def settings(dashboard_settings: DashboardSettings, events: EventsService) -> DashboardSettings:
    token = SecretStr(EventsService.TOKEN)
    return dashboard_settings.model_copy(update={"events_url": events.url, "service_token": token})


async def a_meeting(database: Database, **fields: Any) -> UUID:
    held = employer_event(
        EventPublished, kind="taskforce_meeting", status="published", title="Junimøde", starts_at=HELD, **fields
    )
    early = HELD - timedelta(days=1)
    logged = pledge(positions=7, pledged_on=date(2026, 5, 1), recorded_at=early)
    await apply_messages(database, taskforce(), held, logged)
    return held.event_id  # type: ignore[no-any-return]


async def ask(database: Database, meeting_id: UUID, **more: Any) -> Pack:
    wanted: dict[str, Any] = {"language": "da", "audience": "staff"} | more
    return (await ask_for_pack(database, TASKFORCE, meeting_id, **wanted)).pack


async def files(database: Database, pack: Pack) -> list[bytes | None]:
    async with database.read(TASKFORCE) as conn:
        return [await store.file(conn, TASKFORCE, pack.id, kind) for kind in ("pdf", "xlsx")]


async def test_a_pack_asked_for_by_several_is_made_once_and_kept(
    dashboard_database: Database, settings: DashboardSettings, events: EventsService
) -> None:
    meeting_id = await a_meeting(dashboard_database)
    asked = await asyncio.gather(*(ask(dashboard_database, meeting_id) for _ in range(3)))
    assert {pack.id for pack in asked} == {asked[0].id}
    assert await files(dashboard_database, asked[0]) == [None, None]
    made = await asyncio.gather(*(make_waiting(dashboard_database, settings) for _ in range(2)))
    assert sum(made) == events.requests == 1

    pack = await ask(dashboard_database, meeting_id)
    assert (pack.id, pack.status, pack.known_at) == (asked[0].id, "made", HELD)
    pdf, xlsx = await files(dashboard_database, pack)
    assert pdf is not None
    assert xlsx is not None
    text, book = pdf_text(pdf), sheets(xlsx)
    for words in ("Junimøde", "1. Hvad er der sket? 20 minutter · Anne Bæk Alle var glade.", "Ring til B&O åben"):
        assert words in text
    assert "7 Lovede pladser" in text
    assert ["Lovede pladser", 7.0] in [row[:2] for row in book["Hvor vi står"]]
    assert ["åben · Mette Sørensen · frist 01.07.2026 · Forårsmøde, 01.03.2026"] in book["Tidligere beslutninger"]


async def test_the_same_times_and_agenda_give_the_same_bytes_whatever_is_recorded_since(
    dashboard_database: Database, settings: DashboardSettings, events: EventsService
) -> None:
    meeting_id = await a_meeting(dashboard_database)
    await ask(dashboard_database, meeting_id)
    await make_waiting(dashboard_database, settings)
    first = await files(dashboard_database, await ask(dashboard_database, meeting_id))
    await apply_messages(dashboard_database, pledge(positions=9, pledged_on=date(2026, 5, 2)))
    again = await ask(dashboard_database, meeting_id, again=True)
    assert again.status == "waiting"
    await make_waiting(dashboard_database, settings)
    assert await files(dashboard_database, again) == first

    events.agenda = AGENDA | {"decisions_before": []}
    another = await ask(dashboard_database, meeting_id, again=True)
    await make_waiting(dashboard_database, settings)
    assert (await files(dashboard_database, another))[0] != first[0]
    assert await files(dashboard_database, again) == [None, None], "what it replaces is gone"


async def test_no_taskforce_waits_for_all_packs_of_another(
    dashboard_database: Database, settings: DashboardSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await apply_messages(dashboard_database, taskforce(), taskforce(taskforce_id=OTHER_TASKFORCE, slug="vejle"))
    languages: tuple[Language, ...] = ("da", "en")
    for of in (TASKFORCE, OTHER_TASKFORCE):
        for language in languages:
            wanted = Wanted(uuid4(), language, "staff", HELD.date(), HELD, "1")
            async with dashboard_database.change(of) as conn:
                await store.ask(conn, of, wanted, at=datetime.now(UTC))
    made: list[UUID] = []

    async def make(_database: Database, _settings: DashboardSettings, of: UUID, _name: str, _pack: Pack) -> bool:
        made.append(of)
        return True

    monkeypatch.setattr(job, "_make_or_put_off", make)
    assert await make_waiting(dashboard_database, settings) == 4
    assert set(made[:2]) == set(made[2:]) == {TASKFORCE, OTHER_TASKFORCE}


async def test_a_changed_meeting_has_its_pack_made_again(
    dashboard_database: Database, settings: DashboardSettings
) -> None:
    meeting_id = await a_meeting(dashboard_database)
    await ask(dashboard_database, meeting_id)
    await make_waiting(dashboard_database, settings)
    await apply_messages(dashboard_database, meeting(meeting_id=meeting_id, as_of=date(2026, 5, 31)))
    pack = await ask(dashboard_database, meeting_id)
    assert (pack.status, pack.as_of) == ("waiting", date(2026, 5, 31))


async def test_while_events_is_away_the_pack_waits_and_says_so(
    dashboard_database: Database, settings: DashboardSettings, events: EventsService
) -> None:
    meeting_id = await a_meeting(dashboard_database)
    events.status = 503
    await ask(dashboard_database, meeting_id)
    assert await make_waiting(dashboard_database, settings) == 0
    waiting = await ask(dashboard_database, meeting_id)
    assert (waiting.status, waiting.problem) == ("waiting", "agenda")

    events.status = 200
    async with dashboard_database.change(TASKFORCE) as conn:
        later = datetime.now(UTC) + timedelta(minutes=1)
        claimed = await store.claim(conn, TASKFORCE, at=later, lease=LEASE)
        assert claimed is not None
        assert claimed.attempts == 2
        assert await store.put_off(conn, TASKFORCE, claimed, "agenda", until=datetime.now(UTC))
    assert await make_waiting(dashboard_database, settings) == 1


async def test_whoever_has_lost_its_claim_changes_nothing(dashboard_database: Database) -> None:
    meeting_id = await a_meeting(dashboard_database)
    await ask(dashboard_database, meeting_id)
    now = datetime.now(UTC)
    async with dashboard_database.change(TASKFORCE) as conn:
        slow = await store.claim(conn, TASKFORCE, at=now, lease=LEASE)
        assert await store.claim(conn, TASKFORCE, at=now, lease=LEASE) is None
        quick = await store.claim(conn, TASKFORCE, at=now + LEASE, lease=LEASE)
        assert slow is not None
        assert quick is not None
        assert slow.id == quick.id
        assert not await store.advance(conn, TASKFORCE, slow, 1)
        assert await store.advance(conn, TASKFORCE, quick, 1)


async def test_a_failed_pack_is_made_again_only_when_asked_for_again(dashboard_database: Database) -> None:
    meeting_id = await a_meeting(dashboard_database)
    await ask(dashboard_database, meeting_id)
    async with dashboard_database.change(TASKFORCE) as conn:
        claimed = await store.claim(conn, TASKFORCE, at=datetime.now(UTC), lease=LEASE)
        assert claimed is not None
        await store.put_off(conn, TASKFORCE, claimed, "error", until=None)
    assert (await ask(dashboard_database, meeting_id)).status == "failed"
    assert (await ask(dashboard_database, meeting_id, again=True)).status == "waiting"


async def test_packs_of_coming_meetings_are_asked_for_in_every_language(
    dashboard_database: Database, settings: DashboardSettings
) -> None:
    await a_meeting(dashboard_database)
    assert await prepare(dashboard_database, settings, now=HELD - timedelta(days=2)) == 4
    assert await prepare(dashboard_database, settings, now=HELD - timedelta(days=2, hours=-1)) == 0
    assert await prepare(dashboard_database, settings, now=HELD + timedelta(hours=1)) == 0
    assert await make_waiting(dashboard_database, settings) == 4


async def test_there_is_no_pack_of_a_draft_a_cancelled_meeting_or_another_event(dashboard_database: Database) -> None:
    draft, cancelled = (
        employer_event(of, kind="taskforce_meeting", status=status)
        for of, status in ((EventDrafted, "draft"), (EventCancelled, "cancelled"))
    )
    evening = employer_event()
    await apply_messages(dashboard_database, draft, cancelled, evening)
    for event, refusal in ((draft, MeetingNotFound), (cancelled, MeetingIsCancelled), (evening, MeetingNotFound)):
        with pytest.raises(refusal):
            await ask(dashboard_database, event.event_id)
    assert (await ask(dashboard_database, draft.event_id, sees_drafts=True)).status == "waiting"


async def test_whoever_is_named_in_a_pack_is_found_and_erased(
    dashboard_database: Database, settings: DashboardSettings
) -> None:
    meeting_id = await a_meeting(dashboard_database)
    pack = await ask(dashboard_database, meeting_id)
    await make_waiting(dashboard_database, settings)
    lookup = next(one for one in SUBJECT_DATA.lookups if one.table == "packs")
    async with dashboard_database.change(TASKFORCE) as conn:
        found = await conn.fetch(
            f"""
            with identifiers as (select $1::uuid[] as ids, $2::text[] as mentions)
            {lookup.find}
            """,
            [OWNER],
            ["nobody"],
        )
        assert [row["id"] for row in found] == [pack.id]
        await conn.fetch(str(lookup.erase), [pack.id])
    assert (await ask(dashboard_database, meeting_id)).status == "waiting"


NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
WANTED = Wanted(uuid4(), "da", "staff", NOW.date(), None, "1.1")
MADE = Pack(uuid4(), WANTED.meeting_id, "da", "staff", NOW.date(), NOW, "1.1", NOW, "made", 4, 1, None, NOW)
SOON, LATE = NOW + timedelta(minutes=9), NOW + timedelta(minutes=11)


@pytest.mark.parametrize(
    ("changed_at", "now", "good"),
    [(None, LATE, True), (NOW, LATE, True), (SOON, SOON, True), (SOON, LATE, False)],
)
def test_a_pack_that_is_not_fixed_is_good_until_something_is_recorded(
    changed_at: datetime | None, now: datetime, *, good: bool
) -> None:
    assert MADE.answers(WANTED, changed_at=changed_at, now=now) == good


def test_attempts_are_limited_and_further_and_further_apart() -> None:
    from services.dashboard.pack.domain import pause_after

    pauses = [pause_after(attempts) for attempts in range(1, MOST_ATTEMPTS + 1)]
    assert pauses == sorted(pauses)
    assert pauses[-1] <= timedelta(minutes=5)

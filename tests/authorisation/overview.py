"""The figures of two taskforces, and requests for them: the dashboard."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID, uuid4

import httpx

from services.dashboard.access import FIGURES
from services.dashboard.app import create_app
from services.dashboard.settings import DashboardSettings
from tests.authorisation.matrix import FOREIGN, Ask, Probe, World
from tests.authorisation.running import running
from tests.authorisation.subjects import deadlines, erase, find_dead_letter, write_dead_letter
from tests.dashboard.messages import apply_messages, check_in, employer_event, hire, pledge, taskforce
from tests.support.infrastructure import Databases, Installation, fresh_databases
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from shared.http.policy import Caller, Ownership
    from shared.http.streams import Changes

API: Final = "/api/dashboard/v1"
TOLD: Final = '"changed_at"'
_SILENCE_SECONDS: Final = 0.3


class Overview(World):
    """Two taskforces with figures."""

    ownerships: ClassVar[Mapping[str, tuple[Ownership, ...]]] = {
        # Figures concern a whole taskforce; a board is public.
        "figures": ("own", "other taskforce", "missing"),
        "public board": ("own", "other taskforce", "missing"),
        "data subject": ("own", "other taskforce", "missing"),
        "overdue deletion": ("own", "other taskforce", "missing"),
    }

    async def fill(self) -> None:
        self.events: dict[str, UUID] = {"missing": uuid4()}
        self.titles: dict[str, str] = {"own": "Vores småjob-aften", "other taskforce": f"{FOREIGN} aften"}
        for ownership, id, slug in (("own", TASKFORCE, "struer"), ("other taskforce", OTHER_TASKFORCE, "elsewhere")):
            begun = datetime.now(UTC) - timedelta(hours=1)
            times: dict[str, Any] = {"starts_at": begun, "ends_at": begun + timedelta(hours=3)}
            evening = employer_event(title=self.titles[ownership], taskforce_id=id, **times)
            self.events[ownership] = evening.event_id
            promised = pledge(positions=7, captured_at=begun, event_id=evening.event_id, taskforce_id=id)
            of = {"taskforce_id": id}
            name = "Struer" if ownership == "own" else f"{FOREIGN} taskforce"
            told = [taskforce(slug=slug, name=name, **of), evening, check_in(evening.event_id, **of), promised]
            await apply_messages(self.db, *told, hire(pledge_id=promised.pledge_id, event_id=evening.event_id, **of))

    async def ask(self, caller: Caller, ask: Ask) -> httpx.Response:
        """Send a request. For an event stream, read it for a moment while the rows of one taskforce change."""
        if not ask.path.endswith("/stream"):
            return await super().ask(caller, ask)
        return await self._hear(caller, ask.path, ask.send.get("changes"))

    async def _hear(self, caller: Caller, path: str, changes_of: UUID | None) -> httpx.Response:
        status, body = 0, b""
        begun, marker_sent, over = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def receive() -> dict[str, Any]:
            await over.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal status, body
            status = message.get("status", status)
            body += message.get("body", b"")
            if message["type"] == "http.response.body":
                begun.set()
                if not message.get("more_body") or TOLD.encode() in body:
                    marker_sent.set()

        headers = [(name.encode(), value.encode()) for name, value in self.headers(caller, path).items()]
        scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
        scope |= {"headers": [*headers, (b"host", b"localhost:8080")], "scheme": "https", "http_version": "1.1"}
        scope |= {"server": ("localhost", 8080), "client": ("127.0.0.1", 1), "root_path": ""}
        task = asyncio.create_task(self.app(scope, receive, send))
        await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
        if changes_of is not None and not marker_sent.is_set():
            changes: Changes = self.app.state.changes
            changes.changed(changes_of)
            with suppress(TimeoutError):
                await asyncio.wait_for(
                    marker_sent.wait(), PATIENCE_SECONDS if changes_of == TASKFORCE else _SILENCE_SECONDS
                )
        over.set()
        await task
        return httpx.Response(status, content=body)


@asynccontextmanager
async def started(
    installation: Installation, signing_key: str, kind: type[Overview] = Overview
) -> AsyncIterator[tuple[Overview, Databases]]:
    """The service with its own database."""
    with fresh_databases(installation, ["dashboard"]) as dsns:
        async with running(
            kind, dsns, "dashboard", signing_key, lambda common: create_app(DashboardSettings(**common))
        ) as world:
            assert isinstance(world, kind)
            yield world, dsns


def _figures(path: str) -> Probe:
    """Figures: those of our taskforce, nothing of others."""

    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        title = world.titles.get(ownership)
        return Ask("GET", path.format(id=world.events[ownership]), hidden=200, shows=(title,) if title else ())

    return probe


async def follow(world: Overview, caller: Caller, ownership: Ownership) -> Ask | None:
    if ownership == "missing":
        return None
    of = TASKFORCE if ownership == "own" else OTHER_TASKFORCE
    return Ask("GET", f"{API}/stream", {"changes": of}, hidden=200, shows=(TOLD,))


def _board(path: str) -> Probe:
    async def probe(world: Overview, caller: Caller, ownership: Ownership) -> Ask:
        slug = {"own": "struer", "other taskforce": "elsewhere"}.get(ownership, "nowhere")
        return Ask("GET", path.format(slug=slug))

    return probe


async def boards_of_the_front_page(world: Overview, caller: Caller, ownership: Ownership) -> Ask | None:
    """Callers who may see figures get the figures instead."""
    if FIGURES.reached_by(caller) or ownership == "missing":
        return None
    return Ask("GET", "/", shows=(">Struer<" if ownership == "own" else f">{FOREIGN} taskforce<",))


async def _dead_letter(world: Overview, ownership: Ownership) -> UUID:
    taskforce = OTHER_TASKFORCE if ownership == "other taskforce" else TASKFORCE
    return await write_dead_letter(world, taskforce, f"{ownership}@example.dk")


PROBES: Final[dict[tuple[str, str], Probe]] = {
    ("POST /internal/dashboard/v1/subjects/find", "data subject"): find_dead_letter("dashboard"),
    ("POST /internal/dashboard/v1/subjects/erase", "data subject"): erase(
        "dashboard", "dead_letters.dead_letters", _dead_letter
    ),
    ("GET /internal/dashboard/v1/deadlines", "overdue deletion"): deadlines("dashboard"),
    (f"GET {API}/figures", "figures"): _figures(f"{API}/figures"),
    (f"GET {API}/stream", "figures"): follow,
    ("GET /", "figures"): _figures("/"),
    ("GET /", "public board"): boards_of_the_front_page,
    ("GET /dashboard/figures", "figures"): _figures("/dashboard/figures"),
    ("GET /dashboard/projector", "figures"): _figures("/dashboard/projector?event={id}"),
    ("GET /dashboard/projector/figures", "figures"): _figures("/dashboard/projector/figures?event={id}"),
    **{
        (f"GET /board/{{slug}}{part}", "public board"): _board(f"/board/{{slug}}{part}")
        for part in ("", ".json", ".txt", ".svg", "/figure", "/stream")
    },
}

"""Live pages: updated within a moment, in every process, without growing in memory or hindering a shutdown."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from services.dashboard.app import create_app
from services.dashboard.live import streams
from services.dashboard.live.streams import Changes
from services.dashboard.settings import DashboardSettings
from shared.http.problems import Problem
from tests.dashboard.messages import apply_messages, pledge
from tests.dashboard.streams import following
from tests.support.serving import serving
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from uuid import UUID

    from fastapi import FastAPI

    from shared.db.database import Database

STREAM = "/api/dashboard/v1/stream"


@pytest_asyncio.fixture
async def url(app: FastAPI, taskforce_id: UUID) -> AsyncIterator[str]:
    """The URL of the application, once it listens to the database; starting to listen notifies every stream."""
    async with serving(app) as url:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while app.state.changes.version(taskforce_id) == (0, 0):
                await asyncio.sleep(0.01)
        yield url


# ---- which stream gets what


def test_ten_changes_before_a_stream_reads_are_one_event(taskforce_id: UUID) -> None:
    changes = Changes({"members": 5, "boards": 5})
    with changes.watching(taskforce_id, "members") as changed:
        for _ in range(10):
            changes.changed(taskforce_id)
        assert changed.is_set()
        changed.clear()
        assert not changed.is_set()


def test_only_the_streams_of_the_taskforce_are_woken(taskforce_id: UUID, other_taskforce_id: UUID) -> None:
    changes = Changes({"members": 5, "boards": 5})
    with changes.watching(taskforce_id, "members") as mine, changes.watching(other_taskforce_id, "members") as theirs:
        changes.changed(taskforce_id)
        assert mine.is_set()
        assert not theirs.is_set()
        changes.all_changed()
        assert theirs.is_set()


def test_nothing_is_kept_of_a_closed_stream(taskforce_id: UUID) -> None:
    changes = Changes({"members": 5, "boards": 5})
    with changes.watching(taskforce_id, "members"):
        assert changes.open_streams("members") == 1
    assert changes.open_streams("members") == 0
    assert changes._watchers == {}


def test_streams_are_limited_by_audience(taskforce_id: UUID) -> None:
    changes = Changes({"members": 1, "boards": 1})
    with changes.watching(taskforce_id, "boards"):
        changes.check_limit("members")
        with pytest.raises(Problem) as refusal:
            changes.check_limit("boards")
    assert refusal.value.status == 503
    assert refusal.value.headers["retry-after"] == "60"


async def test_every_stream_is_woken_at_midnight(taskforce_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    days = iter([date(2026, 12, 31), date(2026, 12, 31), date(2026, 12, 31), *[date(2027, 1, 1)] * 100])
    monkeypatch.setattr(streams, "today", lambda: next(days))
    monkeypatch.setattr(streams, "MIDNIGHT_CHECK_SECONDS", 0.01)
    changes = Changes({"members": 5, "boards": 5})
    with changes.watching(taskforce_id, "members") as changed:
        watching = asyncio.create_task(changes.watch_the_day())
        await asyncio.wait_for(changed.wait(), PATIENCE_SECONDS)
        watching.cancel()


# ---- over the wire


async def test_a_change_is_sent(url: str, token: Callable[..., str], dashboard_database: Database) -> None:
    async with following(url + STREAM, token("member")) as stream:
        assert stream.status == 200
        assert "content-type: text/event-stream" in stream.headers
        assert "cache-control: no-store" in stream.headers
        assert "content-length" not in stream.headers
        await stream.next(heartbeats=True)
        await apply_messages(dashboard_database, pledge())
        assert set(json.loads(await stream.next())) == {"changed_at"}


async def test_many_changes_at_once_are_a_few_messages(
    url: str, token: Callable[..., str], dashboard_database: Database
) -> None:
    async with following(url + STREAM, token("member")) as stream:
        await stream.next(heartbeats=True)
        for _ in range(30):
            await apply_messages(dashboard_database, pledge())
        messages = 0
        while True:
            try:
                await stream.next(seconds=1)
            except TimeoutError:
                break
            messages += 1
        assert 1 <= messages < 20


async def test_another_taskforces_changes_are_not_sent(
    url: str, token: Callable[..., str], dashboard_database: Database, other_taskforce_id: UUID
) -> None:
    async with following(url + STREAM, token("member")) as stream:
        await stream.next(heartbeats=True)
        await apply_messages(dashboard_database, pledge(taskforce_id=other_taskforce_id))
        assert await stream.silent_for(1)


async def test_a_stream_without_changes_sends_heartbeats(
    url: str, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert streams.HEARTBEAT_SECONDS == 15
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.1)
    async with following(url + STREAM, token("member")) as stream:
        for _ in range(4):
            assert await stream.next(heartbeats=True)


async def test_a_stream_ends_with_the_session(url: str, token: Callable[..., str]) -> None:
    async with following(url + STREAM, token("member", lifetime_seconds=2)) as stream:
        # A change may still come: the process has only just begun to listen.
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await stream.next(seconds=PATIENCE_SECONDS):
                pass


async def test_a_closed_stream_no_longer_counts_against_the_limit(
    app: FastAPI, url: str, token: Callable[..., str]
) -> None:
    async with following(url + STREAM, token("member")) as stream:
        await stream.next(heartbeats=True)
        assert app.state.changes.open_streams("members") == 1
    async with asyncio.timeout(PATIENCE_SECONDS):
        while app.state.changes.open_streams("members"):
            await asyncio.sleep(0.02)


async def test_head_opens_no_stream(app: FastAPI, url: str, token: Callable[..., str]) -> None:
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {token('member')}"}) as client:
        answer = await asyncio.wait_for(client.head(url + STREAM), PATIENCE_SECONDS)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while app.state.changes.open_streams("members"):
            await asyncio.sleep(0.02)


async def test_a_client_that_reads_nothing_is_disconnected(
    app: FastAPI, url: str, token: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STUCK_SECONDS", 0.3)
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.001)
    monkeypatch.setattr(streams, "_heartbeat", lambda: b": " + b"x" * 200_000 + b"\n\n")
    async with following(url + STREAM, token("member")):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not app.state.changes.open_streams("members"):
                await asyncio.sleep(0.01)
            while app.state.changes.open_streams("members"):
                await asyncio.sleep(0.05)


async def test_too_many_streams_are_refused_with_retry_after(
    dashboard_settings: DashboardSettings, token: Callable[..., str]
) -> None:
    app = create_app(dashboard_settings.model_copy(update={"streams": 1}))
    async with (
        app.router.lifespan_context(app),
        serving(app) as url,
        following(url + STREAM, token("member")) as first,
        following(url + STREAM, token("member")) as second,
    ):
        assert (first.status, second.status) == (200, 503)
        assert "retry-after: 60" in second.headers
        assert "application/problem+json" in second.headers


async def test_the_listening_connection_is_opened_again(
    url: str, token: Callable[..., str], dashboard_database: Database
) -> None:
    async with following(url + STREAM, token("member")) as stream:
        await stream.next(heartbeats=True)
        async with dashboard_database.system() as conn:
            await conn.execute(
                """
                select pg_terminate_backend(pid)
                  from pg_stat_activity
                 where application_name = 'dashboard-listen'
                   and datname = current_database()
                """
            )
        assert await stream.next(), "something may have been missed: look again"
        await apply_messages(dashboard_database, pledge())
        assert await stream.next()


# ---- processes


@pytest.fixture
def other_process(dashboard_settings: DashboardSettings) -> Any:
    """The app as a process of its own; `(url, process)` once it is ready."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DASHBOARD_DATABASE_URL": dashboard_settings.database_url,
        "DASHBOARD_TOKEN_JWKS": dashboard_settings.token_jwks,
        "DASHBOARD_PORT": str(port),
        "DASHBOARD_LOG_LEVEL": "WARNING",
    }
    process = subprocess.Popen([sys.executable, "-m", "services.dashboard", "app"], env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                    break
            except httpx.TransportError:
                assert time.monotonic() < deadline, "the app does not come up"
            time.sleep(0.1)
        yield url, process
    finally:
        process.kill()
        process.wait()


async def test_a_workers_notify_reaches_another_process(
    other_process: tuple[str, Any], token: Callable[..., str], dashboard_database: Database
) -> None:
    url, _ = other_process
    async with following(url + STREAM, token("member")) as stream:
        await stream.next(heartbeats=True)
        await apply_messages(dashboard_database, pledge())
        assert "changed_at" in await stream.next()


async def test_a_process_stops_with_streams_open(other_process: tuple[str, Any], token: Callable[..., str]) -> None:
    url, process = other_process
    async with following(url + STREAM, token("member")) as one, following(url + STREAM, token("member")) as other:
        for stream in (one, other):
            await stream.next(heartbeats=True)
        process.send_signal(signal.SIGTERM)
        assert await one.next() == await other.next() == "", "streams end whole, they are not cut"
        await asyncio.to_thread(process.wait, PATIENCE_SECONDS)


async def test_an_unknown_payload_wakes_every_stream(
    url: str, token: Callable[..., str], dashboard_database: Database
) -> None:
    async with following(url + STREAM, token("member")) as stream:
        await stream.next(heartbeats=True)
        async with dashboard_database.system() as conn:
            await conn.execute("select pg_notify('dashboard_changed', 'no uuid at all')")
        assert await stream.next()


def test_marks_differ_after_every_change() -> None:
    changes, taskforce_id = Changes({"members": 1, "boards": 1}), uuid4()
    versions = [changes.version(taskforce_id)]
    changes.changed(taskforce_id)
    versions.append(changes.version(taskforce_id))
    changes.all_changed()
    versions.append(changes.version(taskforce_id))
    assert len(set(versions)) == 3

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
from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from services.dashboard.app import create_app
from services.dashboard.settings import DashboardSettings
from shared.http import streams
from shared.http.problems import Problem
from shared.http.streams import Changes, Follower, StreamLimits
from tests.dashboard.messages import apply_messages, pledge
from tests.dashboard.streams import following
from tests.support.serving import serving
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from uuid import UUID

    from fastapi import FastAPI

    from shared.db.database import Database
    from shared.http.rate_limits import ClientKind

STREAM = "/api/dashboard/v1/stream"
LIMITS = StreamLimits(members=5, boards=5, account=5, address=5)
MEMBER, STRANGER = Follower("members"), Follower("boards")


def of_address(number: int) -> tuple[ClientKind, str]:
    return "address", f"192.0.2.{number}"


def of_account(name: str) -> tuple[ClientKind, str]:
    return "account", f"person:{name}"


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
    changes = Changes(LIMITS)
    with changes.watching(taskforce_id, MEMBER) as changed:
        for _ in range(10):
            changes.changed(taskforce_id)
        assert changed.is_set()
        changed.clear()
        assert not changed.is_set()


def test_only_the_streams_of_the_taskforce_are_woken(taskforce_id: UUID, other_taskforce_id: UUID) -> None:
    changes = Changes(LIMITS)
    with changes.watching(taskforce_id, MEMBER) as mine, changes.watching(other_taskforce_id, MEMBER) as theirs:
        changes.changed(taskforce_id)
        assert mine.is_set()
        assert not theirs.is_set()
        changes.all_changed()
        assert theirs.is_set()


def test_nothing_is_kept_of_a_closed_stream(taskforce_id: UUID) -> None:
    changes = Changes(LIMITS)
    with changes.watching(taskforce_id, MEMBER):
        assert changes.open_streams("members") == 1
    assert changes.open_streams("members") == 0
    assert changes._watchers == {}


def test_streams_are_limited_by_audience(taskforce_id: UUID) -> None:
    changes = Changes(StreamLimits(members=1, boards=1, account=5, address=5))
    with changes.watching(taskforce_id, STRANGER):
        changes.check_limit(MEMBER)
        with pytest.raises(Problem) as refusal:
            changes.check_limit(STRANGER)
    assert refusal.value.status == 503
    assert refusal.value.headers["retry-after"] == "60"


def test_one_account_or_address_cannot_take_all_streams(taskforce_id: UUID) -> None:
    changes = Changes(StreamLimits(members=100, boards=100, account=2, address=3))
    karen = Follower("members", (of_account("karen"), of_address(80)))
    eva = Follower("members", (of_account("eva"), of_address(80)))
    guest = Follower("boards", (of_address(80),))

    def status_of(follower: Follower) -> int:
        try:
            changes.check_limit(follower)
        except Problem as refusal:
            return refusal.status if refusal.headers["retry-after"] == "60" else 0
        return 200

    with ExitStack() as open_streams:
        for follower, expected in [(karen, 200), (karen, 200), (karen, 429), (eva, 200), (eva, 429), (guest, 200)]:
            assert status_of(follower) == expected
            if expected == 200:
                open_streams.enter_context(changes.watching(taskforce_id, follower))
        assert status_of(Follower("members", (of_account("karen"), of_address(81)))) == 429, "of the account"
        assert status_of(Follower("members", (of_account("eva"), of_address(81)))) == 200, "of the address"
    assert [status_of(one) for one in (karen, eva, guest)] == [200, 200, 200]
    assert changes._open_of_client == {}


def test_strangers_cannot_take_the_streams_of_members(taskforce_id: UUID) -> None:
    changes = Changes(StreamLimits(members=1, boards=200, account=20, address=100))
    with ExitStack() as open_streams:
        for number in range(200):
            stranger = Follower("boards", (of_address(number),))
            changes.check_limit(stranger)
            open_streams.enter_context(changes.watching(taskforce_id, stranger))
        with pytest.raises(Problem) as refusal:
            changes.check_limit(STRANGER)
        assert refusal.value.status == 503
        changes.check_limit(Follower("members", (of_account("karen"), of_address(1))))


async def test_every_stream_is_woken_at_midnight(taskforce_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    days = iter([date(2026, 12, 31), date(2026, 12, 31), date(2026, 12, 31), *[date(2027, 1, 1)] * 100])
    monkeypatch.setattr(streams, "_today", lambda: next(days))
    monkeypatch.setattr(streams, "MIDNIGHT_CHECK_SECONDS", 0.01)
    changes = Changes(LIMITS)
    with changes.watching(taskforce_id, MEMBER) as changed:
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


async def test_a_stream_counts_against_the_account_and_the_address(
    dashboard_settings: DashboardSettings, token: Callable[..., str]
) -> None:
    limits = {"streams_per_account": 1, "streams_per_address": 2}
    app = create_app(dashboard_settings.model_copy(update=limits))
    async with (
        app.router.lifespan_context(app),
        serving(app) as url,
        following(url + STREAM, token("member")) as first,
        following(url + STREAM, token("member")) as second,
    ):
        assert (first.status, second.status) == (200, 429)
        assert "retry-after: 60" in second.headers
        assert len(app.state.changes._open_of_client) == 2


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
    changes, taskforce_id = Changes(StreamLimits(members=1, boards=1, account=5, address=5)), uuid4()
    versions = [changes.version(taskforce_id)]
    changes.changed(taskforce_id)
    versions.append(changes.version(taskforce_id))
    changes.all_changed()
    versions.append(changes.version(taskforce_id))
    assert len(set(versions)) == 3

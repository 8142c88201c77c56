"""The public board: one number, and nothing that reveals small counts."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import httpx
import pytest
import pytest_asyncio
from pydantic import ValidationError

from services.dashboard.app import create_app
from services.dashboard.board import public_figure
from services.dashboard.board.public_figure import suppressed
from services.dashboard.measures import queries
from services.dashboard.measures.figures import today
from services.dashboard.read_model.taskforces import Taskforce
from services.dashboard.settings import DashboardSettings
from tests.dashboard.conftest import Caller
from tests.dashboard.messages import apply_messages, hire, pledge, step, taskforce
from tests.dashboard.streams import following
from tests.support.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Any
    from uuid import UUID

    from fastapi import FastAPI

    from shared.contracts.pledges import HireConfirmed
    from shared.db.database import Database


def begun(**fields: Any) -> HireConfirmed:
    """A hire that has begun."""
    return hire(start_date=date(2019, 3, 1), **fields)


@pytest_asyncio.fixture
async def struer(dashboard_database: Database) -> Database:
    """The taskforce is known, and seven citizens have got a småjob."""
    await apply_messages(dashboard_database, taskforce(), *(begun() for _ in range(7)))
    return dashboard_database


async def _count(caller: Caller) -> int | None:
    answer = await caller.get("/board/struer.json")
    assert answer.status_code == 200
    count: int | None = answer.json()["count"]
    return count


def _ladder(praktik: date, smaajob: date) -> HireConfirmed:
    """A hire that begins with praktik and goes on as a småjob."""
    return hire(
        start_date=praktik,
        job_type="praktik",
        steps=(step(praktik, 0, 20, "praktik"), step(smaajob, 12, 4, "smaajob")),
    )


async def test_the_board_as_json(caller: Caller, struer: Database) -> None:
    answer = await caller.get("/board/struer.json")
    assert answer.json() == {
        "count": 7,
        "suppressed": False,
        "since": "2018-05-01",
        "as_of": today().isoformat(),
    }


async def test_the_board_counts_confirmed_smaajobs_that_have_begun_since_the_taskforce_was_founded(
    caller: Caller, struer: Database
) -> None:
    await apply_messages(
        struer,
        begun(pledge_id=None),
        begun(job_type="praktik"),
        begun(ended_on=date(2019, 6, 1)),
        hire(start_date=date(2018, 4, 30)),
        hire(start_date=date(2018, 5, 1)),
        hire(start_date=today()),
        hire(start_date=today() + timedelta(days=1)),
        pledge(positions=40),
        # From praktik to småjob: it counts from the day of the småjob.
        _ladder(date(2018, 4, 2), date(2018, 5, 1)),
        _ladder(date(2019, 4, 1), today() + timedelta(days=1)),
        begun(counted=False),
    )
    assert await _count(caller) == 7 + 4 + 1


async def test_a_change_shows_at_once_before_the_cache_expires(caller: Caller, struer: Database) -> None:
    assert await _count(caller) == 7
    await apply_messages(struer, begun())
    async with asyncio.timeout(public_figure.CACHE_SECONDS / 2):
        while await _count(caller) != 8:
            await asyncio.sleep(0.01)


async def test_a_figure_is_counted_again_after_a_lost_notify(
    caller: Caller, app: FastAPI, struer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _count(caller) == 7
    monkeypatch.setattr(app.state.changes, "version", lambda _: (0, 0))
    monkeypatch.setattr(public_figure, "CACHE_SECONDS", 0.0)
    await apply_messages(struer, begun())
    await _count(caller)
    assert await _count(caller) == 8


@pytest.mark.parametrize("count", [1, 2, 3, 4])
async def test_small_counts_are_suppressed_in_every_format(
    caller: Caller, dashboard_database: Database, count: int
) -> None:
    await apply_messages(dashboard_database, taskforce(), *(begun() for _ in range(count)))
    document = (await caller.get("/board/struer.json")).json()
    assert (document["count"], document["suppressed"]) == (None, True)
    text = (await caller.get("/board/struer.txt")).text
    assert text.startswith("Færre end 5 borgere")
    image = (await caller.get("/board/struer.svg")).text
    page = (await caller.get("/board/struer")).text
    front = (await caller.get("/")).text
    for response in (image, page, front):
        assert "Færre end 5" in response
    for words in (text, re.sub("<[^>]+>", " ", image + page + front)):
        assert not re.search(rf"(?<![\d.:]){count}(?![\d.:])\s+borger", words)


async def test_zero_and_the_smallest_count_are_shown(caller: Caller, dashboard_database: Database) -> None:
    await apply_messages(dashboard_database, taskforce())
    assert await _count(caller) == 0
    await apply_messages(dashboard_database, *(begun() for _ in range(5)))
    assert (await caller.get("/board/struer.json?again")).json()["count"] in {0, 5}
    struer = Taskforce(taskforce().taskforce_id, "struer", "Struer", "0671", date(2018, 5, 1))
    assert [suppressed(struer, n, today(), smallest=5).count for n in (0, 1, 4, 5, 6)] == [0, None, None, 5, 6]


async def test_the_board_as_text_and_as_svg(caller: Caller, struer: Database) -> None:
    line = await caller.get("/board/struer.txt")
    day = today()
    assert line.headers["content-type"] == "text/plain; charset=utf-8"
    assert line.text == f"7 borgere har fået et småjob siden maj 2018 ({day.day:02}.{day.month:02}.{day.year})\n"
    image = await caller.get("/board/struer.svg")
    assert image.headers["content-type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(image.text)
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words == ["7", "borgere har fået et småjob", "siden maj 2018"]
    assert "style=" not in image.text
    english = await caller.get("/board/struer.txt?lang=en")
    assert english.text.startswith("7 citizens have got a småjob since May 2018 (")


@pytest.mark.parametrize("ending", [".json", ".txt", ".svg"])
async def test_other_sites_may_read_and_cache_the_figure_for_a_moment(
    caller: Caller, struer: Database, ending: str
) -> None:
    answer = await caller.get(f"/board/struer{ending}", headers={"origin": "https://www.struer.dk"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "public, max-age=10"
    assert ("cookie" in answer.headers.get("vary", "")) == (ending != ".json")


async def test_other_sites_may_not_read_the_page(caller: Caller, struer: Database) -> None:
    answer = await caller.get("/board/struer")
    assert "access-control-allow-origin" not in answer.headers
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_only_configured_origins_may_frame_the_board_and_only_the_board(
    dashboard_settings: DashboardSettings, struer: Database, token: Any
) -> None:
    framed = dashboard_settings.model_copy(update={"board_frame_ancestors": ("https://www.struer.dk",)})
    app = create_app(framed)
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        caller = Caller(client, token)
        board = await caller.get("/board/struer")
        front = await caller.get("/")
    assert "frame-ancestors https://www.struer.dk;" in board.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in front.headers["content-security-policy"]


@pytest.mark.parametrize("origin", ["*", "https://struer.dk/side", "https://struer.dk; script-src *", "struer.dk", ""])
def test_only_an_origin_can_be_configured(base_settings: dict[str, Any], origin: str) -> None:
    with pytest.raises(ValidationError):
        DashboardSettings(**base_settings, database_url="postgresql://", board_frame_ancestors=(origin,))


@pytest.mark.parametrize(
    "path",
    ["/board/nowhere", "/board/nowhere.json", "/board/nowhere.svg", "/board/nowhere.txt", "/board/nowhere/stream"],
)
async def test_an_unknown_board_does_not_exist(caller: Caller, struer: Database, path: str) -> None:
    answer = await caller.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/no-such-board"
    page = await caller.get(path, headers={"accept": "text/html"})
    assert page.status_code == 404
    assert "Der er ingen tavle på denne adresse" in page.text


@pytest.mark.parametrize("slug", ["..%2Fetc", "%27%20or%20true--", "STRUER", "a" * 3000, "%F0%9F%92%A9", "struer%20"])
async def test_a_malformed_slug_is_an_unknown_board(caller: Caller, struer: Database, slug: str) -> None:
    assert (await caller.get(f"/board/{slug}.json")).status_code == 404


async def test_a_board_exists_once_its_taskforce_is_known(caller: Caller, dashboard_database: Database) -> None:
    await apply_messages(dashboard_database, *(begun() for _ in range(7)))
    assert (await caller.get("/board/struer.json")).status_code == 404
    await apply_messages(dashboard_database, taskforce())
    assert await _count(caller) == 7


async def test_a_new_slug_replaces_the_old_one(caller: Caller, struer: Database) -> None:
    await apply_messages(struer, taskforce(version=2, slug="struer-lemvig"))
    assert (await caller.get("/board/struer-lemvig.json")).json()["count"] == 7


async def test_boards_of_two_taskforces_share_nothing(
    caller: Caller, struer: Database, other_taskforce_id: UUID
) -> None:
    await apply_messages(
        struer,
        taskforce(taskforce_id=other_taskforce_id, slug="vejle", since=date(2020, 1, 1)),
        *(hire(start_date=date(2021, 1, 1), taskforce_id=other_taskforce_id) for _ in range(9)),
    )
    assert (await caller.get("/board/vejle.json")).json()["count"] == 9
    assert await _count(caller) == 7


async def test_the_board_needs_no_token(caller: Caller, struer: Database) -> None:
    for role in ("event_pass", "member", "auditor"):
        assert (await caller.get("/board/struer.json", role)).status_code == 200


# ---- live


@pytest_asyncio.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    """Where the application answers."""
    async with serving(app) as url:
        yield url


async def test_the_stream_sends_the_figure_only_when_it_has_changed(url: str, struer: Database) -> None:
    async with following(f"{url}/board/struer/stream") as stream:
        assert stream.status == 200
        await stream.next(heartbeats=True)
        await apply_messages(struer, pledge(positions=40), begun(job_type="praktik"))
        assert await stream.silent_for(1), "what is not on the board is nobody's business"
        await apply_messages(struer, begun())
        assert json.loads(await stream.next())["count"] == 8


async def test_the_stream_is_silent_while_the_figure_is_hidden(url: str, dashboard_database: Database) -> None:
    await apply_messages(dashboard_database, taskforce(), begun())
    async with following(f"{url}/board/struer/stream") as stream:
        await stream.next(heartbeats=True)
        await apply_messages(dashboard_database, begun(), begun())
        assert await stream.silent_for(1)
        await apply_messages(dashboard_database, begun(), begun())
        assert json.loads(await stream.next())["count"] == 5


async def test_every_board_is_counted_once_per_change_however_many_clients_ask(
    app: FastAPI, struer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = 0
    count = queries.growth

    async def counting(*args: Any, **kwargs: Any) -> int:
        nonlocal counted
        counted += 1
        return await count(*args, **kwargs)

    monkeypatch.setattr(queries, "growth", counting)
    figures = await asyncio.gather(*(app.state.public_figures.find("struer") for _ in range(40)))
    assert {figure.count for figure in figures} == {7}
    assert counted <= 2

"""The public board: one number, and nothing that reveals small counts."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import httpx
import pytest
import pytest_asyncio
from pydantic import ValidationError

from services.dashboard.app import create_app
from services.dashboard.board import public_figure, store
from services.dashboard.measures.figures import today
from services.dashboard.settings import DashboardSettings
from shared.fields.copenhagen import COPENHAGEN
from tests.dashboard.board.releases import release
from tests.dashboard.conftest import Caller
from tests.dashboard.messages import apply_messages, hire, pledge, step, taskforce
from tests.dashboard.streams import following
from tests.support.serving import serving
from tests.support.waiting import eventually

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
    """Seven citizens have got a småjob, and the board says so."""
    await apply_messages(dashboard_database, taskforce(), *(begun() for _ in range(7)))
    await release(dashboard_database)
    return dashboard_database


async def _shown(caller: Caller, database: Database) -> int | None:
    """Release, and return the count that the board shows then."""
    released = await release(database)
    assert released is not None

    async def shows_it() -> bool:
        # The time alone would not do: it is published in whole seconds, and two releases may share one.
        document = (await caller.get("/board/struer.json")).json()
        at = released.released_at.replace(microsecond=0).isoformat()
        return bool(document["released_at"] == at and document["count"] == released.shown)

    await eventually(shows_it, seconds=public_figure.CACHE_SECONDS / 2)
    return await _count(caller)


async def _last_release(database: Database) -> datetime:
    async with database.read(taskforce().taskforce_id) as conn:
        last = await store.last_release(conn)
    assert last is not None
    return last.released_at.replace(microsecond=0)


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
    document = (await caller.get("/board/struer.json")).json()
    next_release = datetime.fromisoformat(document.pop("next_release"))
    assert document == {
        "count": 7,
        "suppressed": False,
        "since": "2018-05-01",
        "as_of": today().isoformat(),
        "released_at": (await _last_release(struer)).isoformat(),
    }
    assert next_release > datetime.now(UTC)
    assert next_release.astimezone(COPENHAGEN).time() == time(8)


async def test_before_its_first_release_a_board_says_that_there_is_no_number(
    caller: Caller, dashboard_database: Database
) -> None:
    await apply_messages(dashboard_database, taskforce(), *(begun() for _ in range(7)))
    document = (await caller.get("/board/struer.json")).json()
    assert (document["count"], document["as_of"], document["released_at"]) == (None, None, None)
    assert document["suppressed"] is False
    for path in ("/board/struer", "/board/struer.svg", "/board/struer.txt"):
        answer = await caller.get(path)
        assert "Der er ikke offentliggjort noget tal endnu" in answer.text
        assert not re.search(r"(?<![\w.:#-])7(?![\w.:%-])\s+borger", answer.text)
    assert (await caller.get("/")).status_code == 200


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
    assert await _shown(caller, struer) == 7 + 4 + 1


async def test_a_change_shows_in_no_format_before_it_is_released(
    caller: Caller, app: FastAPI, struer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(public_figure, "CACHE_SECONDS", 0.0)
    paths = [f"/board/struer{format}" for format in (".json", ".svg", ".txt", "/figure")] + ["/"]
    before = [(await caller.get(path)).text for path in paths]
    await apply_messages(struer, *(begun() for _ in range(4)))
    await release(struer)
    assert [(await caller.get(path)).text for path in paths] == before


async def test_a_release_shows_after_a_lost_notify(
    caller: Caller, app: FastAPI, struer: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _count(caller) == 7
    monkeypatch.setattr(app.state.board_changes, "version", lambda _: (0, 0))
    monkeypatch.setattr(public_figure, "CACHE_SECONDS", 0.0)
    await apply_messages(struer, *(begun() for _ in range(5)))
    await release(struer)
    assert await _count(caller) == 12


@pytest.mark.parametrize("count", [1, 2, 3, 4])
async def test_small_counts_are_suppressed_in_every_format(
    caller: Caller, dashboard_database: Database, count: int
) -> None:
    await apply_messages(dashboard_database, taskforce(), *(begun() for _ in range(count)))
    await release(dashboard_database)
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
    assert await _shown(caller, dashboard_database) == 0
    await apply_messages(dashboard_database, *(begun() for _ in range(5)))
    assert await _shown(caller, dashboard_database) == 5


async def test_the_board_as_text_and_as_svg(caller: Caller, struer: Database) -> None:
    line = await caller.get("/board/struer.txt")
    day = today()
    assert line.headers["content-type"] == "text/plain; charset=utf-8"
    assert line.text == f"7 borgere har fået et småjob siden maj 2018 ({day.day:02}.{day.month:02}.{day.year})\n"
    image = await caller.get("/board/struer.svg")
    assert image.headers["content-type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(image.text)
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words[:3] == ["7", "borgere har fået et småjob", "siden maj 2018"]
    assert (words[3] or "").startswith("Offentliggjort ")
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
    assert await _shown(caller, dashboard_database) == 7


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
    await release(struer, "vejle")
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


async def test_the_stream_sends_releases_and_is_woken_by_nothing_else(url: str, app: FastAPI, struer: Database) -> None:
    async with following(f"{url}/board/struer/stream") as stream:
        assert stream.status == 200
        await stream.next(heartbeats=True)
        taskforce_id = taskforce().taskforce_id
        changed, released = app.state.changes.version, app.state.board_changes.version
        before = changed(taskforce_id), released(taskforce_id)
        await apply_messages(struer, pledge(positions=40), *(begun() for _ in range(4)))
        await release(struer)

        async def told() -> bool:
            return bool(changed(taskforce_id) != before[0])

        await eventually(told)
        # The time of the next heartbeat would tell that something has changed.
        assert released(taskforce_id) == before[1]
        await apply_messages(struer, begun())
        await release(struer)
        assert json.loads(await stream.next())["count"] == 12

"""Pledges that are held until a coordinator decides whether they count."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio

from services.pledges.app import create_app
from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import Caller, hire_body, pledge_body
from tests.pledges.intake.test_api import as_pass

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from services.pledges.settings import PledgesSettings
    from shared.db.database import Database
    from shared.product.roles import Role

API = "/api/pledges/v1/pledges"


@pytest_asyncio.fixture
async def strict(pledges_settings: PledgesSettings, token: Callable[..., str]) -> AsyncIterator[Caller]:
    """A client of an installation where 10 positions of each pass count by themselves."""
    app = create_app(pledges_settings.model_copy(update={"pass_positions_max": 10}))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8080") as client,
    ):
        yield Caller(client, token)


async def held_pledge(caller: Caller, event_id: UUID, **changes: Any) -> str:
    """Log a guest's pledge that is held, and return its id."""
    answer = await caller.log(pledge_body(positions=26, **changes), "event_pass", **as_pass(event_id))
    assert (answer.status_code, answer.json()["review"]) == (201, "waiting")
    return str(answer.json()["id"])


async def review(caller: Caller, pledge_id: str, decision: str, *roles: Role, **headers: str) -> httpx.Response:
    """Decide on a pledge."""
    headers = caller.headers(*(roles or ("coordinator",))) | headers
    return await caller.client.post(f"{API}/{pledge_id}/review", json={"decision": decision}, headers=headers)


async def published(database: Database, taskforce_id: UUID, pledge_id: str) -> list[tuple[str, int, bool]]:
    """Return type, version and `counted` of each message about a pledge."""
    async with database.read(taskforce_id) as conn:
        rows = await conn.fetch(
            """
            select type, (payload ->> 'version')::integer as version, (payload ->> 'counted')::boolean as counted
              from outbox
             where aggregateid = $1
             order by 2
            """,
            UUID(pledge_id),
        )
    return [(row["type"].split(".")[2], row["version"], row["counted"]) for row in rows]


async def test_what_a_pass_pledges_beyond_its_limit_is_accepted_and_held_even_in_a_flood(
    strict: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, other_id = await add_event(), await add_event()
    bodies = [pledge_body(positions=3) for _ in range(12)]

    answers = await asyncio.gather(*(strict.log(body, "event_pass", **as_pass(event_id)) for body in bodies))
    smaller = await strict.log(pledge_body(positions=1), "event_pass", **as_pass(event_id))
    by_member = await strict.log(pledge_body(positions=3, event_id=str(event_id)))
    of_other_event = await strict.log(pledge_body(positions=3), "event_pass", **as_pass(other_id))
    await add_event(event_id, version=2, pass_generation=2)
    with_new_pass = await strict.log(pledge_body(positions=3), "event_pass", **as_pass(event_id, generation=2))
    again = await strict.log(bodies[0], "event_pass", **as_pass(event_id, generation=2))

    assert {answer.status_code for answer in answers} == {201}
    reviews = [answer.json()["review"] for answer in answers]
    assert (reviews.count(None), reviews.count("waiting")) == (3, 9)
    for answer in (smaller, by_member, of_other_event, with_new_pass):
        assert (answer.status_code, answer.json()["review"], answer.json()["flags"]) == (201, None, [])
    assert again.content == answers[0].content


async def test_a_rejected_pledge_frees_its_share_of_the_passs_limit(
    strict: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    first = await strict.log(pledge_body(positions=9), "event_pass", **as_pass(event_id))
    await review(strict, first.json()["id"], "rejected")

    second = await strict.log(pledge_body(positions=9), "event_pass", **as_pass(event_id))

    assert second.json()["review"] is None


async def test_a_held_pledge_is_in_no_work_list_and_takes_no_hire_until_it_is_accepted(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    pledge_id = await held_pledge(caller, await add_event())
    queue = "/queue?view=all&due=all&kind=vacant&q=Struer"

    waiting = await caller.get(queue, "caseworker")
    held = await caller.get("/queue?view=all", "caseworker")
    listed = await caller.get(f"{API}?unfilled=true", "coordinator")
    hired = await caller.confirm(hire_body(pledge_id=pledge_id))
    accepted = await review(caller, pledge_id, "accepted", **{"if-match": '"1"'})
    hired_then = await caller.confirm(hire_body(pledge_id=pledge_id))

    assert "tæller ikke med endnu" in text_of(held.text)
    assert f"/pledges/{pledge_id}" not in waiting.text
    assert listed.json()["items"] == []
    assert (hired.status_code, hired.json()["type"]) == (409, "/problems/pledge-not-counted")
    assert (accepted.status_code, accepted.json()["review"], accepted.headers["etag"]) == (200, "accepted", '"2"')
    assert hired_then.status_code == 201
    assert f"/pledges/{pledge_id}" in (await caller.get(queue, "caseworker")).text
    assert await published(pledges_database, taskforce_id, pledge_id) == [
        ("PledgeLogged", 1, False),
        ("PledgeReviewed", 2, True),
        ("PositionFilled", 3, True),
    ]


async def test_the_same_decision_again_changes_nothing_and_another_version_is_refused(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    pledge_id = await held_pledge(caller, await add_event())

    answers = [await review(caller, pledge_id, "rejected", **{"if-match": '"1"'}) for _ in range(2)]
    stale = await review(caller, pledge_id, "accepted", **{"if-match": '"1"'})
    unknown = await review(caller, str(uuid4()), "accepted")

    assert [answer.status_code for answer in answers] == [200, 200]
    assert (stale.status_code, unknown.status_code) == (412, 404)
    assert len(await published(pledges_database, taskforce_id, pledge_id)) == 2


@pytest.mark.parametrize("decision", ["accepted", "rejected"])
async def test_a_coordinator_decides_in_the_list_and_sees_it_in_the_pledges_history(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], decision: str
) -> None:
    pledge_id = await held_pledge(caller, await add_event())
    headers = caller.headers("coordinator") | HTML

    page = await caller.client.get("/pledges?held=true", headers=headers)
    form = {"decision": decision, "version": "1", "from_list": "true"}
    decided = await caller.client.post(f"/pledges/{pledge_id}/review", data=form, headers=headers)
    after = await caller.client.get(decided.headers["location"], headers=headers)
    shown = text_of((await caller.client.get(f"/pledges/{pledge_id}", headers=headers)).text)

    assert "Usædvanligt mange pladser i ét tilsagn" in text_of(page.text)
    assert decided.status_code == 303
    counts = "tæller med" if decision == "accepted" else "tæller ikke med"
    assert f"Tilsagnet fra Struer Trælast A/S {counts}" in text_of(after.text)
    assert "Ingen tilsagn venter på en afgørelse" in text_of(after.text)
    assert ("Godkendt" if decision == "accepted" else "Afvist: tæller ikke med") in shown
    assert "af dig" in shown
    assert "Skal det tælle med?" in shown


async def test_one_press_decides_on_all_of_a_page_that_still_wait(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    first, second, third = [await held_pledge(caller, event_id) for _ in range(3)]
    await review(caller, first, "accepted")
    headers = caller.headers("admin") | HTML

    form = {"decision": "rejected", "pledges": [first, second, third, str(uuid4())]}
    answer = await caller.client.post("/pledges/reviews", data=form, headers=headers)

    assert answer.status_code == 303
    reviews = [(await caller.get(f"{API}/{one}", "coordinator")).json()["review"] for one in (first, second, third)]
    assert reviews == ["accepted", "rejected", "rejected"]

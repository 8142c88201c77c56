"""Merging two pledges, keeping both and separating them, over HTTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.conftest import Caller, hire_body
from tests.pledges.corrections.test_api import patch
from tests.pledges.duplicates.conftest import API, proposals
from tests.pledges.pledges.test_review import published

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from shared.db.database import Database

    Twins = Callable[..., Awaitable[list[dict[str, Any]]]]


async def decide(
    caller: Caller, proposal_id: str, decision: str, stays: str | None = None, *, seen: int | None = None
) -> httpx.Response:
    """Decide on a proposal as a coordinator, in Danish."""
    headers = caller.headers("coordinator") | {"accept-language": "da"}
    if seen is not None:
        headers["if-match"] = f'"{seen}"'
    body = {"stays": stays} if stays else None
    return await caller.client.post(f"{API}/{proposal_id}/{decision}", json=body, headers=headers)


async def test_merged_pledges_count_once_are_linked_and_are_restored_exactly(
    caller: Caller, log_twins: Twins, pledges_database: Database, taskforce_id: UUID
) -> None:
    first, second = await log_twins()
    before = (await caller.get(f"/api/pledges/v1/pledges/{second['id']}", "coordinator")).json()
    [found] = await proposals(caller)

    merged = await decide(caller, found["id"], "merge", seen=1)
    duplicate = (await caller.get(f"/api/pledges/v1/pledges/{second['id']}", "coordinator")).json()
    queue = (await caller.get("/queue?view=all&due=all&q=Struer", "caseworker")).text
    hired = await caller.confirm(hire_body(pledge_id=second["id"]))
    pages = [(await caller.get(f"/pledges/{one['id']}", "member")).text for one in (first, second)]
    separated = await decide(caller, found["id"], "unmerge", seen=2)
    after = (await caller.get(f"/api/pledges/v1/pledges/{second['id']}", "coordinator")).json()

    assert (merged.status_code, merged.headers["etag"], merged.json()["stays"]) == (200, '"2"', first["id"])
    assert (duplicate["status"], duplicate["merged_into"]) == ("duplicate", first["id"])
    assert (f"/pledges/{first['id']}" in queue, f"/pledges/{second['id']}" in queue) == (True, False)
    assert (hired.status_code, hired.json()["type"]) == (409, "/problems/pledge-ended")
    assert f'href="/pledges/{second["id"]}"' in pages[0]
    assert f'href="/pledges/{first["id"]}"' in pages[1]
    assert (separated.status_code, separated.json()["status"], separated.json()["stays"]) == (200, "kept", None)
    assert after == before | {"version": 3}
    page = await caller.client.get(f"/pledges/{second['id']}", headers=caller.headers("coordinator") | HTML)
    history = text_of(page.text)
    assert history.index("Skilt fra det andet tilsagn igen") < history.index("Slået sammen med et andet tilsagn")
    assert await published(pledges_database, taskforce_id, second["id"]) == [
        ("PledgeLogged", 1, True),
        ("PledgeMerged", 2, False),
        ("PledgeUnmerged", 3, True),
    ]
    assert len(await published(pledges_database, taskforce_id, first["id"])) == 1


async def test_the_one_that_stays_is_chosen_and_the_decision_is_recorded_once(
    caller: Caller, log_twins: Twins, pledges_database: Database, taskforce_id: UUID
) -> None:
    first, second = await log_twins()
    [found] = await proposals(caller)

    answers = await asyncio.gather(*(decide(caller, found["id"], "merge", second["id"]) for _ in range(3)))
    other_way = await decide(caller, found["id"], "merge", first["id"])
    neither = await decide(caller, found["id"], "merge", str(uuid4()))
    stale = await decide(caller, found["id"], "unmerge", seen=1)
    unknown = await decide(caller, str(uuid4()), "keep")

    assert {(one.status_code, one.json()["version"]) for one in answers} == {(200, 2)}
    assert [one.status_code for one in (other_way, neither, stale, unknown)] == [409, 422, 412, 404]
    assert answers[0].json()["decided"]["decision"] == "merge"
    assert await proposals(caller) == []
    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from duplicate_decisions") == 1


async def test_two_decisions_of_a_chain_at_once_leave_one_pledge_that_counts_and_no_deadlock(
    caller: Caller, log_twins: Twins
) -> None:
    pledges = await log_twins({}, {}, {})
    found = await proposals(caller)
    assert len(found) == 3

    answers = await asyncio.gather(*(decide(caller, one["id"], "merge") for one in found))
    states = [(await caller.get(f"/api/pledges/v1/pledges/{one['id']}", "coordinator")).json() for one in pledges]

    assert sorted(one.status_code for one in answers) == [200, 200, 409]
    assert sorted(one["status"] for one in states) == ["duplicate", "duplicate", "logged"]
    # The third pair asks for nothing while one of the two is a duplicate.
    assert await proposals(caller) == []


async def test_a_pledge_with_a_job_stays_and_two_with_jobs_are_refused_in_words(
    caller: Caller, log_twins: Twins
) -> None:
    first, second = await log_twins()
    [found] = await proposals(caller)
    await caller.confirm(hire_body(pledge_id=second["id"]))

    refused = await decide(caller, found["id"], "merge", first["id"])
    await caller.confirm(hire_body(pledge_id=first["id"]))
    both = await decide(caller, found["id"], "merge")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/filled-must-stay")
    assert (both.status_code, both.json()["detail"]) == (
        409,
        "En plads i hvert af dem er besat, så de kan ikke slås sammen.",
    )


async def test_a_duplicate_is_neither_corrected_nor_withdrawn_and_the_one_that_stays_is_both(
    caller: Caller, log_twins: Twins
) -> None:
    first, second = await log_twins()
    [found] = await proposals(caller)
    await decide(caller, found["id"], "merge")
    headers, reason = caller.headers("coordinator"), {"reason": "company_withdrew"}

    corrected = [await patch(caller, one["id"], {"positions": 2}) for one in (second, first)]
    withdrawn = [
        await caller.client.post(f"/api/pledges/v1/pledges/{one['id']}/withdraw", json=reason, headers=headers)
        for one in (second, first)
    ]
    separated = await decide(caller, found["id"], "unmerge")

    assert [one.status_code for one in corrected] == [409, 200]
    assert [one.status_code for one in withdrawn] == [409, 200]
    assert [separated.json()[one]["status"] for one in ("first", "second")] == ["withdrawn", "logged"]
    assert [separated.json()[one]["positions"] for one in ("first", "second")] == [2, 3]


async def test_pairs_are_listed_page_by_page_and_not_shown_while_one_of_them_has_ended(
    caller: Caller, log_twins: Twins
) -> None:
    await log_twins({}, {}, {})
    everything = [one["id"] for one in await proposals(caller)]

    page = (await caller.get(f"{API}?page_size=2", "coordinator")).json()
    rest = (await caller.get(f"{API}?page_size=2&page_token={page['next_page_token']}", "admin")).json()

    assert [one["id"] for one in page["items"] + rest["items"]] == everything
    assert rest["next_page_token"] is None
    assert (await caller.get(API, "member", "caseworker")).status_code == 403


async def test_a_coordinator_compares_merges_and_separates_on_the_page(caller: Caller, log_twins: Twins) -> None:
    first, second = await log_twins(
        {}, {"company": {"name": "Struer Traelast"}, "contact": {"name": "Eva Holst", "phone": "97 85 00 01"}}
    )
    headers = caller.headers("coordinator") | HTML

    page = (await caller.client.get("/pledges/duplicates", headers=headers)).text
    [found] = await proposals(caller)
    path = f"/pledges/duplicates/{found['id']}"
    form = {"version": hidden(page, "version"), "stays": second["id"]}
    merged = await caller.client.post(f"{path}/merge", data=form, headers=headers)
    shown = (await caller.client.get(merged.headers["location"], headers=headers)).text
    stale = await caller.client.post(f"{path}/unmerge", data=form, headers=headers)
    separated = await caller.client.post(f"{path}/unmerge", data={"version": "2"}, headers=headers)
    after = (await caller.client.get(separated.headers["location"], headers=headers)).text
    kept = (await caller.client.get("/pledges/duplicates?show=kept", headers=headers)).text

    assert "Eva Holm" in page
    assert "97 85 00 01" in page
    assert text_of(page).count("forskelligt") == 3
    assert (merged.status_code, stale.status_code, separated.status_code) == (303, 412, 303)
    assert "De to tilsagn fra Struer Trælast A/S er slået sammen" in text_of(shown)
    assert "Ikke noget at tage stilling til" in text_of(shown)
    assert "er skilt ad igen" in text_of(after)
    assert "Slå sammen" in text_of(kept)
    assert first["id"] in kept


async def test_the_page_of_the_evening_says_how_many_pairs_wait_for_a_decision(
    caller: Caller, log_twins: Twins
) -> None:
    first, _ = await log_twins()
    await log_twins()
    headers = caller.headers("coordinator") | HTML
    evening = f"/pledges/evening/{first['event_id']}"

    before = (await caller.client.get(evening, headers=headers)).text
    for one in await proposals(caller):
        await decide(caller, one["id"], "merge")
    after = (await caller.client.get(evening, headers=headers)).text

    assert "par kan være samme tilsagn 1" in text_of(before)
    assert "par kan være samme tilsagn" not in text_of(after)


async def test_the_page_says_when_the_pledge_that_stayed_has_ended(caller: Caller, log_twins: Twins) -> None:
    first, _ = await log_twins()
    [found] = await proposals(caller)
    await decide(caller, found["id"], "merge")
    headers = caller.headers("coordinator")
    path = f"/api/pledges/v1/pledges/{first['id']}/review"
    await caller.client.post(path, json={"decision": "rejected"}, headers=headers)

    page = (await caller.client.get("/pledges/duplicates", headers=headers | HTML)).text
    merged = (await caller.client.get("/pledges/duplicates?show=merged", headers=headers | HTML)).text

    assert "I 1 par, der er slået sammen, gælder det tilsagn, der blev, ikke længere" in text_of(page)
    assert "Skil dem ad, hvis det andet stadig gælder" in text_of(merged)

"""Notes about cases, saved views and the search, over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.pledges.case_notes.domain import Case, mention_id
from services.pledges.case_notes.store import notes_of
from services.pledges.queue.search import search
from shared.ui.formats import local_date
from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import Caller, hire_body, pledge_body

if TYPE_CHECKING:
    import httpx

    from shared.db.database import Database
    from shared.product.roles import Role

ME, COLLEAGUE, OTHER = uuid4(), uuid4(), uuid4()
QUEUE = "/api/pledges/v1/queue"


async def post(caller: Caller, path: str, who: UUID = ME, role: Role = "caseworker", **form: Any) -> httpx.Response:
    headers = caller.headers(role, subject=f"person:{who}") | HTML
    return await caller.client.post(path, data=form, headers=headers)


async def due(caller: Caller, who: UUID) -> list[tuple[str, str]]:
    headers = caller.headers("caseworker", subject=f"person:{who}")
    page = await caller.client.get(f"{QUEUE}?view=mine&due=all", headers=headers)
    return [(item["kind"], item["reason"]) for item in page.json()["items"]]


async def test_a_note_to_colleagues_is_the_work_of_each_until_it_is_ticked_off(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    await caller.log(body := pledge_body())
    path, note_id = f"/queue/pledges/{body['id']}/notes", uuid4()
    mention, people = mention_id(note_id, COLLEAGUE), [str(COLLEAGUE), str(OTHER)]

    written = [await post(caller, path, id=note_id, body="Ring om nøglen", person=people) for _ in range(2)]
    before = await due(caller, COLLEAGUE)
    by_other = await post(caller, path, OTHER, done=mention)
    unknown = await post(caller, path, done=note_id)
    ticked = await post(caller, path, COLLEAGUE, done=mention)

    assert [answer.status_code for answer in written] == [303, 303]
    assert before == [("mention", "En kollega har skrevet til dig om Struer Trælast A/S: Ring om nøglen")]
    assert (by_other.status_code, unknown.status_code, ticked.status_code) == (403, 404, 303)
    assert (await due(caller, COLLEAGUE), await due(caller, OTHER)) == ([], before)
    async with pledges_database.read(taskforce_id) as conn:
        [kept] = await notes_of(conn, taskforce_id, Case(pledge_id=UUID(body["id"])))
    assert (kept.body, {one.person_id: one.done_by for one in kept.mentions}) == (
        "Ring om nøglen",
        {COLLEAGUE: COLLEAGUE, OTHER: None},
    )
    page = await caller.client.get(f"/pledges/{body['id']}", headers=caller.headers("caseworker") | HTML)
    assert "Ring om nøglen" in page.text
    as_member = await caller.client.get(f"/pledges/{body['id']}", headers=caller.headers("member") | HTML)
    assert "Ring om nøglen" not in as_member.text


async def test_only_colleagues_of_the_municipality_write_and_see_notes_about_a_hire(caller: Caller) -> None:
    await caller.confirm(body := hire_body(company={"name": "B&O"}), municipality="0671")
    path = f"/queue/hires/{body['id']}/notes"
    texts = {}
    for municipality in ("0671", "0756"):
        headers = caller.headers("caseworker", subject=f"person:{ME}", municipality=municipality) | HTML
        form = {"body": "Det går godt", "follow_up_on": "2027-01-04"}
        answer = await caller.client.post(path, data=form, headers=headers)
        page = await caller.client.get(f"/hires/{body['id']}", headers=headers)
        texts[municipality] = (answer.status_code, "Det går godt" in page.text)

    assert texts == {"0671": (303, True), "0756": (403, False)}
    readers: tuple[tuple[Role, str | None], ...] = (
        ("caseworker", "0671"),
        ("caseworker", "0756"),
        ("caseworker", None),
        ("coordinator", None),
    )
    listed = [
        await caller.get(f"{QUEUE}?view=all&due=all&kind=follow_up", role, municipality=municipality)
        for role, municipality in readers
    ]
    assert [len(answer.json()["items"]) for answer in listed] == [1, 0, 0, 0]


async def test_a_case_worker_without_a_municipality_has_no_work_of_one_and_a_coordinator_sees_all(
    caller: Caller,
) -> None:
    started = (local_date(datetime.now(UTC)) - timedelta(days=130)).isoformat()
    await caller.confirm(hire_body(company={"name": "B&O"}, start_date=started), municipality="0671")
    readers: tuple[tuple[Role, str | None], ...] = (
        ("caseworker", "0671"),
        ("caseworker", "0756"),
        ("caseworker", None),
        ("coordinator", None),
    )

    listed = [
        await caller.get(f"{QUEUE}?view=all&due=all", role, municipality=municipality) for role, municipality in readers
    ]

    assert [[item["kind"] for item in answer.json()["items"]] for answer in listed] == [
        ["checkpoint"] * 3,
        [],
        [],
        ["checkpoint"] * 3,
    ]


async def test_a_view_is_saved_under_a_name_shared_and_deleted_by_whoever_saved_it(caller: Caller) -> None:
    view_id = uuid4()
    saved = await post(
        caller, "/queue/views", id=view_id, name="Alle i Struer", query="view=all&municipality=0671&x=1", shared="true"
    )
    with_cpr = await post(caller, "/queue/views", name="Anders", query="q=010190-1234")
    await post(caller, "/queue/views", name="Kun min", query="due=week")
    headers = caller.headers("coordinator", subject=f"person:{COLLEAGUE}") | HTML
    theirs = (await caller.client.get("/queue", headers=headers)).text
    by_other = await post(caller, "/queue/views", COLLEAGUE, remove=view_id)
    removed = await post(caller, "/queue/views", remove=view_id)

    assert saved.headers["location"] == "/queue?view=all&municipality=0671"
    assert with_cpr.status_code == 422
    assert "Alle i Struer" in theirs
    assert "Kun min" not in theirs
    assert (by_other.status_code, removed.status_code) == (404, 303)
    assert "Alle i Struer" not in (await caller.client.get("/queue", headers=headers)).text


@pytest.mark.parametrize(
    "typed", ["ælas st", "tr", "24256790", "{reference}", "https://tilsagn.example/pledges/{id}?x=1"]
)
async def test_the_search_finds_a_pledge_by_name_number_reference_or_address(caller: Caller, typed: str) -> None:
    # A reference may look like a CVR number.
    await caller.log(body := pledge_body(id=f"12345678{str(uuid4())[8:]}"))
    await caller.log(pledge_body(company={"name": "B&O"}))
    q = typed.format(reference=body["id"][:8], id=body["id"])

    answer = await caller.client.post("/queue/search", data={"q": q}, headers=caller.headers("caseworker") | HTML)

    found = text_of(answer.text.partition('<div id="found">')[2].partition("<footer")[0])
    assert "Struer Trælast A/S" in found
    assert "B&O" not in found


@pytest.mark.parametrize(
    ("typed", "expected"), [("b&o", {"B&O"}), ("50%", {"50% Smede"}), ("_", set()), ("2425", set())]
)
async def test_the_search_takes_signs_as_they_are(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, typed: str, expected: set[str]
) -> None:
    for name in ("B&O", "50% Smede", "505 Smede"):
        await caller.log(pledge_body(company={"name": name}))

    async with pledges_database.read(taskforce_id) as conn:
        found = await search(conn, taskforce_id, typed)

    assert {one.company for one in found.pledges} == expected

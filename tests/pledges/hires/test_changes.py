"""Changing hires over HTTP: the ladder, the end, the checkpoints, corrections, and contact persons."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator

from shared.contracts.pledges import position_id
from shared.fields.dates import months_after
from shared.ui.formats import local_date
from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import NOW, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from shared.db.database import Database
    from shared.product.roles import Role

API = "/api/pledges/v1"
TODAY = local_date(NOW)


def _in(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


async def _hired(caller: Caller, *, positions: int = 0, **body: Any) -> dict[str, Any]:
    """Return a hire that has just been confirmed; with a pledge if positions are pledged."""
    if positions:
        pledge = await caller.log(pledge_body(positions=positions))
        body["pledge_id"] = pledge.json()["id"]
    else:
        body.setdefault("company", "Struer Trælast A/S")
    subject = body.pop("subject", "person:00000000-0000-4000-8000-00000000000a")
    municipality = body.pop("municipality", None)
    answer = await caller.confirm(hire_body(**body), subject=subject, municipality=municipality)
    assert answer.status_code == 201, answer.text
    hire: dict[str, Any] = answer.json()
    return hire


async def _send(
    caller: Caller,
    path: str,
    body: dict[str, Any] | None,
    *,
    method: str = "POST",
    version: int | None = None,
    key: str | None = None,
    **principal: Any,
) -> httpx.Response:
    """Send a change of a hire as a case worker."""
    roles = principal.pop("roles", ("caseworker",))
    headers = caller.headers(*roles, **principal) | {"idempotency-key": key or str(uuid4())}
    if version is not None:
        headers["if-match"] = f'"{version}"'
    return await caller.client.request(method, f"{API}/hires/{path}", json=body, headers=headers)


async def _positions(caller: Caller, pledge_id: str) -> list[str]:
    pledge = (await caller.get(f"{API}/pledges/{pledge_id}", "coordinator")).json()
    return [one["status"] for one in pledge["position_list"]]


async def _published(database: Database) -> list[str]:
    async with database.system() as conn:
        rows = await conn.fetch("select type from outbox order by position")
    return [row["type"].split(".")[-2] for row in rows]


async def test_the_ladder_of_a_hire_grows_and_shrinks(one_caller: Caller) -> None:
    first = {"from": _in(0), "praktik_weekly_hours": 20}
    hire = await _hired(one_caller, weekly_hours=None, steps=[first])
    step = {"from": _in(28), "paid_weekly_hours": 12, "praktik_weekly_hours": 4}

    added = await _send(one_caller, f"{hire['id']}/steps", step, version=1, key="step")
    again = await _send(one_caller, f"{hire['id']}/steps", step, version=1, key="step")
    more = await _send(one_caller, f"{hire['id']}/steps", {"from": _in(60), "paid_weekly_hours": "20,5"}, version=2)
    fewer = await _send(one_caller, f"{hire['id']}/steps/{_in(60)}", None, method="DELETE", version=3, key="off")
    twice = await _send(one_caller, f"{hire['id']}/steps/{_in(60)}", None, method="DELETE", version=3, key="off")

    assert (added.status_code, added.headers["etag"], added.json()["version"]) == (200, '"2"', 2), added.text
    assert again.content == added.content
    assert [
        (one["paid_weekly_hours"], one["praktik_weekly_hours"], one["job_type"]) for one in more.json()["steps"]
    ] == [
        (0, 20, "praktik"),
        (12, 4, "smaajob"),
        (20.5, 0, "smaajob"),
    ]
    assert (more.json()["weekly_hours"], more.json()["job_type"]) == (20, "praktik")
    assert len(fewer.json()["steps"]) == 2
    assert (twice.status_code, twice.content) == (200, fewer.content)


async def test_a_hire_that_ends_gives_its_position_back_and_takes_it_again(
    caller: Caller, pledges_database: Database
) -> None:
    hire = await _hired(caller, positions=2)
    pledge_id = hire["pledge_id"]
    end = {"ended_on": _in(10), "reason": "health", "note": "Aftalt med begge"}

    ended = await _send(caller, f"{hire['id']}/end", end, version=1)
    while_ended = await _positions(caller, pledge_id)
    resumed = await _send(caller, f"{hire['id']}/resume", {"note": "Det var en fejl"}, version=2)
    while_resumed = await _positions(caller, pledge_id)
    cancelled = await _send(caller, f"{hire['id']}/end", end | {"position": "cancel"}, version=3)
    history = (await caller.get(f"{API}/hires/{hire['id']}/history", "caseworker")).json()["items"]

    assert (ended.status_code, ended.json()["end_reason"], ended.json()["checkpoints"]) == (200, "health", []), (
        ended.text
    )
    assert (while_ended, while_resumed) == (["open", "open"], ["filled", "open"])
    assert [one["months"] for one in resumed.json()["checkpoints"]] == [3, 6, 12]
    assert (cancelled.json()["version"], await _positions(caller, pledge_id)) == (4, ["cancelled", "open"])
    assert (await _published(pledges_database))[3:] == [
        "PositionReopened",
        "HireEnded",
        "PositionFilled",
        "HireResumed",
        "PositionCancelled",
        "HireEnded",
    ]
    assert [(one["version"], one["kind"], one["reason"]) for one in history] == [
        (4, "ended", "health"),
        (3, "resumed", None),
        (2, "ended", "health"),
    ]
    assert history[1]["note"] == "Det var en fejl"
    assert history[2]["after"] == history[1]["before"]
    assert (history[2]["before"]["ended_on"], history[2]["after"]["ended_on"]) == (None, _in(10))


async def test_a_position_that_was_given_away_is_not_taken_back(caller: Caller) -> None:
    hire = await _hired(caller, positions=1)
    await _send(caller, f"{hire['id']}/end", {"ended_on": _in(10), "reason": "employer"})
    assert (await caller.confirm(hire_body(pledge_id=hire["pledge_id"]))).status_code == 201

    refused = await _send(caller, f"{hire['id']}/resume", {})

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/position-taken")
    now = (await caller.get(f"{API}/hires/{hire['id']}", "caseworker")).json()
    assert (now["ended_on"], now["version"]) == (_in(10), 2)


async def test_the_end_of_a_hire_is_corrected_after_its_position_was_given_away(caller: Caller) -> None:
    hire = await _hired(caller, positions=1, municipality="0671")
    colleague: dict[str, Any] = {"municipality": "0671"}
    path = f"{hire['id']}/correct"
    early = await _send(caller, path, {"ended_on": _in(12)}, **colleague)
    await _send(caller, f"{hire['id']}/end", {"ended_on": _in(10), "reason": "health"}, **colleague)
    await caller.confirm(hire_body(pledge_id=hire["pledge_id"]))

    corrected = await _send(caller, path, {"ended_on": _in(12), "end_reason": "moved"}, version=2, **colleague)
    later = await _send(caller, path, {"ended_on": _in(14)}, version=3, **colleague)
    own, others = [
        (await caller.get(f"{API}/hires/{hire['id']}/history", "caseworker", municipality=one)).json()["items"]
        for one in ("0671", "0756")
    ]

    assert (early.status_code, early.json()["type"]) == (409, "/problems/no-end-to-correct")
    assert (corrected.json()["ended_on"], corrected.json()["end_reason"]) == (_in(12), "moved"), corrected.text
    assert (later.json()["ended_on"], later.json()["end_reason"], later.json()["version"]) == (_in(14), "moved", 4)
    assert [(one["kind"], one["reason"], one["former_reason"]) for one in own] == [
        ("corrected", None, None),
        ("corrected", "moved", "health"),
        ("ended", "health", None),
    ]
    assert [one["former_reason"] for one in others] == [None, "other", None]
    assert (own[1]["before"]["ended_on"], own[1]["after"]["ended_on"]) == (_in(10), _in(12))
    assert await _positions(caller, hire["pledge_id"]) == ["filled"]


async def test_an_undone_confirmation_leaves_the_position_as_it_was(caller: Caller, pledges_database: Database) -> None:
    hire = await _hired(caller, positions=1)

    by_another = await _send(caller, f"{hire['id']}/revoke", None, subject=f"person:{uuid4()}")
    undone = await _send(caller, f"{hire['id']}/revoke", None, version=1, roles=("coordinator",), key="undo")
    again = await _send(caller, f"{hire['id']}/revoke", None, version=1, roles=("coordinator",), key="undo")
    late = await _send(caller, f"{hire['id']}/end", {"ended_on": _in(10), "reason": "other"})

    assert (by_another.status_code, by_another.json()["type"]) == (403, "/problems/not-your-confirmation")
    assert (undone.status_code, undone.json()["counted"], undone.content) == (200, False, again.content), undone.text
    assert await _positions(caller, hire["pledge_id"]) == ["open"]
    assert (await caller.get(f"{API}/hires", "caseworker")).json()["items"] == []
    assert (await _published(pledges_database))[-2:] == ["PositionReopened", "HireRevoked"]
    assert (late.status_code, late.json()["type"]) == (409, "/problems/hire-revoked")
    assert (await caller.confirm(hire_body(pledge_id=hire["pledge_id"]))).status_code == 201


async def test_an_ended_hire_is_resumed_before_its_confirmation_is_undone(caller: Caller) -> None:
    pledge_id = (await caller.log(pledge_body(positions=1))).json()["id"]
    headers = caller.headers("caseworker") | {"idempotency-key": str(uuid4())}
    await caller.client.post(f"{API}/positions/{position_id(UUID(pledge_id), 1)}/match", json={}, headers=headers)
    hire = (await caller.confirm(hire_body(pledge_id=pledge_id))).json()
    await _send(caller, f"{hire['id']}/end", {"ended_on": _in(10), "reason": "other", "position": "cancel"})

    refused = await _send(caller, f"{hire['id']}/revoke", None, roles=("coordinator",))
    await _send(caller, f"{hire['id']}/resume", {})
    undone = await _send(caller, f"{hire['id']}/revoke", None, roles=("coordinator",))

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/hire-ended")
    assert (undone.status_code, await _positions(caller, pledge_id)) == (200, ["matched"])


async def test_a_correction_of_the_pledge_keeps_the_position_of_a_hire_that_has_ended(caller: Caller) -> None:
    hire = await _hired(caller, positions=2, position=2)
    await _send(caller, f"{hire['id']}/end", {"ended_on": _in(10), "reason": "other"})
    body = {"positions": 1, "reason": "Kun en plads"}

    corrected = await caller.client.patch(
        f"{API}/pledges/{hire['pledge_id']}", json=body, headers=caller.headers("coordinator")
    )
    resumed = await _send(caller, f"{hire['id']}/resume", {})

    assert (corrected.status_code, resumed.status_code) == (200, 200), corrected.text
    assert await _positions(caller, hire["pledge_id"]) == ["filled"]


async def test_a_checkpoint_is_answered_and_the_answer_taken_back(one_caller: Caller) -> None:
    hire = await _hired(one_caller, start_date=months_after(TODAY, -4).isoformat())
    path = f"{hire['id']}/checkpoints"

    early = await _send(one_caller, f"{path}/6", {"answer": "same_company"})
    answered = await _send(one_caller, f"{path}/3", {"answer": "elsewhere"}, version=1)
    taken_back = await _send(one_caller, f"{path}/3", {"answer": None}, version=2)
    unknown = await _send(one_caller, f"{path}/4", {"answer": "no"})

    assert (early.status_code, early.json()["type"]) == (409, "/problems/checkpoint-not-due")
    first = answered.json()["checkpoints"][0]
    assert (first["answer"], first["answered_on"], first["answered_from"]) == ("elsewhere", _in(0), "caseworker")
    assert (taken_back.json()["checkpoints"][0]["answer"], taken_back.json()["version"]) == (None, 3)
    assert unknown.status_code == 404


async def test_a_correction_keeps_what_it_replaces(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    hire = await _hired(
        caller, steps=[{"from": _in(0), "paid_weekly_hours": 5}, {"from": _in(30), "paid_weekly_hours": 8}]
    )
    body = {"start_date": _in(7), "weekly_hours": 6, "company": "B&O", "note": "Begyndte en uge senere"}

    corrected = await _send(caller, f"{hire['id']}/correct", body, version=1)
    same = await _send(caller, f"{hire['id']}/correct", body, version=1)
    history = (await caller.get(f"{API}/hires/{hire['id']}/history", "caseworker")).json()["items"]

    now = corrected.json()
    assert (now["version"], now["start_date"], now["weekly_hours"]) == (2, _in(7), 6), corrected.text
    assert (now["company"]["name"], now["checkpoints"][0]["due_on"]) == (
        "B&O",
        months_after(date.fromisoformat(_in(7)), 3).isoformat(),
    )
    assert same.content == corrected.content
    assert [one["from"] for one in history[0]["before"]["steps"]] == [_in(0), _in(30)]
    async with pledges_database.read(taskforce_id) as conn:
        former = await conn.fetchval("select company_name from hire_former_companies")
    assert former == "Struer Trælast A/S"


@pytest.mark.parametrize(
    ("path", "body", "status", "problem"),
    [
        ("steps", {"from": _in(0), "paid_weekly_hours": 5}, 422, "step-not-later"),
        ("steps", {"from": _in(-1), "paid_weekly_hours": 5}, 422, "step-before-start"),
        ("steps", {"from": _in(9), "paid_weekly_hours": 0, "praktik_weekly_hours": 0}, 422, "no-hours"),
        ("steps", {"from": _in(9), "paid_weekly_hours": 30, "praktik_weekly_hours": 8}, 422, "too-many-hours"),
        ("steps", {"from": "01-02-2027", "paid_weekly_hours": 5}, 422, "invalid"),
        ("end", {"ended_on": _in(0), "reason": "other"}, 422, "ends-before-start"),
        ("end", {"ended_on": _in(120), "reason": "other"}, 422, "end-too-far-ahead"),
        ("end", {"ended_on": _in(9), "reason": "bored"}, 422, "invalid"),
        ("end", {"ended_on": _in(9), "reason": "other", "note": "Cpr 010170-1234"}, 422, "invalid"),
        ("resume", {}, 409, "hire-not-ended"),
        ("correct", {"steps": [{"from": _in(0), "paid_weekly_hours": 5}] * 2}, 422, "steps-overlap"),
        ("correct", {"training_hire_id": str(uuid4())}, 422, "training-hire-not-found"),
        ("checkpoints/3", {"answer": "maybe"}, 422, "invalid"),
        ("contact-person", {"name": "", "phone": "96 84 84 84"}, 422, "invalid"),
        ("support", {"contacted_by": "employer", "agreed": "Ring 010170-1234"}, 422, "invalid"),
        (
            "support",
            {"contacted_by": "employer", "agreed": "Ok", "contacted_on": _in(2)},
            422,
            "implausible-contact-day",
        ),
    ],
)
async def test_a_change_that_cannot_be_is_refused_by_name(
    one_caller: Caller, path: str, body: dict[str, Any], status: int, problem: str
) -> None:
    hire = await _hired(one_caller)

    answer = await _send(one_caller, f"{hire['id']}/{path}", body)

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{problem}"), answer.text
    assert "1234" not in answer.text.replace(answer.json()["instance"], "")


async def test_a_hire_before_its_pledge_is_refused(one_caller: Caller) -> None:
    pledge = (await one_caller.log(pledge_body())).json()

    refused = await one_caller.confirm(hire_body(pledge_id=pledge["id"], start_date=_in(-1)))

    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/starts-before-pledge")


async def test_hires_are_handed_over_all_or_none(one_caller: Caller) -> None:
    hires = [await _hired(one_caller) for _ in range(3)]
    person_id = str(uuid4())
    body = {
        "hires": [{"id": hire["id"], "version": 1} for hire in hires],
        "person_id": person_id,
        "name": "Karen Holm",
        "phone": "97 85 11 11",
    }
    stale = body | {"hires": [*body["hires"][:2], {"id": hires[2]["id"], "version": 2}]}

    refused = await _send(one_caller, "contact-person", stale)
    untouched = (await one_caller.get(f"{API}/hires/{hires[0]['id']}", "caseworker")).json()
    handed_over = await _send(one_caller, "contact-person", body, key="all")
    again = await _send(one_caller, "contact-person", body, key="all")
    twice = await _send(one_caller, "contact-person", body | {"hires": [{"id": hires[0]["id"]}] * 2})
    alone = await _send(one_caller, f"{hires[0]['id']}/contact-person", {"name": "Jonas Tangaa"}, version=2)

    assert (refused.status_code, refused.json()["type"], untouched["version"]) == (412, "/problems/stale-hire", 1)
    assert handed_over.status_code == 200, handed_over.text
    for hire in handed_over.json()["items"]:
        assert (hire["contact_person"]["name"], hire["contact_person_id"], hire["version"]) == (
            "Karen Holm",
            person_id,
            2,
        )
    assert again.content == handed_over.content
    assert twice.status_code == 422
    assert (alone.json()["contact_person"]["name"], alone.json()["contact_person_id"]) == ("Jonas Tangaa", None)


async def test_the_support_log_keeps_what_was_agreed(one_caller: Caller) -> None:
    hire = await _hired(one_caller)
    body = {"contacted_by": "employer", "agreed": "Møder kl. 9 den næste måned"}

    logged = await _send(one_caller, f"{hire['id']}/support", body, key="call")
    again = await _send(one_caller, f"{hire['id']}/support", body, key="call")
    solved = await _send(one_caller, f"{hire['id']}/support/{logged.json()['id']}", {"solved": True}, version=1)
    stale = await _send(one_caller, f"{hire['id']}/support/{logged.json()['id']}", {"solved": False}, version=1)
    log = (await one_caller.get(f"{API}/hires/{hire['id']}/support", "caseworker")).json()["items"]

    assert (logged.status_code, logged.headers["etag"], logged.content) == (201, '"1"', again.content), logged.text
    assert (solved.json()["solved"], solved.headers["etag"]) == (True, '"2"')
    assert stale.status_code == 412
    assert [(one["contacted_on"], one["agreed"], one["solved"]) for one in log] == [(_in(0), body["agreed"], True)]


async def test_a_case_worker_of_another_municipality_is_refused(one_caller: Caller) -> None:
    hire = await _hired(one_caller, municipality="0671")
    changes: dict[str, dict[str, Any]] = {
        "steps": {"from": _in(9), "paid_weekly_hours": 5},
        "end": {"ended_on": _in(9), "reason": "other"},
        "resume": {},
        "correct": {"weekly_hours": 7},
        "checkpoints/3": {"answer": "no"},
        "contact-person": {"name": "Karen"},
        "support": {"contacted_by": "employee", "agreed": "Ok"},
        f"support/{uuid4()}": {"solved": True},
    }

    answers = [
        await _send(one_caller, f"{hire['id']}/{path}", body, municipality="0756") for path, body in changes.items()
    ]
    answers.append(
        await _send(one_caller, "contact-person", {"name": "K", "hires": [{"id": hire["id"]}]}, municipality="0756")
    )
    answers.append(await one_caller.get(f"{API}/hires/{hire['id']}/support", "caseworker", municipality="0756"))
    of_a_colleague = await one_caller.get(f"{API}/hires/{hire['id']}/support", "caseworker", municipality="0671")

    assert {(answer.status_code, answer.json()["type"]) for answer in answers} == {
        (403, "/problems/other-municipality")
    }
    assert of_a_colleague.status_code == 200
    assert (await one_caller.get(f"{API}/hires/{hire['id']}", "caseworker")).json()["version"] == 1


async def test_health_and_words_about_a_hire_are_for_case_workers_of_its_municipality(
    caller: Caller, add_company: Callable[..., Awaitable[UUID]]
) -> None:
    company_id = await add_company("Struer Trælast A/S", cvr="24256790")
    company = {"name": "Struer Trælast A/S", "cvr": "24256790"}
    hire = await _hired(caller, municipality="0671", company=company, start_date=_in(-30))
    end = {"ended_on": _in(-1), "reason": "health", "note": "Meldte sig syg"}
    assert (await _send(caller, f"{hire['id']}/end", end, municipality="0671")).status_code == 200
    readers: dict[str, tuple[Role, str | None]] = {
        "own": ("caseworker", "0671"),
        "other": ("caseworker", "0756"),
        "none": ("caseworker", None),
        "coordinator": ("coordinator", None),
    }

    seen = {}
    for name, (role, municipality) in readers.items():
        reader: dict[str, Any] = {"municipality": municipality}
        one = (await caller.get(f"{API}/hires/{hire['id']}", role, **reader)).json()
        listed = (await caller.get(f"{API}/hires", role, **reader)).json()["items"][0]
        change = (await caller.get(f"{API}/hires/{hire['id']}/history", role, **reader)).json()["items"][0]
        headers = caller.headers(role, **reader) | HTML
        pages = [
            text_of((await caller.client.get(path, headers=headers)).text)
            for path in (f"/hires/{hire['id']}", f"/companies/{company_id}")
        ]
        words = tuple(word in page for page in pages for word in ("Helbred.", "· Helbred", "Meldte sig syg"))
        seen[name] = (one["end_reason"], listed["end_reason"], change["reason"], change["note"], words)

    concealed = ("other", "other", "other", None, (False,) * 6)
    assert seen.pop("own") == ("health", "health", "health", "Meldte sig syg", (True, False, True, False, True, False))
    assert seen == dict.fromkeys(("other", "none", "coordinator"), concealed)


async def test_of_two_case_workers_at_once_exactly_one_changes_the_hire(caller: Caller) -> None:
    hire = await _hired(caller, positions=1)
    step = {"from": _in(9), "paid_weekly_hours": 5}
    end = {"ended_on": _in(9), "reason": "other"}

    answers = await asyncio.gather(
        _send(caller, f"{hire['id']}/steps", step, version=1), _send(caller, f"{hire['id']}/end", end, version=1)
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert (await caller.get(f"{API}/hires/{hire['id']}", "caseworker")).json()["version"] == 2


async def test_a_key_belongs_to_one_change_of_one_hire(one_caller: Caller) -> None:
    one, other = await _hired(one_caller), await _hired(one_caller)
    await _send(one_caller, f"{one['id']}/contact-person", {"name": "Karen"}, key="mine")

    reused = await _send(one_caller, f"{other['id']}/contact-person", {"name": "Karen"}, key="mine")

    assert (reused.status_code, reused.json()["type"]) == (422, "/problems/idempotency-key-reused")


async def test_a_hire_that_the_former_release_has_confirmed_beside_this_one_has_a_ladder(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    hire = await _hired(caller)
    async with pledges_database.change(taskforce_id) as conn:
        await conn.execute("delete from hire_steps")
        await conn.execute("delete from hire_checkpoints")

    read = await caller.get(f"{API}/hires/{hire['id']}", "caseworker")
    added = await _send(caller, f"{hire['id']}/steps", {"from": _in(9), "paid_weekly_hours": 5})

    assert read.json() == hire
    assert [one["paid_weekly_hours"] for one in added.json()["steps"]] == [12.5, 5]
    assert [one["months"] for one in added.json()["checkpoints"]] == [3, 6, 12]


async def test_answers_match_the_openapi_document(one_caller: Caller) -> None:
    hire = await _hired(one_caller, start_date=months_after(TODAY, -4).isoformat(), municipality="0671")
    path = hire["id"]
    colleague: dict[str, Any] = {"municipality": "0671"}
    answered = await _send(one_caller, f"{path}/checkpoints/3", {"answer": "no", "note": "Ringet"}, **colleague)
    await _send(one_caller, f"{path}/support", {"contacted_by": "employee", "agreed": "Ok"}, **colleague)
    await _send(one_caller, f"{path}/end", {"ended_on": _in(9), "reason": "health"}, **colleague)
    history = await one_caller.get(f"{API}/hires/{path}/history", "caseworker")
    log = await one_caller.get(f"{API}/hires/{path}/support", "caseworker", **colleague)

    document = (await one_caller.client.get(f"{API}/openapi.json")).json()
    for answer, name in ((answered, "HireOut"), (history, "HireHistory"), (log, "SupportLog")):
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())
        assert list(answer.json()) == list(document["components"]["schemas"][name]["properties"])
    assert [one["kind"] for one in history.json()["items"]] == ["ended", "checkpoint_answered"]

"""A pledge that a company makes for one known participant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.pledges.participants.access import disclose_participants
from services.pledges.participants.matches import standing_match_of_participant
from shared.privacy.access_log import PLACEMENT
from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.conftest import Caller, pledge_body
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER, add, participant

if TYPE_CHECKING:
    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant
    from services.pledges.participants.matches import Match
    from shared.db.database import Database

WORKER: dict[str, Any] = {"municipality": STRUER}


async def _matched(db: ParticipantsDatabase, reader: Reader, one: Participant) -> Match | None:
    async with disclose_participants(db, reader, purpose=PLACEMENT) as disclosure:
        return await standing_match_of_participant(disclosure, one.id)


async def test_a_job_found_for_somebody_is_logged_and_matched_with_them_once(
    caller: Caller,
    pledges_database: Database,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    taskforce_id: UUID,
) -> None:
    one = participant(taskforce_id)
    await add(participants_database, struer, one)
    body = pledge_body(positions=1, participant_id=str(one.id))

    logged = await caller.log(body, "caseworker", **WORKER)
    again = await caller.log(body, "caseworker", **WORKER)

    assert logged.status_code == 201, logged.text
    assert (logged.json()["for_citizen"], logged.json()["version"]) == (True, 1)
    assert again.content == logged.content
    match = await _matched(participants_database, struer, one)
    assert match is not None
    assert match.pledge_id == UUID(body["id"])
    pledge = (await caller.get(f"/api/pledges/v1/pledges/{body['id']}", "coordinator")).json()
    assert [position["status"] for position in pledge["position_list"]] == ["matched"]
    async with pledges_database.system() as conn:
        rows = await conn.fetch("select type, payload from outbox order by position")
    assert [row["type"].split(".")[-2] for row in rows] == ["PledgeLogged", "PositionMatched"]
    assert str(one.id) not in str(rows)
    assert str(one.citizen_id) not in str(rows)
    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from pledges") == 1


async def test_somebody_who_is_matched_already_keeps_their_match(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> None:
    one = participant(taskforce_id)
    await add(participants_database, struer, one)
    first, second = [pledge_body(positions=1, participant_id=str(one.id)) for _ in range(2)]

    for body in (first, second):
        assert (await caller.log(body, "caseworker", **WORKER)).status_code == 201

    match = await _matched(participants_database, struer, one)
    assert match is not None
    assert match.pledge_id == UUID(first["id"])
    pledge = (await caller.get(f"/api/pledges/v1/pledges/{second['id']}", "coordinator")).json()
    assert [position["status"] for position in pledge["position_list"]] == ["open"]
    assert pledge["for_citizen"]


@pytest.mark.parametrize(
    ("roles", "principal", "changes", "status", "code"),
    [
        (("caseworker",), {"municipality": HOLSTEBRO}, {}, 422, "participant-not-found"),
        (("caseworker",), WORKER, {"participant_id": str(uuid4())}, 422, "participant-not-found"),
        (("caseworker",), WORKER, {"positions": 2}, 422, "one-citizen-one-position"),
        (("caseworker",), WORKER, {"practice": True}, 403, "forbidden"),
        (("member",), {}, {}, 403, "forbidden"),
        (("coordinator", "admin"), WORKER, {}, 403, "forbidden"),
        (("facilitator",), {"programme": "job_network"}, {}, 403, "forbidden"),
    ],
)
async def test_whoever_may_not_name_the_participant_logs_nothing(
    caller: Caller,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    pledges_database: Database,
    taskforce_id: UUID,
    roles: Any,
    principal: dict[str, Any],
    changes: dict[str, Any],
    status: int,
    code: str,
) -> None:
    one = participant(taskforce_id, programme="job_network")
    await add(participants_database, struer, one)

    refused = await caller.log(pledge_body(positions=1, participant_id=str(one.id)) | changes, *roles, **principal)

    assert (refused.status_code, refused.json()["type"]) == (status, f"/problems/{code}")
    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from pledges") == 0


async def test_a_batch_names_no_participant(caller: Caller) -> None:
    body = pledge_body(positions=1, participant_id=str(uuid4()))
    answer = await caller.client.post(
        "/api/pledges/v1/pledges/batch", json={"pledges": [body]}, headers=caller.headers("caseworker", **WORKER)
    )
    assert answer.json()["results"][0]["status"] == "refused"


async def test_a_case_worker_logs_the_job_on_the_participants_page(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> None:
    one = participant(taskforce_id, case_reference="S-1234")
    await add(participants_database, struer, one)
    path, headers = f"/participants/{one.id}/found-job", caller.headers("caseworker", **WORKER) | HTML
    assert path in (await caller.client.get(f"/participants/{one.id}", headers=headers)).text
    form = (await caller.client.get(path, headers=headers)).text
    fields = {
        "id": hidden(form, "id"),
        "company.name": "Bageren",
        "contact.name": "Eva Holm",
        "contact.phone": "97 85 00 00",
        "job_type": "smaajob",
        "hours_from": "7,5",
        "tasks": "tidying",
    }

    wrong = await caller.client.post(path, data=fields | {"contact.phone": "", "hours_from": "x"}, headers=headers)
    sent = await caller.client.post(path, data=fields, headers=headers)
    twice = await caller.client.post(path, data=fields, headers=headers)
    elsewhere = caller.headers("caseworker", municipality=HOLSTEBRO) | HTML
    pages = [
        text_of((await caller.client.get(page, headers=elsewhere)).text)
        for page in (sent.headers["location"], "/queue?view=all&due=all")
    ]

    assert wrong.status_code == 422
    assert "Skriv et telefonnummer eller en e-mailadresse." in text_of(wrong.text)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/pledges/{hidden(form, 'id')}")
    assert twice.headers["location"] == sent.headers["location"]
    for page in pages:
        assert "Fundet til en bestemt borger" in page
        assert "S-1234" not in page
    for hidden_from in (caller.headers("caseworker", municipality=HOLSTEBRO), caller.headers("facilitator")):
        assert (await caller.client.get(path, headers=hidden_from | HTML)).status_code in {403, 404}
        assert (await caller.client.post(path, data=fields, headers=hidden_from | HTML)).status_code in {403, 404}

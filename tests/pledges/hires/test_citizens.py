"""Whose job a hire is: named when it is confirmed, or later, and known to the participant's municipality only."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.pledges.participants.access import disclose_participants
from shared.contracts.pledges import HireState
from shared.privacy.access_log import PLACEMENT
from tests.pledges.conftest import TODAY, Caller, hire_body, pledge_body
from tests.pledges.participants.conftest import (
    HOLSTEBRO,
    STRUER,
    add,
    participant,
    participants_database,
    struer,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from httpx import Response

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant
    from shared.db.database import Database
    from tests.support.infrastructure import Databases

__all__ = ["participants_database", "struer"]

HIRES = "/api/pledges/v1/hires"


@pytest.fixture
def holstebro(struer: Reader) -> Reader:
    """A case worker of another municipality."""
    return type(struer)(struer.taskforce_id, struer.who, HOLSTEBRO)


@pytest_asyncio.fixture
async def owner(pledges_dsns: Databases) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may read the access log."""
    conn = await asyncpg.connect(pledges_dsns.owner_dsn("pledges"))
    yield conn
    await conn.close()


async def _hire(caller: Caller, *, municipality: str = STRUER, **changes: Any) -> dict[str, Any]:
    answer = await caller.confirm(hire_body(company={"name": "B&O"}, **changes), municipality=municipality)
    assert answer.status_code == 201, answer.text
    hire: dict[str, Any] = answer.json()
    return hire


async def _change(caller: Caller, hire: dict[str, Any], path: str, body: dict[str, Any], **principal: Any) -> Response:
    headers = caller.headers("caseworker", **{"municipality": STRUER} | principal)
    return await caller.client.post(
        f"{HIRES}/{hire['id']}/{path}", json=body, headers=headers | {"idempotency-key": str(uuid4())}
    )


async def _name(caller: Caller, hire: dict[str, Any], one: Participant | None, **principal: Any) -> Response:
    return await _change(caller, hire, "citizen", {"participant_id": str(one.id) if one else None}, **principal)


async def _messages(database: Database, hire_id: str) -> list[HireState]:
    async with database.system() as conn:
        rows = await conn.fetch(
            "select type, payload from outbox where aggregateid = $1 order by position", UUID(hire_id)
        )
    return [HireState.model_validate(row["payload"]) for row in rows]


async def test_a_hire_names_a_citizen_and_so_does_its_message(
    caller: Caller,
    pledges_database: Database,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    taskforce_id: UUID,
    owner: asyncpg.Connection,
) -> None:
    one = participant(taskforce_id)
    await add(participants_database, struer, one)

    first = await _hire(caller, participant_id=str(one.id))
    second = await _hire(caller, participant_id=str(one.id))

    assert first["citizen_id"] == second["citizen_id"] == str(one.citizen_id)
    [message] = await _messages(pledges_database, first["id"])
    assert message.citizen_id == one.citizen_id
    assert str(one.id) not in message.model_dump_json()
    logged = await owner.fetch("select action from access_log where what_key = $1 and why = 'placement'", one.id)
    assert [row["action"] for row in logged] == ["change"] * 2


async def test_a_hire_that_names_nobody_is_as_before(caller: Caller, pledges_database: Database) -> None:
    hire = await _hire(caller)

    assert (hire["names_citizen"], hire["citizen_id"]) == (False, None)
    assert [one.citizen_id for one in await _messages(pledges_database, hire["id"])] == [None]


async def test_a_participant_of_elsewhere_is_refused_as_one_who_does_not_exist(
    caller: Caller, participants_database: ParticipantsDatabase, holstebro: Reader, taskforce_id: UUID
) -> None:
    elsewhere = participant(taskforce_id, municipality=HOLSTEBRO, programme="job_network")
    await add(participants_database, holstebro, elsewhere)
    body = hire_body(company={"name": "B&O"})

    answers = [
        await caller.confirm(body | {"participant_id": str(id_)}, *roles, municipality=STRUER, programme="job_network")
        for id_ in (elsewhere.id, uuid4())
        for roles in (("caseworker",), ("caseworker", "facilitator"))
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert len({str(answer.json() | {"instance": None}) for answer in answers}) == 1
    assert answers[0].json()["type"] == "/problems/participant-not-found"
    assert (await caller.confirm(body, municipality=STRUER)).status_code == 201


async def test_somebody_erased_after_the_match_is_refused_and_the_position_stays_vacant(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> None:
    one = participant(taskforce_id)
    await add(participants_database, struer, one)
    pledge = (await caller.log(pledge_body())).json()
    body = hire_body(pledge_id=pledge["id"], participant_id=str(one.id))
    async with disclose_participants(participants_database, struer, purpose=PLACEMENT, action="delete") as erasure:
        await erasure.conn.execute("delete from participants.participants where id = $1", one.id)
        confirming = asyncio.create_task(caller.confirm(body, municipality=STRUER))
        await asyncio.sleep(0.2)  # it waits for the erasure to commit
        assert not confirming.done()

    refused = await confirming
    assert refused.json()["type"] == "/problems/participant-not-found"
    without = await caller.confirm(body | {"participant_id": None}, municipality=STRUER)
    assert (without.status_code, without.json()["position"]) == (201, 1)


async def test_two_who_confirm_jobs_of_one_citizen_at_once_make_two_hires_of_one_citizen(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> None:
    one = participant(taskforce_id)
    await add(participants_database, struer, one)
    pledges = [(await caller.log(pledge_body())).json() for _ in range(2)]
    bodies = [hire_body(pledge_id=pledge["id"], participant_id=str(one.id)) for pledge in pledges]

    answers = await asyncio.gather(*(caller.confirm(body, municipality=STRUER) for body in bodies))

    assert [answer.status_code for answer in answers] == [201, 201]
    hires = [
        (await caller.get(f"/api/pledges/v1/hires/{body['id']}", "caseworker", municipality=STRUER)).json()
        for body in bodies
    ]
    assert {(hire["citizen_id"], hire["position"]) for hire in hires} == {(str(one.citizen_id), 1)}


async def test_without_the_access_log_nobody_is_named(
    caller: Caller,
    pledges_database: Database,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    taskforce_id: UUID,
    owner: asyncpg.Connection,
) -> None:
    one = participant(taskforce_id)
    await add(participants_database, struer, one)
    body = hire_body(company={"name": "B&O"})
    # As when it is full: whoever inserts is refused.
    await owner.execute("alter table access_log add constraint full_log check (looked_at < '2000-01-01') not valid")

    refused = await caller.confirm(body | {"participant_id": str(one.id)}, municipality=STRUER)

    assert refused.status_code >= 500
    async with pledges_database.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from hires") == 0
    assert (await caller.confirm(body, municipality=STRUER)).status_code == 201


async def test_the_citizen_of_a_hire_is_named_changed_and_removed(
    caller: Caller,
    pledges_database: Database,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    taskforce_id: UUID,
) -> None:
    one, other = participant(taskforce_id), participant(taskforce_id)
    await add(participants_database, struer, one, other)
    hire = await _hire(caller)

    for named in (one, other, None):
        answer = await _name(caller, hire, named)
        assert answer.status_code == 200, answer.text
        assert answer.json()["citizen_id"] == (str(named.citizen_id) if named else None)
    again = await _name(caller, hire, None)

    assert again.json()["version"] == 4  # nothing has changed
    said = [message.citizen_id for message in await _messages(pledges_database, hire["id"])]
    assert said == [None, one.citizen_id, other.citizen_id, None]
    own = (await caller.get(f"{HIRES}/{hire['id']}/history", "caseworker", municipality=STRUER)).json()["items"]
    assert [entry["kind"] for entry in own] == ["citizen_changed"] * 3
    assert own[0]["before"]["citizen_id"] == str(other.citizen_id)
    others = await caller.get(f"{HIRES}/{hire['id']}/history", "caseworker", municipality=HOLSTEBRO)
    assert [entry["before"]["names_citizen"] for entry in others.json()["items"]] == [True, True, False]
    assert not any(str(known.citizen_id) in others.text for known in (one, other))


async def test_a_stale_change_of_the_citizen_is_refused(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> None:
    one = participant(taskforce_id)
    await add(participants_database, struer, one)
    hire = await _hire(caller)
    headers = caller.headers("caseworker", municipality=STRUER) | {"idempotency-key": "1", "if-match": '"2"'}

    stale = await caller.client.post(
        f"{HIRES}/{hire['id']}/citizen", json={"participant_id": str(one.id)}, headers=headers
    )

    assert stale.status_code == 412


async def test_only_case_workers_of_the_hires_municipality_see_and_change_whose_job_it_is(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> None:
    one = participant(taskforce_id)
    await add(participants_database, struer, one)
    hire = await _hire(caller, participant_id=str(one.id))

    for role, municipality in (("caseworker", HOLSTEBRO), ("coordinator", None), ("admin", None)):
        seen = await caller.get(f"{HIRES}/{hire['id']}", role, municipality=municipality)  # type: ignore[arg-type]
        assert (seen.json()["names_citizen"], seen.json()["citizen_id"]) == (True, None)
    assert (await _name(caller, hire, None, municipality=HOLSTEBRO)).status_code == 403
    revoked = await caller.client.post(
        f"{HIRES}/{hire['id']}/revoke",
        json={},
        headers=caller.headers("coordinator") | {"idempotency-key": "revoked"},
    )
    assert (revoked.status_code, revoked.json()["citizen_id"]) == (200, None)


async def test_every_message_of_a_hire_says_whose_job_it_is(
    caller: Caller,
    pledges_database: Database,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    taskforce_id: UUID,
) -> None:
    known = [participant(taskforce_id) for _ in range(2)]
    await add(participants_database, struer, *known)
    random_ = random.Random(4)
    for _ in range(6):
        named = random_.choice([*known, None])
        hire = await _hire(caller, participant_id=str(named.id) if named else None)
        said = hire["citizen_id"]
        day = TODAY + timedelta(days=7)
        changes: dict[str, dict[str, Any]] = {
            "steps": {"from": day.isoformat(), "paid_weekly_hours": 20},
            "correct": {"weekly_hours": random_.randint(3, 11)},
            "contact-person": {"name": "Karen", "phone": "97 85 00 00"},
            "end": {"ended_on": (TODAY + timedelta(days=30)).isoformat(), "reason": "other"},
            "resume": {},
        }
        for path in random_.choices([*changes, "citizen", "citizen"], k=7):
            citizen = random_.choice([*known, None])
            body = {"participant_id": str(citizen.id) if citizen else None} if path == "citizen" else changes[path]
            answer = await _change(caller, hire, path, body)
            said = answer.json()["citizen_id"] if answer.status_code == 200 else said
        await _change(caller, hire, "revoke", {})
        messages = await _messages(pledges_database, hire["id"])
        async with pledges_database.read(taskforce_id) as conn:
            row = await conn.fetchrow("select citizen_id, version from hires where id = $1::text::uuid", hire["id"])
        assert row is not None
        assert (messages[-1].citizen_id, messages[-1].version) == (row["citizen_id"], row["version"])
        assert str(messages[-1].citizen_id or "") == (said or "")

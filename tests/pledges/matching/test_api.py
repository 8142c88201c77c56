"""Candidates for a position and openings for a participant over HTTP: who is listed, why, and who is logged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.pledges.participants.access import ParticipantsDatabase, Reader
from services.pledges.participants.domain import Availability, Participant, Tasks
from shared.contracts.pledges import position_id
from tests.pledges.conftest import Caller, hire_body, pledge_body
from tests.pledges.matching.conftest import KNOWN, NEEDS
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER, add, participant
from tests.pledges.positions.test_api import Steps

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from tests.support.infrastructure import Databases

API = "/api/pledges/v1"
CASEWORKER: dict[str, Any] = {"municipality": STRUER, "subject": f"person:{uuid4()}"}
PURPOSE = {"x-purpose": "placement"}
_OFFERED: dict[str, Any] = {"positions": 2, "tasks": ["packing"]}


class People:
    """Registers participants, and asks as a case worker of Struer."""

    def __init__(self, caller: Caller, db: ParticipantsDatabase, reader: Reader, superuser: Any) -> None:
        self.caller = caller
        self.db = db
        self.reader = reader
        self.superuser = superuser

    async def register(self, **fields: Any) -> Participant:
        one = participant(self.reader.taskforce_id, **KNOWN | fields)
        await add(self.db, replace(self.reader, municipality=one.municipality), one)
        return one

    async def pledge(self, **fields: Any) -> str:
        """Log a pledge that suits everybody who is registered, except what is given; returns its id."""
        await self.caller.log(body := pledge_body(**_OFFERED | fields))
        await self.superuser.execute(
            """
            insert into pledge_needs (taskforce_id, pledge_id, weekdays, public_transport, answered_at)
            values ($1, $2, $3, $4, now())
            """,
            self.reader.taskforce_id,
            UUID(body["id"]),
            sorted(NEEDS.weekdays or ()),
            NEEDS.public_transport,
        )
        return str(body["id"])

    async def candidates(self, pledge_id: str, number: int = 1, **query: Any) -> httpx.Response:
        return await self.ask(f"positions/{position_id(UUID(pledge_id), number)}/candidates", **query)

    async def openings(self, one: Participant, **query: Any) -> httpx.Response:
        return await self.ask(f"participants/{one.id}/openings", **query)

    async def ask(
        self,
        path: str,
        *roles: Any,
        headers: dict[str, str] = PURPOSE,
        principal: dict[str, Any] | None = None,
        **query: Any,
    ) -> httpx.Response:
        bearer = self.caller.headers(*(roles or ("caseworker",)), **(principal or CASEWORKER))
        return await self.caller.client.get(f"{API}/{path}", params=query, headers=bearer | headers)

    async def logged(self) -> list[tuple[UUID, str, str]]:
        """Empty the access log; return whom it named, to do what, and why."""
        rows = await self.superuser.fetch("delete from access_log returning what_key, action, why")
        return [tuple(row) for row in rows]


@pytest_asyncio.fixture
async def superuser(pledges_dsns: Databases) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    yield conn
    await conn.close()


@pytest.fixture
def people(
    caller: Caller,
    participants_database: ParticipantsDatabase,
    struer: Reader,
    superuser: asyncpg.Connection[asyncpg.Record],
) -> People:
    return People(caller, participants_database, struer, superuser)


def references(answer: httpx.Response) -> list[str]:
    return [item["case_reference"] for item in answer.json()["items"]]


async def test_those_whom_a_position_fits_come_first_and_then_whoever_has_waited_longest(people: People) -> None:
    now = datetime.now(UTC)
    later = await people.register(case_reference="later", registered_at=now)
    earlier = await people.register(case_reference="earlier", registered_at=now - timedelta(days=9))
    unknown = replace(KNOWN["availability"], transport=None)
    await people.register(case_reference="perhaps", availability=unknown, registered_at=now - timedelta(days=99))
    await people.register(case_reference="cannot", tasks=Tasks(cannot=frozenset({"packing"})))
    await people.register(case_reference="paused", status="paused")
    pledge = await people.pledge()
    await people.logged()

    answer = await people.candidates(pledge)

    assert answer.status_code == 200
    assert references(answer) == ["earlier", "later", "perhaps"]
    body = answer.json()
    assert [item["fits"] for item in body["items"]] == [True, True, False]
    assert (body["fits"], body["may_fit"], body["paused"]) == (2, 1, 1)
    assert body["not_listed"] == {"pairs": 1, "by_criterion": {"tasks": 1}}
    assert [(one["criterion"], one["asked"], one["opens"]) for one in body["questions"]] == [
        ("transport", "participant", 1)
    ]
    # Only those who are shown are logged.
    shown = await people.logged()
    assert len(shown) == 3
    assert {key for key, _, _ in shown} >= {earlier.id, later.id}
    assert {(action, why) for _, action, why in shown} == {("search", "placement")}


async def test_pages_neither_skip_nor_repeat_anybody_and_log_each_when_they_are_shown(people: People) -> None:
    unknown = replace(KNOWN["availability"], job_types=None)
    everybody = {
        (await people.register(**({"availability": unknown} if number % 2 else {}))).case_reference
        for number in range(5)
    }
    pledge = await people.pledge()
    await people.logged()
    seen: list[str] = []
    token = None
    while True:
        answer = await people.candidates(pledge, page_size=2, **({"page_token": token} if token else {}))
        assert len(await people.logged()) == len(references(answer))
        seen += references(answer)
        if (token := answer.json()["next_page_token"]) is None:
            break
    assert sorted(seen) == sorted(everybody)


async def test_the_openings_of_somebody_are_the_positions_whose_candidate_they_are(people: People) -> None:
    one = await people.register()
    fits = await people.pledge()
    may_fit = await people.pledge(company={"name": "Ukendt kommune"})
    await people.pledge(job_type="praktik")
    await people.logged()

    answer = await people.openings(one)

    assert answer.status_code == 200
    body = answer.json()
    assert [(item["pledge_id"], item["fits"], item["vacant"]) for item in body["items"]] == [
        (fits, True, 2),
        (may_fit, False, 2),
    ]
    assert body["not_listed"] == {"pairs": 1, "by_criterion": {"job_type": 1}}
    assert {key for key, _, _ in await people.logged()} == {one.id}
    for pledge, listed in ((fits, [one.case_reference]), (may_fit, [one.case_reference])):
        assert references(await people.candidates(pledge)) == listed


async def test_reasons_are_in_words_and_in_the_language_of_the_reader(people: People) -> None:
    await people.register()
    answer = await people.candidates(await people.pledge(), headers=PURPOSE | {"accept-language": "da"})
    [item] = answer.json()["items"]
    reasons = {reason["criterion"]: reason["text"] for reason in item["reasons"]}
    assert reasons["weekdays"] == "Kan tirsdag og torsdag; der er brug for nogen tirsdag."
    assert reasons["hours"] == "Kan arbejde 5–10 timer om ugen; pladsen er på 5–10."
    assert reasons["transport"] == "Tager bus eller tog, og der kører noget dertil."
    assert {reason["agrees"] for reason in item["reasons"]} == {True}


async def test_somebody_with_a_job_is_listed_with_that_job(
    people: People, caller: Caller, superuser: asyncpg.Connection[asyncpg.Record]
) -> None:
    one = await people.register()
    hire = hire_body(company={"name": "Købmanden i Lemvig"})
    assert (await caller.confirm(hire)).status_code == 201
    await superuser.execute("update hires set citizen_id = $1", one.citizen_id)
    [item] = (await people.candidates(await people.pledge())).json()["items"]
    assert [(job["company"], job["weekly_hours"]) for job in item["current_jobs"]] == [("Købmanden i Lemvig", 12.5)]


async def test_nobody_is_listed_for_a_position_that_is_not_vacant(people: People, caller: Caller) -> None:
    await people.register()
    pledge = await people.pledge()
    await Steps(caller, pledge).take("match", 1)
    answer = (await people.candidates(pledge, 1)).json()
    assert (answer["status"], answer["items"], answer["fits"]) == ("matched", [], 0)
    assert len((await people.candidates(pledge, 2)).json()["items"]) == 1


@pytest.mark.parametrize("headers", [{}, {"x-purpose": "curiosity"}])
async def test_without_a_purpose_nothing_is_read(people: People, headers: dict[str, str]) -> None:
    one = await people.register()
    pledge = await people.pledge()
    await people.logged()
    for answer in (await people.candidates(pledge, headers=headers), await people.openings(one, headers=headers)):
        assert answer.status_code == 422
        assert one.case_reference not in answer.text
    assert await people.logged() == []


@pytest.mark.parametrize(
    ("roles", "principal", "status"),
    [
        (("caseworker",), {"municipality": HOLSTEBRO}, 404),
        (("caseworker",), {}, 404),
        (("caseworker", "facilitator"), {"municipality": HOLSTEBRO, "programme": "job_network"}, 404),
        (("facilitator",), {"programme": "job_network"}, 403),
        (("admin",), {}, 403),
        (("auditor",), {}, 403),
        (("coordinator",), {}, 403),
    ],
)
async def test_others_see_nobody(
    people: People, roles: tuple[str, ...], principal: dict[str, Any], status: int
) -> None:
    one = await people.register(programme="job_network")
    pledge = await people.pledge()
    await people.logged()
    who = {"municipality": None} | principal
    openings = await people.ask(f"participants/{one.id}/openings", *roles, principal=who)
    assert openings.status_code == status
    candidates = await people.ask(f"positions/{position_id(UUID(pledge), 1)}/candidates", *roles, principal=who)
    assert candidates.status_code == (200 if status == 404 else 403)
    assert candidates.json().get("items", []) == []
    assert one.case_reference not in candidates.text + openings.text
    assert await people.logged() == []


async def test_nothing_is_known_about_somebody_so_they_are_listed_as_perhaps(people: People) -> None:
    await people.register(availability=Availability(), tasks=Tasks())
    [item] = (await people.candidates(await people.pledge())).json()["items"]
    assert item["fits"] is False
    unknown = [reason for reason in item["reasons"] if reason["agrees"] is None]
    assert len(unknown) == 6
    assert {reason["asked"] for reason in unknown} == {"participant"}

"""Targets through the API and the page, without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database
    from tests.events.conftest import Caller

API = "/api/events/v1/targets"
TERMS = {"measure": "hires", "job_type": "smaajob", "value": "200", "starts_on": "2018-05-01", "ends_on": "2026-12-31"}


async def test_a_target_is_set_changed_dropped_and_restored(caller: Caller, db: Database, taskforce_id: UUID) -> None:
    target = str(uuid4())
    headers = caller.headers("coordinator") | {"accept": "text/html"}
    page: list[str] = []

    async def send(to: str = "", **form: Any) -> int:
        answer = await caller.client.post(f"/targets{to}", data=form, headers=headers)
        page.append(answer.text)
        return answer.status_code

    async def shown(query: str = "", role: Any = "coordinator") -> str:
        asked = caller.headers(role) | {"accept": "text/html"}
        answer = await caller.client.get(f"/targets{query}", headers=asked)
        assert answer.status_code == 200, answer.text
        return answer.text

    for _ in range(2):  # a second click changes nothing
        assert await send(id=target, note="200 i job", **TERMS) == 303
    assert await send(id=target, **TERMS | {"value": "9"}) == 409
    assert "Ansættelser, småjob: 200" in await shown()
    assert 'name="version" value="1"' in await shown(f"?change={target}")
    assert "Gem målet" not in await shown(role="member")

    assert await send(f"/{target}", version="1", **TERMS | {"value": "1210"}) == 303
    # Somebody who saw the first version.
    assert await send(f"/{target}", version="1", **TERMS | {"value": "300"}) == 412
    assert "Ansættelser, småjob: 1.210" in page[-1]
    assert 'value="300"' in page[-1]

    for field, value, words in (
        ("ends_on", "2018-04-30", "Den sidste dag er den første eller en senere"),
        ("measure", "happiness", "Ret"),
        ("note", "Ring til 010190-1234", "CPR"),
    ):
        assert await send(f"/{target}", version="2", **TERMS | {field: value}) == 422, field
        assert words in page[-1], field
    assert await send(id=str(uuid4()), **TERMS | {"measure": "still_employed_6"}) == 422
    assert "fra 1 til 100" in page[-1]

    assert await send(f"/{target}/drop", version="2") == 303
    assert "Sæt i kraft igen" in await shown(f"?dropped={target}")
    assert await send(f"/{target}/restore", version="3") == 303

    async with db.read(taskforce_id) as conn:
        rows = await conn.fetch(
            "select type, payload from outbox where aggregatetype = 'events.target' order by version"
        )
    assert [row["type"].split(".")[2] for row in rows] == ["TargetSet", "TargetSet", "TargetDropped", "TargetSet"]
    assert not any("200 i job" in str(row["payload"]) for row in rows)


async def test_programs_change_the_version_they_have_seen(caller: Caller) -> None:
    body = TERMS | {"id": str(uuid4()), "value": 70, "measure": "still_employed_6"}
    who = caller.headers("coordinator")
    answer = await caller.client.post(API, json=body, headers=who)
    assert (answer.status_code, answer.json()["unit"], answer.headers["etag"]) == (201, "percent", '"1"')
    path = f"{API}/{body['id']}"
    changed = await caller.client.put(path, json=body | {"value": 75}, headers=who | {"if-match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    for step in ("drop", "restore"):
        late = await caller.client.post(f"{path}/{step}", headers=who | {"if-match": '"1"'})
        assert late.status_code == (412 if step == "drop" else 200), late.text
    listed = (await caller.client.get(API, headers=caller.headers("auditor"))).json()["items"]
    assert [(one["value"], one["version"]) for one in listed] == [(75, 2)]
    assert (await caller.client.get(f"{API}/{uuid4()}", headers=who)).status_code == 404

"""The taskforce's own tasks: on its page, where pledges are logged, and on pledges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.pledges.catalogue.commands import add_task, change_task
from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.db.database import Database


async def page(caller: Caller, path: str, *roles: Any) -> str:
    headers = caller.headers(*(roles or ("coordinator",))) | HTML
    answer = await caller.client.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.text


async def test_a_coordinator_adds_hides_and_moves_tasks(caller: Caller) -> None:
    headers = caller.headers("coordinator") | HTML
    form = {"danish": "Hundeluftning", "english": "Walking dogs", "group": "outdoors"}
    added = await caller.client.post("/pledges/catalogue/tasks", data=form, headers=headers)
    code = added.headers["location"].partition("#up-")[2]
    for step in ("up", "hide"):
        await caller.client.post(f"/pledges/catalogue/tasks/{code}", data={"step": step}, headers=headers)
    catalogue = await page(caller, "/pledges/catalogue")
    assert 'href="/participants/rules"' in catalogue, "the only way of a coordinator to the rules about hours"
    shown = text_of(catalogue)
    assert shown.index("Hundeluftning Skjult") < shown.index("Pedelopgaver")
    again = await caller.client.post("/pledges/catalogue/tasks", data=form, headers=headers)
    assert again.status_code == 409
    assert "Der er allerede en opgave med det navn" in again.text
    cpr = await caller.client.post(
        "/pledges/catalogue/tasks", data=form | {"danish": "Hjælp 010190-1234"}, headers=headers
    )
    assert cpr.status_code == 422


async def test_own_tasks_are_offered_and_hidden_ones_are_not(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    await add_task(pledges_database, taskforce_id, "Hundeluftning", "Walking dogs", "outdoors")
    await change_task(pledges_database, taskforce_id, "canteen", "hide")
    guest: dict[str, Any] = {"subject": f"pass:{event_id}", "event_id": event_id, "pass_generation": 1}
    for form in (
        await page(caller, "/pledges/new", "member"),
        (await caller.client.get("/pledges/new", headers=caller.headers("event_pass", **guest) | HTML)).text,
        (await caller.get(f"/api/pledges/v1/intake?event={event_id}", "event_pass", **guest)).text,
        await page(caller, f"/pledges/batch?event={event_id}", "member"),
    ):
        assert "Hundeluftning" in form
        assert "Kantine" not in form


@pytest.mark.parametrize("role", ["member", "event_pass"])
async def test_a_pledge_keeps_an_own_task_after_it_was_hidden(
    caller: Caller,
    pledges_database: Database,
    taskforce_id: UUID,
    add_event: Callable[..., Awaitable[UUID]],
    role: Any,
) -> None:
    event_id = await add_event()
    task = await add_task(pledges_database, taskforce_id, "Hundeluftning", "Walking dogs", "outdoors")
    await change_task(pledges_database, taskforce_id, task.code, "hide")
    guest: dict[str, Any] = {"subject": f"pass:{event_id}", "event_id": event_id, "pass_generation": 1}
    body = pledge_body(event_id=str(event_id), tasks=["canteen", task.code])
    answer = await caller.log(body, role, **(guest if role == "event_pass" else {}))
    assert answer.status_code == 201, answer.text
    assert answer.json()["tasks"] == ["canteen", task.code]
    assert "Kantine, Hundeluftning" in text_of(await page(caller, f"/pledges/{body['id']}"))
    assert "Kantine, Hundeluftning" in text_of(await page(caller, "/queue?view=unassigned&due=all"))
    assert "Canteen, Walking dogs" in text_of(await page(caller, f"/pledges/{body['id']}?lang=en"))


async def test_a_task_of_another_taskforce_is_unknown(
    caller: Caller, pledges_database: Database, other_taskforce_id: UUID
) -> None:
    foreign = await add_task(pledges_database, other_taskforce_id, "Fremmed", "Foreign", "other")
    for code in (foreign.code, "own_0123456789ab", f"own_{uuid4()}", "gardening"):
        answer = await caller.log(pledge_body(tasks=[code]))
        assert answer.status_code == 422, code
        assert answer.json()["errors"][0]["pointer"].startswith("/tasks")
    assert "Fremmed" not in await page(caller, "/pledges/catalogue")

"""Handing cases over, and undoing it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.pledges.pledges.refusals import TooLateToUndo
from services.pledges.queue import assignments
from services.pledges.queue.refusals import NothingHandedOver
from shared.http.auth import Principal
from tests.pledges.conftest import Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from shared.db.database import Database

ME, COLLEAGUE, THIRD = uuid4(), uuid4(), uuid4()
API = "/api/pledges/v1/queue"


async def owners(database: Database, taskforce_id: UUID) -> list[UUID | None]:
    async with database.read(taskforce_id) as conn:
        rows = await conn.fetch("select assigned_to from pledges union all select assigned_to from hires")
        return [row["assigned_to"] for row in rows]


def principal(taskforce_id: UUID, person: UUID = ME, **facts: Any) -> Principal:
    return Principal(f"person:{person}", frozenset({"caseworker"}), taskforce_id, **facts)


async def test_many_cases_are_handed_over_at_once_and_a_repeat_changes_nothing(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    pledges, hire = [pledge_body(), pledge_body()], hire_body(company={"name": "B&O"})
    for pledge in pledges:
        await caller.log(pledge)
    await caller.confirm(hire)
    body = {
        "pledges": [*(pledge["id"] for pledge in pledges), str(uuid4())],
        "hires": [hire["id"]],
        "person_id": str(COLLEAGUE),
    }
    headers = caller.headers("caseworker", subject=f"person:{ME}") | {"idempotency-key": "assign"}

    first = await caller.client.post(f"{API}/assign", json=body, headers=headers)
    repeated = await caller.client.post(f"{API}/assign", json=body, headers=headers)
    assigned = await owners(pledges_database, taskforce_id)
    undone = await caller.client.post(f"{API}/assignments/{first.json()['id']}/undo", headers=headers)

    assert first.json()["cases"] == 3
    assert repeated.json() == first.json()
    assert assigned == [COLLEAGUE] * 3
    assert undone.json() == {"id": first.json()["id"], "cases": 3, "undone": True}
    assert await owners(pledges_database, taskforce_id) == [None] * 3


async def test_undoing_gives_a_case_back_to_whom_it_belonged_unless_it_has_moved_on(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    stays, moves = pledge_body(), pledge_body()
    for pledge in (stays, moves):
        await caller.log(pledge)
    both = [UUID(stays["id"]), UUID(moves["id"])]
    me = principal(taskforce_id)
    await assignments.assign_cases(pledges_database, me, pledges=both, person_id=THIRD)
    handed = await assignments.assign_cases(pledges_database, me, pledges=both, person_id=COLLEAGUE)
    await assignments.assign_cases(pledges_database, me, pledges=both[1:], person_id=ME)

    with pytest.raises(NothingHandedOver):
        await assignments.undo_handover(pledges_database, principal(taskforce_id, COLLEAGUE), handed.id)
    given_back = await assignments.undo_handover(pledges_database, me, handed.id)

    assert given_back == 1
    assert sorted(await owners(pledges_database, taskforce_id), key=str) == sorted([THIRD, ME], key=str)


async def test_a_handover_of_a_quarter_of_an_hour_ago_stays(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    pledge = pledge_body()
    await caller.log(pledge)
    me = principal(taskforce_id)
    handed = await assignments.assign_cases(pledges_database, me, pledges=[UUID(pledge["id"])], person_id=ME)

    monkeypatch.setattr(assignments, "UNDO_FOR", timedelta(0))
    with pytest.raises(TooLateToUndo):
        await assignments.undo_handover(pledges_database, me, handed.id)


async def test_a_hire_of_another_municipality_is_not_handed_over(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    hire = hire_body(company={"name": "B&O"})
    await caller.confirm(hire, municipality="0671")

    async def hand_over(municipality: str) -> int:
        me = principal(taskforce_id, municipality=municipality)
        return (await assignments.assign_cases(pledges_database, me, hires=[UUID(hire["id"])], person_id=ME)).cases

    assert (await hand_over("0756"), await hand_over("0671")) == (0, 1)

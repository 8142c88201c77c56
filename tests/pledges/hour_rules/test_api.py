"""A participant's hours over the API: from the hires that name them, beside each rule, and with a planned step."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.pledges.conftest import TODAY, Caller, hire_body
from tests.pledges.participants.conftest import HOLSTEBRO, STRUER

if TYPE_CHECKING:
    from httpx import Response

    from services.pledges.participants.domain import Participant
    from shared.db.database import Database

CASEWORK = {"X-Purpose": "casework"}


async def hire(caller: Caller, one: Participant | None, *steps: dict[str, Any], **changes: Any) -> str:
    """Confirm a hire; without steps one of 35 hours a week, 5 a day, that began four weeks ago."""
    ladder = list(steps) or [{"from": (TODAY - timedelta(days=28)).isoformat(), "paid_weekly_hours": 35}]
    body = hire_body(company={"name": "B&O"}, start_date=ladder[0]["from"], steps=ladder, **changes)
    del body["weekly_hours"]
    answer = await caller.confirm(body | {"participant_id": str(one.id) if one else None}, municipality=STRUER)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def ask(caller: Caller, one: Participant, query: str = "", *, headers: Any = None, **principal: Any) -> Response:
    bearer = caller.headers(principal.pop("role", "caseworker"), **{"municipality": STRUER} | principal)
    return await caller.client.get(
        f"/api/pledges/v1/participants/{one.id}/hours{query}",
        headers=bearer | (CASEWORK if headers is None else headers),
    )


async def of_rule(caller: Caller, one: Participant, name: str = "Vores regel", query: str = "") -> dict[str, Any]:
    answer = await ask(caller, one, query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = next(rule for rule in answer.json()["rules"] if rule["name"] == name)
    return found


async def test_hours_are_those_of_the_hires_that_name_the_participant(
    caller: Caller, one: Participant, pledges_database: Database, taskforce_id: UUID
) -> None:
    await hire(caller, one)
    await hire(caller, None)
    undone = await hire(caller, one)
    async with pledges_database.change(taskforce_id) as conn:
        await conn.execute("update hires set counted = false where id = $1", UUID(undone))
    rule = await of_rule(caller, one)
    # 28 days and today.
    assert (rule["counted"], rule["missing"], rule["met"]) == (145, 80, False)
    assert rule["met_on"] == (TODAY + timedelta(days=16)).isoformat()
    assert sum(one["hours"] for one in rule["falling_out"]) == 145
    answer = (await ask(caller, one)).json()
    assert answer["hires"] == 1
    assert sum(month["paid"] for month in answer["months"]) == 145


async def test_a_ladder_counts_step_by_step_until_the_end_of_the_hire(caller: Caller, one: Participant) -> None:
    first, second = TODAY - timedelta(days=70), TODAY - timedelta(days=42)
    steps = [
        {"from": first.isoformat(), "praktik_weekly_hours": 20, "job_type": "praktik"},
        {"from": second.isoformat(), "paid_weekly_hours": 14, "praktik_weekly_hours": 7, "job_type": "smaajob"},
    ]
    ended_on = (TODAY - timedelta(days=14)).isoformat()
    await hire(caller, one, *steps, ended_on=ended_on, end_reason="participant")
    assert (await of_rule(caller, one))["counted"] == 28 * 2
    months = (await ask(caller, one)).json()["months"]
    assert sum(month["praktik"] for month in months) == pytest.approx(28 * 20 / 7 + 28, abs=0.05)


async def test_a_rule_that_has_expired_is_measured_on_its_last_day_and_says_where_it_stood(
    caller: Caller, one: Participant
) -> None:
    await hire(caller, one, {"from": "2025-06-21", "paid_weekly_hours": 35})
    rule = await of_rule(caller, one, "225-timersreglen")
    assert (rule["state"], rule["valid_until"], rule["measured_on"]) == ("expired", "2025-06-30", "2025-06-30")
    assert (rule["counted_from"], rule["counted"], rule["missing"]) == ("2024-07-01", 50, 175)
    assert rule["met_on"] is None
    assert "§ 13 f" in rule["source"]


async def test_a_planned_step_says_when_the_rule_would_be_met_and_saves_nothing(
    caller: Caller, one: Participant
) -> None:
    hire_id = await hire(caller, one)
    further = await of_rule(caller, one, query=f"?from={TODAY + timedelta(days=1)}&paid_weekly_hours=35")
    assert further["what_if"] == {
        "counted_weekly_hours": 35,
        "met_on": (TODAY + timedelta(days=8)).isoformat(),
    }
    fewer = f"?from={TODAY + timedelta(days=1)}&paid_weekly_hours=17,5&hire_id={hire_id}"
    assert (await of_rule(caller, one, query=fewer))["what_if"]["met_on"] == (TODAY + timedelta(days=32)).isoformat()
    praktik = f"?from={TODAY}&praktik_weekly_hours=30"
    assert (await of_rule(caller, one, query=praktik))["what_if"]["counted_weekly_hours"] == 0
    assert (await of_rule(caller, one))["what_if"] is None
    assert (await of_rule(caller, one))["counted"] == 145


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?paid_weekly_hours=5", "?from"),
        (f"?from={TODAY - timedelta(days=1)}&paid_weekly_hours=5", "/from"),
        (f"?from={TODAY}", "/paid_weekly_hours"),
        (f"?from={TODAY}&paid_weekly_hours=5&hire_id={UUID(int=1)}", "/hire_id"),
        (f"?from={TODAY}&paid_weekly_hours=61", "?paid_weekly_hours"),
    ],
)
async def test_a_planned_step_that_cannot_be_right_is_refused(
    caller: Caller, one: Participant, query: str, pointer: str
) -> None:
    answer = await ask(caller, one, query)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


async def test_hours_are_shown_for_a_purpose_to_those_who_see_the_participant(caller: Caller, one: Participant) -> None:
    assert (await ask(caller, one, headers={})).status_code == 422
    assert (await ask(caller, one, municipality=HOLSTEBRO)).status_code == 404
    assert (await ask(caller, one, role="facilitator", municipality=None, programme="job_network")).status_code == 200
    assert (
        await ask(caller, one, role="facilitator", municipality=None, programme="smaajob_effort")
    ).status_code == 404
    for role in ("coordinator", "admin", "auditor", "member"):
        assert (await ask(caller, one, role=role)).status_code == 403

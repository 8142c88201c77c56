"""The page of the call list: whose calls it shows, and what can be written on it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest_asyncio

from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import TODAY, Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

ME, COLLEAGUE, COORDINATOR = uuid4(), uuid4(), uuid4()


class Evening:
    """An event with a pledge that a member has logged, and one of a guest."""

    def __init__(self, caller: Caller, event_id: UUID) -> None:
        self.caller, self.event_id = caller, event_id
        self.mine, self.of_guest = str(uuid4()), str(uuid4())

    def headers(self, person: UUID, *roles: Any) -> dict[str, str]:
        return self.caller.headers(*roles, subject=f"person:{person}") | HTML

    async def log(self) -> None:
        mine = pledge_body(id=self.mine, event_id=str(self.event_id), company={"name": "Bageren"})
        await self.caller.log(mine, "member", subject=f"person:{ME}")
        guest = pledge_body(
            id=self.of_guest,
            event_id=str(self.event_id),
            company={"name": "Slagteren"},
            contact={"name": "Ida Juhl", "phone": "97 85 11 11"},
        )
        await self.caller.log(
            guest, "event_pass", subject=f"pass:{self.event_id}", event_id=self.event_id, pass_generation=1
        )

    async def page(self, person: UUID, *roles: Any, query: str = "", status: int = 200) -> str:
        answer = await self.caller.client.get(
            f"/pledges/calls?event={self.event_id}{query}", headers=self.headers(person, *roles)
        )
        assert answer.status_code == status, answer.text
        return answer.text

    async def post(self, path: str, by: UUID, *roles: Any, **form: Any) -> httpx.Response:
        return await self.caller.client.post(
            f"/pledges/calls/{path}",
            data={"event": str(self.event_id), **form},
            headers=self.headers(by, *roles),
        )


@pytest_asyncio.fixture
async def evening(caller: Caller, add_event: Callable[..., Awaitable[UUID]]) -> Evening:
    evening = Evening(caller, await add_event())
    await evening.log()
    return evening


async def test_a_member_sees_the_companies_that_they_are_to_ring(evening: Evening) -> None:
    page = text_of(await evening.page(ME, "member"))
    assert "1 opkald mangler" in page
    assert "Bageren" in page
    assert "Slagteren" not in page
    assert "Du har ingen at ringe til" in text_of(await evening.page(COLLEAGUE, "member", query="&who=all"))


async def test_a_coordinator_sees_who_rings_and_what_nobody_has_taken(evening: Evening) -> None:
    page = text_of(await evening.page(COORDINATOR, "coordinator"))
    assert page.index("Ingen endnu mangler 1") < page.index("Slagteren") < page.index("Person 1 mangler 1")
    assert "2 opkald mangler" in page


async def test_whoever_is_given_a_call_may_read_its_contact(evening: Evening) -> None:
    assert "Ida Juhl" not in await evening.page(COLLEAGUE, "member")
    assert (
        "Ida Juhl"
        not in (
            await evening.caller.client.get(
                f"/pledges/{evening.of_guest}", headers=evening.headers(COLLEAGUE, "member")
            )
        ).text
    )

    answer = await evening.post(
        "assign", COORDINATOR, "coordinator", calls=[evening.of_guest, str(uuid4())], person=str(COLLEAGUE)
    )

    assert answer.headers["location"].endswith("&assigned=1")
    page = text_of(await evening.page(COLLEAGUE, "member"))
    assert "Ida Juhl" in page
    assert "97 85 11 11" in page
    pledge = await evening.caller.get(
        f"/api/pledges/v1/pledges/{evening.of_guest}", "member", subject=f"person:{COLLEAGUE}"
    )
    assert pledge.json()["contact"]["name"] == "Ida Juhl"
    # Back to the suggestion: nobody, because a guest has logged it.
    await evening.post("assign", COORDINATOR, "coordinator", calls=[evening.of_guest])
    assert "Ida Juhl" not in await evening.page(COLLEAGUE, "member")


async def test_only_coordinators_assign_and_only_the_caller_ticks_off(evening: Evening) -> None:
    assigned = await evening.post("assign", ME, "member", calls=[evening.of_guest], person=str(ME))
    assert assigned.status_code == 403
    assert (await evening.post(evening.mine, COLLEAGUE, "member", outcome="reached")).status_code == 404
    assert (await evening.post(str(uuid4()), ME, "member", outcome="reached")).status_code == 404
    assert (await evening.post(evening.mine, COORDINATOR, "coordinator", outcome="reached")).status_code == 303


async def test_a_call_is_ticked_off_with_a_note_and_undone(evening: Evening) -> None:
    answer = await evening.post(
        evening.mine, ME, "member", outcome="reached", note="Glæder sig til mandag", version="0"
    )
    assert answer.status_code == 303
    page = text_of(
        (await evening.caller.client.get(answer.headers["location"], headers=evening.headers(ME, "member"))).text
    )
    assert "Bageren er krydset af" in page
    assert "Alle er ringet op, 1 af 1 er krydset af" in page
    assert "Glæder sig til mandag" in page
    assert "Ingen opkald passer" in text_of(await evening.page(ME, "member", query="&state=open"))

    stale = await evening.post(evening.mine, ME, "member", outcome="not_reached", version="0")
    assert stale.status_code == 412
    await evening.post(evening.mine, ME, "member", version="1")
    page = text_of(await evening.page(ME, "member", query="&state=open"))
    assert "Skal ringes op" in page
    assert "Glæder sig til mandag" in page


async def test_what_is_wrong_is_said_at_the_call_and_nothing_typed_is_lost(evening: Evening) -> None:
    cpr = await evening.post(evening.mine, ME, "member", outcome="reached", note="Ring til 010190-1234")
    assert cpr.status_code == 422
    assert "Ligner et CPR-nummer" in text_of(cpr.text)
    assert "Ring til 010190-1234" in cpr.text
    for again_on in ("", (TODAY - timedelta(days=3)).isoformat()):
        answer = await evening.post(evening.mine, ME, "member", outcome="again", note="Optaget", again_on=again_on)
        assert answer.status_code == 422
        assert "Optaget" in answer.text
        assert 'role="alert"' in answer.text
    assert "Skal ringes op" in text_of(await evening.page(ME, "member"))


async def test_what_does_not_count_is_not_rung_about(evening: Evening) -> None:
    path = f"/api/pledges/v1/pledges/{evening.mine}/review"
    headers = evening.caller.headers("coordinator")
    await evening.caller.client.post(path, json={"decision": "rejected"}, headers=headers)
    assert "Bageren" not in await evening.page(ME, "member")
    await evening.caller.client.post(path, json={"decision": "accepted"}, headers=headers)
    assert "Bageren" in await evening.page(ME, "member")

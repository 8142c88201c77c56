"""The pages of a meeting's agenda and of decisions, without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

if TYPE_CHECKING:
    from shared.product.roles import Role
    from tests.events.conftest import Caller
    from tests.events.visitor import Visitor


class Pages:
    """Sends forms and opens pages as a role."""

    def __init__(self, caller: Caller, role: Role = "coordinator", **principal: Any) -> None:
        self._client, self._headers = caller.client, caller.headers(role, **principal) | {"accept": "text/html"}

    async def open(self, path: str, status: int = 200) -> str:
        answer = await self._client.get(path, headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer.text

    async def send(self, path: str, status: int = 303, **form: Any) -> str:
        answer = await self._client.post(path, data=form, headers=self._headers)
        assert answer.status_code == status, answer.text
        return answer.text


async def meeting(caller: Caller, *steps: str, **facts: Any) -> str:
    event = await caller.event(*steps, kind="taskforce_meeting", title="Taskforcemøde", goal_positions=None, **facts)
    return str(event["id"])


def titles(page: str) -> list[str]:
    """The items of the agenda, in their order."""
    return [title.strip() for title in re.findall(r'class="agenda-title">\d+\. ([^<]*)<', page)]


async def test_an_agenda_begins_with_the_standard_one_and_is_changed(caller: Caller, visitor: Visitor) -> None:
    pages, id = Pages(caller), await meeting(caller)
    path = f"/events/{id}/agenda"
    for _ in range(2):  # a second click changes nothing
        await pages.send(f"{path}/standard")
    page = await pages.open(path)
    assert titles(page)[:2] == ["Hvad er ændret siden sidste møde", "Tallene"]
    assert "70 minutter i alt" in page

    item = re.findall(r'id="item-([0-9a-f-]{36})"', page)[1]
    await pages.send(f"{path}/items/{item}/up", version="2")
    assert titles(await pages.open(path))[0] == "Tallene"
    assert 'value="Tallene"' in await pages.open(f"{path}?change={item}")
    changed = {"id": item, "title": "Tallene til nu", "minutes": "20", "shows": "figures"}
    await pages.send(f"{path}/items", version="3", **changed)
    # Somebody who saw the version before.
    page = await pages.send(f"{path}/items", 412, version="3", **changed | {"title": "Alle tallene"})
    assert "Tallene til nu" in titles(page)
    assert 'value="Alle tallene"' in page
    assert 'name="version" value="4"' in page
    page = await pages.send(f"{path}/items", 422, id=str(uuid4()), title="", minutes="0")
    assert 'name="minutes" type="text" value="0"' in page
    await pages.send(f"{path}/items/{item}/remove", version="4")
    assert "Tallene til nu" not in titles(await pages.open(path))


async def test_minutes_and_decisions_are_written_and_come_back(caller: Caller, visitor: Visitor) -> None:
    pages, member = Pages(caller), Pages(caller, "member")
    id = await meeting(caller, "publish")
    later = await meeting(caller, "publish", starts_at="2091-01-10T15:00:00Z", ends_at="2091-01-10T17:00:00Z")
    path, item, decision = f"/events/{id}/agenda", str(uuid4()), str(uuid4())
    await pages.send(f"{path}/items", id=item, title="Tallene")
    await pages.send(f"{path}/minutes/{item}", text="Alle var enige.", version="0")
    page = await pages.send(f"{path}/minutes/{item}", 412, text="Ingen var enige.", version="0")
    assert "Alle var enige." in page
    assert ">Ingen var enige.</textarea>" in page
    assert "CPR-nummer (en dato" in await pages.send(f"{path}/minutes/{item}", 422, text="Talte om 010203-1234")

    owner = re.findall(r'<option value="([0-9a-f-]{36})">En member', page)[0]
    terms = {"text": "Ring til havnen", "owner": owner, "due_on": "2026-01-15"}
    for _ in range(2):  # a second click changes nothing
        await pages.send(f"/events/{id}/decisions", id=decision, item_id=item, **terms)
    assert "Ring til havnen" in await member.open(f"/events/{later}/agenda")
    page = await member.open("/decisions?show=overdue")
    assert "Ring til havnen" in page
    assert "En member · senest 15.01.2026" in page
    assert "/done" not in page

    await pages.send(f"/decisions/{decision}", version="1", **terms | {"text": "Ring til hele havnen"})
    page = await pages.send(f"/decisions/{decision}", 412, version="1", **terms | {"text": "Skriv til havnen"})
    assert "Ring til hele havnen" in page
    assert ">Skriv til havnen</textarea>" in page
    assert "Skriv, hvorfor" in await pages.send(f"/decisions/{decision}/drop", 422, version="2")
    await pages.send(f"/decisions/{decision}/done", version="2", back=later)
    page = await pages.open(f"/events/{later}/agenda?settled={decision}")
    assert "Meldt udført" in page
    assert f'action="/decisions/{decision}/reopen"' in page
    assert "Ring til hele havnen" not in await pages.open("/decisions")
    assert "Ring til hele havnen" in await pages.open("/decisions?show=done")

    parts = await member.open(f"/events/{id}/agenda/items/{item}") + await member.open(f"/events/{id}/agenda/list")
    assert parts.count("Tallene") == 2
    assert "Ring til hele havnen" in await member.open(f"/events/{id}/agenda/decisions")


async def test_whoever_is_responsible_reports_their_own_decisions_as_done(caller: Caller, visitor: Visitor) -> None:
    pages, id = Pages(caller), await meeting(caller, "publish")
    path, first, second, item = f"/events/{id}/agenda", str(uuid4()), str(uuid4()), str(uuid4())
    await pages.send(f"{path}/items", id=item, title="Tallene")
    owner = re.findall(r'<option value="([0-9a-f-]{36})">En member', await pages.open(path))[0]
    for decision, due_on in ((first, "2026-01-15"), (second, "2090-01-15")):
        terms = {"item_id": item, "text": "Ring til havnen", "owner": owner, "due_on": due_on}
        await pages.send(f"/events/{id}/decisions", id=decision, **terms)
    own, other = Pages(caller, "member", subject=f"person:{owner}"), Pages(caller, "member")

    assert "Du har 2 åbne beslutninger, 1 over tiden" in await own.open("/decisions/mine")
    assert (await other.open("/decisions/mine")).strip() == ""
    assert f'action="/decisions/{first}/done"' in await own.open("/decisions?show=mine")
    page = await own.open(f"/decisions/{first}")
    assert ("/done" in page, "/drop" in page) == (True, False)
    assert "/done" not in await other.open(f"/decisions/{first}")
    await other.send(f"/decisions/{first}/done", 404, version="1")
    await own.send(f"/decisions/{first}/drop", 403, version="1", reason="Lukket")

    await own.send(f"/decisions/{first}/done", version="1")
    assert f'action="/decisions/{first}/reopen"' in await own.open(f"/decisions?settled={first}")
    assert "Du har 1 åben beslutning<" in await own.open("/decisions/mine")
    await own.send(f"/decisions/{first}/reopen", version="2")
    await pages.send(f"/decisions/{first}/drop", version="3", reason="Lukket")
    assert "Bed en koordinator" in await own.send(f"/decisions/{first}/reopen", 403, version="4")
    assert "/reopen" not in await own.open(f"/decisions/{first}")


async def test_figures_are_fixed_and_released_on_the_page(caller: Caller, visitor: Visitor) -> None:
    pages, id = Pages(caller), await meeting(caller, "publish", "open")
    path = f"/events/{id}/agenda"
    await pages.send(f"{path}/figures", step="fix", version="1")
    assert "Slip tallene fri" in await pages.open(path)
    await pages.send(f"{path}/figures", step="release", version="2")
    assert "Mødets dag eller en tidligere" in await pages.send(
        f"{path}/figures", 422, step="day", as_of="2091-01-01", version="3"
    )
    await pages.send(f"{path}/figures", step="day", as_of="2090-11-20", version="3")
    assert "20. november 2090" in await pages.open(path)
    await caller.post(f"/events/{id}/close")
    assert "Fasthold tallene nu" not in await pages.open(path)
    assert "Mødet er slut" in await pages.send(f"{path}/figures", 409, step="fix")


async def test_the_pack_gets_names_minutes_and_decisions(caller: Caller, visitor: Visitor, taskforce_id: UUID) -> None:
    pages, id, item = Pages(caller), await meeting(caller, "publish"), str(uuid4())
    page = await pages.open(f"/events/{id}/agenda")
    person = re.findall(r'<option value="([0-9a-f-]{36})">En member', page)[0]
    await pages.send(f"/events/{id}/agenda/items", id=item, title="Tallene", presenter=person)
    await pages.send(f"/events/{id}/agenda/minutes/{item}", text="Alle var enige.")
    await pages.send(f"/events/{id}/decisions", id=item, text="Ring", owner=person, due_on="2090-12-15")
    answer = await caller.client.get(
        f"/internal/events/v1/meetings/{id}?taskforce={taskforce_id}",
        headers=caller.headers("service", subject="service:dashboard"),
    )
    assert answer.status_code == 200, answer.text
    pack = answer.json()
    assert [(one["title"], one["presenter"], one["notes"]) for one in pack["agenda"]] == [
        ("Tallene", "En member", "Alle var enige.")
    ]
    assert [(one["text"], one["owner"], one["status"]) for one in pack["decisions_made"]] == [
        ("Ring", "En member", "open")
    ]
    assert pack["decisions_before"] == []

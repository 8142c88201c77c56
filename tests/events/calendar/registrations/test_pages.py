"""The pages of registrations, without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from services.events.calendar.codes import InvalidCode
from services.events.calendar.registrations.invitations import Invitation, invitation_code, read_invitation

if TYPE_CHECKING:
    from services.events.settings import EventsSettings
    from tests.events.conftest import Caller
    from tests.events.visitor import Visitor


async def test_companies_are_ticked_pasted_and_removed(visitor: Visitor, caller: Caller) -> None:
    event = await caller.event("publish")
    path = f"/events/{event['id']}/registrations"
    baker = await caller.company(name="Ærø Bageri")
    smith = await caller.company(name="Smeden", cvr=None)
    assert "Ærø Bageri" in await visitor.open(f"{path}?q=bageri")

    page = await visitor.send(path, company_id=[baker["id"], smith["id"]])
    assert page.count("list-row-title") == 2
    assert "Alle virksomheder i registret er tilmeldt." in page

    registrations = (await caller.get(path)).json()["items"]
    for one in registrations:
        page = await visitor.send(f"{path}/{one['id']}/cancel")
    assert "Ingen virksomheder er tilmeldt endnu" in page

    page = await visitor.send(f"{path}/pasted", 422, companies="24256790\nSMEDEN\nUkendt & Søn")
    assert "Én linje blev ikke genkendt eller passer på flere virksomheder: Ukendt &amp; Søn." in page
    assert page.count("list-row-title") == 2
    assert ">Ukendt &amp; Søn</textarea>" in page

    sheet = await visitor.open(f"/events/{event['id']}/invitations")
    assert sheet.count('class="invitation-company"') == sheet.count("http://www.w3.org/2000/svg") == 2


async def test_a_pasted_list_with_a_cpr_number_is_refused_whole(visitor: Visitor, caller: Caller) -> None:
    event = await caller.event("publish")
    await caller.company(name="Smeden", cvr=None)
    page = await visitor.send(f"/events/{event['id']}/registrations/pasted", 422, companies="Smeden\nEva 010190-1234")
    assert "CPR-nummer" in page
    assert "list-row-title" not in page


async def test_a_door_keeper_who_scans_an_invitation_is_led_to_the_company_at_the_door(
    caller: Caller, events_settings: EventsSettings, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    event = await caller.event("publish", "open")
    company = UUID((await caller.company())["id"])
    code = invitation_code(events_settings, Invitation(taskforce_id, UUID(event["id"]), company))
    way = f'href="/events/{event["id"]}/door#{code}"'
    for headers, is_led in (
        (caller.headers("member"), True),
        (caller.headers("caseworker"), False),
        (caller.headers("member", taskforce_id=other_taskforce_id), False),
        ({}, False),
    ):
        page = await caller.client.get(f"/events/invitation/{code}", headers=headers | {"accept": "text/html"})
        assert page.status_code == 200
        assert (way in page.text) is is_led


async def test_an_invitation_says_where_to_show_it_to_anybody(
    caller: Caller, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    event = await caller.event("publish")
    company = UUID((await caller.company())["id"])
    code = invitation_code(events_settings, Invitation(taskforce_id, UUID(event["id"]), company))
    for language, words in (("da", "Vis koden ved døren"), ("en", "Show this code at the door")):
        page = await caller.client.get(f"/events/invitation/{code}", params={"lang": language})
        assert page.status_code == 200
        assert words in page.text
    broken = await caller.client.get(f"/events/invitation/{code[:-4]}AAAA", headers={"accept": "text/html"})
    assert broken.status_code == 404


def test_an_invitation_names_event_and_company_and_cannot_be_forged(
    events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    invitation = Invitation(taskforce_id, UUID(int=1), UUID(int=2))
    code = invitation_code(events_settings, invitation)
    assert read_invitation(events_settings, code) == invitation
    for forged in ("A" + code[1:] if code[0] != "A" else "B" + code[1:], code[:-1] + "=", code[4:], ""):
        with pytest.raises(InvalidCode):
            read_invitation(events_settings, forged)

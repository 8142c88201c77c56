"""The pages of events, companies and people, as a browser without JavaScript uses them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from services.events.identity.administration.commands import add_person
from services.events.identity.people.domain import Person
from shared.http.auth import TokenVerifier
from tests.events.conftest import published
from tests.support.addresses import address_of

if TYPE_CHECKING:
    import httpx

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from shared.product.roles import Role
    from tests.events.conftest import Caller


class Visitor:
    """A signed-in browser without JavaScript."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def open(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == status, answer.text
        return answer.text

    async def send(self, path: str, status: int = 200, /, **form: Any) -> str:
        """Submit a form and follow the redirect."""
        answer = await self.client.post(
            path, data=form, headers={"accept": "text/html", "sec-fetch-site": "same-origin"}, follow_redirects=True
        )
        assert answer.status_code == status, answer.text
        return answer.text


@pytest_asyncio.fixture
async def visitor(client: httpx.AsyncClient, db: Database, taskforce_id: UUID) -> Visitor:
    """The coordinator, signed in."""
    for role in ("coordinator", "member", "admin"):
        person = Person(
            uuid4(), f"En {role}", f"{role}@struer.example", frozenset({role}), "0671", programme="job_network"
        )
        await add_person(db, taskforce_id, person)
    visitor = Visitor(client)
    await become(visitor, "coordinator", taskforce_id)
    return visitor


async def become(visitor: Visitor, role: Role, taskforce_id: UUID) -> None:
    await visitor.send("/sign-in", role=role, taskforce=str(taskforce_id), next="/sign-in")


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return found[1]


PLAN = {
    "title": "Erhvervsaften hos B&O",
    "kind": "employer_event",
    "place": "Struer",
    "day": "2090-12-01",
    "starts": "16:30",
    "ends": "19:30",
    "goal_positions": "50",
}


async def test_an_evening_from_the_first_idea_to_the_last_guest(visitor: Visitor, caller: Caller, db: Database) -> None:
    plan = await visitor.open("/events/new")
    id = field(plan, "id")
    page = await visitor.send("/events", id=id, **PLAN)
    assert "Erhvervsaften hos B&amp;O" in page
    assert "fredag den 1. december 2090 kl.\u00a016.30–19.30" in re.sub("<[^>]+>", "", page)
    assert "Kladde" in page

    page = await visitor.send(f"/events/{id}/publish", version=field(page, "version"))
    page = await visitor.send(f"/events/{id}/open", version=field(page, "version"))
    assert "Åbne dørene allerede nu?" in page
    page = await visitor.send(f"/events/{id}/open", version=field(page, "version"), early=field(page, "early"))
    assert "Åbent" in page
    assert f'href="/dashboard/projector?event={id}"' in page

    known = await caller.company(name="Ærø Bageri", cvr=None)
    page = await visitor.open(f"/events/{id}?q=ÆRØ")
    page = await visitor.send(f"/events/{id}/check-ins", company_id=field(page, "company_id"))
    assert "Ærø Bageri er tjekket ind" in page
    assert known["id"] in str((await published(db))[-1])

    page = await visitor.open(f"/events/{id}?q=Jensens")
    page = await visitor.send(f"/events/{id}/walk-ins", id=field(page, "id"), name="Jensens Tag", cvr="11111111")
    assert "Jensens Tag er tjekket ind" in page
    assert "er ikke et CVR-nummer" in page

    page = await visitor.send(f"/events/{id}/close", version=field(page, "version"))
    assert "Lukket" in page
    assert "Jensens Tag" in page


@pytest.mark.parametrize(("hours", "asked"), [(2.9, False), (3.1, True), (-1, False)])
async def test_opening_an_event_long_before_its_start_needs_a_confirmation(
    visitor: Visitor, caller: Caller, hours: float, asked: bool
) -> None:
    starts_at = datetime.now(UTC) + timedelta(hours=hours)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=3)).isoformat()}
    event = await caller.event("publish", **times)
    page = await visitor.send(f"/events/{event['id']}/open", version="2")
    assert ("Åbne dørene allerede nu?" in page) is asked
    status = (await caller.get(f"/events/{event['id']}")).json()["status"]
    assert status == ("published" if asked else "open")


async def test_an_invalid_event_form_is_shown_again_with_its_errors(visitor: Visitor, db: Database) -> None:
    before = await published(db)
    page = await visitor.send("/events", 422, id=str(uuid4()), **PLAN | {"ends": "16:00", "title": "Min aften"})
    assert "Skal være senere end starten." in page
    assert 'value="Min aften"' in page
    page = await visitor.send("/events", 422, id=str(uuid4()), **PLAN | {"title": "Ring 010190-1234", "day": ""})
    assert "CPR-nummer" in page
    assert await published(db) == before


async def test_a_form_sent_twice_makes_one_event(visitor: Visitor, db: Database) -> None:
    id = str(uuid4())
    for _ in range(2):
        await visitor.send("/events", id=id, **PLAN)
    assert [name for name, _ in await published(db)].count("EventDrafted") == 1


async def test_a_button_on_an_outdated_page_is_refused(visitor: Visitor, caller: Caller) -> None:
    event = await caller.event()
    await caller.post(f"/events/{event['id']}/publish")
    page = await visitor.send(f"/events/{event['id']}/cancel", 412, version="1")
    assert "En anden har ændret" in page


async def test_an_impossible_transition_says_why(visitor: Visitor, caller: Caller) -> None:
    event = await caller.event()
    assert "Kun et offentliggjort arrangement kan åbne dørene" in await visitor.send(f"/events/{event['id']}/open", 409)


async def test_the_guests_code_is_shown_drawn_and_replaced(visitor: Visitor, caller: Caller) -> None:
    event = await caller.event("publish", "open")
    page = await visitor.open(f"/events/{event['id']}/pass")
    assert f'src="/events/{event["id"]}/pass.svg"' in page
    drawing = await visitor.client.get(f"/events/{event['id']}/pass.svg")
    assert drawing.headers["content-type"] == "image/svg+xml"
    assert drawing.text.startswith("<svg")
    await visitor.send(f"/events/{event['id']}/pass/revoke", generation="1")
    assert (await visitor.client.get(f"/events/{event['id']}/pass.svg")).text != drawing.text


async def test_the_address_under_the_code_leads_to_the_intake_until_the_code_is_replaced(
    visitor: Visitor, caller: Caller, events_settings: EventsSettings
) -> None:
    event = await caller.event("publish", "open")
    other = await caller.event("publish", "open")
    page = (await visitor.open(f"/events/{event['id']}/pass")).replace("<wbr>", "").replace("<span>", "")
    found = re.search(r"localhost:8080(/events/pass/struer/)([0-9A-Z]{4}-[0-9A-Z]{4})<", page)
    assert found
    prefix, code = found.groups()
    for typed in (code, code.lower(), code.replace("-", "")):
        answer = await visitor.client.get(prefix + typed)
        assert answer.status_code == 303
        token = answer.headers["location"].removeprefix("/pledges/pass/")
        assert TokenVerifier(events_settings.token_jwks).verify(token).event_id == UUID(event["id"])
    for wrong in (prefix + "0000-0000", prefix + "æ", f"/events/pass/elsewhere/{code}", f"/events/pass/nowhere/{code}"):
        assert "Koden virker ikke" in await visitor.open(wrong, 404)
    await visitor.send(f"/events/{event['id']}/pass/revoke", generation="1")
    await visitor.open(prefix + code, 404)
    assert code not in await visitor.open(f"/events/{other['id']}/pass")


async def test_a_draft_has_no_code_to_show(visitor: Visitor, caller: Caller) -> None:
    event = await caller.event()
    assert "udsteder ikke gæstekoder" in await visitor.open(f"/events/{event['id']}/pass", 409)


async def test_a_member_keeps_the_door_but_plans_nothing(visitor: Visitor, caller: Caller, taskforce_id: UUID) -> None:
    event = await caller.event("publish", "open")
    draft = await caller.event(title="Hemmelig")
    await become(visitor, "member", taskforce_id)
    page = await visitor.open(f"/events/{event['id']}")
    assert "Ved døren" in page
    assert "Vis eller udskriv" in page
    assert "QR-kode" in await visitor.open(f"/events/{event['id']}/pass")
    for words in ("Luk arrangementet", "Udskift koden"):
        assert words not in page
    await visitor.open(f"/events/{draft['id']}/pass", 404)
    assert "Hemmelig" not in await visitor.open("/events")
    await visitor.open(f"/events/{draft['id']}", 404)


async def test_a_company_is_registered_and_found(visitor: Visitor) -> None:
    page = await visitor.open("/companies/new")
    assert field(page, "municipality") == "0671"
    page = await visitor.send(
        "/companies", id=field(page, "id"), name="Bang & Olufsen", cvr="24 25 67 90", member="true", municipality="0671"
    )
    assert "Bang &amp; Olufsen er i registret" in page
    assert "CVR 24 25 67 90" in page
    assert "Bang &amp; Olufsen" in await visitor.open("/companies?q=olufs&members=true")
    assert "Ingen virksomhed passer" in await visitor.open("/companies?q=findes-ikke")


async def test_an_invalid_cvr_number_warns_and_is_accepted(visitor: Visitor) -> None:
    page = await visitor.send("/companies", id=str(uuid4()), name="Smeden", cvr="12345678")
    assert "Smeden er i registret" in page
    assert "“12345678” er ikke et CVR-nummer" in page
    assert "skal tjekkes" in page


async def test_a_long_list_goes_on_where_it_stopped(visitor: Visitor, caller: Caller) -> None:
    for number in range(51):
        await caller.company(name=f"Firma {number:02} æ&b", cvr=None)
    page = await visitor.open("/companies?q=%C3%A6%26b")
    further = re.search(r'href="(/companies\?[^"]*)" rel="next"', page)
    assert further
    assert "Firma 50" not in page
    rest = await visitor.open(further[1].replace("&amp;", "&"))
    assert "Firma 50" in rest
    assert "Firma 49" not in rest


async def test_an_administrator_adds_a_person(visitor: Visitor, taskforce_id: UUID) -> None:
    await become(visitor, "admin", taskforce_id)
    page = await visitor.open("/people/new")
    page = await visitor.send(
        "/people",
        id=field(page, "id"),
        name="Åse Ærlig",
        email="aase@struer.example",
        roles=["caseworker", "member"],
        municipality="0671",
        language="da",
    )
    assert "Åse Ærlig" in page
    assert "virksomhedskonsulent, medlem" in page
    page = await visitor.send("/people", 422, id=str(uuid4()), name="Bo", email="bo")
    assert 'value="Bo"' in page


async def test_the_list_says_who_was_added_or_changed_and_what_they_need(visitor: Visitor, taskforce_id: UUID) -> None:
    await become(visitor, "admin", taskforce_id)
    eva, karen = str(uuid4()), str(uuid4())
    page = await visitor.send("/people", id=eva, name="Eva", email=address_of(eva), roles=["member"], language="da")
    assert "Eva er tilføjet" in page
    assert "Lav en kode" not in page
    facts: dict[str, Any] = {"name": "Karen", "email": address_of(karen), "roles": ["auditor"], "language": "da"}
    page = await visitor.send("/people", id=karen, **facts)
    assert "Karen er tilføjet" in page
    assert f'href="/people/{karen}#code"' in page, "without a code no passkey, without one no work"
    assert "Karen er gemt" in await visitor.send(f"/people/{karen}", **facts)
    assert "er gemt" not in await visitor.open(f"/people?changed={uuid4()}")


async def test_an_administrator_invites_when_adding_or_later_and_sees_when(
    visitor: Visitor, taskforce_id: UUID, db: Database
) -> None:
    await become(visitor, "admin", taskforce_id)
    page = await visitor.open("/people/new")
    assert re.search(r'name="invite"[^>]* checked', page), "unless one does not want to"
    ids = [str(uuid4()), str(uuid4())]
    for id, invite in zip(ids, ({"invite": "true"}, {}), strict=True):
        facts: dict[str, Any] = {"id": id, "name": "Bo Bak", "email": address_of(id), "roles": ["member"]}
        await visitor.send("/people", **facts, **invite, language="da")
    assert "seneste invitation blev sendt" in await visitor.open(f"/people/{ids[0]}")
    assert "ikke sendt nogen invitation endnu" in await visitor.open(f"/people/{ids[1]}")
    assert "seneste invitation blev sendt" in await visitor.send(f"/people/{ids[1]}/invitations")
    page = await visitor.send(f"/people/{ids[1]}/invitations", 409)
    assert "lige sendt en invitation" in page
    invited = [fact["person_id"] for name, fact in await published(db) if name == "PersonInvited"]
    assert invited == ids


async def test_pages_are_in_english_on_request(visitor: Visitor, caller: Caller) -> None:
    await caller.event("publish", "open")
    page = await visitor.open("/events?lang=en")
    assert "Employer event" in page
    assert "Tuesday" in page or "Friday" in page


@pytest.mark.parametrize("path", ["/events/x", "/events/x/pass", "/companies/x", "/people/x"])
async def test_a_page_that_does_not_exist_says_so(visitor: Visitor, path: str) -> None:
    assert "Siden findes ikke" in await visitor.open(path, 404)


async def test_the_intake_gets_the_unpublished_names_and_no_others(
    visitor: Visitor, caller: Caller, taskforce_id: UUID
) -> None:
    event = await caller.event("publish", "open")
    known = await caller.company(name="Ærø Bageri")
    await visitor.send(f"/events/{event['id']}/check-ins", company_id=known["id"])
    await visitor.send(f"/events/{event['id']}/walk-ins", id=str(uuid4()), name="Ole <Olsen> Tag")
    await visitor.send(f"/events/{event['id']}/walk-ins", id=str(uuid4()), name="Jensens Tag", cvr="24256790")
    other = await caller.event("publish", "open")

    names = await visitor.open(f"/events/{event['id']}/held-names")

    assert re.findall("<option[^>]*>", names) == ['<option value="Ole &lt;Olsen&gt; Tag">']
    assert "<option" not in await visitor.open(f"/events/{other['id']}/held-names")
    await visitor.open(f"/events/{uuid4()}/held-names", 404)
    await become(visitor, "member", taskforce_id)
    assert "Olsen" in await visitor.open(f"/events/{event['id']}/held-names")

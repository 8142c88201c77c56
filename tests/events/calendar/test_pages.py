"""The pages of events, without JavaScript."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest

from shared.http.auth import TokenVerifier
from tests.events.conftest import published
from tests.events.visitor import Visitor, become, field

if TYPE_CHECKING:
    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from tests.events.conftest import Caller


PLAN = {
    "title": "Erhvervsaften hos B&O",
    "kind": "employer_event",
    "place": "Struer",
    "day": "2090-12-01",
    "starts": "16:30",
    "ends": "19:30",
    "goal_positions": "50",
}


async def test_an_event_from_draft_to_close(visitor: Visitor, caller: Caller, db: Database) -> None:
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


@pytest.mark.parametrize(("hours", "confirmation"), [(2.9, False), (3.1, True), (-1, False)])
async def test_opening_an_event_long_before_its_start_needs_a_confirmation(
    visitor: Visitor, caller: Caller, hours: float, confirmation: bool
) -> None:
    starts_at = datetime.now(UTC) + timedelta(hours=hours)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=3)).isoformat()}
    event = await caller.event("publish", **times)
    page = await visitor.send(f"/events/{event['id']}/open", version="2")
    assert ("Åbne dørene allerede nu?" in page) is confirmation
    status = (await caller.get(f"/events/{event['id']}")).json()["status"]
    assert status == ("published" if confirmation else "open")


async def test_an_invalid_event_form_is_shown_again_with_its_errors(visitor: Visitor, db: Database) -> None:
    before = await published(db)
    page = await visitor.send("/events", 422, id=str(uuid4()), **PLAN | {"ends": "16:00", "title": "Min aften"})
    assert "Skal være senere end starten, eller højst 12 timer efter den på den næste dag." in page
    assert 'value="Min aften"' in page
    page = await visitor.send("/events", 422, id=str(uuid4()), **PLAN | {"title": "Ring 010190-1234", "day": ""})
    assert "CPR-nummer" in page
    assert await published(db) == before


@pytest.mark.parametrize(
    ("searched", "name", "cvr"),
    [
        ("Jensens Tag", "Jensens Tag", ""),
        ("3F", "3F", ""),
        ("11111111", "", "11111111"),
        ("DK 11 11 11 11", "", "DK 11 11 11 11"),
        ("11.11.11.11", "", "11.11.11.11"),
    ],
)
async def test_an_unknown_company_is_written_into_the_field_where_it_belongs(
    visitor: Visitor, caller: Caller, searched: str, name: str, cvr: str
) -> None:
    event = await caller.event("publish", "open")
    page = await visitor.open(f"/events/{event['id']}?q={quote(searched)}")
    assert f"Ingen virksomhed i registret {'har det CVR-nummer' if cvr else 'hedder det'}." in page
    assert (field(page, "name"), field(page, "cvr")) == (name, cvr)


async def test_a_mistaken_check_in_is_undone_at_its_receipt_or_in_the_list(visitor: Visitor, caller: Caller) -> None:
    event, company = await caller.event("publish", "open"), await caller.company(name="Ærø Bageri")
    path = f"/events/{event['id']}"
    page = await visitor.send(f"{path}/check-ins", company_id=company["id"])
    receipt, row = re.findall(rf'action="({path}/check-ins/[^"/]+/undo)"', page)
    assert receipt == row
    page = await visitor.send(receipt, check_in_version=field(page, "check_in_version"))
    assert "Ærø Bageri er ikke længere tjekket ind" in page
    assert "Ingen er tjekket ind" in page
    page = await visitor.open(f"{path}?q=bageri")
    assert field(page, "company_id") == company["id"]


async def drafted(visitor: Visitor, **plan: str) -> str:
    """The times of an event as its page shows them."""
    page = await visitor.send("/events", id=str(uuid4()), **PLAN | plan)
    found = re.search(r'<p class="font-lead">(.*?)<br>', page, re.DOTALL)
    assert found
    return re.sub("<[^>]+>", "", found[1]).replace("\xa0", " ")


async def test_an_event_may_end_after_midnight(visitor: Visitor) -> None:
    times = await drafted(visitor, starts="20:00", ends="01.30")
    assert times == "fredag den 1. december 2090 kl. 20.00 – 02.12.2090 kl. 01.30"


async def test_an_event_in_the_hour_that_clocks_skip_is_refused_in_words(visitor: Visitor, db: Database) -> None:
    before = await published(db)
    for times in ({"starts": "02:30", "ends": "05:00"}, {"day": "2090-03-25", "starts": "22:00", "ends": "02:30"}):
        page = await visitor.send("/events", 422, id=str(uuid4()), **PLAN | {"day": "2090-03-26"} | times)
        assert "så kl. 02.30 findes ikke. Vælg et andet tidspunkt." in page
    assert await published(db) == before


async def test_an_event_in_the_hour_that_comes_twice_asks_which_one(visitor: Visitor) -> None:
    night = {"day": "2090-10-29", "starts": "02:30", "ends": "02:15"}
    page = await visitor.send("/events", 422, id=str(uuid4()), **PLAN | night)
    assert "så kl. 02.30 kommer to gange" in page
    assert "så kl. 02.15 kommer to gange" in page
    times = await drafted(visitor, **night, starts_clock="summer", ends_clock="winter")
    assert times == "søndag den 29. oktober 2090 kl. 02.30 (sommertid)–02.15 (vintertid)"
    page = await visitor.send(
        "/events", 422, id=str(uuid4()), **PLAN | night, starts_clock="summer", ends_clock="summer"
    )
    assert "Skal være senere end starten." in page
    times = await drafted(visitor, day="2090-10-28", starts="22:00", ends="02:30", ends_clock="winter")
    assert times == "lørdag den 28. oktober 2090 kl. 22.00 – 29.10.2090 kl. 02.30 (vintertid)"


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
    practice = await visitor.client.get(f"/events/{event['id']}/pass.svg?practice=true")
    assert practice.text not in {"", drawing.text}
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

"""The intake form."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from shared.http.auth import COOKIE
from shared.http.rate_limiter import RateLimiter
from shared.http.rate_limits import Rate
from tests.pledges.browsing import HTML, count, hidden, intake, text_of
from tests.pledges.conftest import NOW, Caller

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from fastapi import FastAPI

    from shared.db.database import Database
    from shared.product.roles import Role


async def test_a_filled_in_form_becomes_a_pledge_and_an_empty_form_follows(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], add_company: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    await add_company("Ålekisten Plast A/S", checked_in_at=event_id)
    await add_company("Noteret ved en fejl", checked_in_at=event_id, undone_at=NOW)
    page = (await caller.client.get("/pledges/new", headers=caller.headers("member") | HTML)).text
    assert '<option value="Ålekisten Plast A/S">' in page
    assert "Noteret ved en fejl" not in page

    sent = await intake(caller, id=hidden(page, "id"), event_id=str(event_id))
    next_page = (await caller.client.get(sent.headers["location"], headers=caller.headers("member") | HTML)).text

    assert sent.status_code == 303
    assert "Tilsagnet er modtaget 3 pladser hos Struer Trælast A/S · 10 timer om ugen" in text_of(next_page)
    assert hidden(next_page, "id") != hidden(page, "id")
    logged = (await caller.get(f"/api/pledges/v1/pledges/{hidden(page, 'id')}", "coordinator")).json()
    assert logged["weekly_hours"] == {"from": 10, "to": 10}
    assert logged["tasks"] == ["shelf_stocking", "tidying"]
    assert (logged["event_id"], logged["captured_by"]) == (str(event_id), "web")


async def test_required_fields_come_before_optional_ones(caller: Caller) -> None:
    page = (await caller.client.get("/pledges/new", headers=caller.headers("member") | HTML)).text

    names = list(dict.fromkeys(re.findall(r' name="([a-z_.]+)"', page.partition("<main")[2])))
    needed = ["company.name", "positions", "hours", "own.start", "own.to", "contact.name"]
    assert [name for name in names if name not in ("csrf_token", "id", "event_id")] == [
        *needed,
        "contact.phone",
        "contact.email",
        "tasks",
        "job_type",
        "company.cvr",
        "earliest_start",
    ]


async def test_the_kind_of_job_is_one_tap_and_a_smaajob_by_default(caller: Caller) -> None:
    page = (await caller.client.get("/pledges/new", headers=caller.headers("member") | HTML)).text
    chips = re.findall(r'<input type="radio"[^>]* name="job_type" value="(\w+)"( checked)?', page)
    assert chips[0] == ("smaajob", " checked")
    assert len(chips) == 6

    pledge_id = str(uuid4())
    await intake(caller, id=pledge_id, job_type="fleksjob")

    logged = (await caller.get(f"/api/pledges/v1/pledges/{pledge_id}", "coordinator")).json()
    assert logged["job_type"] == "fleksjob"


async def test_one_more_from_the_same_company_repeats_its_name_and_contact(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], pledges_database: Database, taskforce_id: UUID
) -> None:
    member = caller.headers("member") | HTML
    event_id = await add_event()
    sent = await intake(caller, event_id=str(event_id), **{"company.cvr": "24256790"})
    receipt = (await caller.client.get(sent.headers["location"], headers=member)).text
    link = re.search(r'<a href="([^"]+)">Et mere fra samme virksomhed</a>', receipt)
    assert link

    page = (await caller.client.get(link[1], headers=member)).text

    assert "Et mere fra Struer Trælast A/S" in text_of(page)
    for value in ("Struer Trælast A/S", "24256790", "Eva Holm", "97 85 00 00"):
        assert f'value="{value}"' in page
    assert f'value="{event_id}" selected' in page
    assert "Struer" not in link[1]
    again = await intake(caller, id=hidden(page, "id"), event_id=str(event_id))
    assert again.status_code == 303
    assert await count(pledges_database, taskforce_id) == 2


async def test_one_more_has_no_event_once_the_event_is_over(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    pledge_id = str(uuid4())
    await intake(caller, id=pledge_id, event_id=str(event_id))
    await add_event(event_id, version=2, status="closed", closed_at=NOW)

    page = (await caller.client.get(f"/pledges/new?again={pledge_id}", headers=caller.headers("member") | HTML)).text

    assert 'value="Struer Trælast A/S"' in page
    assert str(event_id) not in page


async def test_a_draft_event_is_not_shown_to_somebody_who_knows_its_id(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    for status, is_shown in (("published", True), ("draft", False)):
        event_id = await add_event(status=status, title=f"Virksomhedsaften {status}")
        page = await caller.client.get(f"/pledges/new?event={event_id}", headers=caller.headers("member") | HTML)
        assert page.status_code == 200
        assert (f"Virksomhedsaften {status}" in page.text) == is_shown


async def test_one_more_shows_the_contact_only_to_those_who_may_read_it(caller: Caller) -> None:
    pledge_id = str(uuid4())
    await intake(caller, id=pledge_id)

    for again in (pledge_id, str(uuid4()), "x"):
        another = caller.headers("member", subject=str(uuid4())) | HTML
        page = await caller.client.get(f"/pledges/new?again={again}", headers=another)
        assert page.status_code == 200
        assert "Eva Holm" not in page.text


@pytest.mark.parametrize(("role", "asks"), [("member", True), ("coordinator", True), ("caseworker", False)])
async def test_names_held_by_the_register_are_offered_to_those_who_may_see_them(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], role: Role, asks: bool
) -> None:
    event_id = await add_event()

    page = (await caller.client.get("/pledges/new", headers=caller.headers(role) | HTML)).text

    assert (f'data-more="/events/{event_id}/held-names"' in page) is asks


async def test_a_double_send_makes_one_pledge(caller: Caller, pledges_database: Database, taskforce_id: UUID) -> None:
    pledge_id = str(uuid4())

    answers = await asyncio.gather(*(intake(caller, id=pledge_id) for _ in range(5)))
    later = await intake(caller, id=pledge_id)

    assert {(one.status_code, one.headers["location"]) for one in [*answers, later]} == {
        (303, f"/pledges/new?received={pledge_id}")
    }
    assert await count(pledges_database, taskforce_id) == 1


async def test_a_form_over_the_rate_limit_keeps_its_values_and_can_be_sent_again(
    caller: Caller, app: FastAPI, pledges_database: Database, taskforce_id: UUID
) -> None:
    pledge_id = str(uuid4())
    app.state.rate_limiter = RateLimiter({"logging": {"account": Rate(1, 600)}})
    await intake(caller)
    waits = await intake(caller, id=pledge_id)
    assert waits.status_code == 429
    assert 0 < int(waits.headers["retry-after"]) <= 600
    assert waits.headers["ratelimit"].startswith('"logging-account";r=0;t=')
    assert "Intet af det, du skrev, er tabt" in waits.text
    assert "skal rettes</h2>" not in waits.text
    assert hidden(waits.text, "id") == pledge_id
    assert 'value="Struer Trælast A/S"' in waits.text
    assert await count(pledges_database, taskforce_id) == 1

    app.state.rate_limiter = RateLimiter({})
    assert (await intake(caller, id=pledge_id)).headers["location"] == f"/pledges/new?received={pledge_id}"


async def test_going_back_and_changing_the_form_logs_one_more_after_a_warning(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    pledge_id = str(uuid4())
    await intake(caller, id=pledge_id)

    changed = await intake(caller, id=pledge_id, positions="5")
    again = await intake(caller, id=hidden(changed.text, "id"), positions="5")

    assert changed.status_code == 409
    assert "Denne side er sendt før" in text_of(changed.text)
    assert again.status_code == 303
    assert await count(pledges_database, taskforce_id) == 2


async def test_an_incomplete_form_names_what_is_missing_and_keeps_the_rest(caller: Caller) -> None:
    answer = await intake(caller, **{"company.name": "", "hours": "", "contact.name": "Aase Bæk"})

    assert answer.status_code == 422
    assert "2 ting skal rettes" in text_of(answer.text)
    assert "Virksomhed: Skal udfyldes." in text_of(answer.text)
    assert 'value="Aase Bæk"' in answer.text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"positions": "0"}, "Hvor mange pladser? Skal være mindst 1."),
        ({"positions": "200"}, "Et tilsagn har fra 1 til 50 pladser."),
        ({"contact.name": "Eva 010170-1234"}, "Navn: Ligner et CPR-nummer"),
        ({"contact.phone": ""}, "Telefon: Skriv et telefonnummer eller en e-mailadresse."),
        ({"contact.phone": "tolv"}, "Telefon: Er ikke et telefonnummer."),
        ({"hours": "own"}, "Fra: Skal udfyldes."),
        ({"hours": "own", "own.start": "12", "own.to": "5"}, "Det laveste timetal er større end det højeste."),
        ({"hours": "own", "own.start": "5", "own.to": "40"}, "Til: En uge har højst 37 arbejdstimer."),
        ({"hours": "99"}, "Timer om ugen: Må højst være 60."),
        ({"event_id": str(uuid4())}, "Vælg arrangementet på listen."),
        ({"earliest_start": "01-02-2016"}, "Kan begynde fra: Ligger langt tilbage eller langt ude i fremtiden."),
        ({"tasks": ["espionage"]}, "Står ikke i opgavekataloget."),
    ],
)
async def test_errors_are_shown_beside_the_field_in_danish(
    one_caller: Caller, values: dict[str, Any], words: str
) -> None:
    answer = await intake(one_caller, **values)

    assert answer.status_code == 422
    assert words in text_of(answer.text)


async def test_errors_are_listed_in_the_order_of_the_page(one_caller: Caller) -> None:
    answer = await intake(one_caller, **{"company.name": "", "hours": "", "contact.name": "", "earliest_start": "x"})

    summary = text_of(answer.text.partition('<ul class="nobullet-list">')[2].partition("</ul>")[0])
    order = [summary.index(label) for label in ("Virksomhed:", "Timer om ugen:", "Navn:", "Kan begynde fra:")]
    assert order == sorted(order)


async def test_other_hours_may_have_a_danish_decimal_comma(caller: Caller) -> None:
    pledge_id = str(uuid4())

    await intake(caller, id=pledge_id, hours="own", **{"own.start": "7,5", "own.to": "12"})

    logged = (await caller.get(f"/api/pledges/v1/pledges/{pledge_id}", "coordinator")).json()
    assert logged["weekly_hours"] == {"from": 7.5, "to": 12}


async def test_the_receipt_warns_of_an_invalid_cvr_number(caller: Caller) -> None:
    sent = await intake(caller, **{"company.cvr": "12345678"})

    page = await caller.client.get(sent.headers["location"], headers=caller.headers("member") | HTML)

    assert "CVR-nummeret er ikke rigtigt" in text_of(page.text)


async def test_another_site_cannot_log_a_pledge_through_a_visitors_browser(
    caller: Caller, token: Callable[..., str], pledges_database: Database, taskforce_id: UUID
) -> None:
    cookie = {"cookie": f"{COOKIE}={token('member')}"} | HTML
    fields = {"company.name": "B&O", "contact.name": "Eva", "positions": "1", "hours": "5"}

    for sign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {}):
        answer = await caller.client.post("/pledges/new", data=fields, headers=cookie | sign)
        assert answer.status_code == 403

    assert await count(pledges_database, taskforce_id) == 0


async def test_pages_speak_english_too(caller: Caller) -> None:
    page = await caller.client.get("/pledges/new?lang=en", headers=caller.headers("member") | HTML)

    assert "Log a pledge" in text_of(page.text)
    assert "Washing up and kitchen help" in text_of(page.text)


async def test_a_signed_out_visitor_is_redirected_to_sign_in(caller: Caller) -> None:
    answer = await caller.client.get("/pledges/new", headers=HTML)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fpledges%2Fnew"


async def test_only_the_contacts_field_is_called_telephone(caller: Caller) -> None:
    page = (await caller.client.get("/pledges/new", headers=caller.headers("member") | HTML)).text
    labels = re.findall(r'<label[^>]*>([^<]+)|aria-label="([^"]+)"|<h2[^>]*id="[^"]*-heading"[^>]*>([^<]+)', page)
    named = [one for one in ("".join(label).strip() for label in labels) if "telefon" in one.lower()]
    assert named == ["Telefon"]

"""The pages, as a browser without JavaScript uses them."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from shared.auth import COOKIE
from tests.pledges.conftest import NOW, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from shared.postgres import Database

HTML = {"accept": "text/html"}


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def text_of(page: str) -> str:
    """What a page says, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def intake(caller: Caller, **values: Any) -> httpx.Response:
    """Fill in and send the intake form."""
    fields = {
        "id": str(uuid4()),
        "company.name": "Struer Trælast A/S",
        "contact.name": "Eva Holm",
        "contact.phone": "97 85 00 00",
        "positions": "3",
        "hours": "10",
        "tasks": ["shelf_stocking", "tidying"],
    } | values
    return await caller.client.post("/pledges/new", data=fields, headers=caller.headers("member") | HTML)


async def count(database: Database, taskforce_id: UUID, table: str = "pledges") -> int:
    async with database.read(taskforce_id) as conn:
        number: int = await conn.fetchval(f"select count(*) from {table}")
        return number


async def test_what_is_filled_in_becomes_a_pledge_and_the_next_form_stands_ready(
    caller: Caller, know_event: Callable[..., Awaitable[UUID]], know_company: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await know_event()
    await know_company("Ålekisten Plast A/S", checked_in_at=event_id)
    page = (await caller.client.get("/pledges/new", headers=caller.headers("member") | HTML)).text
    assert '<option value="Ålekisten Plast A/S">' in page

    sent = await intake(caller, id=hidden(page, "id"), event_id=str(event_id))
    next_page = (await caller.client.get(sent.headers["location"], headers=caller.headers("member") | HTML)).text

    assert sent.status_code == 303
    assert "Tilsagnet er modtaget 3 pladser hos Struer Trælast A/S · 10 timer om ugen" in text_of(next_page)
    assert hidden(next_page, "id") != hidden(page, "id")
    logged = (await caller.get(f"/api/pledges/v1/pledges/{hidden(page, 'id')}", "coordinator")).json()
    assert logged["weekly_hours"] == {"from": 10, "to": 10}
    assert logged["tasks"] == ["shelf_stocking", "tidying"]
    assert (logged["event_id"], logged["captured_by"]) == (str(event_id), "web")


async def test_a_double_send_makes_one_pledge(caller: Caller, pledges_database: Database, taskforce_id: UUID) -> None:
    pledge_id = str(uuid4())

    answers = await asyncio.gather(*(intake(caller, id=pledge_id) for _ in range(5)))
    later = await intake(caller, id=pledge_id)

    assert {(one.status_code, one.headers["location"]) for one in [*answers, later]} == {
        (303, f"/pledges/new?received={pledge_id}")
    }
    assert await count(pledges_database, taskforce_id) == 1


async def test_going_back_and_sending_something_else_is_told_and_then_possible(
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


async def test_an_empty_form_says_what_is_missing_and_keeps_what_is_there(caller: Caller) -> None:
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
        ({"earliest_start": "01-02-2016"}, "Kan begynde fra: Ligger mere end et år tilbage."),
        ({"tasks": ["espionage"]}, "Står ikke i opgavekataloget."),
    ],
)
async def test_what_is_wrong_is_said_beside_the_field_in_danish(
    one_caller: Caller, values: dict[str, Any], words: str
) -> None:
    answer = await intake(one_caller, **values)

    assert answer.status_code == 422
    assert words in text_of(answer.text)


async def test_own_hours_are_typed_with_a_danish_comma(caller: Caller) -> None:
    pledge_id = str(uuid4())

    await intake(caller, id=pledge_id, hours="own", **{"own.start": "7,5", "own.to": "12"})

    logged = (await caller.get(f"/api/pledges/v1/pledges/{pledge_id}", "coordinator")).json()
    assert logged["weekly_hours"] == {"from": 7.5, "to": 12}


async def test_a_wrong_cvr_number_is_told_on_the_receipt(caller: Caller) -> None:
    sent = await intake(caller, **{"company.cvr": "12345678"})

    page = await caller.client.get(sent.headers["location"], headers=caller.headers("member") | HTML)

    assert "CVR-nummeret er ikke rigtigt" in text_of(page.text)


async def test_an_event_pass_opens_its_intake_and_only_that(
    caller: Caller, token: Callable[..., str], know_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await know_event(title="Aften på havnen")
    event_pass = token("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)

    entered = await caller.client.get(f"/pledges/pass/{event_pass}", headers=HTML)
    assert (entered.status_code, entered.headers["location"]) == (303, "/pledges/new")
    cookie = entered.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={event_pass};")
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    guest = {"cookie": f"{COOKIE}={event_pass}", "origin": "http://localhost:8080"} | HTML
    page = await caller.client.get("/pledges/new", headers=guest)
    assert "Aften på havnen" in page.text
    fields = {"company.name": "B&O", "contact.name": "Eva Holm", "contact.email": "eva@bo.example"}
    fields |= {"positions": "1", "hours": "5"}
    sent = await caller.client.post("/pledges/new", data=fields | {"id": hidden(page.text, "id")}, headers=guest)
    receipt = await caller.client.get(f"/pledges/{hidden(page.text, 'id')}", headers=guest)

    assert sent.status_code == 303
    assert receipt.status_code == 200
    assert "Eva Holm" not in receipt.text
    assert "<dt>Kontakt</dt>" not in receipt.text
    for path in ("/pledges", "/queue", "/pledges/import"):
        assert (await caller.client.get(path, headers=guest)).status_code == 403


async def test_a_pass_that_does_not_work_says_what_to_do(caller: Caller, token: Callable[..., str]) -> None:
    for bad in ("x", token("member"), token("event_pass", lifetime_seconds=-1)):
        answer = await caller.client.get(f"/pledges/pass/{bad}", headers=HTML)

        assert answer.status_code == 403
        assert "Skan arrangementets kode igen" in text_of(answer.text)
        assert "set-cookie" not in answer.headers


async def test_a_member_who_scans_the_code_stays_a_member(caller: Caller, token: Callable[..., str]) -> None:
    event_id = uuid4()
    event_pass = token("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)

    answer = await caller.client.get(f"/pledges/pass/{event_pass}", headers=caller.headers("member") | HTML)

    assert answer.headers["location"] == f"/pledges/new?event={event_id}"
    assert "set-cookie" not in answer.headers


async def test_scanning_a_code_signs_nobody_out_before_they_press_the_button(
    caller: Caller, token: Callable[..., str], other_taskforce_id: UUID
) -> None:
    event_pass = token("event_pass", subject="pass:x", event_id=uuid4(), pass_generation=1)
    signed_in = [caller.headers(role) for role in ("facilitator", "auditor")]
    signed_in += [caller.headers("member", taskforce_id=other_taskforce_id)]

    for headers in signed_in:
        asked = await caller.client.get(f"/pledges/pass/{event_pass}", headers=headers | HTML)
        assert asked.status_code == 200
        assert "Fortsæt som gæst" in asked.text
        assert "set-cookie" not in asked.headers

        origin = {"origin": "http://localhost:8080"}
        entered = await caller.client.post(f"/pledges/pass/{event_pass}", headers=headers | HTML | origin)
        assert (entered.status_code, entered.headers["location"]) == (303, "/pledges/new")
        assert entered.headers["set-cookie"].startswith(f"{COOKIE}={event_pass};")


async def test_a_revoked_pass_is_told_so_with_everything_typed_still_there(
    caller: Caller, know_event: Callable[..., Awaitable[UUID]], token: Callable[..., str]
) -> None:
    event_id = await know_event(pass_generation=2)
    event_pass = token("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)
    guest = {"cookie": f"{COOKIE}={event_pass}", "origin": "http://localhost:8080"} | HTML
    fields = {"company.name": "B&O", "contact.name": "Eva Holm", "contact.email": "eva@bo.example"}
    fields |= {"positions": "1", "hours": "5"}

    answer = await caller.client.post("/pledges/new", data=fields, headers=guest)

    assert answer.status_code == 403
    assert "Adgangen gælder ikke længere" in text_of(answer.text)
    assert 'value="Eva Holm"' in answer.text


async def test_another_site_cannot_make_somebodys_browser_log_a_pledge(
    caller: Caller, token: Callable[..., str], pledges_database: Database, taskforce_id: UUID
) -> None:
    cookie = {"cookie": f"{COOKIE}={token('member')}"} | HTML
    fields = {"company.name": "B&O", "contact.name": "Eva", "positions": "1", "hours": "5"}

    for sign in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {}):
        answer = await caller.client.post("/pledges/new", data=fields, headers=cookie | sign)
        assert answer.status_code == 403

    assert await count(pledges_database, taskforce_id) == 0


async def test_a_hire_is_confirmed_from_the_work_list_in_three_steps(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    body = pledge_body()
    await caller.log(body)
    headers = caller.headers("caseworker") | HTML
    queue = (await caller.client.get("/queue", headers=headers)).text
    assert f'href="/queue/{body["id"]}/hire"' in queue
    assert "3 ledige pladser i 1 tilsagn" in text_of(queue)

    form = (await caller.client.get(f"/queue/{body['id']}/hire", headers=headers)).text
    fields = {
        "id": hidden(form, "id"),
        "version": hidden(form, "version"),
        "position": "1",
        "start_date": "2026-12-01",
        "weekly_hours": "7,5",
        "job_type": "smaajob",
        "contact_person.name": "Jonas Tangaa",
        "contact_person.phone": "96 84 84 84",
    }
    place = f"/queue/{body['id']}/hire"
    sent = await caller.client.post(place, data=fields | {"step": "check"}, headers=headers)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{place}?step=check")
    cookie = sent.headers["set-cookie"]
    for attribute in ("HttpOnly", "Secure", "SameSite=strict", f"Path={place}"):
        assert attribute in cookie
    drafted = headers | {"cookie": cookie.partition(";")[0]}
    check = await caller.client.get(sent.headers["location"], headers=drafted)
    assert check.status_code == 200
    back = (await caller.client.get(place, headers=drafted)).text
    assert 'value="7,5"' in back
    assert hidden(back, "id") == fields["id"]
    as_another = caller.headers("caseworker", subject=str(uuid4())) | HTML | {"cookie": drafted["cookie"]}
    assert 'value="7,5"' not in (await caller.client.get(place, headers=as_another)).text
    assert "tirsdag den 1. december 2026" in text_of(check.text)
    assert await count(pledges_database, taskforce_id, "hires") == 0
    names = [*fields, "contact_person.email"]
    carried = {name: hidden(check.text, name) for name in names}
    confirmed = await caller.client.post(
        f"/queue/{body['id']}/hire", data=carried | {"step": "confirm"}, headers=headers
    )
    twice = await caller.client.post(f"/queue/{body['id']}/hire", data=carried | {"step": "confirm"}, headers=headers)
    late = await caller.client.get(sent.headers["location"], headers=drafted)
    done = (await caller.client.get(confirmed.headers["location"], headers=headers)).text
    next_form = (await caller.client.get(f"/queue/{body['id']}/hire", headers=headers)).text

    assert confirmed.status_code == twice.status_code == 303
    assert confirmed.headers["location"] == twice.headers["location"]
    assert 'hire_draft="";' in confirmed.headers["set-cookie"]
    assert (late.status_code, late.headers["location"]) == (303, f"/pledges/{body['id']}")
    assert "Ansættelsen hos Struer Trælast A/S er bekræftet" in text_of(done)
    assert "2 af 3 pladser ledige" in text_of(done)
    assert 'value="Jonas Tangaa"' in next_form
    assert 'value="96 84 84 84"' in next_form
    assert await count(pledges_database, taskforce_id, "hires") == 1


async def test_a_draft_that_nobody_wrote_so_is_no_draft(caller: Caller) -> None:
    body = pledge_body()
    await caller.log(body)
    place = f"/queue/{body['id']}/hire"
    for bad in ("x", "W10", "bnVsbA==", "eyJieSI6IG51bGx9"):
        headers = caller.headers("caseworker") | HTML | {"cookie": f"hire_draft={bad}"}

        answer = await caller.client.get(f"{place}?step=check", headers=headers)

        assert answer.status_code == 200
        assert "Bekræft en ansættelse hos" in text_of(answer.text)


async def test_two_case_workers_on_one_position_are_shown_what_happened(caller: Caller) -> None:
    body = pledge_body(positions=2)
    await caller.log(body)
    headers = caller.headers("caseworker") | HTML
    form = (await caller.client.get(f"/queue/{body['id']}/hire", headers=headers)).text
    await caller.confirm(hire_body(pledge_id=body["id"], start_date="2026-11-15"))
    fields = {
        "id": hidden(form, "id"),
        "version": hidden(form, "version"),
        "position": "1",
        "start_date": "2026-12-01",
        "weekly_hours": "10",
        "contact_person.name": "Jonas Tangaa",
        "contact_person.phone": "96 84 84 84",
        "step": "confirm",
    }

    refused = await caller.client.post(f"/queue/{body['id']}/hire", data=fields, headers=headers)
    # A page that answers a POST breaks the way back: it is shown at an address of its own.
    assert (refused.status_code, refused.headers["location"]) == (303, f"/queue/{body['id']}/hire?step=check")
    drafted = headers | {"cookie": refused.headers["set-cookie"].partition(";")[0]}
    answer = await caller.client.get(refused.headers["location"], headers=drafted)

    assert answer.status_code == 412
    said = text_of(answer.text)
    assert "Nogen har ændret tilsagnet før dig" in said
    assert "Tilsagnet nu Plads 1 fra 15.11.2026" in said
    assert 'value="2026-12-01"' in answer.text
    assert hidden(answer.text, "version") == "2"
    fields |= {"version": "2", "position": hidden(answer.text, "position")}
    confirmed = await caller.client.post(f"/queue/{body['id']}/hire", data=fields, headers=headers)
    assert confirmed.headers["location"] == f"/queue?hired={fields['id']}"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"start_date": ""}, "Første dag: Skal udfyldes."),
        ({"start_date": "31-02-2026"}, "Første dag: Skal være en dato."),
        ({"start_date": "01-02-1926"}, "Første dag skal ligge mellem 2000 og om to år."),
        ({"start_date": "01-02-2036"}, "Første dag skal ligge mellem 2000 og om to år."),
        ({"start_date": "01-02-1926", "step": "confirm"}, "Første dag skal ligge mellem 2000 og om to år."),
        ({"weekly_hours": "45"}, "En uge har højst 37 arbejdstimer."),
        ({"weekly_hours": "0"}, "Timer om ugen: Skal være mere end 0."),
        ({"contact_person.name": ""}, "Navn: Skal udfyldes."),
        ({"contact_person.name": "Jonas 0101701234"}, "Ligner et CPR-nummer"),
        ({"contact_person.phone": " "}, "Telefon: Skriv et nummer, som arbejdsgiver og medarbejder kan ringe til."),
    ],
)
async def test_a_wrong_hire_is_told_beside_the_field(one_caller: Caller, values: dict[str, str], words: str) -> None:
    body = pledge_body()
    await one_caller.log(body)
    fields = {
        "id": str(uuid4()),
        "version": "1",
        "position": "1",
        "start_date": "2026-12-01",
        "weekly_hours": "10",
        "contact_person.name": "Jonas Tangaa",
        "contact_person.phone": "96 84 84 84",
        "step": "check",
    } | values

    answer = await one_caller.client.post(
        f"/queue/{body['id']}/hire", data=fields, headers=one_caller.headers("caseworker") | HTML
    )
    if answer.status_code == 303:
        headers = one_caller.headers("caseworker") | HTML | {"cookie": answer.headers["set-cookie"].partition(";")[0]}
        answer = await one_caller.client.get(answer.headers["location"], headers=headers)

    assert answer.status_code == 422
    assert words in text_of(answer.text)


async def test_lists_can_be_narrowed_by_their_address_and_take_anything(
    caller: Caller, know_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await know_event()
    await caller.log(pledge_body(event_id=str(event_id), company={"name": "Her"}))
    await caller.log(pledge_body(company={"name": "Der", "cvr": "1"}, job_type="praktik"))

    async def said(path: str) -> str:
        answer = await caller.client.get(path, headers=caller.headers("coordinator") | HTML)
        assert answer.status_code == 200, path
        return text_of(answer.text.partition("</form>")[2].partition("<footer")[0])

    for base in ("/queue", "/pledges"):
        assert "Der" not in await said(f"{base}?event={event_id}")
        assert "Her" not in await said(f"{base}?job_type=praktik")
        assert "Her" not in await said(f"{base}?q=de")
        assert "Her" not in await said(f"{base}?flagged=true")
        both = await said(f"{base}?event=x&job_type=y&q=&municipality=&status=")
        assert "Her" in both
        assert "Der" in both


async def test_lists_offer_the_events_that_have_pledges_the_last_first(
    caller: Caller, know_event: Callable[..., Awaitable[UUID]]
) -> None:
    first = await know_event(title="Første aften", starts_at=NOW - timedelta(days=300))
    second = await know_event(title="Anden aften", starts_at=NOW - timedelta(days=200))
    await know_event(title="Tom aften")
    for event_id in (second, first):
        await caller.log(pledge_body(event_id=str(event_id)))

    for path in ("/queue", "/pledges"):
        page = (await caller.client.get(path, headers=caller.headers("coordinator") | HTML)).text
        assert re.findall(r"<option[^>]*>(\w+ aften),", page) == ["Anden aften", "Første aften"]


async def test_the_work_list_begins_with_the_last_year_and_leads_to_what_is_older(caller: Caller) -> None:
    await caller.log(pledge_body(company={"name": "Nyere"}, captured_at=(NOW - timedelta(days=105)).isoformat()))
    await caller.log(pledge_body(company={"name": "Gammel"}, captured_at=(NOW - timedelta(days=1000)).isoformat()))
    headers = caller.headers("coordinator") | HTML

    page = (await caller.client.get("/queue?q=e", headers=headers)).text
    link = re.search(r'<a href="([^"]+)">Vis også ældre \(1\)</a>', page)
    assert link
    everything = (await caller.client.get(unescape(link[1]), headers=headers)).text

    assert "Gammel" not in page
    assert "3 ledige pladser i 1 tilsagn" in text_of(page)
    assert "Har ventet 3 måneder" in text_of(page)
    assert text_of(everything).index("Har ventet 2 år") < text_of(everything).index("Nyere")
    assert '<a href="/queue?q=e">Vis kun de seneste 12 måneder</a>' in everything


async def test_a_long_list_goes_on(caller: Caller) -> None:
    for number in range(33):
        await caller.log(pledge_body(company={"name": f"Virksomhed nr. {number:02}"}))
    for base in ("/queue", "/pledges"):
        first = (await caller.client.get(base, headers=caller.headers("coordinator") | HTML)).text
        more = re.search(r'<a class="button button-secondary" href="([^"]+)" rel="next"', first)
        assert more
        second = (await caller.client.get(unescape(more[1]), headers=caller.headers("coordinator") | HTML)).text
        names = re.findall(r"Virksomhed nr\. \d\d", first + second)
        assert len(names) == len(set(names)) == 33


async def test_a_file_is_judged_and_then_imported(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    headers = caller.headers("coordinator") | HTML
    content = "virksomhed;dato;pladser;timer fra;kontaktperson\r\nBæk;01-02-2024;2;5;Eva\r\n".encode("cp1252")

    judged = await caller.client.post("/pledges/import", files={"file": ("a.csv", content)}, headers=headers)
    assert "1 nyt tilsagn, 2 pladser" in text_of(judged.text)
    assert await count(pledges_database, taskforce_id) == 0
    carried = {"carried": hidden(judged.text, "carried"), "step": "import"}
    imported = await caller.client.post("/pledges/import", data=carried, headers=headers)
    again = await caller.client.post("/pledges/import", data=carried, headers=headers)

    assert "1 tilsagn er importeret" in text_of(imported.text)
    assert again.status_code == 200
    assert await count(pledges_database, taskforce_id) == 1


async def test_verdicts_stand_as_the_lines_do_beside_their_companies(one_caller: Caller) -> None:
    content = (
        "virksomhed;dato;pladser;timer fra;kontaktperson;telefon\r\n"
        "Bæk A/S;01-02-2024;2;5;Eva;97850000\r\n"
        "Holm ApS;x;2;5;Eva;97850000\r\n"
        "Eva 010170-1234;01-02-2024;2;5;Eva;97850000\r\n"
    ).encode()

    answer = await one_caller.client.post(
        "/pledges/import", files={"file": ("a.csv", content)}, headers=one_caller.headers("coordinator") | HTML
    )

    lines = re.findall(r"Linje (\d+)</th>\s*<td[^>]*>([^<]*)</td>", answer.text)
    assert lines == [("2", "Bæk A/S"), ("3", "Holm ApS"), ("4", "–")]


@pytest.mark.parametrize(
    ("send", "status", "words"),
    [
        ({}, 422, "Vælg en fil."),
        ({"files": {"file": ("a.csv", b"a;b\n1;2")}}, 422, "Disse kolonner mangler"),
        (
            {
                "files": {
                    "file": ("a.csv", b"virksomhed;dato;pladser;timer fra;kontaktperson\nB&O;x;1;5;Eva 0101701234")
                }
            },
            422,
            "1 linje skal rettes",
        ),
        ({"files": {"file": ("a.csv", b"x" * 5_000_000)}}, 422, "større end 2 MB"),
        ({"files": {"file": ("a.csv", b"x" * 9_000_000)}}, 413, ""),
        ({"data": {"carried": "!", "step": "import"}}, 400, ""),
    ],
    ids=["nothing", "columns", "cells", "5 MB", "9 MB", "mangled"],
)
async def test_a_wrong_file_is_told(one_caller: Caller, send: dict[str, Any], status: int, words: str) -> None:
    answer = await one_caller.client.post("/pledges/import", headers=one_caller.headers("admin") | HTML, **send)

    assert answer.status_code == status
    assert words in text_of(answer.text)
    assert "1234" not in text_of(answer.text)


async def test_the_empty_file_to_fill_in_has_the_columns_and_opens_in_excel(caller: Caller) -> None:
    answer = await caller.client.get("/pledges/import/skabelon.csv", headers=caller.headers("admin"))

    assert answer.content.startswith(b"\xef\xbb\xbfvirksomhed;cvr;")
    assert "attachment" in answer.headers["content-disposition"]


async def test_what_people_type_is_shown_and_never_obeyed(caller: Caller) -> None:
    nasty = '<script>alert("1")</script>'
    body = pledge_body(company={"name": nasty}, contact={"name": nasty})
    await caller.log(body)

    for path in (f"/pledges/{body['id']}", "/queue", "/pledges", f"/queue/{body['id']}/hire"):
        page = (await caller.client.get(path, headers=caller.headers("coordinator", "caseworker") | HTML)).text
        assert nasty not in page
        assert "&lt;script&gt;" in page


async def test_pages_speak_english_too(caller: Caller) -> None:
    page = await caller.client.get("/pledges/new?lang=en", headers=caller.headers("member") | HTML)

    assert "Log a pledge" in text_of(page.text)
    assert "Washing up and kitchen help" in text_of(page.text)
    assert NOW.tzinfo is not None


async def test_somebody_signed_out_is_led_to_sign_in(caller: Caller) -> None:
    answer = await caller.client.get("/pledges/new", headers=HTML)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fpledges%2Fnew"

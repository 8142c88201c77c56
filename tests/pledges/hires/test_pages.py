"""Confirming a hire from the work list."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from shared.ui.formats import date_text, local_date, long_date
from tests.pledges.browsing import HTML, count, hidden, text_of
from tests.pledges.conftest import NOW, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from shared.db.database import Database

START = local_date(NOW) + timedelta(days=14)


async def test_a_hire_is_filled_in_checked_and_confirmed(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    body = pledge_body()
    await caller.log(body)
    headers = caller.headers("caseworker") | HTML
    form = (await caller.client.get(f"/queue/{body['id']}/hire", headers=headers)).text
    fields = {
        "id": hidden(form, "id"),
        "version": hidden(form, "version"),
        "position": "1",
        "start_date": START.isoformat(),
        "weekly_hours": "7,5",
        "job_type": "smaajob",
        "contact_person.name": "Jonas Tangaa",
        "contact_person.phone": "96 84 84 84",
    }
    place = f"/queue/{body['id']}/hire"
    sent = await caller.client.post(place, data=fields | {"step": "check"}, headers=headers)
    assert (sent.status_code, sent.headers["location"]) == (303, f"{place}?step=check")
    cookie = sent.headers["set-cookie"]
    assert cookie.startswith("__Secure-hire_draft=")
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
    assert long_date(START, language="da") in text_of(check.text)
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
    assert '__Secure-hire_draft="";' in confirmed.headers["set-cookie"]
    assert (late.status_code, late.headers["location"]) == (303, f"/hires/{fields['id']}")
    assert confirmed.headers["location"] == f"/hires/{fields['id']}"
    for words in ("Struer Trælast A/S", "7,5 t. løn om ugen", "Plads 1", "Eva Holm"):
        assert words in text_of(done)
    assert 'value="Jonas Tangaa"' in next_form
    assert 'value="96 84 84 84"' in next_form
    assert await count(pledges_database, taskforce_id, "hires") == 1


async def test_a_matched_position_is_confirmed_with_the_answers_of_the_companys_last_hire(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    earlier = hire_body(company={"name": "Struer Trælast A/S", "cvr": "24256790"}, weekly_hours=8)
    await caller.confirm(earlier)
    body = pledge_body()
    await caller.log(body)
    place = f"/queue/{body['id']}/hire"
    headers = caller.headers("caseworker") | HTML
    async with pledges_database.change(taskforce_id) as conn:
        await conn.execute(
            "update positions set status = 'matched', matched_on = current_date where pledge_id = $1 and number = 2",
            UUID(body["id"]),
        )

    to_fill_in = (await caller.client.get(f"{place}?position=1", headers=headers)).text
    check = (await caller.client.get(place, headers=headers)).text

    assert "Bekræft en ansættelse hos" in text_of(to_fill_in)
    assert "Er det rigtigt?" in text_of(check)
    for words in ("2 af 3", "Timer om ugen 8 ", "Jonas Tangaa", "96 84 84 84"):
        assert words in text_of(check)
    names = ("id", "version", "position", "start_date", "weekly_hours", "job_type", "contact_person.name")
    fields = {name: hidden(check, name) for name in (*names, "contact_person.phone", "contact_person.email")}
    edit = await caller.client.post(place, data=fields | {"step": "edit:field-weekly-hours"}, headers=headers)
    confirmed = await caller.client.post(place, data=fields | {"step": "confirm"}, headers=headers)
    stale = await caller.client.get(f"{place}?position=2", headers=headers)
    assert edit.headers["location"] == f"{place}#field-weekly-hours"
    assert confirmed.status_code == 303
    assert stale.status_code == 409
    assert "Tilsagnet nu" in text_of(stale.text)


async def test_the_contact_person_of_another_municipality_is_not_suggested(one_caller: Caller) -> None:
    body = pledge_body(company={"name": "Smeden", "cvr": "36213728"})
    await one_caller.log(body)
    theirs = hire_body(company={"name": "Smeden", "cvr": "36213728"}, contact_person={"name": "Fremmed Person"})
    await one_caller.confirm(theirs, municipality="0756", subject=f"person:{uuid4()}")

    for municipality, suggested in (("0671", False), ("0756", True)):
        headers = one_caller.headers("caseworker", municipality=municipality, subject=f"person:{uuid4()}") | HTML
        form = (await one_caller.client.get(f"/queue/{body['id']}/hire", headers=headers)).text

        assert ("Fremmed Person" in form) == suggested


async def test_a_forged_draft_is_ignored(caller: Caller) -> None:
    body = pledge_body()
    await caller.log(body)
    place = f"/queue/{body['id']}/hire"
    for bad in ("x", "W10", "bnVsbA==", "eyJieSI6IG51bGx9"):
        headers = caller.headers("caseworker") | HTML | {"cookie": f"__Secure-hire_draft={bad}"}

        answer = await caller.client.get(f"{place}?step=check", headers=headers)

        assert answer.status_code == 200
        assert "Bekræft en ansættelse hos" in text_of(answer.text)


async def test_two_case_workers_on_one_position_see_what_has_changed(caller: Caller) -> None:
    body = pledge_body(positions=2)
    await caller.log(body)
    headers = caller.headers("caseworker") | HTML
    form = (await caller.client.get(f"/queue/{body['id']}/hire", headers=headers)).text
    await caller.confirm(hire_body(pledge_id=body["id"], start_date=(START + timedelta(days=1)).isoformat()))
    fields = {
        "id": hidden(form, "id"),
        "version": hidden(form, "version"),
        "position": "1",
        "start_date": START.isoformat(),
        "weekly_hours": "10",
        "contact_person.name": "Jonas Tangaa",
        "contact_person.phone": "96 84 84 84",
        "step": "confirm",
    }

    refused = await caller.client.post(f"/queue/{body['id']}/hire", data=fields, headers=headers)
    # A browser cannot go back to a page that answered a POST: this one has an address of its own.
    assert (refused.status_code, refused.headers["location"]) == (303, f"/queue/{body['id']}/hire?step=check")
    drafted = headers | {"cookie": refused.headers["set-cookie"].partition(";")[0]}
    answer = await caller.client.get(refused.headers["location"], headers=drafted)

    assert answer.status_code == 412
    text = text_of(answer.text)
    assert "Nogen har ændret tilsagnet før dig" in text
    assert f"Tilsagnet nu Plads 1 fra {date_text(START + timedelta(days=1), language='da')}" in text
    assert f'value="{START.isoformat()}"' in answer.text
    assert hidden(answer.text, "version") == "2"
    assert "Plads 1 er besat. Vælg en anden plads, hvis det er en anden borger." in text
    fields |= {"version": "2", "position": ""}
    undecided = await caller.client.post(f"/queue/{body['id']}/hire", data=fields, headers=headers)
    assert not undecided.headers["location"].startswith("/hires/")
    fields |= {"position": "2"}
    confirmed = await caller.client.post(f"/queue/{body['id']}/hire", data=fields, headers=headers)
    assert confirmed.headers["location"] == f"/hires/{fields['id']}"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"start_date": ""}, "Første dag: Skal udfyldes."),
        ({"start_date": "31-02-2026"}, "Første dag: Skal være en dato."),
        ({"start_date": "01-02-1926"}, "Første dag skal ligge mellem 2000 og om to år."),
        ({"start_date": "01-02-2036"}, "Første dag skal ligge mellem 2000 og om to år."),
        ({"start_date": "01-02-1926", "step": "confirm"}, "Første dag skal ligge mellem 2000 og om to år."),
        ({"weekly_hours": "45"}, "En uge har højst 37 arbejdstimer."),
        ({"weekly_hours": "999"}, "Timer om ugen: Må højst være 60."),
        ({"weekly_hours": "0"}, "Timer om ugen: Skal være mere end 0."),
        ({"contact_person.name": ""}, "Navn: Skal udfyldes."),
        ({"contact_person.name": "Jonas 0101701234"}, "Ligner et CPR-nummer"),
        ({"contact_person.phone": " "}, "Telefon: Skriv et nummer, som arbejdsgiver og medarbejder kan ringe til."),
    ],
)
async def test_an_error_in_a_hire_is_shown_beside_the_field(
    one_caller: Caller, values: dict[str, str], words: str
) -> None:
    body = pledge_body()
    await one_caller.log(body)
    fields = {
        "id": str(uuid4()),
        "version": "1",
        "position": "1",
        "start_date": START.isoformat(),
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


@pytest.mark.parametrize(("language", "hours"), [("da", "7,5"), ("en", "7.5")])
async def test_hours_are_written_in_the_language_of_the_form(caller: Caller, language: str, hours: str) -> None:
    body = pledge_body(weekly_hours={"from": 7.5, "to": 10})
    await caller.log(body)

    page = await caller.client.get(
        f"/queue/{body['id']}/hire?lang={language}", headers=caller.headers("caseworker") | HTML
    )

    assert f'value="{hours}"' in page.text
    fields = {"weekly_hours": hours, "start_date": START.isoformat(), "step": "check"}
    fields |= {"contact_person.name": "Jonas", "contact_person.phone": "96848484"}
    sent = await caller.client.post(
        f"/queue/{body['id']}/hire", data=fields, headers=caller.headers("caseworker") | HTML
    )
    drafted = caller.headers("caseworker") | HTML | {"cookie": sent.headers["set-cookie"].partition(";")[0]}
    check = await caller.client.get(sent.headers["location"], headers=drafted)
    assert "Timer om ugen 7,5" in text_of(check.text)


async def test_a_hire_without_a_pledge_is_confirmed_after_a_training_at_another_company(caller: Caller) -> None:
    training = hire_body(company={"name": "Bageren"}, job_type="praktik", weekly_hours=20)
    await caller.confirm(training)
    headers = caller.headers("caseworker") | HTML
    form = (await caller.client.get("/hires/new", headers=headers)).text
    assert "Bageren, Praktik fra" in text_of(form)
    assert 'value="Jonas Tangaa"' in form
    fields = {
        "id": hidden(form, "id"),
        "company.name": "Slagteren",
        "start_date": START.isoformat(),
        "weekly_hours": "12",
        "praktik_hours": "4,5",
        "job_type": "smaajob",
        "contact_person.name": "Jonas Tangaa",
        "contact_person.phone": "96 84 84 84",
        "training_hire_id": training["id"],
    }

    nameless = await _shown(caller, fields | {"company.name": "", "step": "check"})
    too_many = await _shown(caller, fields | {"praktik_hours": "30", "step": "check"})
    check = await _shown(caller, fields | {"step": "check"})
    confirmed = await caller.client.post("/hires/new", data=fields | {"step": "confirm"}, headers=headers)
    case = (await caller.client.get(confirmed.headers["location"], headers=headers)).text
    of_training = (await caller.client.get(f"/hires/{training['id']}", headers=headers)).text

    assert "Virksomhed: Skal udfyldes." in text_of(nameless)
    assert "Timer om ugen: En uge har højst 37 arbejdstimer." in text_of(too_many)
    for words in ("Slagteren", "den tælles for sig", "12 med løn, 4,5 i praktik", "Bageren, fra"):
        assert words in text_of(check)
    for words in ("Ansættelse uden tilsagn", "12 t. løn + 4,5 t. praktik om ugen", "Forløb, der førte til den Bageren"):
        assert words in text_of(case)
    assert "Ansættelse, den førte til Slagteren" in text_of(of_training)

    path = confirmed.headers["location"].partition("?")[0]
    form = (await caller.client.get(f"{path}/correct", headers=headers)).text
    fields = {"start_date": START.isoformat(), "paid": "12", "praktik": "4,5", "job_type": "smaajob"}
    fields |= {"id": hidden(form, "id"), "version": hidden(form, "version"), "company.name": "Slagteren"}
    corrected = await caller.client.post(f"{path}/correct", data=fields | {"training_hire_id": ""}, headers=headers)
    assert corrected.status_code == 303, text_of(corrected.text)
    assert "Forløb, der førte til den" not in text_of((await caller.client.get(path, headers=headers)).text)


async def _shown(caller: Caller, fields: dict[str, str]) -> str:
    """Send the form of a hire without a pledge, and return the page that follows."""
    headers = caller.headers("caseworker") | HTML
    sent = await caller.client.post("/hires/new", data=fields, headers=headers)
    drafted = headers | {"cookie": sent.headers["set-cookie"].partition(";")[0]}
    return (await caller.client.get(sent.headers["location"], headers=drafted)).text

"""The intake for guests, who have scanned an event's code."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from shared.http.auth import COOKIE, RENEWED_COOKIE, SESSION_COOKIE
from tests.pledges.browsing import HTML, hidden, text_of
from tests.pledges.conftest import Caller
from tests.support.browsing import signs_nobody_in

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID


async def test_an_event_pass_opens_its_intake_and_only_that(
    caller: Caller, token: Callable[..., str], add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(title="Aften på havnen")
    event_pass = token("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)

    entered = await caller.client.get(f"/pledges/pass/{event_pass}", headers=HTML)
    assert (entered.status_code, entered.headers["location"]) == (303, "/pledges/new")
    cookie, *taken = entered.headers.get_list("set-cookie")
    assert cookie.startswith(f"{COOKIE}={event_pass};")
    assert {one.partition("=")[0] for one in taken} == {SESSION_COOKIE, RENEWED_COOKIE}, "nobody is signed in any more"
    assert all("Max-Age=0" in one for one in taken)
    for attribute in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert attribute in cookie
    guest = {"cookie": f"{COOKIE}={event_pass}", "origin": "http://localhost:8080"} | HTML
    page = await caller.client.get("/pledges/new", headers=guest)
    assert "Aften på havnen" in page.text
    assert "held-names" not in page.text
    fields = {"company.name": "B&O", "contact.name": "Eva Holm", "contact.email": "eva@bo.example"}
    fields |= {"positions": "1", "hours": "5"}
    sent = await caller.client.post("/pledges/new", data=fields | {"id": hidden(page.text, "id")}, headers=guest)
    receipt = await caller.client.get(f"/pledges/{hidden(page.text, 'id')}", headers=guest)

    assert sent.status_code == 303
    assert receipt.status_code == 200
    assert "Eva Holm" not in receipt.text
    assert "<dt>Kontakt</dt>" not in receipt.text
    again = (await caller.client.get(f"/pledges/new?again={hidden(page.text, 'id')}", headers=guest)).text
    assert 'value="B&amp;O"' in again
    assert "Eva Holm" not in again
    for path in ("/pledges", "/queue", "/pledges/import"):
        assert (await caller.client.get(path, headers=guest)).status_code == 403


async def test_an_invalid_pass_is_refused_with_what_to_do(caller: Caller, token: Callable[..., str]) -> None:
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


async def test_the_code_for_practice_opens_the_intake_for_practice(caller: Caller, token: Callable[..., str]) -> None:
    event_id = uuid4()
    path = f"/pledges/pass/{token('event_pass', subject='pass:x', event_id=event_id, pass_generation=1)}?practice=true"

    guest = await caller.client.get(path, headers=HTML)
    member = await caller.client.get(path, headers=caller.headers("member") | HTML)
    asked = await caller.client.get(path, headers=caller.headers("auditor") | HTML)
    pressed = await caller.client.post(path, headers=HTML | {"origin": "http://localhost:8080"})

    assert guest.headers["location"] == pressed.headers["location"] == "/pledges/new?practice=true"
    assert member.headers["location"] == f"/pledges/new?event={event_id}&practice=true"
    assert f'action="{path}"' in asked.text


async def test_scanning_a_code_does_not_sign_out_before_the_button_is_pressed(
    caller: Caller, token: Callable[..., str], other_taskforce_id: UUID
) -> None:
    event_pass = token("event_pass", subject="pass:x", event_id=uuid4(), pass_generation=1)
    signed_in = [caller.headers(role) for role in ("facilitator", "auditor")]
    signed_in += [caller.headers("member", taskforce_id=other_taskforce_id)]

    for headers in signed_in:
        page = await caller.client.get(f"/pledges/pass/{event_pass}", headers=headers | HTML)
        assert page.status_code == 200
        assert "Fortsæt som gæst" in page.text
        assert signs_nobody_in(page)

        origin = {"origin": "http://localhost:8080"}
        entered = await caller.client.post(f"/pledges/pass/{event_pass}", headers=headers | HTML | origin)
        assert (entered.status_code, entered.headers["location"]) == (303, "/pledges/new")
        assert entered.headers["set-cookie"].startswith(f"{COOKIE}={event_pass};")


async def test_with_a_revoked_pass_the_form_keeps_what_was_typed(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], token: Callable[..., str]
) -> None:
    event_id = await add_event(pass_generation=2)
    event_pass = token("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)
    guest = {"cookie": f"{COOKIE}={event_pass}", "origin": "http://localhost:8080"} | HTML
    fields = {"company.name": "B&O", "contact.name": "Eva Holm", "contact.email": "eva@bo.example"}
    fields |= {"positions": "1", "hours": "5"}

    answer = await caller.client.post("/pledges/new", data=fields, headers=guest)

    assert answer.status_code == 403
    assert "Adgangen gælder ikke længere" in text_of(answer.text)
    assert 'value="Eva Holm"' in answer.text


async def test_a_revoked_pass_opens_no_intake_and_shows_no_companies(
    caller: Caller,
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
    token: Callable[..., str],
) -> None:
    event_id = await add_event()
    await add_company("Limfjordens Bageri", checked_in_at=event_id)
    event_pass = token("event_pass", subject=f"pass:{event_id}", event_id=event_id, pass_generation=1)
    guest = {"cookie": f"{COOKIE}={event_pass}", "origin": "http://localhost:8080"} | HTML
    assert "Limfjordens Bageri" in (await caller.client.get("/pledges/new", headers=guest)).text

    await add_event(event_id, version=2, pass_generation=2)
    opened = await caller.client.get("/pledges/new", headers=guest)
    sent = await caller.client.post("/pledges/new", data={"company.name": "B&O"}, headers=guest)

    assert opened.status_code == 403
    assert "Adgangen gælder ikke længere" in text_of(opened.text)
    assert sent.status_code == 422
    assert "Limfjordens Bageri" not in opened.text + sent.text

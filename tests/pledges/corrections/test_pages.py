"""The page that corrects a pledge, and what the pledge's page shows of it, without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import Caller, pledge_body

if TYPE_CHECKING:
    import httpx

    from shared.product.roles import Role

FORM = {
    "version": "1",
    "reason": "Eva rang",
    "company.name": "Struer Trælast A/S",
    "company.cvr": "24256790",
    "contact.name": "Eva Holm",
    "contact.phone": "97 85 00 00",
    "contact.email": "eva@traelast.example",
    "positions": "3",
    "hours_from": "5",
    "hours_to": "10",
    "job_type": "smaajob",
    "tasks": ["shelf_stocking", "tidying"],
}


async def correct(
    caller: Caller, pledge_id: str, *roles: Role, path: str = "correct", subject: str | None = None, **values: Any
) -> httpx.Response:
    """Send the form."""
    principal = {"subject": subject} if subject else {}
    headers = caller.headers(*(roles or ("coordinator",)), **principal) | HTML
    return await caller.client.post(f"/pledges/{pledge_id}/{path}", data=FORM | values, headers=headers)


async def page_of(caller: Caller, pledge_id: str, *roles: Role, **principal: Any) -> str:
    """Return the text of a pledge's page."""
    headers = caller.headers(*(roles or ("coordinator",)), **principal) | HTML
    return text_of((await caller.client.get(f"/pledges/{pledge_id}", headers=headers)).text)


async def test_an_unchanged_form_makes_no_version_and_a_changed_one_is_in_the_history(caller: Caller) -> None:
    body = pledge_body()
    await caller.log(body)

    same = await correct(caller, body["id"])
    changed = await correct(caller, body["id"], positions="2", hours_to="7,5")
    page = await page_of(caller, body["id"])

    assert [answer.status_code for answer in (same, changed)] == [303, 303]
    assert "version 2" in page
    assert "version 3" not in page
    assert "Pladser 3 → 2" in page
    assert "Timer om ugen 5–10 → 5–7,5" in page
    assert "Eva rang" in page


async def test_a_wrong_form_is_shown_again_with_what_was_typed(caller: Caller) -> None:
    body = pledge_body()
    await caller.log(body)

    answer = await correct(
        caller, body["id"], **{"positions": "x", "reason": "", "company.name": "", "contact.phone": "1"}
    )

    assert answer.status_code == 422
    for name in ("field-positions", "field-reason", "field-company-name", "field-contact-phone"):
        assert f'href="#{name}"' in answer.text
    assert 'value="x"' in answer.text


async def test_another_version_is_shown_beside_the_own_one_and_sent_again_it_is_saved(caller: Caller) -> None:
    body = pledge_body()
    await caller.log(body)
    await correct(caller, body["id"], positions="5")

    stale = await correct(caller, body["id"], **{"positions": "2", "contact.name": "Ida"})
    again = await correct(caller, body["id"], **{"version": "2", "positions": "2", "contact.name": "Ida"})

    assert stale.status_code == 412
    shown = text_of(stale.text)
    assert "En anden har ændret tilsagnet" in shown
    assert "Pladser 5 2" in shown
    assert 'name="version" value="2"' in stale.text
    assert again.status_code == 303


async def test_a_member_sees_the_buttons_and_the_history_of_their_own_pledge_only(caller: Caller) -> None:
    me, other = f"person:{uuid4()}", f"person:{uuid4()}"
    body = pledge_body()
    await caller.log(body, "member", subject=me)
    await correct(caller, body["id"], "member", subject=me, **{"contact.phone": "97 85 00 99"})

    mine = await page_of(caller, body["id"], "member", subject=me)
    theirs = await page_of(caller, body["id"], "member", subject=other)
    refused = await correct(caller, body["id"], "member", subject=other, positions="1")

    for words in ("Ret tilsagnet", "Træk tilsagnet tilbage", "Historik", "97 85 00 99"):
        assert words in mine
        assert words not in theirs
    assert refused.status_code == 404


async def test_a_withdrawn_pledge_says_why_and_offers_only_to_undo_it(caller: Caller) -> None:
    body = pledge_body()
    await caller.log(body)

    withdrawn = await correct(caller, body["id"], path="withdraw", reason="not_genuine", note="En bot")
    page = await page_of(caller, body["id"])
    headers = caller.headers("coordinator") | HTML
    form = await caller.client.get(f"/pledges/{body['id']}/correct", headers=headers)
    restored = await correct(caller, body["id"], path="restore", version="2")

    assert withdrawn.status_code == 303
    assert "Ingen har givet det" in page
    assert "En bot" in page
    assert "Fortryd tilbagetrækningen" in page
    assert "Ret tilsagnet" not in page
    assert "Skal det tælle med?" not in page
    assert form.status_code == 409
    assert restored.status_code == 303
    assert "Tilbagetrækning fortrudt" in await page_of(caller, body["id"])

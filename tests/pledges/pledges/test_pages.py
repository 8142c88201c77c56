"""Pages that show pledges, and what the work list has in common with them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

import pytest

from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import NOW, Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

QUEUE = "/queue?view=all&due=all"


async def test_lists_are_filtered_by_their_address_and_ignore_unknown_values(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    await caller.log(pledge_body(event_id=str(event_id), company={"name": "Her"}))
    await caller.log(pledge_body(company={"name": "Der", "cvr": "1"}, job_type="praktik"))

    async def list_at(path: str) -> str:
        answer = await caller.client.get(path, headers=caller.headers("coordinator") | HTML)
        assert answer.status_code == 200, path
        return text_of(answer.text.partition("</form>")[2].partition("<footer")[0])

    for base in (QUEUE, "/pledges?who=all"):
        assert "Der" not in await list_at(f"{base}&event={event_id}")
        assert "Her" not in await list_at(f"{base}&job_type=praktik")
        assert "Her" not in await list_at(f"{base}&q=de")
        assert "Her" not in await list_at(f"{base}&flagged=true")
        both = await list_at(f"{base}&event=x&job_type=y&q=&municipality=&status=")
        assert "Her" in both
        assert "Der" in both


async def test_the_filter_offers_events_with_pledges_the_latest_first(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    first = await add_event(title="Første aften", starts_at=NOW - timedelta(days=300))
    second = await add_event(title="Anden aften", starts_at=NOW - timedelta(days=200))
    await add_event(title="Tom aften")
    for event_id in (second, first):
        await caller.log(pledge_body(event_id=str(event_id)))

    for path in ("/queue", "/pledges"):
        page = (await caller.client.get(path, headers=caller.headers("coordinator") | HTML)).text
        assert re.findall(r"<option[^>]*>(\w+ aften),", page) == ["Anden aften", "Første aften"]


async def test_a_long_list_has_a_next_page(caller: Caller) -> None:
    for number in range(33):
        await caller.log(pledge_body(company={"name": f"Virksomhed nr. {number:02}"}))
    for base in (QUEUE, "/pledges"):
        first = (await caller.client.get(base, headers=caller.headers("coordinator") | HTML)).text
        more = re.search(r'<a class="button button-secondary" href="([^"]+)" rel="next"', first)
        assert more
        second = (await caller.client.get(unescape(more[1]), headers=caller.headers("coordinator") | HTML)).text
        names = [set(re.findall(r"Virksomhed nr\. \d\d", page)) for page in (first, second)]
        assert sum(map(len, names)) == len(set.union(*names)) == 33


async def test_what_people_type_is_escaped(caller: Caller) -> None:
    nasty = '<script>alert("1")</script>'
    body = pledge_body(company={"name": nasty}, contact={"name": nasty})
    await caller.log(body)

    for path in (f"/pledges/{body['id']}", QUEUE, "/pledges", f"/queue/{body['id']}/hire"):
        page = (await caller.client.get(path, headers=caller.headers("coordinator", "caseworker") | HTML)).text
        assert nasty not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("path", ["/pledges/abc", "/queue/abc/hire", "/pledges/3c8f7d52-5a51-4b0e-9e0c-6f1c3c1f6a11"])
async def test_an_unknown_address_is_answered_with_404(one_caller: Caller, path: str) -> None:
    answer = await one_caller.client.get(path, headers=one_caller.headers("caseworker") | HTML)

    assert answer.status_code == 404
    assert "Siden findes ikke" in text_of(answer.text)


async def test_a_telephone_number_is_shown_in_pairs(caller: Caller) -> None:
    for phone in ("97850000", "00005118"):
        await caller.log(pledge_body(contact={"name": "Eva", "phone": phone}))

    page = text_of((await caller.client.get("/pledges", headers=caller.headers("coordinator") | HTML)).text)

    assert "97 85 00 00" in page
    assert "00 00 51 18" in page

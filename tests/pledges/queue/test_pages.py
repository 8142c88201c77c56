"""The case worker's work list."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import TYPE_CHECKING

from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import NOW, Caller, pledge_body

if TYPE_CHECKING:
    pass


async def test_the_work_list_shows_the_last_year_and_links_to_older_pledges(caller: Caller) -> None:
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


async def test_an_empty_list_says_so_once(one_caller: Caller) -> None:
    page = await one_caller.client.get("/queue?q=findes+ikke", headers=one_caller.headers("coordinator") | HTML)

    assert "Ingen tilsagn passer" in text_of(page.text)
    assert "0 ledige pladser" not in text_of(page.text)

"""The page of a company: where it stands, whom to ring, and what has happened, of every kind and in one order."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest

from services.pledges.companies import pages
from services.pledges.companies.timeline import KINDS
from tests.pledges.browsing import HTML, text_of
from tests.pledges.conftest import NOW, TODAY, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_DAY = TODAY


async def _page(caller: Caller, path: str) -> str:
    answer = await caller.client.get(path, headers=caller.headers("caseworker") | HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_company_is_shown_with_everything_that_happened_the_latest_first(
    caller: Caller,
    add_event: Callable[..., Awaitable[UUID]],
    add_company: Callable[..., Awaitable[UUID]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = NOW - timedelta(days=90)
    event_id = await add_event(starts_at=before, ends_at=before + timedelta(hours=3), title="Aften hos Smeden")
    company_id = await add_company("Smeden A/S", cvr="24256790", checked_in_at=event_id)
    body = pledge_body(company={"id": str(company_id), "name": "Smeden A/S"}, positions=3, event_id=str(event_id))
    body["captured_at"] = (before + timedelta(hours=1)).isoformat()
    await caller.log(body)
    first = hire_body(pledge_id=body["id"], start_date=(_DAY - timedelta(days=20)).isoformat())
    first |= {"ended_on": (_DAY - timedelta(days=5)).isoformat(), "end_reason": "education"}
    for hire in (first, hire_body(pledge_id=body["id"], start_date=(_DAY - timedelta(days=1)).isoformat())):
        answer = await caller.confirm(hire)
        assert answer.status_code == 201, answer.text
    # Another company's pledge.
    await caller.log(pledge_body(company={"name": "Bageren"}))

    html = await _page(caller, f"/companies/{company_id}")
    words = text_of(html)
    assert "Smeden A/S" in words
    assert "CVR 24 25 67 90" in words
    assert re.search(r"\b1 person er ansat her i dag", words)
    assert "Eva Holm" in words  # at the company
    assert "Jonas Tangaa" in words  # whom the company can ring
    lines = ("En person begyndte", "En person stoppede", "Gav tilsagn om 3 pladser", "Deltog")
    places = [words.index(line) for line in lines]
    assert places == sorted(places)
    assert words.count("En person begyndte") == 2
    assert "Bageren" not in words

    hires = text_of(await _page(caller, f"/companies/{company_id}?kind=hires"))
    assert "Uddannelse" in hires
    assert "Gav tilsagn" not in hires

    for kind in KINDS:
        await _page(caller, f"/companies/{company_id}?kind={kind}")

    monkeypatch.setattr(pages, "_PAGE", 2)
    seen: list[str] = []
    path: str | None = f"/companies/{company_id}"
    while path:
        html = await _page(caller, path)
        seen += re.findall(r'<li class="list-row company-entry">.*?datetime="([^"]+)"', html, flags=re.DOTALL)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        path = following[1].replace("&amp;", "&") if following else None
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


async def test_a_company_that_is_a_persons_own_has_the_name_that_was_typed_last(
    caller: Caller, add_company: Callable[..., Awaitable[UUID]]
) -> None:
    company_id = await add_company(None)
    assert "Personligt ejet virksomhed" in text_of(await _page(caller, f"/companies/{company_id}"))
    await caller.log(pledge_body(company={"id": str(company_id), "name": "Smed Ole Lund"}))
    assert "Smed Ole Lund" in text_of(await _page(caller, f"/companies/{company_id}"))


async def test_an_unknown_company_is_refused(caller: Caller) -> None:
    answer = await caller.get(f"/companies/{uuid4()}", "caseworker")
    assert answer.status_code == 404

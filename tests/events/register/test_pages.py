"""The pages of companies, without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

from tests.events.visitor import Visitor, field

if TYPE_CHECKING:
    from tests.events.conftest import Caller


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


async def test_a_long_list_continues_on_the_next_page(visitor: Visitor, caller: Caller) -> None:
    for number in range(51):
        await caller.company(name=f"Firma {number:02} æ&b", cvr=None)
    page = await visitor.open("/companies?q=%C3%A6%26b")
    further = re.search(r'href="(/companies\?[^"]*)" rel="next"', page)
    assert further
    assert "Firma 50" not in page
    rest = await visitor.open(further[1].replace("&amp;", "&"))
    assert "Firma 50" in rest
    assert "Firma 49" not in rest

"""An administrator answers a citizen without reading what is held about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.privacy.participant_rows import TABLES

if TYPE_CHECKING:
    from uuid import UUID

    from tests.privacy.installation import Installation
    from tests.privacy.serving import Services

ONE = {"municipality": "0671", "case_reference": "s 4711"}
HELD = ("S-4711", "Søren", "Jeg kan lide at være ude", "Vil gerne arbejde ude", "6.1.2", "packing", "data:image")


@pytest.fixture(autouse=True)
def _citizens(known: dict[str, UUID]) -> None:
    """Participants in the database of pledges."""


async def test_the_page_counts_what_is_held_and_shows_nothing_of_it(services: Services) -> None:
    for path in ("", "/erase"):
        page = (await services.post(path, **ONE)).text
        assert page.count("in the report only, which is for the citizen") == len(TABLES) + 1 + 2
        assert [text for text in HELD if text in page] == []


async def test_the_page_does_not_tell_a_job_that_ended_for_health_from_another(
    services: Services, whole: Installation
) -> None:
    pages = []
    for reason in ("health", "ordinary_job"):
        await whole.all("pledges", "update hires set end_reason = $1 where citizen_id is not null", reason)
        page = (await services.post("/erase", **ONE)).text
        pages.append(page.count("in the report only, which is for the citizen"))
    assert pages[0] == pages[1]


async def test_the_report_has_all_that_is_held(services: Services) -> None:
    report = await services.post("/report", format="json", language="da", **ONE)
    assert report.json()["asked_for"]["cases"] == ["0671 s 4711"]
    assert [text for text in HELD if text not in report.text] == []
    assert {look["action"] for look in report.json()["looked_at_by"]} == {"export"}
    pdf = await services.post("/report", format="pdf", language="da", **ONE)
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "known_by",
    [
        ONE | {"municipality": "0661", "case_reference": "S-471"},
        {"municipality": "0671", "case_reference": "Søren"},
        {"municipality": "0657", "case_reference": "S-4711"},
    ],
    ids=str,
)
async def test_nobody_else_is_found(services: Services, known_by: dict[str, str]) -> None:
    page = (await services.post("", **known_by)).text
    assert "Nothing was found about anybody known by that" in page


@pytest.mark.parametrize(
    ("known_by", "says"),
    [
        ({"case_reference": "S-4711"}, "Type the code of the municipality, too"),
        ({"municipality": "0671"}, "or a case reference"),
        ({"municipality": "9999", "case_reference": "S-4711"}, "There is no municipality with this code"),
        ({"municipality": "0671", "case_reference": "010190-1234"}, "CPR"),
    ],
    ids=str,
)
async def test_an_incomplete_case_reference_is_explained(
    services: Services, known_by: dict[str, str], says: str
) -> None:
    answer = await services.post("", **known_by)
    assert (answer.status_code, says in answer.text) == (422, True)


async def test_a_citizen_is_erased_after_their_reference_is_typed_again(
    services: Services, whole: Installation, known: dict[str, UUID]
) -> None:
    async def left() -> set[UUID]:
        return {row["id"] for row in await whole.all("pledges", "select id from participants.participants")}

    page = (await services.post("/erase", **ONE)).text
    assert "Type s 4711 to erase it" in page
    [seen] = re.findall(r'name="seen" value="([0-9a-f]{64})"', page)
    assert (await services.post("/erasures", typed="S-4712", seen=seen, **ONE)).status_code == 422
    assert await left() == set(known.values())
    assert (await services.post("/erasures", typed="S-4711", seen=seen, **ONE)).status_code == 303
    assert await left() == set(known.values()) - {known["one"]}
    [line] = await whole.all(
        "pledges", "select erased_by from erasures where erased_table = 'participants.participants'"
    )
    assert line["erased_by"].startswith("person:")
    page = (await services.post("", **ONE)).text
    assert [text for text in HELD if text in page] == []

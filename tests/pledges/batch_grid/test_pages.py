"""The grid of paper slips, through the application."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from shared.fields.copenhagen import COPENHAGEN
from shared.ui.posted_form import MAX_FIELDS
from tests.pledges.browsing import HTML, count, hidden, text_of
from tests.pledges.conftest import NOW, Caller

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx

    from shared.db.database import Database


def grid(event_id: UUID, slips: int, positions: int, *rows: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return what the page sends."""
    fields = {"event_id": str(event_id), "expected_slips": str(slips), "expected_positions": str(positions)}
    for number, row in enumerate(rows):
        fields |= {f"rows.{number}.{name}": text for name, text in row.items()}
    return fields | {"step": "save"} | more


def row(**cells: str) -> dict[str, str]:
    typed = {"company": "Bæk", "positions": "2", "hours_from": "5", "contact": "Eva", "phone": "97850000"}
    return {"id": str(uuid4())} | typed | cells


async def send(caller: Caller, fields: dict[str, Any], *roles: Any) -> httpx.Response:
    return await caller.client.post(
        "/pledges/batch", data=fields, headers=caller.headers(*(roles or ("coordinator",))) | HTML
    )


async def test_a_pile_of_104_slips_is_saved_once_in_its_order(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event(
        status="closed", starts_at=NOW - timedelta(hours=20), ends_at=NOW - timedelta(hours=17),
        opened_at=NOW - timedelta(hours=20), closed_at=NOW - timedelta(hours=16, minutes=30),
    )  # fmt: skip
    rows = [row(company=f"Firma {number:03}", cvr="24256790", email="e@a.dk", tasks="vare") for number in range(104)]
    rows[3] |= {"cvr": "12345678"}
    fields = grid(event_id, 104, 208, *rows)

    saved = await send(caller, fields)
    again = await send(caller, fields)

    assert saved.status_code == 303, text_of(saved.text)
    assert again.headers["location"] == saved.headers["location"]
    assert await count(pledges_database, taskforce_id) == 104
    page = await caller.client.get(saved.headers["location"], headers=caller.headers("coordinator") | HTML)
    text = text_of(page.text)
    assert "104 sedler er gemt" in text
    assert "208 pladser" in text
    assert [text.index(f"Firma {number:03}") for number in range(104)] == sorted(
        text.index(f"Firma {number:03}") for number in range(104)
    )
    assert text.count("CVR-nummeret er ikke rigtigt") == 1
    assert "Efter lukketid" not in text
    async with pledges_database.read(taskforce_id) as conn:
        kept = await conn.fetch("select distinct captured_by, pledged_on, review, flags from pledges order by flags")
    assert {(one["captured_by"], one["review"]) for one in kept} == {("paper", None)}
    assert [one["flags"] for one in kept] == [["cvr_invalid", "late"], ["late"]]
    assert {one["pledged_on"] for one in kept} == {
        (NOW - timedelta(hours=16, minutes=30)).astimezone(COPENHAGEN).date()
    }


async def test_one_wrong_cell_saves_nothing_and_is_linked(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    fields = grid(await add_event(), 2, 4, row(cvr="12345678"), row(positions="0"))

    answer = await send(caller, fields)

    assert answer.status_code == 422
    assert 'href="#field-rows-1-positions"' in answer.text
    assert 'id="field-rows-1-positions"' in answer.text
    assert "Seddel 2, Pladser:" in text_of(answer.text)
    assert "CVR-nummeret er ikke rigtigt" in text_of(answer.text)
    assert hidden(answer.text, "rows.0.id") == fields["rows.0.id"]
    assert await count(pledges_database, taskforce_id) == 0


async def test_a_difference_from_the_pile_is_named_and_saved_when_confirmed(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    fields = grid(event_id, 3, 4, row(), row())

    asked = await send(caller, fields)
    assert "Der er 3 sedler i bunken, men 2 er tastet ind." in text_of(asked.text)
    assert "pladser i bunken, men" not in text_of(asked.text)
    assert await count(pledges_database, taskforce_id) == 0
    del fields["step"]
    confirmed = await send(caller, fields | {"confirmed": "2/4"})

    assert confirmed.status_code == 303
    assert await count(pledges_database, taskforce_id) == 2


async def test_a_slip_that_was_saved_and_changed_since_is_refused_and_no_other_is_saved(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id, first = await add_event(), row()
    await send(caller, grid(event_id, 1, 2, first))

    changed = await send(caller, grid(event_id, 2, 5, first | {"positions": "3"}, row()))
    one_more = await send(caller, grid(event_id, 2, 4, first, row()))

    assert changed.status_code == 422
    assert "Seddel 1, Virksomhed: Denne seddel er gemt før og ændret siden." in text_of(changed.text)
    assert one_more.status_code == 303
    assert one_more.headers["location"].count("at=") == 2
    assert await count(pledges_database, taskforce_id) == 2


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"expected_slips": ""}, 422, "Tæl det i bunken, og skriv tallet."),
        ({"event_id": str(uuid4())}, 422, "Der er ikke noget arrangement af det navn, eller det er ikke begyndt."),
        ({"rows.0.company": "B 010170-1234"}, 422, "Ligner et CPR-nummer"),
        ({"rows.x.company": "B"}, 422, "højst 200 sedler"),
        ({f"rows.{number}.company": "B" for number in range(201)}, 422, "højst 200 sedler"),
        ({"step": "more_rows"}, 200, "Slip 20"),
    ],
    ids=["no count", "no event", "cpr", "no row", "too many", "more rows"],
)
async def test_what_was_typed_is_shown_again(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]], change: dict[str, str], status: int, words: str
) -> None:
    answer = await send(caller, grid(await add_event(), 1, 2, row(contact="Eva Holm")) | change)

    assert answer.status_code == status
    assert words.replace("Slip 20", "Seddel 20") in text_of(answer.text)
    assert 'value="Eva Holm"' in answer.text


async def test_a_form_with_more_fields_than_any_page_has_is_refused(one_caller: Caller) -> None:
    answer = await send(one_caller, {f"rows.{number}.company": "B" for number in range(MAX_FIELDS + 1)})

    assert answer.status_code == 400


async def test_events_that_have_begun_are_offered_but_no_meetings(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    await add_event(title="I aften")
    await add_event(title="I går", status="closed")
    await add_event(title="Bestyrelsen", kind="taskforce_meeting")
    later = await add_event(title="I morgen", status="published", starts_at=NOW + timedelta(hours=20))

    page = await caller.get(f"/pledges/batch?event={later}", "member")

    assert "I aften" in page.text
    assert "I går" in page.text
    assert "I morgen" not in page.text
    assert "Bestyrelsen" not in page.text


async def test_a_row_is_judged_when_it_is_left(one_caller: Caller) -> None:
    fields = {"company": "Bæk", "cvr": "12345678", "positions": "0", "tasks": "vare, opry"}

    answer = await one_caller.client.post("/pledges/batch/check", data=fields, headers=one_caller.headers("member"))

    judged = answer.json()
    assert sorted(judged["errors"]) == ["contact", "hours_from", "positions"]
    assert judged["completed"] == {"tasks": "Vareopfyldning, Oprydning"}


async def test_others_see_no_receipts(caller: Caller, add_event: Callable[..., Awaitable[UUID]]) -> None:
    saved = await send(caller, grid(await add_event(), 1, 2, row()), "member")

    page = await caller.get(saved.headers["location"], "coordinator")

    assert "Bæk" not in page.text

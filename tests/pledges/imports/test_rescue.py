"""Importing the file of a phone that could not send."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.pledges.browsing import HTML, count, hidden, text_of
from tests.pledges.conftest import NOW, Caller, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    import httpx

    from shared.db.database import Database

PHONE = {"id": str(uuid4()), "name": "Hannes telefon"}


def captured(number: int, **changes: Any) -> dict[str, Any]:
    return pledge_body(captured_by="phone", phone=PHONE | {"number": number}, **changes)


def phone_file(*bodies: Any, **changes: Any) -> bytes:
    content = {"format": "tilsagn-pledges", "version": 1, "event_id": None, "phone": PHONE, "pledges": bodies}
    return json.dumps(content | changes).encode()


async def send(caller: Caller, content: bytes, step: str = "judge") -> httpx.Response:
    return await caller.client.post(
        "/pledges/import",
        files={"file": ("tilsagn.json", content)},
        data={"step": step},
        headers=caller.headers("coordinator") | HTML,
    )


async def test_what_has_arrived_is_recognised_and_the_rest_is_logged_as_if_the_phone_had_sent_it(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    bodies = [captured(number, event_id=str(event_id)) for number in (1, 2, 3)]
    guest: dict[str, Any] = {"subject": f"pass:{event_id}", "event_id": event_id, "pass_generation": 1}
    await caller.log(bodies[0], "event_pass", **guest)

    judged = await send(caller, phone_file(*bodies))
    assert "2 nye tilsagn, 6 pladser" in text_of(judged.text)
    assert "1 linje er allerede et tilsagn" in text_of(judged.text)
    assert await count(pledges_database, taskforce_id) == 1
    carried = {"carried": hidden(judged.text, "carried"), "step": "import"}
    imported = await caller.client.post("/pledges/import", data=carried, headers=caller.headers("coordinator") | HTML)
    sent_later = await caller.log(bodies[1], "event_pass", **guest)

    assert "2 tilsagn er importeret" in text_of(imported.text)
    assert sent_later.status_code == 201
    assert await count(pledges_database, taskforce_id) == 3
    async with pledges_database.read(taskforce_id) as conn:
        arrived = await conn.fetch("select phone_id::text, number from phone_captures order by number")
        ways = await conn.fetchval("select array_agg(distinct captured_by) from pledges")
    assert [tuple(one) for one in arrived] == [(PHONE["id"], 1), (PHONE["id"], 2), (PHONE["id"], 3)]
    assert ways == ["phone"]


async def test_with_one_that_cannot_be_logged_nothing_is_unless_the_others_are_asked_for(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    sent = captured(1)
    await caller.log(sent)
    file = phone_file(sent | {"positions": 9}, captured(2), captured(3, company={}), "x", captured(4, practice=True))

    refused = await send(caller, file, "import")
    assert refused.status_code == 422
    assert "3 tilsagn kan ikke importeres" in text_of(refused.text)
    assert "Er kommet før med andet indhold" in text_of(refused.text)
    assert "1 øvelsestilsagn er udeladt." in text_of(refused.text)
    assert await count(pledges_database, taskforce_id) == 1

    others = await send(caller, file, "import_others")
    assert others.status_code == 200
    assert "1 tilsagn er importeret" in text_of(others.text)
    assert "3 tilsagn er udeladt" in text_of(others.text)
    assert await count(pledges_database, taskforce_id) == 2


async def test_a_pledge_that_is_twice_in_a_file_is_logged_once(
    caller: Caller, pledges_database: Database, taskforce_id: UUID
) -> None:
    body = captured(1)

    answer = await send(caller, phone_file(body, body), "import")

    assert "1 tilsagn er importeret" in text_of(answer.text)
    assert await count(pledges_database, taskforce_id) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (phone_file(captured(1))[:-1], "Filen er beskadiget"),
        (b"{" * 100_000, "Filen er beskadiget"),
        (b'{"\xff', "Filen er beskadiget"),
        (b"{}", "Filen indeholder ikke en telefons tilsagn."),
        (phone_file(format="x"), "Filen indeholder ikke en telefons tilsagn."),
        (phone_file(version=2), "Filen er af en nyere version"),
        (phone_file(*[{}] * 1_001), "mere end 1.000 tilsagn"),
        (b"{" + b" " * 3_000_000, "større end 2 MB"),
    ],
    ids=["cut", "deep", "encoding", "empty", "format", "version", "many", "large"],
)
async def test_an_unusable_file_is_refused_with_a_reason(one_caller: Caller, content: bytes, words: str) -> None:
    answer = await send(one_caller, content)

    assert answer.status_code == 422
    assert words in text_of(answer.text)


async def test_a_cpr_number_is_refused_and_not_repeated(one_caller: Caller) -> None:
    file = phone_file(captured(1, company={"name": "Eva 010170-1234"}), captured(2, contact={"name": "010170-1234"}))

    answer = await send(one_caller, file)

    assert answer.status_code == 422
    assert "1234" not in text_of(answer.text)


async def test_a_list_of_one_evening_names_the_event_once(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    begins = NOW - timedelta(days=2)
    event_id = await add_event(
        status="closed", starts_at=begins, ends_at=begins + timedelta(minutes=30), opened_at=begins, closed_at=NOW
    )
    content = b"virksomhed;pladser;timer fra;kontaktperson;telefon\r\nB;2;5;Eva;97850000\r\n"

    async def post(event: str) -> str:
        answer = await caller.client.post(
            "/pledges/import",
            files={"file": ("a.csv", content)},
            data={"step": "import", "event_id": event},
            headers=caller.headers("coordinator") | HTML,
        )
        return text_of(answer.text)

    assert "Disse kolonner mangler: dato." in await post("")
    assert "Der er ikke noget arrangement af det navn." in await post(str(uuid4()))
    assert "1 tilsagn er importeret" in await post(str(event_id))
    async with pledges_database.read(taskforce_id) as conn:
        [pledge] = await conn.fetch("select event_id, captured_at, flags from pledges")
    assert tuple(pledge) == (event_id, begins, [])

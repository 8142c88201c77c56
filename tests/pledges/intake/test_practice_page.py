"""The form of practice, sent without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from tests.pledges.conftest import Caller
from tests.pledges.intake.test_sync import API

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def test_a_form_of_practice_is_received_and_never_counts(
    caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    event_id = await add_event()
    page = await caller.get(f"/pledges/new?event={event_id}&practice=true", "coordinator")
    form = {"id": str(uuid4()), "event_id": str(event_id), "company.name": "B&O", "contact.name": "Eva"}
    form |= {"contact.phone": "97 85 00 00", "positions": "4", "hours": "10"}

    sent = await caller.client.post(
        "/pledges/new?practice=true", data=form, headers=caller.headers("coordinator") | {"accept": "text/html"}
    )
    next_page = await caller.get(sent.headers["location"], "coordinator")

    assert 'action="/pledges/new?practice=true"' in page.text
    assert sent.status_code == 303
    assert "Det, du sendte, er modtaget." in next_page.text
    assert 'action="/pledges/new?practice=true"' in next_page.text
    shown = [
        (await caller.get(f"{API}/events/{event_id}/evening{query}", "coordinator")).json()["positions"]
        for query in ("", "?practice=true")
    ]
    assert shown == [0, 4]

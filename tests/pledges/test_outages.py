"""During a database outage: answers ask to try again, and keep what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest_asyncio

from services.pledges.app import create_app
from services.pledges.settings import PledgesSettings
from tests.pledges.conftest import REQUEST_KEY, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


@pytest_asyncio.fixture
async def cut_off(base_settings: dict[str, Any], token: Callable[..., str]) -> AsyncIterator[Caller]:
    """A client of an application whose database does not answer."""
    nowhere = "postgresql://nobody@127.0.0.1:9/nothing"
    app = create_app(
        PledgesSettings(
            **base_settings,
            database_url=nowhere,
            intake_database_url=nowhere,
            participants_database_url=nowhere,
            request_key=REQUEST_KEY,
        )
    )
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8080") as client,
    ):
        yield Caller(client, token)


async def test_programs_are_answered_503_and_may_try_again(cut_off: Caller) -> None:
    answers = [
        await cut_off.log(pledge_body()),
        await cut_off.confirm(hire_body(company="B&O")),
        await cut_off.get("/api/pledges/v1/pledges", "coordinator"),
    ]

    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "1"


async def test_the_form_keeps_what_was_typed_and_its_id(cut_off: Caller) -> None:
    fields = {
        "id": "7a1a7b0e-5d0a-4f55-9d0f-3a0f5a7f1c11",
        "company.name": "Ålekisten",
        "contact.name": "Eva Holm",
        "contact.phone": "97 85 00 00",
        "positions": "4",
        "hours": "10",
    }

    answer = await cut_off.client.post(
        "/pledges/new", data=fields, headers=cut_off.headers("member") | {"accept": "text/html"}
    )

    assert answer.status_code == 503
    assert "Intet af det, du skrev, er tabt" in answer.text
    for value in fields.values():
        assert f'value="{value}"' in answer.text


async def test_a_pile_of_slips_keeps_what_was_typed_and_its_ids(cut_off: Caller) -> None:
    fields = {
        "event_id": "0b9f6f0e-5a0e-4a9f-8f0c-0d4c4f7a3d11",
        "expected_slips": "12",
        "rows.11.id": "7a1a7b0e-5d0a-4f55-9d0f-3a0f5a7f1c11",
        "rows.11.company": "Ålekisten",
    }

    answer = await cut_off.client.post(
        "/pledges/batch", data=fields, headers=cut_off.headers("member") | {"accept": "text/html"}
    )

    assert answer.status_code == 503
    assert "Intet af det, du skrev, er tabt" in answer.text
    for value in fields.values():
        assert f'value="{value}"' in answer.text


async def test_the_app_is_not_ready(cut_off: Caller) -> None:
    assert (await cut_off.client.get("/readyz")).status_code == 503
    assert (await cut_off.client.get("/livez")).status_code == 200

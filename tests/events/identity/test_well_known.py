"""Well-known URIs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
from pydantic import ValidationError

from services.events.app import create_app
from services.events.settings import EventsSettings
from shared.http.auth import TokenVerifier

if TYPE_CHECKING:
    from collections.abc import Callable

CONTACT = "mailto:sikkerhed@struer.example"


async def test_the_published_keys_verify_what_we_sign_and_hold_nothing_secret(
    client: httpx.AsyncClient, token: Callable[..., str]
) -> None:
    answer = await client.get("/.well-known/jwks.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jwk-set+json")
    assert TokenVerifier(answer.text).verify(token("member")).roles == {"member"}
    assert all("d" not in key for key in json.loads(answer.text)["keys"])


async def test_security_txt_is_published_if_a_contact_is_configured(
    client: httpx.AsyncClient, events_settings: EventsSettings
) -> None:
    assert (await client.get("/.well-known/security.txt")).status_code == 404
    app = create_app(events_settings.model_copy(update={"security_contact": CONTACT}))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://localhost:8080") as open_one:
        answer = await open_one.get("/.well-known/security.txt")
    assert answer.headers["content-type"].startswith("text/plain")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields["Contact"] == CONTACT
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)


@pytest.mark.parametrize("contact", ["sikkerhed@struer.example", "http://struer.example", "mailto:a b"])
def test_an_invalid_security_contact_is_refused_at_the_start(events_settings: EventsSettings, contact: str) -> None:
    facts = events_settings.model_dump() | {"security_contact": contact}
    with pytest.raises(ValidationError, match="security_contact"):
        EventsSettings(**facts)

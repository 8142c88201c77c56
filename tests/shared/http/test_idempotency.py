"""The header Idempotency-Key."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from shared.db.idempotency import idempotent_request
from shared.http import problems
from shared.http.idempotency import Idempotent

KEY = SecretStr("k" * 32)


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    app.state.settings = SimpleNamespace(request_key=KEY)
    problems.install(app)

    @app.post("/api/hires")
    async def confirm(body: dict[str, Any], idempotent: Idempotent) -> dict[str, str]:
        return {"key": idempotent.key, "fingerprint": idempotent.fingerprint.hex()}

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_a_repeat_has_the_same_fingerprint_however_its_json_is_written(client: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": " one ", "content-type": "application/json"}
    first = await client.post("/api/hires", content='{"a": 1, "b": 2}', headers=headers)
    again = await client.post("/api/hires", content='{"b":2,"a":1}', headers=headers)
    other = await client.post("/api/hires", content='{"b":2,"a":2}', headers=headers)

    assert first.json() == again.json()
    assert other.json()["fingerprint"] != first.json()["fingerprint"]


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, "missing"), ({"idempotency-key": "010190-1234"}, "unusable"), ({"idempotency-key": "x" * 201}, "unusable")],
)
async def test_a_missing_or_unusable_key_is_answered_400(
    client: httpx.AsyncClient, headers: dict[str, str], code: str
) -> None:
    answer = await client.post("/api/hires", json={}, headers=headers)

    assert answer.status_code == 400
    assert answer.json()["type"] == "/problems/idempotency-key-missing"
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("Idempotency-Key:", code)]


def test_each_sender_has_keys_of_its_own() -> None:
    ours = idempotent_request("one", {}, sender="person:1", key=KEY)
    again = idempotent_request("one", {}, sender="person:1", key=KEY)
    theirs = idempotent_request("one", {}, sender="pass:1", key=KEY)

    assert ours == again
    assert ours.key != theirs.key
    assert ours.fingerprint == theirs.fingerprint


def test_a_fingerprint_needs_the_installations_key() -> None:
    body = {"contact": {"phone": "97 85 00 00"}}

    ours = idempotent_request("one", body, sender="person:1", key=KEY)
    others = idempotent_request("one", body, sender="person:1", key=SecretStr("o" * 32))

    assert len(ours.fingerprint) == 32
    assert ours.fingerprint != others.fingerprint

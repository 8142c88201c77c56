"""API keys: made, exchanged for a token, taken over, revoked."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from services.events.identity.administration import commands as people
from services.events.identity.api_keys import commands
from services.events.identity.api_keys.domain import Credentials
from services.events.identity.people.domain import Person
from shared.http.auth import TOKEN_SECONDS, TokenVerifier
from shared.http.rate_limiter import RateLimiter
from shared.http.rate_limits import Rate
from shared.product.roles import SCOPES
from tests.events.conftest import API
from tests.support.taskforces import OTHER_TASKFORCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import httpx
    from fastapi import FastAPI

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from shared.product.roles import Scope
    from tests.events.conftest import Caller

TOKEN = f"{API}/token"
PAGE = {"accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}


ADA = Person(uuid4(), "Ada Adminsen", "ada@struer.example", frozenset({"admin"}))
BO = Person(uuid4(), "Bo Bestyrer", "bo@struer.example", frozenset({"admin"}))


@pytest_asyncio.fixture
async def db(db: Database, taskforce_id: UUID) -> Database:
    """The database with two administrators."""
    for person in (ADA, BO):
        await people.add_person(db, taskforce_id, person)
    return db


@pytest.fixture
def admin(caller: Caller, taskforce_id: UUID) -> dict[str, str]:
    """Ada's request headers."""
    return PAGE | caller.headers("admin", taskforce_id=taskforce_id, subject=f"person:{ADA.id}")


@pytest.fixture
def bo(caller: Caller, taskforce_id: UUID) -> dict[str, str]:
    """Bo's request headers."""
    return PAGE | caller.headers("admin", taskforce_id=taskforce_id, subject=f"person:{BO.id}")


async def made(db: Database, taskforce_id: UUID, *scopes: Scope, **facts: Any) -> Credentials:
    values: dict[str, Any] = {"name": "Byens hjemmeside", "days": 30, "made_by": ADA.id} | facts
    return await commands.make_key(db, taskforce_id, scopes=scopes or ("events:read",), **values)


def body(credentials: Credentials, **fields: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_id": credentials.client_id,
        "client_secret": credentials.client_secret,
    } | fields


async def test_an_administrator_makes_a_key_and_sees_its_secret_this_once(
    client: httpx.AsyncClient, admin: dict[str, str], db: Database
) -> None:
    form = {"name": "Byens hjemmeside", "scopes": ["figures:read", "events:read"], "days": "90"}
    page = await client.post("/api-keys", data=form, headers=admin)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    client_id, secret = re.findall(r"<dd><code>([^<]*)</code>", page.text)[1:]
    answer = await client.post(TOKEN, data=body(Credentials.read(client_id, secret)))
    assert answer.json()["scope"] == "events:read figures:read"
    listed = (await client.get("/api-keys", headers=admin)).text
    assert "Byens hjemmeside" in listed
    assert "Læse tallene" in listed
    assert "sidst brugt" in listed
    assert secret not in listed
    async with db.system() as conn:
        assert secret.removeprefix("tilsagn_") not in str(await conn.fetch("select * from api_keys"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "Jens 010190-1234"},
        {"name": "x" * 61},
        {"scopes": []},
        {"scopes": ["admin"]},
        {"scopes": ["people:read"]},
        {"days": "3650"},
        {"days": ""},
    ],
)
async def test_an_invalid_key_form_is_refused(
    client: httpx.AsyncClient, admin: dict[str, str], wrong: dict[str, Any]
) -> None:
    form = {"name": "Byens hjemmeside", "scopes": ["events:read"], "days": "90"} | wrong
    page = await client.post("/api-keys", data=form, headers=admin)
    assert page.status_code == 422
    assert "form-error" in page.text
    assert "Intet program har en nøgle" in page.text


@pytest.mark.parametrize("way", ["fields", "basic"])
async def test_a_key_is_exchanged_for_a_token_of_a_minute(
    client: httpx.AsyncClient, db: Database, taskforce_id: UUID, events_settings: EventsSettings, way: str
) -> None:
    key = await made(db, taskforce_id, "events:read", "pledges:read")
    if way == "basic":
        pair = f"{quote_plus(key.client_id)}:{quote_plus(key.client_secret)}"
        headers = {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        answer = await client.post(TOKEN, data={"grant_type": "client_credentials"}, headers=headers)
    else:
        answer = await client.post(TOKEN, data=body(key))
    assert answer.status_code == 200
    assert (answer.headers["cache-control"], "set-cookie" in answer.headers) == ("no-store", False)
    token = answer.json()
    assert (token["token_type"], token["expires_in"], token["scope"]) == ("Bearer", 60, "events:read pledges:read")
    who = TokenVerifier(events_settings.token_jwks).verify(token["access_token"])
    assert (who.subject, who.taskforce_id) == (f"key:{key.key_id}", taskforce_id)
    assert who.roles == {"events:read", "pledges:read"}
    assert who.expires_at <= datetime.now(UTC).timestamp() + TOKEN_SECONDS


async def test_a_token_opens_the_routes_of_its_scopes_only(
    client: httpx.AsyncClient, caller: Caller, db: Database, taskforce_id: UUID
) -> None:
    await caller.event("publish", title="Aften for alle")
    await caller.event(title="Et udkast")
    tokens = {}
    for scope in sorted(SCOPES):
        key = await made(db, taskforce_id, scope)  # type: ignore[arg-type]
        tokens[scope] = (await client.post(TOKEN, data=body(key))).json()["access_token"]

    async def status(scope: str, path: str) -> int:
        return (await client.get(path, headers={"authorization": f"Bearer {tokens[scope]}"})).status_code

    events = await client.get(f"{API}/events", headers={"authorization": f"Bearer {tokens['events:read']}"})
    assert [one["title"] for one in events.json()["items"]] == ["Aften for alle"]
    assert await status("figures:read", f"{API}/events") == 403
    for scope in tokens:
        for path in (f"{API}/people", f"{API}/companies", "/events", "/people", "/api-keys", "/account"):
            assert await status(scope, path) == 403, (scope, path)


async def test_a_program_can_request_fewer_scopes_but_not_more(
    client: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    key = await made(db, taskforce_id, "events:read", "pledges:read")
    less = await client.post(TOKEN, data=body(key, scope="events:read"))
    assert less.json()["scope"] == "events:read"
    more = await client.post(TOKEN, data=body(key, scope="events:read figures:read"))
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


async def test_a_revoked_key_gets_no_token(
    client: httpx.AsyncClient, admin: dict[str, str], db: Database, taskforce_id: UUID
) -> None:
    key = await made(db, taskforce_id)
    assert (await client.post(TOKEN, data=body(key))).status_code == 200
    for _ in "12":
        answer = await client.post(f"/api-keys/{key.key_id}/revoke", headers=admin)
        assert answer.status_code == 303
    await refused(client, body(key))
    assert "trukket tilbage" in (await client.get("/api-keys", headers=admin)).text
    assert (await client.post(f"/api-keys/{uuid4()}/revoke", headers=admin)).status_code == 404


async def test_an_expired_key_gets_no_token(
    client: httpx.AsyncClient, admin: dict[str, str], db: Database, taskforce_id: UUID
) -> None:
    key = await made(db, taskforce_id, now=datetime.now(UTC) - timedelta(days=30))
    await refused(client, body(key))
    assert "udløbet" in (await client.get("/api-keys", headers=admin)).text


async def refused(client: httpx.AsyncClient, fields: dict[str, str]) -> None:
    """Assert that the answer has no token and no reason."""
    answer = await client.post(TOKEN, data=fields)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), answer.text
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def closed(db: Database, taskforce_id: UUID) -> None:
    await people.deactivate_person(db, taskforce_id, ADA.id)


async def no_administrator(db: Database, taskforce_id: UUID) -> None:
    await people.change_person(db, taskforce_id, replace(ADA, roles=frozenset({"coordinator"})))


async def erased(db: Database, taskforce_id: UUID) -> None:
    async with db.change(taskforce_id) as conn:
        await conn.execute("select erase_accounts($1)", [ADA.id])


async def elsewhere_only(db: Database, taskforce_id: UUID) -> None:
    await no_administrator(db, taskforce_id)
    # Clients choose ids: an administrator of the other taskforce may have the same one.
    await people.add_person(db, OTHER_TASKFORCE, ADA)


@pytest.mark.parametrize("gone", [closed, no_administrator, erased, elsewhere_only])
async def test_a_key_is_suspended_when_its_owner_is_no_longer_an_administrator(
    client: httpx.AsyncClient,
    bo: dict[str, str],
    db: Database,
    taskforce_id: UUID,
    gone: Callable[[Database, UUID], Awaitable[None]],
) -> None:
    key = await made(db, taskforce_id)
    assert (await client.post(TOKEN, data=body(key))).status_code == 200
    await gone(db, taskforce_id)
    with capture_logs() as logged:
        await refused(client, body(key))
    assert next((one["event"], one.get("keys")) for one in logged if one["log_level"] == "warning") == (
        "api_keys.suspended",
        [str(key.key_id)],
    )
    page = (await client.get("/api-keys", headers=bo)).text
    assert "1 nøgle står stille" in page
    assert "er ikke længere administrator her" in page


async def test_a_suspended_key_is_logged_when_its_owner_goes(db: Database, taskforce_id: UUID) -> None:
    key = await made(db, taskforce_id)
    over = await made(db, taskforce_id, now=datetime.now(UTC) - timedelta(days=31))
    for gone in (no_administrator, closed):
        with capture_logs() as logged:
            await gone(db, taskforce_id)
        lines = [one for one in logged if one["event"] == "api_keys.suspended"]
        assert [one["keys"] for one in lines] == [[str(key.key_id)]]
        assert str(over.key_id) not in str(logged)


async def test_another_administrator_takes_a_key_over_before_or_after_and_its_secret_stays(
    client: httpx.AsyncClient, bo: dict[str, str], db: Database, taskforce_id: UUID
) -> None:
    before, after = await made(db, taskforce_id, name="Statistik"), await made(db, taskforce_id, name="Hjemmeside")
    page = (await client.get(f"/people/{ADA.id}", headers=bo)).text
    assert "2 API-nøgler står stille fra da af" in page
    assert f"/api-keys/{before.key_id}/take-over" in page
    for _ in "12":
        answer = await client.post(f"/api-keys/{before.key_id}/take-over", headers=bo)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/api-keys#key-{before.key_id}")
    assert "1 API-nøgle står stille fra da af" in (await client.get(f"/people/{ADA.id}", headers=bo)).text
    await closed(db, taskforce_id)
    assert (await client.post(TOKEN, data=body(before))).status_code == 200
    await refused(client, body(after))
    await client.post(f"/api-keys/{after.key_id}/take-over", headers=bo)
    assert (await client.post(TOKEN, data=body(after))).status_code == 200
    page = (await client.get("/api-keys", headers=bo)).text
    assert "af Ada Adminsen" in page
    assert page.count("Bo Bestyrer har ansvaret for den") == 2
    assert "står stille," not in page


async def test_a_key_works_again_when_its_owner_is_administrator_again(
    client: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    key = await made(db, taskforce_id)
    await closed(db, taskforce_id)
    await refused(client, body(key))
    await people.reactivate_person(db, taskforce_id, ADA.id)
    assert (await client.post(TOKEN, data=body(key))).status_code == 200


async def test_an_expired_key_is_not_taken_over(
    client: httpx.AsyncClient, bo: dict[str, str], db: Database, taskforce_id: UUID
) -> None:
    revoked = await made(db, taskforce_id)
    with capture_logs() as logs:
        await commands.revoke_key(db, taskforce_id, revoked.key_id, by=f"person:{ADA.id}")
    assert [(one["event"], one["key"], one["by"]) for one in logs] == [
        ("api_keys.revoked", str(revoked.key_id), f"person:{ADA.id}")
    ]
    expired = await made(db, taskforce_id, now=datetime.now(UTC) - timedelta(days=30))
    for key in (revoked, expired):
        answer = await client.post(f"/api-keys/{key.key_id}/take-over", headers=bo)
        assert answer.status_code == 409
        await refused(client, body(key))
    assert (await client.post(f"/api-keys/{uuid4()}/take-over", headers=bo)).status_code == 404
    assert "take-over" not in (await client.get("/api-keys", headers=bo)).text


async def test_unknown_credentials_get_no_token(
    client: httpx.AsyncClient, db: Database, taskforce_id: UUID, other_taskforce_id: UUID
) -> None:
    key = await made(db, taskforce_id)
    elsewhere = Credentials(other_taskforce_id, key.key_id, key.secret)
    for wrong in (Credentials(taskforce_id, key.key_id, bytes(32)), Credentials(taskforce_id, uuid4(), key.secret)):
        await refused(client, body(wrong))
    await refused(client, body(elsewhere))
    for id, secret in (("", ""), ("x", "y"), (key.client_id, ""), (key.client_id, "æ"), ("=" * 5000, "a")):
        await refused(client, body(key) | {"client_id": id, "client_secret": secret})


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({}, "invalid_request"),
    ],
)
async def test_another_grant_type_is_refused_as_rfc_6749_says(
    client: httpx.AsyncClient, fields: dict[str, str], error: str
) -> None:
    answer = await client.post(TOKEN, data=fields)
    assert (answer.status_code, answer.json()["error"]) in {(400, error), (400, "invalid_request")}


async def test_two_methods_of_client_authentication_are_refused(
    client: httpx.AsyncClient, db: Database, taskforce_id: UUID
) -> None:
    key = await made(db, taskforce_id)
    for header in ("Basic eDp5", "Basic !", "Basic"):
        answer = await client.post(TOKEN, data=body(key), headers={"authorization": header})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_basic_authentication_works_for_the_token_endpoint_only(
    client: httpx.AsyncClient, admin: dict[str, str]
) -> None:
    cookie = {"cookie": f"__Host-tilsagn={admin['authorization'].split()[1]}"}
    basic = {"authorization": "Basic eDp5"}
    assert (await client.get(f"{API}/people", headers=basic)).status_code == 401
    assert (await client.get(f"{API}/people", headers=cookie | basic)).status_code == 200, "a proxy's, beside a session"


async def test_too_many_requests_say_when_to_retry(
    client: httpx.AsyncClient, app: FastAPI, db: Database, taskforce_id: UUID
) -> None:
    key = await made(db, taskforce_id)
    app.state.rate_limiter = RateLimiter({"exchanging-keys": {"address": Rate(2, 600)}})
    assert [(await client.post(TOKEN, data=body(key))).status_code for _ in "123"] == [200, 200, 429]

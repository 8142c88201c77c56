"""The answers to invalid tokens, links and passes, in both languages."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from services.events.calendar import passes
from services.events.identity.administration import commands as people
from services.events.identity.first_admin.commands import make_first_admin_link
from services.events.identity.magic_links.domain import LIFETIME, LinkCode
from shared.http.auth import COOKIE, SESSION_COOKIE, new_private_jwk
from shared.http.refusals import problem_with_code
from shared.i18n.translations import LANGUAGES, N_, gettext, use_language
from tests.events.conftest import API
from tests.events.identity.browsing import count
from tests.events.identity.magic_links.test_magic_links import aged, app, browser, karen, link  # noqa: F401  (fixtures)

if TYPE_CHECKING:
    from services.events.identity.people.domain import Person
    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from shared.i18n.translations import Language
    from tests.events.conftest import Caller

pytestmark = pytest.mark.usefixtures("karen")
IN_EACH_LANGUAGE: Final = pytest.mark.parametrize("language", LANGUAGES)
PAGE: Final = {"accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-mode": "navigate"}
FIVE_MINUTES: Final = 300


def assert_says(answer: httpx.Response, refusal: str, language: Language, *withheld: str) -> None:
    """Assert that the page explains the problem and the remedy in the language, and reveals nothing else."""
    with use_language(language, service="events"):
        problem = problem_with_code(refusal, package="services.events").document()
    assert answer.status_code == problem["status"], answer.text
    text = answer.text.replace("&#39;", "'")
    assert f'lang="{language}"' in text
    assert problem["title"] in text
    assert problem["detail"] in text
    for secret in withheld:
        assert secret not in text


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("how", ["used", "too old", "altered", "of another taskforce", "closed account", "no link"])
async def test_an_invalid_link_says_so_and_changes_nothing(
    *,
    browser: httpx.AsyncClient,  # noqa: F811
    db: Database,
    karen: Person,  # noqa: F811
    taskforce_id: UUID,
    other_taskforce_id: UUID,
    how: str,
    language: Language,
) -> None:
    path = await link(browser, db, taskforce_id)
    code = LinkCode.read(path.rpartition("/")[2])
    sessions = 0
    if how == "used":
        kept = dict(browser.cookies)
        assert (await browser.post(path, headers=PAGE)).status_code == 303
        browser.cookies.clear()
        browser.cookies.update(kept)
        sessions = 1
    elif how == "too old":
        await aged(db, taskforce_id, LIFETIME)
    elif how == "altered":
        path = f"/sign-in/link/{LinkCode(taskforce_id, code.request_id, bytes(32)).text()}"
    elif how == "of another taskforce":
        path = f"/sign-in/link/{LinkCode(other_taskforce_id, code.request_id, code.secret).text()}"
    elif how == "closed account":
        await people.add_person(db, taskforce_id, type(karen)(uuid4(), "Bo", "bo@struer.example", karen.roles))
        await people.deactivate_person(db, taskforce_id, karen.id)
    else:
        path = "/sign-in/link/x"
    answer = await browser.post(f"{path}?lang={language}", headers=PAGE)
    assert_says(answer, "link-over", language, "Karen", "karen@struer.example", str(taskforce_id))
    assert SESSION_COOKIE not in browser.cookies
    assert await count(db, taskforce_id, "sessions") == sessions


@IN_EACH_LANGUAGE
async def test_a_link_in_another_browser_says_so(
    browser: httpx.AsyncClient,  # noqa: F811
    db: Database,
    taskforce_id: UUID,
    language: Language,
) -> None:
    path = await link(browser, db, taskforce_id)
    browser.cookies.clear()
    answer = await browser.post(f"{path}?lang={language}", headers=PAGE)
    assert_says(answer, "another-browser", language, "Karen", "karen@struer.example")
    assert await count(db, taskforce_id, "sessions") == 0


@IN_EACH_LANGUAGE
async def test_a_setup_link_that_was_replaced_says_so(
    browser: httpx.AsyncClient,  # noqa: F811
    db: Database,
    other_taskforce_id: UUID,
    language: Language,
) -> None:
    old, _new = [await make_first_admin_link(db, other_taskforce_id) for _ in "12"]
    for answer in (
        await browser.get(f"{old}?lang={language}", headers=PAGE),
        await browser.post(f"{old}?lang={language}", headers=PAGE, data={"name": "Bo", "email": "bo@b.example"}),
    ):
        assert_says(answer, "setup-over", language, "Elsewhere")
    assert await count(db, other_taskforce_id, "people") == 0


@IN_EACH_LANGUAGE
async def test_an_invalid_pass_says_so(
    caller: Caller, events_settings: EventsSettings, other_taskforce_id: UUID, language: Language
) -> None:
    event = await caller.event("publish", "open")
    elsewhere = passes.link_code(events_settings, other_taskforce_id, UUID(event["id"]), 1)
    for code in ("A" * 64, elsewhere):
        answer = await caller.client.get(f"/events/pass/{code}?lang={language}", headers=PAGE)
        assert answer.status_code == 404
        with use_language(language, service="events"):
            assert gettext(N_("This code does not work")) in answer.text
        assert event["title"] not in answer.text
        assert COOKIE not in caller.client.cookies


def forged(settings: EventsSettings, **wrong: Any) -> dict[str, str]:
    """Bearer tokens with one mistake each."""
    ours = json.loads(settings.token_private_key.get_secret_value())
    now = int(time.time())
    claims = {"iss": "tilsagn", "aud": "tilsagn", "sub": f"person:{uuid4()}", "roles": ["admin"], "iat": now}
    claims |= {"exp": now + 60, "tf": wrong["taskforce"]}

    def signed(key: dict[str, Any] = ours, alg: str = "Ed25519", **other: Any) -> str:
        payload = {name: value for name, value in (claims | other).items() if value is not None}
        return jwt.encode({"alg": alg, "kid": ours["kid"]}, payload, OKPKey.import_key(key), algorithms=[alg])

    def packed(part: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    as_secret = OctKey.import_key(settings.token_jwks)
    return {
        "issuer": signed(iss="elsewhere"),
        "audience": signed(aud="elsewhere"),
        "of a stranger": signed(json.loads(new_private_jwk())),
        "unsigned": f"{packed({'alg': 'none'})}.{packed(claims)}.",
        "public key as secret": jwt.encode({"alg": "HS256", "kid": ours["kid"]}, claims, as_secret),
        "over for five minutes": signed(iat=now - FIVE_MINUTES - 60, exp=now - FIVE_MINUTES),
        "from in five minutes": signed(iat=now + FIVE_MINUTES, exp=now + FIVE_MINUTES + 60),
        "a role of nobody": signed(roles=["king"]),
        "altered": signed().replace(".", ".A", 1),
    }


WAYS: Final = (
    *("issuer", "audience", "of a stranger", "unsigned", "public key as secret", "over for five minutes"),
    *("from in five minutes", "a role of nobody", "altered"),
)


@IN_EACH_LANGUAGE
@pytest.mark.parametrize("how", WAYS)
async def test_an_invalid_token_is_refused_without_saying_why(
    caller: Caller, events_settings: EventsSettings, db: Database, taskforce_id: UUID, how: str, language: Language
) -> None:
    before = await count(db, taskforce_id, "people")
    token = forged(events_settings, taskforce=str(taskforce_id))[how]
    person = {"id": str(uuid4()), "name": "Mallory", "email": "m@x.example", "roles": ["admin"]}
    as_program = {"authorization": f"Bearer {token}", "accept-language": language}
    answer = await caller.client.post(f"{API}/people", json=person, headers=as_program)
    problem = answer.json()
    del problem["instance"]
    assert problem == {
        "type": "/problems/signed-out",
        "title": {"da": "Du er ikke logget ind", "en": "You are not signed in"}[language],
        "status": 401,
        "detail": {"da": "Log ind, og prøv igen.", "en": "Sign in and try again."}[language],
    }
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    # In a cookie it is no error: the visitor is signed out.
    page = await caller.client.get(f"/people?lang={language}", headers=PAGE | {"cookie": f"{COOKIE}={token}"})
    assert (page.status_code, page.headers["location"].partition("?")[0]) == (303, "/sign-in")
    assert await count(db, taskforce_id, "people") == before


@IN_EACH_LANGUAGE
async def test_a_case_worker_without_a_municipality_is_refused_and_nothing_is_stored(
    caller: Caller, db: Database, taskforce_id: UUID, language: Language
) -> None:
    before = await count(db, taskforce_id, "people")
    form = {"id": str(uuid4()), "name": "Bodil", "email": "bodil@x.example", "roles": "caseworker", "language": "da"}
    answer = await caller.client.post(f"/people?lang={language}", data=form, headers=caller.headers("admin") | PAGE)
    assert answer.status_code == 422
    with use_language(language, service="events"):
        assert (problem_with_code("municipality-missing", package="services.events").detail or "-") in answer.text
    assert "bodil@x.example" in answer.text, "what was typed stays"
    assert await count(db, taskforce_id, "people") == before


@IN_EACH_LANGUAGE
async def test_when_two_administrators_remove_each_others_role_one_is_refused(
    caller: Caller, db: Database, taskforce_id: UUID, language: Language
) -> None:
    both = [an_administrator(name) for name in ("Bo", "Ib")]
    for facts in both:
        assert (await caller.post("/people", facts, "admin")).status_code == 201
    # Karen is an administrator, too; without her, only the two remain.
    async with db.change(taskforce_id) as conn:
        await conn.execute("delete from person_roles where person_id <> all ($1::uuid[])", [one["id"] for one in both])
    answers = await asyncio.gather(
        *(
            caller.client.post(
                f"/people/{one['id']}?lang={language}",
                data={"name": one["name"], "email": one["email"], "roles": "member", "language": "da"},
                headers=caller.headers("admin") | PAGE,
            )
            for one in both
        )
    )
    done, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (done.status_code, refused.status_code) == (303, 422)
    with use_language(language, service="events"):
        assert (problem_with_code("last-administrator", package="services.events").detail or "-") in refused.text
    async with db.read(taskforce_id) as conn:
        assert await conn.fetchval("select count(*) from person_roles where role = 'admin'") == 1


def an_administrator(name: str) -> dict[str, Any]:
    """Return the body of an administrator."""
    return {
        "id": str(uuid4()),
        "name": name,
        "email": f"{name}@x.example".lower(),
        "roles": ["admin"],
        "language": "da",
    }

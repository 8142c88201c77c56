"""CSRF protection of forms."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import pytest
import pytest_asyncio

from shared.http.csrf import COOKIE, HEADER
from shared.secrets import read_secret
from shared.ui.csrf_field import FIELD, FormFields, unmask
from shared.ui.pages import templates
from tests.shared.sample_service.app import create_sample_app, token

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SERVICES: Final = ("events", "pledges", "notifications", "dashboard")
ROOT: Final = Path(__file__).resolve().parents[3]
PAGE: Final = {"accept": "text/html"}


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """A browser that sends no origin headers: the token must suffice."""
    transport = httpx.ASGITransport(create_sample_app())
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost:8080", headers=PAGE) as client:
        yield client


def value_in(page: httpx.Response) -> str:
    found = set(re.findall(rf'<input type="hidden" name="{FIELD}" value="([^"]*)">', page.text))
    assert len(found) == 1, "in every form the same"
    return str(found.pop())


async def test_a_browser_gets_the_cookie_with_its_first_form(browser: httpx.AsyncClient) -> None:
    first = await browser.get("/sample/intake")
    [cookie] = first.headers.get_list("set-cookie")
    value = cookie.removeprefix(f"{COOKIE}=").partition(";")[0]
    assert cookie == f"{COOKIE}={value}; Max-Age=2592000; Path=/; Secure; HttpOnly; SameSite=Lax"
    assert unmask(value_in(first)) == read_secret(value)
    again = await browser.get("/sample/intake")
    assert (unmask(value_in(again)), "set-cookie" in again.headers) == (read_secret(value), False)
    browser.cookies.clear()
    assert unmask(value_in(await browser.get("/sample/intake"))) != read_secret(value)


async def test_the_value_looks_different_in_every_response(browser: httpx.AsyncClient) -> None:
    """Responses are compressed: a constant secret could be guessed from the lengths of many (BREACH)."""
    pages = [await browser.get("/sample/intake") for _ in range(3)]
    values = {value_in(page) for page in pages}
    assert len(values) == len(pages)
    assert browser.cookies[COOKIE] not in "".join(page.text for page in pages)
    for value in values:
        assert (await browser.post("/sample/intake", data={FIELD: value})).status_code == 422


async def test_a_form_of_before_the_masks_is_taken(browser: httpx.AsyncClient) -> None:
    await browser.get("/sample/intake")
    assert (await browser.post("/sample/intake", data={FIELD: browser.cookies[COOKIE]})).status_code == 422


async def test_a_page_without_a_form_sets_no_cookie(browser: httpx.AsyncClient) -> None:
    assert "set-cookie" not in (await browser.get("/sample/framed")).headers


FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("field", "passes"), [("{value}", True), ("", False), ("x", False), ("{value}x", False), (None, False)]
)
async def test_a_form_without_the_value_is_refused(browser: httpx.AsyncClient, field: str | None, passes: bool) -> None:
    value = value_in(await browser.get("/sample/intake"))
    fields = {"x": "y"} if field is None else {FIELD: field.format(value=value)}
    for files in ({}, {"file": b"x"}):
        answer = await browser.post("/sample/intake", data=fields, files=files)
        assert answer.status_code == (422 if passes else 403), answer.text
        assert ("Dette kom fra et andet websted" in answer.text) is not passes


async def test_a_script_sends_the_value_in_a_header(browser: httpx.AsyncClient) -> None:
    value = value_in(await browser.get("/sample/intake"))
    assert (await browser.post("/sample/echo", headers={HEADER: value})).status_code == 200
    assert (await browser.post("/sample/echo", headers={HEADER: value[::-1]})).status_code == 403
    assert (await browser.post("/sample/echo")).status_code == 403
    assert (await browser.post("/sample/echo", content=b"x", headers={"content-type": "text/plain"})).status_code == 403


async def test_the_value_of_another_browser_is_refused(browser: httpx.AsyncClient) -> None:
    theirs = value_in(await browser.get("/sample/intake"))
    browser.cookies.clear()
    await browser.get("/sample/intake")
    assert (await browser.post("/sample/echo", data={FIELD: theirs})).status_code == 403


async def test_programs_and_preflighted_requests_need_no_value(browser: httpx.AsyncClient) -> None:
    await browser.get("/sample/intake")
    assert (await browser.post("/sample/echo", json={})).status_code == 200
    bearer = {"authorization": f"Bearer {token('member')}"}
    assert (await browser.post("/sample/echo", data={"x": "y"}, headers=bearer)).status_code == 200


async def test_basic_credentials_do_not_replace_the_value(browser: httpx.AsyncClient) -> None:
    await browser.get("/sample/intake")
    assert (await browser.post("/sample/echo", data={"x": "y"}, auth=("x", "y"))).status_code == 403


async def test_a_malformed_cookie_is_replaced(browser: httpx.AsyncClient) -> None:
    browser.cookies.set(COOKIE, '"><script>', domain="localhost.local", path="/")
    page = await browser.get("/sample/intake")
    assert "<script>" not in page.text
    cookie = page.headers["set-cookie"].removeprefix(f"{COOKIE}=").partition(";")[0]
    assert unmask(value_in(page)) == read_secret(cookie)


async def test_the_value_is_not_in_the_form_model(browser: httpx.AsyncClient) -> None:
    value = value_in(await browser.get("/sample/intake"))
    answer = await browser.post("/sample/intake", data={FIELD: value})
    assert answer.status_code == 422
    assert value not in answer.text
    assert answer.text.count(value_in(answer)) == answer.text.count(FIELD), "only in the form that is shown again"


@pytest.mark.parametrize("service", SERVICES)
def test_every_posted_form_of_every_template_has_the_field(service: str) -> None:
    environment = templates(service)
    extension = environment.extensions[FormFields.identifier]
    folders = (ROOT / "services" / service / "templates", ROOT / "shared/ui/templates")
    posted = 0
    for path in (one for folder in folders for one in folder.rglob("*.html")):
        source = path.read_text()
        asking = r'<form\b[^>]*method="get"|<form role="search"'
        forms = len(re.findall(r"<form\b", source)) - len(re.findall(asking, source))
        fields = extension.preprocess(source, None).count("{{ csrf_field() }}")
        assert fields == forms, path
        posted += fields
    assert posted > 0


@pytest.mark.parametrize(
    "form",
    [
        '<form method="post" action="/x">',
        '<form class="wide" action="/x" method="post">',
        "<form action='/x' METHOD=POST>",
        '<form method="post"{% if a > b %} id="x"{% endif %}{{ more | xmlattr }}>',
        '<form\n  method="post"\n>',
    ],
)
def test_a_posted_form_is_recognised_in_any_notation(form: str) -> None:
    extension = FormFields(templates("events"))
    assert extension.preprocess(f"<p>{form}<b>", None) == f"<p>{form}{{{{ csrf_field() }}}}<b>"


@pytest.mark.parametrize("form", ["<form>", '<form method="get" action="/x">', '<form action="/post">', "<formula>"])
def test_a_get_form_has_no_field(form: str) -> None:
    assert FormFields(templates("events")).preprocess(form, None) == form

"""The cookie that says whether a form was accepted."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from shared.http.accepted_forms import COOKIE, AcceptedForms

DELETION = f"{COOKIE}=; Max-Age=0; Path=/; Secure; SameSite=Strict"


async def answered(method: str, status: int, cookie: str) -> list[str]:
    """The cookies in the answer to a request."""

    async def answer(_request: object) -> Response:
        return Response(status_code=status)

    app = AcceptedForms(Starlette(routes=[Route("/", answer, methods=["GET", "POST"])]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        sent = await client.request(method, "/", headers={"cookie": cookie})
        return sent.headers.get_list("set-cookie")


async def test_it_is_deleted_with_the_redirect_after_a_form() -> None:
    assert await answered("POST", 303, f"a=b; {COOKIE}=7") == [DELETION]


@pytest.mark.parametrize(
    ("method", "status", "cookie"),
    [
        ("POST", 200, f"{COOKIE}=7"),
        ("POST", 307, f"{COOKIE}=7"),
        ("POST", 422, f"{COOKIE}=7"),
        ("POST", 503, f"{COOKIE}=7"),
        ("GET", 303, f"{COOKIE}=7"),
        ("POST", 303, "a=b"),
    ],
)
async def test_it_stays_when_nothing_was_accepted_and_where_there_is_none(
    method: str, status: int, cookie: str
) -> None:
    assert await answered(method, status, cookie) == []

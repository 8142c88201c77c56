"""HTML pages of magic links: requesting one, and the button that opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import MAGIC_LINK, Settings
from services.events.identity.login_options.pages import show_login_options
from services.events.identity.magic_links import commands
from services.events.identity.magic_links.domain import LIFETIME, MAX_PER_NETWORK, LinkCode
from services.events.identity.magic_links.schemas import LinkIn
from services.events.identity.sessions.cookies import end_previous_session, set_session_cookies
from services.events.identity.sessions.device import describe
from shared.fields.email import email_key
from shared.http.dependencies import Anybody, Db
from shared.http.policy import concerns
from shared.http.rate_limiter import RateLimiter, network_of, refuse
from shared.http.rate_limits import SIGNING_IN, Rate, RateClass, limited
from shared.secrets import new_secret, read_secret, write_secret
from shared.ui.forms import read_form
from shared.ui.local_paths import safe_next
from shared.ui.pages import render

if TYPE_CHECKING:
    from services.events.identity.magic_links.timing import FixedDelay
    from shared.ui.forms import Form

router = APIRouter(prefix="/sign-in", include_in_schema=False)

BROWSER_COOKIE: Final = "__Host-tilsagn-browser"
"""Holds the secret that binds a link to the browser that requested it."""
ANSWER_SECONDS: Final = 0.3
"""How long the answer takes, whether anybody has the address or not (`timing`)."""
_LINKS_PER_ADDRESS: Final = RateClass(
    "asking-for-links",
    {"address": Rate(MAX_PER_NETWORK, LIFETIME.total_seconds())},
    "Per network and e-mail address. A person who finds no mail requests another link a few times.",
)


def address_limits(times: float) -> RateLimiter:
    """Return the limit for requests from one network for one address.

    Args:
        times: the factor by which the rate is multiplied.
    """
    rate = Rate(max(1, round(MAX_PER_NETWORK * times)), LIFETIME.total_seconds())
    return RateLimiter({_LINKS_PER_ADDRESS.name: {"address": rate}})


@router.post("/link")
@concerns()
@limited(SIGNING_IN)
async def request_link(request: Request, _who: Anybody, db: Db, settings: Settings) -> Response:
    """Request a link. The answer and its time do not depend on whether anybody has the address."""
    form: Form[LinkIn] = await read_form(request, LinkIn)
    if form.data is None:
        next = safe_next(form.value("next"), default="")
        return await show_login_options(request, db, settings, form, next=next, status_code=422)
    limits: RateLimiter = request.app.state.link_limits
    network = network_of(request.client.host if request.client else "")
    refuse(limits, _LINKS_PER_ADDRESS, f"{network} {email_key(form.data.email)}")
    browser = read_secret(request.cookies.get(BROWSER_COOKIE, "")) or new_secret()
    next = safe_next(form.data.next, default="")
    delay: FixedDelay = request.app.state.link_delay
    await delay.run(commands.request_links(db, form.data.email, browser=browser, next=next))
    response = RedirectResponse(f"/sign-in/sent?{urlencode({'next': next})}" if next else "/sign-in/sent", 303)
    response.set_cookie(
        BROWSER_COOKIE,
        write_secret(browser),
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    return response


@router.get("/sent")
@concerns()
async def show_sent(request: Request, _who: Anybody, next: Annotated[str, Query(max_length=2000)] = "") -> Response:
    """The page that says to look for the mail."""
    minutes = int(LIFETIME.total_seconds() // 60)
    return render(request, "sign_in_sent.html", minutes=minutes, next=safe_next(next, default=""))


@router.get("/link/{code}")
@concerns(MAGIC_LINK)
async def show_button(request: Request, _who: Anybody, code: str) -> Response:
    """The button that opens the link. Mail scanners follow links, so a GET changes nothing."""
    return render(request, "sign_in_link.html", code=code)


@router.post("/link/{code}")
@concerns(MAGIC_LINK)
@limited(SIGNING_IN)
async def open_link(request: Request, _who: Anybody, db: Db, settings: Settings, code: str) -> Response:
    """Sign in."""
    key, principal, next = await commands.open_link(
        db,
        LinkCode.read(code),
        browser=read_secret(request.cookies.get(BROWSER_COOKIE, "")),
        device=describe(request.headers.get("user-agent", "")),
    )
    # The account page tells people with withheld roles what to do.
    response = RedirectResponse(safe_next(next, default="/account" if principal.withheld else "/"), 303)
    await end_previous_session(request, db)
    set_session_cookies(response, settings, key, principal)
    return response

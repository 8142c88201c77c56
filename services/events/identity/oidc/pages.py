"""The two addresses of signing in at a provider: the way there, and the way back."""

from __future__ import annotations

import hmac
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from services.events.access import Settings
from services.events.identity.oidc import commands
from services.events.identity.oidc.domain import (
    LIFETIME,
    Begun,
    NotBegunHere,
    ProviderNotBelieved,
    ProviderNotOffered,
    ProviderUnavailable,
    SignInCancelled,
)
from services.events.identity.oidc.provider import Provider
from services.events.identity.sessions.cookies import end_former, give_session
from services.events.identity.sessions.device import describe
from services.events.register import queries
from services.events.settings import CALLBACK
from shared import metrics
from shared.fields.cpr import MayLookLikeCpr
from shared.http.dependencies import Anybody, AnyPerson, Db
from shared.http.policy import concerns
from shared.http.problems import Negotiation, respond, safe_next
from shared.http.rate_limits import SIGNING_IN, limited
from shared.http.refusals import problem_of, problem_with_code
from shared.i18n.translations import current_language
from shared.refusals import Refusal
from shared.ui.forms import read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database

router = APIRouter(include_in_schema=False)

COOKIE: Final = "__Host-tilsagn-provider"
"""Holds the sign-in that this browser has begun at the provider."""

_CANCELLED: Final = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})
_CANNOT_NOW: Final = frozenset({"server_error", "temporarily_unavailable"})

_log = structlog.get_logger(__name__)


async def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise ProviderNotOffered
    return provider


TheProvider = Annotated[Provider, Depends(_provider)]
Text = Annotated[str, Query(max_length=4000)]


class Wanted(BaseModel):
    """Where somebody wants to go."""

    taskforce: Annotated[str, Field(max_length=200)] = ""
    next: Annotated[str, Field(max_length=4000), MayLookLikeCpr("an address of ours, with ids in it")] = ""


@router.get("/sign-in/provider")
@concerns()
async def ask_to_go_there(
    *, request: Request, _who: Anybody, db: Db, provider: TheProvider, taskforce: Text = "", next: Text = ""
) -> Response:
    """The button by itself: a link that another site shows or follows signs nobody in."""
    next = safe_next(next, default="")
    try:
        await commands.taskforce_of(db, provider, taskforce)
    except Refusal as refusal:
        return _refused(request, refusal, next=next)
    return render(request, "sign_in_provider.html", provider=provider.settings.name, taskforce=taskforce, next=next)


@router.post("/sign-in/provider")
@concerns()
@limited(SIGNING_IN)
async def go_there(*, request: Request, _who: Anybody, db: Db, provider: TheProvider) -> Response:
    """Send a browser to the provider."""
    wanted = (await read_form(request, Wanted)).data or Wanted()
    return await _sent_there(request, db, provider, wanted.taskforce, next=safe_next(wanted.next, default=""))


@router.post("/account/prove/provider")
@concerns()
@limited(SIGNING_IN)
async def go_and_show_it(*, request: Request, who: AnyPerson, db: Db, provider: TheProvider) -> Response:
    """Send somebody to the provider who has to show again who they are."""
    async with db.system() as conn:
        slug = (await queries.taskforce(conn, who.taskforce)).slug
    return await _sent_there(request, db, provider, slug, next="/account/proven", prover=who.person)


async def _sent_there(
    request: Request, db: Database, provider: Provider, slug: str, *, next: str, prover: UUID | None = None
) -> Response:
    try:
        address, begun = await commands.begin(db, provider, slug, next=next, now=datetime.now(UTC), prover=prover)
    except Refusal as refusal:
        return _refused(request, refusal, next=next)
    response = _on_the_way(request, provider, address)
    response.set_cookie(
        COOKIE,
        begun.text(),
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        # The provider sends the browser back: what is "strict" stays at home then.
        samesite="lax",
    )
    return response


def _on_the_way(request: Request, provider: Provider, address: str) -> Response:
    """A page that leads on by itself. No redirect: a form of our pages may lead to us alone, redirects included."""
    response = render(request, "on_the_way.html", provider=provider.settings.name, address=address)
    response.headers["refresh"] = f"0; url={address}"
    return response


@router.get(CALLBACK)
@concerns()
@limited(SIGNING_IN)
async def come_back(
    *,
    request: Request,
    _who: Anybody,
    db: Db,
    settings: Settings,
    provider: TheProvider,
    state: Text = "",
    code: Text | None = None,
    error: Text | None = None,
    iss: Text | None = None,
) -> Response:
    """Sign in whoever comes back from the provider."""
    now, begun = datetime.now(UTC), None
    try:
        begun = Begun.read(request.cookies.get(COOKIE, ""))
        if not hmac.compare_digest(begun.state.encode(), state.encode()):
            raise NotBegunHere
        await commands.take(db, begun, now=now)
        if code is None or error is not None:
            raise _what_it_says(error)
        groups = await commands.groups_of(db, provider, begun.taskforce_id)
        key, principal = await commands.sign_in(
            db,
            begun.taskforce_id,
            groups,
            await provider.identify(begun, code, said_by=iss),
            language=current_language(),
            device=describe(request.headers.get("user-agent", "")),
            now=now,
            prover=begun.prover,
        )
    except Refusal as refusal:
        return _refused(request, refusal, next=begun.next if begun else "")
    metrics.PROVIDER_SIGN_INS.labels("signed in").inc()
    response = RedirectResponse(safe_next(begun.next), 303)
    await end_former(request, db)
    give_session(response, settings, key, principal)
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _what_it_says(error: str | None) -> Refusal:
    """What it means that somebody comes back without a code (RFC 6749, section 4.1.2.1; OpenID Connect, 3.1.2.6)."""
    if error in _CANCELLED:
        return SignInCancelled()
    return ProviderUnavailable() if error in _CANNOT_NOW else ProviderNotBelieved("refused us")


def _refused(request: Request, refusal: Refusal, *, next: str) -> Response:
    """Say that it did not work. What the provider has sent is in no log: it is a token, or personal."""
    metrics.PROVIDER_SIGN_INS.labels(refusal.code).inc()
    reason = refusal.reason if isinstance(refusal, ProviderNotBelieved) else None
    _log.warning("provider.sign_in_refused", outcome=refusal.code, reason=reason)
    if not Negotiation.of(request).html:
        return respond(request, problem_of(refusal))
    # Away from the address with which the provider has sent back: it is of no use to the page, nor to the history.
    why = {"why": refusal.code, **({"next": next} if next else {})}
    return RedirectResponse(f"/sign-in/provider/refused?{urlencode(why)}", 303)


@router.get("/sign-out/provider")
@concerns()
@limited(SIGNING_IN)
async def say_still_signed_in_there(*, request: Request, _who: Anybody, provider: TheProvider) -> Response:
    """Whoever has signed out here may still be signed in there: say so, and offer the way out of there, too."""
    way_out = None
    with suppress(Refusal):
        way_out = await provider.way_out()
    return render(request, "sign_out_provider.html", provider=provider.settings.name, can_sign_out=way_out is not None)


@router.post("/sign-out/provider")
@concerns()
@limited(SIGNING_IN)
async def sign_out_there(*, request: Request, _who: Anybody, provider: TheProvider) -> Response:
    """Send a browser to where one signs out at the provider."""
    try:
        way_out = await provider.way_out()
        if way_out is None:
            raise ProviderNotOffered
    except Refusal as refusal:
        return _refused(request, refusal, next="")
    return _on_the_way(request, provider, way_out)


@router.get("/sign-in/provider/refused")
@concerns()
async def say_why(request: Request, _who: Anybody, why: Text = "", next: Text = "") -> Response:
    """Why it did not work, and the way back."""
    problem = problem_with_code(why, package="services.events")
    next = safe_next(next, default="")
    again = f"/sign-in?{urlencode({'next': next})}" if next else "/sign-in"
    return render(
        request, "sign_in_provider_refused.html", status_code=problem.status, problem=problem.document(), again=again
    )

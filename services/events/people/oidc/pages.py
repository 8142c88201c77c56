"""The two addresses of signing in at a provider: the way there, and the way back."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import Anybody, Db, Settings
from services.events.domain import Refusal
from services.events.people.oidc import commands
from services.events.people.oidc.domain import (
    LIFETIME,
    Begun,
    NotBegunHere,
    ProviderNotBelieved,
    ProviderNotOffered,
    ProviderUnavailable,
    SignInCancelled,
)
from services.events.people.oidc.provider import Provider
from services.events.people.sessions.cookies import end_former, give_session
from services.events.people.sessions.device import describe
from services.events.refusals import as_problem, problem_called
from services.events.settings import CALLBACK
from shared import metrics
from shared.limits import SIGNING_IN, limited
from shared.policy import about
from shared.web.i18n import current_language
from shared.web.pages import render
from shared.web.problems import Negotiation, respond, safe_next

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


@router.get("/sign-in/provider")
@about()
@limited(SIGNING_IN)
async def go_there(
    *, request: Request, _who: Anybody, db: Db, provider: TheProvider, taskforce: Text = "", next: Text = ""
) -> Response:
    """Send a browser to the provider. A link and not a form: our pages send forms to us alone."""
    next = safe_next(next, default="")
    try:
        address, begun = await commands.begin(db, provider, taskforce, next=next, now=datetime.now(UTC))
    except Refusal as refusal:
        return _refused(request, refusal, next=next)
    response = RedirectResponse(address, 303)
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


@router.get(CALLBACK)
@about()
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
        return respond(request, as_problem(refusal))
    # Away from the address with which the provider has sent back: it is of no use to the page, nor to the history.
    why = {"why": refusal.code, **({"next": next} if next else {})}
    return RedirectResponse(f"/sign-in/provider/refused?{urlencode(why)}", 303)


@router.get("/sign-in/provider/refused")
@about()
async def say_why(request: Request, _who: Anybody, why: Text = "", next: Text = "") -> Response:
    """Why it did not work, and the way back."""
    problem = problem_called(why)
    next = safe_next(next, default="")
    again = f"/sign-in?{urlencode({'next': next})}" if next else "/sign-in"
    return render(
        request, "sign_in_provider_refused.html", status_code=problem.status, problem=problem.document(), again=again
    )

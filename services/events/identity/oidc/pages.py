"""Routes of signing in at the provider: the redirect there, and the callback."""

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
    PendingSignIn,
    ProviderNotConfigured,
    ProviderNotTrusted,
    ProviderUnavailable,
    SignInCancelled,
    SignInNotPending,
)
from services.events.identity.oidc.provider import Provider
from services.events.identity.sessions.cookies import end_previous_session, set_session_cookies
from services.events.identity.sessions.device import describe
from services.events.register import queries
from services.events.settings import CALLBACK
from shared import metrics
from shared.fields.cpr import MayLookLikeCpr
from shared.http.dependencies import Anybody, AnyPerson, Db
from shared.http.policy import concerns
from shared.http.problems import Negotiation, respond
from shared.http.rate_limits import SIGNING_IN, limited
from shared.http.refusals import problem_of, problem_with_code
from shared.i18n.translations import current_language
from shared.refusals import Refusal
from shared.ui.forms import read_form
from shared.ui.local_paths import safe_next
from shared.ui.pages import render

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Database

router = APIRouter(include_in_schema=False)

COOKIE: Final = "__Host-tilsagn-provider"
"""Holds the browser's pending sign-in."""

_CANCELLED: Final = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})
_TEMPORARY_ERRORS: Final = frozenset({"server_error", "temporarily_unavailable"})

_log = structlog.get_logger(__name__)


async def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise ProviderNotConfigured
    return provider


TheProvider = Annotated[Provider, Depends(_provider)]
Text = Annotated[str, Query(max_length=4000)]


class ProviderSignInForm(BaseModel):
    """The form: which taskforce, and where to go on to."""

    taskforce: Annotated[str, Field(max_length=200)] = ""
    next: Annotated[str, Field(max_length=4000), MayLookLikeCpr("an address of ours, with ids in it")] = ""


@router.get("/sign-in/provider")
@concerns()
async def show_button(
    *, request: Request, _who: Anybody, db: Db, provider: TheProvider, taskforce: Text = "", next: Text = ""
) -> Response:
    """The button that leads to the provider: a GET from another site must not start a sign-in."""
    next = safe_next(next, default="")
    try:
        await commands.taskforce_of(db, provider, taskforce)
    except Refusal as refusal:
        return _refused(request, refusal, next=next)
    return render(request, "sign_in_provider.html", provider=provider.settings.name, taskforce=taskforce, next=next)


@router.post("/sign-in/provider")
@concerns()
@limited(SIGNING_IN)
async def start_sign_in(*, request: Request, _who: Anybody, db: Db, provider: TheProvider) -> Response:
    """Start a sign-in and send the browser to the provider."""
    data = (await read_form(request, ProviderSignInForm)).data or ProviderSignInForm()
    return await _to_provider(request, db, provider, data.taskforce, next=safe_next(data.next, default=""))


@router.post("/account/prove/provider")
@concerns()
@limited(SIGNING_IN)
async def start_step_up(*, request: Request, who: AnyPerson, db: Db, provider: TheProvider) -> Response:
    """Start a step-up and send the browser to the provider."""
    async with db.system() as conn:
        slug = (await queries.taskforce(conn, who.taskforce)).slug
    return await _to_provider(request, db, provider, slug, next="/account/proven", step_up_person=who.person)


async def _to_provider(
    request: Request, db: Database, provider: Provider, slug: str, *, next: str, step_up_person: UUID | None = None
) -> Response:
    try:
        address, pending = await commands.start_sign_in(
            db, provider, slug, next=next, now=datetime.now(UTC), step_up_person=step_up_person
        )
    except Refusal as refusal:
        return _refused(request, refusal, next=next)
    response = _redirecting(request, provider, address)
    response.set_cookie(
        COOKIE,
        pending.text(),
        max_age=int(LIFETIME.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        # Not "strict": the callback is a navigation from another site.
        samesite="lax",
    )
    return response


def _redirecting(request: Request, provider: Provider, address: str) -> Response:
    """Return a page that redirects by itself. An HTTP redirect to another origin would violate `form-action 'self'`."""
    response = render(request, "provider_redirect.html", provider=provider.settings.name, address=address)
    response.headers["refresh"] = f"0; url={address}"
    return response


@router.get(CALLBACK)
@concerns()
@limited(SIGNING_IN)
async def finish_sign_in(
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
    """The callback: sign in, or show why not."""
    now, pending = datetime.now(UTC), None
    try:
        pending = PendingSignIn.read(request.cookies.get(COOKIE, ""))
        if not hmac.compare_digest(pending.state.encode(), state.encode()):
            raise SignInNotPending
        await commands.consume(db, pending, now=now)
        if code is None or error is not None:
            raise _refusal_of(error)
        groups = await commands.groups_of(db, provider, pending.taskforce_id)
        key, principal = await commands.sign_in(
            db,
            pending.taskforce_id,
            groups,
            await provider.identify(pending, code, response_issuer=iss),
            language=current_language(),
            device=describe(request.headers.get("user-agent", "")),
            now=now,
            step_up_person=pending.step_up_person,
        )
    except Refusal as refusal:
        return _refused(request, refusal, next=pending.next if pending else "")
    metrics.PROVIDER_SIGN_INS.labels("signed in").inc()
    response = RedirectResponse(safe_next(pending.next), 303)
    await end_previous_session(request, db)
    set_session_cookies(response, settings, key, principal)
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return response


def _refusal_of(error: str | None) -> Refusal:
    """Return the refusal for an error response (RFC 6749, section 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6)."""
    if error in _CANCELLED:
        return SignInCancelled()
    return ProviderUnavailable() if error in _TEMPORARY_ERRORS else ProviderNotTrusted("refused us")


def _refused(request: Request, refusal: Refusal, *, next: str) -> Response:
    """Log the refusal and redirect to its page. Nothing that the provider sent is logged: it is secret or personal."""
    metrics.PROVIDER_SIGN_INS.labels(refusal.code).inc()
    reason = refusal.reason if isinstance(refusal, ProviderNotTrusted) else None
    _log.warning("provider.sign_in_refused", outcome=refusal.code, reason=reason)
    if not Negotiation.of(request).html:
        return respond(request, problem_of(refusal))
    # A redirect, so that the callback URL with its code is not in the history.
    why = {"why": refusal.code, **({"next": next} if next else {})}
    return RedirectResponse(f"/sign-in/provider/refused?{urlencode(why)}", 303)


@router.get("/sign-out/provider")
@concerns()
@limited(SIGNING_IN)
async def show_sign_out(*, request: Request, _who: Anybody, provider: TheProvider) -> Response:
    """The page after signing out, which offers to sign out at the provider, too."""
    logout_url = None
    with suppress(Refusal):
        logout_url = await provider.logout_url()
    return render(
        request, "sign_out_provider.html", provider=provider.settings.name, can_sign_out=logout_url is not None
    )


@router.post("/sign-out/provider")
@concerns()
@limited(SIGNING_IN)
async def sign_out_at_provider(*, request: Request, _who: Anybody, provider: TheProvider) -> Response:
    """Send the browser to the provider's logout page."""
    try:
        logout_url = await provider.logout_url()
        if logout_url is None:
            raise ProviderNotConfigured
    except Refusal as refusal:
        return _refused(request, refusal, next="")
    return _redirecting(request, provider, logout_url)


@router.get("/sign-in/provider/refused")
@concerns()
async def show_refusal(request: Request, _who: Anybody, why: Text = "", next: Text = "") -> Response:
    """The page that says why the sign-in failed."""
    problem = problem_with_code(why, package="services.events")
    next = safe_next(next, default="")
    again = f"/sign-in?{urlencode({'next': next})}" if next else "/sign-in"
    return render(
        request, "sign_in_provider_refused.html", status_code=problem.status, problem=problem.document(), again=again
    )

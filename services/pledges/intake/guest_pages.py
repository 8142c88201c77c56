"""Opening the intake with an event's pass: guests scan a code and need no account."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.pledges.access import LOGGERS
from services.pledges.pledges.dependencies import settings
from services.pledges.pledges.rendering import address, render
from services.pledges.register.access import PASS, is_guest
from shared.http.auth import (
    COOKIE,
    RENEWED_COOKIE,
    SESSION_COOKIE,
    InvalidToken,
    Principal,
    TokenVerifier,
)
from shared.http.dependencies import Anybody
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limits import SIGNING_IN, limited
from shared.i18n.translations import gettext as _
from shared.product.roles import role_labels

router = APIRouter(include_in_schema=False)


@router.get("/pledges/pass/{token}")
@concerns(PASS)
@limited(SIGNING_IN)
async def enter_with_pass(token: str, request: Request, principal: Anybody, *, practice: bool = False) -> Response:
    """Open the intake, or its practice, to a visitor who scanned an event's code. Whoever is signed in stays so."""
    guest = _guest(request, token)
    if principal is None or is_guest(principal):
        return _set_guest_cookie(token, guest, practice=practice)
    if principal.taskforce_id == guest.taskforce_id and principal.has(*LOGGERS[:-1]):
        return RedirectResponse(
            address("/pledges/new", [("event", guest.event_id), ("practice", "true" if practice else "")]), 303
        )
    # Following a link does not sign anybody out; pressing the button does.
    held = ", ".join(_(label) for label in role_labels(principal.roles))
    return render(request, "pass_while_signed_in.html", token=token, roles_held=held, practice=practice)


@router.post("/pledges/pass/{token}")
@concerns(PASS)
@limited(SIGNING_IN)
async def go_on_as_guest(token: str, request: Request, _principal: Anybody, *, practice: bool = False) -> Response:
    """Sign out and go on as an event's guest."""
    return _set_guest_cookie(token, _guest(request, token), practice=practice)


def _guest(request: Request, token: str) -> Principal:
    try:
        guest = TokenVerifier(settings(request).token_jwks).verify(token)
    except InvalidToken:
        guest = None
    if guest is None or not is_guest(guest) or guest.event_id is None:
        raise Problem(
            403,
            "pass-expired",
            _("The pass does not work any more"),
            _("Scan the event's code again, or ask the host."),
        )
    return guest


def _set_guest_cookie(token: str, guest: Principal, *, practice: bool) -> Response:
    response = RedirectResponse(address("/pledges/new", [("practice", "true" if practice else "")]), 303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=max(0, guest.expires_at - int(time.time())),
        path="/",
        secure=True,
        httponly=True,
        samesite="lax",
    )
    # The device may be handed around, so sign out.
    for name in (SESSION_COOKIE, RENEWED_COOKIE):
        response.delete_cookie(name, path="/", secure=True, httponly=True, samesite="lax")
    return response

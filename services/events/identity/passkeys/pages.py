"""Routes of passkeys: JSON for the script in the browser, and the forms of the account page."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.events.access import PASSKEY, PERSON, Settings, SteppedUpAdministrator
from services.events.identity.passkeys import commands
from services.events.identity.passkeys.ceremony import RelyingParty
from services.events.identity.passkeys.domain import CHALLENGE_LIFETIME, PasskeysUnavailable
from services.events.identity.passkeys.schemas import CredentialIn, PasskeyName, RegistrationOptionsIn, SignInIn
from services.events.identity.people import queries as people_queries
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.cookies import delete_cookies, session_key_of, set_session_cookies
from services.events.identity.sessions.device import describe
from services.events.identity.sessions.domain import NoSession, SessionEnded
from shared.http.dependencies import Anybody, AnyPerson, Db, SteppedUpPerson
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.rate_limits import ASKING_DEVICES, SIGNING_IN, limited
from shared.secrets import new_secret, read_secret, write_secret
from shared.ui.forms import read_form
from shared.ui.local_paths import safe_next
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

BROWSER_COOKIE: Final = "__Host-tilsagn-passkey"
"""Holds the secret to which this browser's challenges are bound."""


async def _relying_party(request: Request) -> RelyingParty:
    party: RelyingParty | None = request.app.state.relying_party
    if party is None:
        raise PasskeysUnavailable
    return party


Party = Annotated[RelyingParty, Depends(_relying_party)]


@router.get("/sign-in/passkey")
@concerns()
async def passkey_page(request: Request, _who: Anybody, next: str | None = None) -> Response:
    """The page with the button that signs in by passkey."""
    return render(request, "sign_in_passkey.html", next=safe_next(next, default=""))


@router.post("/sign-in/passkey/options")
@concerns()
@limited(ASKING_DEVICES)
async def sign_in_options(request: Request, _who: Anybody, db: Db, party: Party) -> Response:
    """The options for signing in. Limited by network address."""
    browser = secret_of(request)
    options = await commands.sign_in_options(db, party, browser, now=datetime.now(UTC))
    return with_secret(JSONResponse(options), browser)


@router.post("/sign-in/passkey")
@concerns()
@limited(SIGNING_IN)
async def sign_in(
    *, request: Request, _who: Anybody, db: Db, settings: Settings, party: Party, signed: SignInIn
) -> Response:
    """Sign in by an assertion. A previous session of the browser ends."""
    key, principal = await commands.sign_in(
        db, party, signed.credential, secret_of(request), device=device_of(request), now=datetime.now(UTC)
    )
    with suppress(SessionEnded):
        await sessions.end(db, session_key_of(request))
    response = JSONResponse({"next": safe_next(signed.next)})
    set_session_cookies(response, settings, key, principal)
    return response


@router.post("/account/passkeys/options")
@concerns()
async def registration_options(
    *, request: Request, who: SteppedUpPerson, db: Db, settings: Settings, party: Party, wants: RegistrationOptionsIn
) -> Response:
    """The options for adding a passkey."""
    session_id = session_of(who)
    browser = secret_of(request)
    options = await commands.registration_options(
        db,
        party,
        settings,
        who,
        session_id=session_id,
        browser=browser,
        code=wants.code,
        now=datetime.now(UTC),
    )
    return with_secret(JSONResponse(options), browser)


@router.post("/account/passkeys")
@concerns()
async def add_passkey(
    *, request: Request, who: SteppedUpPerson, db: Db, settings: Settings, party: Party, made: CredentialIn
) -> Response:
    """Add a passkey to one's own account."""
    session_id = session_of(who)
    key, principal = await commands.add_passkey(
        db,
        party,
        who,
        made.credential,
        session_id=session_id,
        browser=secret_of(request),
        device=device_of(request),
        now=datetime.now(UTC),
    )
    response = JSONResponse({"next": "/account#passkeys"})
    set_session_cookies(response, settings, key, principal)
    return response


@router.post("/account/passkeys/{passkey_id:uuid}")
@concerns(PASSKEY)
async def rename(request: Request, who: AnyPerson, db: Db, passkey_id: UUID) -> Response:
    """Rename one of one's own passkeys."""
    form = await read_form(request, PasskeyName)
    if form.data is None:
        raise Problem(422, detail=form.error("name"))
    await commands.rename(db, who.taskforce, who.person, passkey_id, form.data.name)
    return RedirectResponse("/account#passkeys", 303)


@router.post("/account/passkeys/{passkey_id:uuid}/remove")
@concerns(PASSKEY)
async def remove(request: Request, who: SteppedUpPerson, db: Db, passkey_id: UUID) -> Response:
    """Remove one of one's own passkeys, and say which sessions ended."""
    ended = await commands.remove(
        db, who.taskforce, who.person, passkey_id, session_id=who.session_id, opened=who.roles
    )
    if who.session_id not in ended:
        return RedirectResponse(f"/account?signed_out={len(ended)}#passkeys", 303)
    request.state.principal = None
    response = render(request, "passkey_removed.html", elsewhere=len(ended) - 1)
    delete_cookies(response)
    return response


@router.post("/people/{person_id:uuid}/enrolment-code")
@concerns(PERSON)
async def make_code(
    request: Request, who: SteppedUpAdministrator, db: Db, settings: Settings, person_id: UUID
) -> Response:
    """Make an enrolment code for a person and show it, once."""
    code = await commands.make_code(db, settings, who.taskforce, person_id, by=who.subject, now=datetime.now(UTC))
    async with db.read(who.taskforce) as conn:
        person = await people_queries.person(conn, who.taskforce, person_id)
    return render(request, "enrolment_code.html", person=person, code=code)


def session_of(who: Principal) -> UUID:
    """Return the principal's session. Raises `NoSession` if the principal is a program."""
    if who.session_id is None:
        raise NoSession
    return who.session_id


def device_of(request: Request) -> str:
    """Return a description of the requesting browser."""
    return describe(request.headers.get("user-agent", ""))


def secret_of(request: Request) -> bytes:
    """Return the browser's secret, or a new one."""
    return read_secret(request.cookies.get(BROWSER_COOKIE, "")) or new_secret()


def with_secret(response: Response, secret: bytes) -> Response:
    """Return the response with the secret in a cookie."""
    response.set_cookie(
        BROWSER_COOKIE,
        write_secret(secret),
        max_age=int(CHALLENGE_LIFETIME.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
    )
    return response

"""Passkeys in the browser: what its script asks and sends (JSON), and the forms of one's account."""

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
from services.events.identity.passkeys.domain import CHALLENGE_LASTS, PasskeysNotOffered
from services.events.identity.passkeys.schemas import Made, Name, Signed, WantsPasskey
from services.events.identity.people import queries as people_queries
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.cookies import give_session, key_in, take_all
from services.events.identity.sessions.device import describe
from services.events.identity.sessions.domain import NoSession, SessionOver
from shared.http.dependencies import Anybody, AnyPerson, Db, SteppedUpPerson
from shared.http.policy import concerns
from shared.http.problems import Problem, safe_next
from shared.http.rate_limits import ASKING_DEVICES, SIGNING_IN, limited
from shared.secrets import new_secret, read_secret, write_secret
from shared.ui.forms import read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

BROWSER_COOKIE: Final = "__Host-tilsagn-passkey"
"""Holds a secret to which the challenges that this browser has asked for are bound."""


async def _relying_party(request: Request) -> RelyingParty:
    party: RelyingParty | None = request.app.state.relying_party
    if party is None:
        raise PasskeysNotOffered
    return party


Party = Annotated[RelyingParty, Depends(_relying_party)]


@router.get("/sign-in/passkey")
@concerns()
async def passkey_page(request: Request, _who: Anybody, next: str | None = None) -> Response:
    """A page with the one button."""
    return render(request, "sign_in_passkey.html", next=safe_next(next, default=""))


@router.post("/sign-in/passkey/options")
@concerns()
@limited(ASKING_DEVICES)
async def ask_to_sign_in(request: Request, _who: Anybody, db: Db, party: Party) -> Response:
    """What the browser's script gives to the device. An address that asks too often is told to wait."""
    browser = secret_of(request)
    options = await commands.ask_to_sign_in(db, party, browser, now=datetime.now(UTC))
    return with_secret(JSONResponse(options), browser)


@router.post("/sign-in/passkey")
@concerns()
@limited(SIGNING_IN)
async def sign_in(
    *, request: Request, _who: Anybody, db: Db, settings: Settings, party: Party, signed: Signed
) -> Response:
    """Sign somebody in by what their device has signed. A session that the browser had before ends."""
    key, principal = await commands.sign_in(
        db, party, signed.credential, secret_of(request), device=device_of(request), now=datetime.now(UTC)
    )
    with suppress(SessionOver):
        await sessions.end(db, key_in(request))
    response = JSONResponse({"next": safe_next(signed.next)})
    give_session(response, settings, key, principal)
    return response


@router.post("/account/passkeys/options")
@concerns()
async def ask_to_enrol(
    *, request: Request, who: SteppedUpPerson, db: Db, settings: Settings, party: Party, wants: WantsPasskey
) -> Response:
    """What the browser's script gives to the device, for a new passkey of whoever is signed in."""
    session_id = session_of(who)
    browser = secret_of(request)
    options = await commands.ask_to_enrol(
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
async def enrol(
    *, request: Request, who: SteppedUpPerson, db: Db, settings: Settings, party: Party, made: Made
) -> Response:
    """Keep a new passkey of whoever is signed in; from now on they are signed in by it."""
    session_id = session_of(who)
    key, principal = await commands.enrol(
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
    give_session(response, settings, key, principal)
    return response


@router.post("/account/passkeys/{passkey_id:uuid}")
@concerns(PASSKEY)
async def rename(request: Request, who: AnyPerson, db: Db, passkey_id: UUID) -> Response:
    """Call one of one's own passkeys something else."""
    form = await read_form(request, Name)
    if form.data is None:
        raise Problem(422, detail=form.error("name"))
    await commands.rename(db, who.taskforce, who.person, passkey_id, form.data.name)
    return RedirectResponse("/account#passkeys", 303)


@router.post("/account/passkeys/{passkey_id:uuid}/remove")
@concerns(PASSKEY)
async def remove(request: Request, who: SteppedUpPerson, db: Db, passkey_id: UUID) -> Response:
    """Sign in no longer with one of one's own passkeys, and say where that has ended what it had opened."""
    ended = await commands.remove(
        db, who.taskforce, who.person, passkey_id, session_id=who.session_id, opened=who.roles
    )
    if who.session_id not in ended:
        return RedirectResponse(f"/account?signed_out={len(ended)}#passkeys", 303)
    request.state.principal = None
    response = render(request, "passkey_removed.html", elsewhere=len(ended) - 1)
    take_all(response)
    return response


@router.post("/people/{person_id:uuid}/enrolment-code")
@concerns(PERSON)
async def make_code(
    request: Request, who: SteppedUpAdministrator, db: Db, settings: Settings, person_id: UUID
) -> Response:
    """A code for somebody, shown this once: whoever loads the page again makes another."""
    code = await commands.make_code(db, settings, who.taskforce, person_id, by=who.subject, now=datetime.now(UTC))
    async with db.read(who.taskforce) as conn:
        person = await people_queries.person(conn, who.taskforce, person_id)
    return render(request, "enrolment_code.html", person=person, code=code)


def session_of(who: Principal) -> UUID:
    """The session in which somebody asks. Raises `NoSession` where a program does."""
    if who.session_id is None:
        raise NoSession
    return who.session_id


def device_of(request: Request) -> str:
    """What to call the browser that asks."""
    return describe(request.headers.get("user-agent", ""))


def secret_of(request: Request) -> bytes:
    """The browser's secret; a new one for a browser that has none of ours."""
    return read_secret(request.cookies.get(BROWSER_COOKIE, "")) or new_secret()


def with_secret(response: Response, secret: bytes) -> Response:
    """The answer, with the secret for the browser to keep."""
    response.set_cookie(
        BROWSER_COOKIE,
        write_secret(secret),
        max_age=int(CHALLENGE_LASTS.total_seconds()),
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
    )
    return response

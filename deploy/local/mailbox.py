"""`/mail`: shows the mails that the local run caught, because they hold the links that sign people in.

Only the browser that has opened the link in the terminal sees them. Somebody else on this machine does not, and neither
does a request that a proxy or a tunnel has forwarded from elsewhere.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import RedirectResponse
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from starlette.types import ASGIApp, Receive, Scope, Send

from deploy.local.mail import MailStore
from shared.http.app import create_web_app
from shared.http.problems import Problem
from shared.http.rate_limits import ClientKind, Rate
from shared.i18n import translations
from shared.ui.pages import render

PREFIX: Final = "/mail"
COOKIE: Final = "__Host-tilsagn-mail"

_FORWARDING: Final = frozenset({b"forwarded", b"via", b"x-real-ip", b"cf-connecting-ip", b"true-client-ip"})

_TEMPLATES = Path(__file__).with_name("templates")
_ADDRESS = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:!?]")

_WORDS = {
    "da": {
        "title": "Mails på denne maskine",
        "intro": "Intet forlader maskinen: alle mails fra denne kørsel ender her.",
        "none": "Der er ikke sendt nogen mails endnu.",
        "again": "Hent igen",
        "from": "Fra",
        "to": "Til",
        "at": "Modtaget",
        "subject": "Emne",
        "no_subject": "(uden emne)",
        "all": "Alle mails",
        "raw": "Hent mailen som fil",
        "attachments": "Vedhæftet",
        "markup": "Mailen har ingen ren tekst. Her er dens HTML, som den er skrevet.",
        "text": "Indhold",
        "closed": "Mails åbnes fra terminalen",
        "how_to_open": "Åbn linket efter “Mails” i den terminal, hvor Tilsagn kører. Det gælder, til Tilsagn stoppes.",
    },
    "en": {
        "title": "Mails on this machine",
        "intro": "Nothing leaves the machine: every mail of this run ends here.",
        "none": "No mails have been sent yet.",
        "again": "Load again",
        "from": "From",
        "to": "To",
        "at": "Received",
        "subject": "Subject",
        "no_subject": "(no subject)",
        "all": "All mails",
        "raw": "Download the mail as a file",
        "attachments": "Attached",
        "markup": "The mail has no plain text. This is its HTML as it was written.",
        "text": "Content",
        "closed": "Mails are opened from the terminal",
        "how_to_open": "Open the link after “Mails” in the terminal where Tilsagn runs. It works until Tilsagn stops.",
    },
}


@dataclass(frozen=True)
class MailboxSettings:
    """Settings of the pages."""

    public_url: str
    demo_mode: bool
    token_jwks: str
    rate_limits: Mapping[str, Mapping[ClientKind, Rate]] = field(default_factory=dict)
    rate_limits_times: float = 1


def create_mailbox(store: MailStore, settings: MailboxSettings, *, token: str) -> ASGIApp:
    """Return the application behind `/mail`. It answers only requests from this machine to a local host name.

    Args:
        store: the mails.
        settings: of the pages.
        token: opens them: `/mail?token=…` sets a cookie for the browser's session.
    """
    app = create_web_app(title="Tilsagn", service="mailbox", settings=settings)
    environment = app.state.templates.overlay()
    environment.loader = ChoiceLoader([FileSystemLoader(_TEMPLATES), app.state.templates.loader])
    app.state.templates = environment
    _add_pages(app, store, token)
    return _OnlyThisMachine(app)


def _add_pages(app: FastAPI, store: MailStore, expected: str) -> None:
    def is_right(token: str) -> bool:
        return hmac.compare_digest(token.encode(), expected.encode())

    def admit(request: Request) -> None:
        if not is_right(request.cookies.get(COOKIE, "")):
            raise Problem(403, "mailbox-closed", _words()["closed"], _words()["how_to_open"])

    @app.get(PREFIX, include_in_schema=False)
    async def mails(request: Request, token: Annotated[str, Query()] = "") -> Response:
        if is_right(token):
            response = RedirectResponse(PREFIX, 303)
            response.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="strict")
            return response
        admit(request)
        return render(request, "mails.html", words=_words(), mails=await asyncio.to_thread(store.latest))

    @app.get(f"{PREFIX}/{{name}}", include_in_schema=False)
    async def mail(request: Request, name: str, raw: Annotated[bool, Query()] = False) -> Response:
        admit(request)
        opened = await asyncio.to_thread(store.open, name)
        if opened is None:
            raise Problem(404)
        if raw:
            return Response(
                await asyncio.to_thread(store.raw, name),
                media_type="message/rfc822",
                headers={"content-disposition": f'attachment; filename="{name}.eml"'},
            )
        return render(request, "mail.html", words=_words(), mail=opened, body=_with_links(opened.text))


def _words() -> dict[str, str]:
    return _WORDS[translations.current_language()]


def _with_links(text: str) -> Markup:
    """Return the escaped text with line breaks kept and URLs as links; nothing else becomes markup."""
    pieces: list[Markup] = []
    end = 0
    for match in _ADDRESS.finditer(text):
        pieces += [
            Markup.escape(text[end : match.start()]),
            Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(match[0]),
        ]
        end = match.end()
    escaped = Markup("").join([*pieces, Markup.escape(text[end:])])
    return Markup("<br>\n").join(escaped.strip().splitlines())


class _OnlyThisMachine:
    """Refuses requests from other machines, forwarded ones, and foreign host names."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_local = _is_loopback(scope) and _is_named_loopback(scope) and not _is_forwarded(scope)
        if scope["type"] == "http" and not is_local:
            refusal = Response("The mailbox answers on the machine that runs it only.\n", 403, media_type="text/plain")
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_loopback(scope: Scope) -> bool:
    try:
        return ipaddress.ip_address((scope.get("client") or ("",))[0]).is_loopback
    except ValueError:
        return False


def _is_forwarded(scope: Scope) -> bool:
    # A tunnel or a proxy on this machine connects from here, whoever sits behind it.
    return any(name.startswith(b"x-forwarded-") or name in _FORWARDING for name, _value in scope["headers"])


def _is_named_loopback(scope: Scope) -> bool:
    # DNS rebinding: a page of another site could resolve to 127.0.0.1 and must not read mails.
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return host.rpartition(":")[0] in ("localhost", "127.0.0.1") or host in ("localhost", "127.0.0.1")

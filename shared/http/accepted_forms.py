"""Tells the browser that a form was accepted, so that its page forgets what was typed.

A script sets a cookie when a form is sent (shared/ui/js/forms/keep_typed.js). It is deleted with the redirect that
follows a form that was accepted. An answer that is lost on the way deletes nothing, so what was typed is kept then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "__Host-tilsagn-sending"


class AcceptedForms:
    """Deletes the cookie in the answer to a form that redirects with 303: what else is answered is not final."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_form = scope["type"] == "http" and scope["method"] == "POST"
        if not is_form or f"{COOKIE}=" not in Headers(scope=scope).get("cookie", ""):
            await self.app(scope, receive, send)
            return

        async def send_with_deletion(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 303:
                deletion = f"{COOKIE}=; Max-Age=0; Path=/; Secure; SameSite=Strict"
                MutableHeaders(scope=message).append("set-cookie", deletion)
            await send(message)

        await self.app(scope, receive, send_with_deletion)

"""The page that offers every way to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.events.register import queries
from shared.ui.pages import render

if TYPE_CHECKING:
    from typing import Any

    from fastapi import Request
    from fastapi.responses import Response

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from shared.ui.forms import Form


async def show_login_options(
    request: Request, db: Database, settings: EventsSettings, form: Form[Any], *, next: str, status_code: int = 200
) -> Response:
    """Return the page: the organisation's provider if there is one, magic link, passkey.

    Args:
        form: the form for a magic link.
        next: the local path to go on to; may be empty.
    """
    provider, provided = settings.provider, []
    if provider is not None:
        async with db.system() as conn:
            provided = [one for one in await queries.taskforces(conn) if one.slug in provider.groups]
    return render(
        request,
        "login_options.html",
        status_code=status_code,
        form=form,
        next=next,
        provider=provider and provider.name,
        provided=provided,
    )

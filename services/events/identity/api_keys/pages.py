"""HTML pages of API keys, for administrators."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.events.access import API_KEY, Administrator, Settings, SteppedUpAdministrator
from services.events.identity.api_keys import commands, queries
from services.events.identity.api_keys.domain import LIFETIMES_DAYS, SCOPE_LABELS, TOKEN_PATH
from services.events.identity.api_keys.schemas import ApiKeyIn
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.ui.forms import blank, read_form
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.db.database import Database
    from shared.http.auth import Principal
    from shared.ui.forms import Form

router = APIRouter(prefix="/api-keys", include_in_schema=False)


@router.get("")
@concerns(API_KEY)
async def show_keys(request: Request, principal: Administrator, db: Db) -> Response:
    """The list of keys, and the form that makes one."""
    return await _shown(request, principal, db, blank(days="90"))


@router.post("")
@concerns()
async def make_key(request: Request, principal: SteppedUpAdministrator, db: Db, settings: Settings) -> Response:
    """Make a key and show its credentials, once."""
    form = await read_form(request, ApiKeyIn)
    if form.data is None:
        return await _shown(request, principal, db, form, status_code=422)
    data = form.data
    credentials = await commands.make_key(
        db,
        principal.taskforce,
        name=data.name,
        scopes=data.scopes,
        days=int(data.days),
        made_by=principal.person,
    )
    token_url = f"{settings.public_url}{TOKEN_PATH}"
    return render(request, "api_key.html", name=data.name, credentials=credentials, token_url=token_url)


@router.post("/{key_id:uuid}/revoke")
@concerns(API_KEY)
async def revoke_key(principal: SteppedUpAdministrator, db: Db, key_id: UUID) -> Response:
    """Revoke a key."""
    await commands.revoke_key(db, principal.taskforce, key_id, by=principal.subject)
    return RedirectResponse("/api-keys", 303)


@router.post("/{key_id:uuid}/take-over")
@concerns(API_KEY)
async def take_over_key(principal: SteppedUpAdministrator, db: Db, key_id: UUID) -> Response:
    """Become the owner of a key."""
    await commands.take_over_key(db, principal.taskforce, key_id, by=principal.person)
    return RedirectResponse(f"/api-keys#key-{key_id}", 303)


async def _shown(
    request: Request, principal: Principal, db: Database, form: Form[ApiKeyIn], *, status_code: int = 200
) -> Response:
    async with db.read(principal.taskforce) as conn:
        keys = await queries.api_keys(conn, principal.taskforce, datetime.now(UTC))
    return render(
        request,
        "api_keys.html",
        status_code=status_code,
        form=form,
        keys=keys,
        me=principal.person_id,
        labels=SCOPE_LABELS,
        lifetimes=LIFETIMES_DAYS,
    )

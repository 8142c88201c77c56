"""The page of one's own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.events.access import PASSKEY, SESSION, Settings
from services.events.identity.passkeys import queries as passkey_queries
from services.events.identity.people import queries as people_queries
from services.events.identity.people import store as people
from services.events.identity.people.domain import PRIVILEGED
from services.events.identity.sessions import queries as session_queries
from shared.http.dependencies import AnyPerson, Db
from shared.http.policy import concerns
from shared.product.roles import ROLE_LABELS
from shared.product.vocabulary import PROGRAMMES
from shared.ui.pages import render

if TYPE_CHECKING:
    from shared.db.database import Connection
    from shared.http.auth import Principal

router = APIRouter(prefix="/account", include_in_schema=False)


@router.get("")
@concerns(SESSION, PASSKEY)
async def show_account(
    request: Request,
    who: AnyPerson,
    db: Db,
    settings: Settings,
    signed_out: Annotated[int | None, Query(ge=0, le=1000)] = None,
) -> Response:
    """Show one's facts and roles, sessions and passkeys.

    Args:
        signed_out: how many sessions ended with a passkey that has just been removed.
    """
    async with db.read(who.taskforce) as conn:
        sessions = await session_queries.sessions(conn, who.taskforce, who.person)
        passkeys = await passkey_queries.passkeys(conn, who.taskforce, who.person)
        code_needed = await passkey_queries.needs_enrolment_code(conn, who.taskforce, who.person, who.session_id)
        closed = await _openers_of_withheld_roles(conn, who)
        person = await people_queries.person_or_none(conn, who.taskforce, who.person)
    return render(
        request,
        "account.html",
        person=person,
        labels=ROLE_LABELS,
        programmes=PROGRAMMES,
        sessions=sessions,
        passkeys=passkeys,
        code_needed=code_needed,
        opens_by_passkey="passkey" in closed,
        opens_by_provider="provider" in closed,
        provider=settings.provider and settings.provider.name,
        this=who.session_id,
        signed_out=signed_out,
    )


async def _openers_of_withheld_roles(conn: Connection, who: Principal) -> frozenset[str]:
    """Return what would open the principal's withheld roles: `passkey`, `provider`, or both."""
    if not who.withheld:
        return frozenset()
    person = await people.load_person(conn, who.taskforce, who.person)
    by_hand = (person.roles - person.provided) & PRIVILEGED
    closed = {"passkey": by_hand - who.roles, "provider": person.provided - who.roles}
    return frozenset(opens for opens, roles in closed.items() if roles)

"""A magic link, for the person who requested it. Nobody else sees that it was sent."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from services.notifications.notices.notice import Notice, NoticeKind, Summary
from services.notifications.notices.recipients import person_signing_in
from shared.contracts.events import SignInLinkRequested
from shared.i18n.translations import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE: Final = "sign_in_link"


def _plan(request: SignInLinkRequested) -> Notice:
    return Notice(
        rule=CODE,
        about_id=request.request_id,
        recipient_kind="person",
        recipient_id=request.person_id,
        happened_at=request.recorded_at,
        facts={"request_id": str(request.request_id), "expires_at": request.expires_at.isoformat()},
    )


def _context(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"expires_at": datetime.fromisoformat(facts["expires_at"])}


KIND: Final = NoticeKind(
    code=CODE,
    label=N_("A link to sign in with"),
    trigger=SignInLinkRequested,
    plan=_plan,
    recipient=person_signing_in,
    context=_context,
    summary=lambda _facts: Summary(""),
    caused_by="anybody",
    listed=False,
)

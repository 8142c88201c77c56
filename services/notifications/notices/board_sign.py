"""Tells whoever keeps the signs by the road that the number on them is to be changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid5

from services.notifications.notices.notice import Notice, NoticeKind, Summary
from services.notifications.notices.recipients import keeper_of_signs
from shared.contracts.dashboard import BoardReleased
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

CODE: Final = "board_sign"


def _plan(released: BoardReleased) -> Notice | None:
    if not released.sign_due or released.count is None:
        return None
    return Notice(
        rule=CODE,
        # A taskforce has one board, and a mail for each release.
        about_id=uuid5(released.aggregate_id, str(released.version)),
        recipient_kind="coordinator",
        recipient_id=released.taskforce_id,
        happened_at=released.released_at,
        facts={"count": released.count, "as_of": released.as_of.isoformat()},
    )


def _context(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {"count": facts["count"], "as_of": date.fromisoformat(facts["as_of"])}


KIND: Final = NoticeKind(
    code=CODE,
    label=N_("The number on the signs by the road"),
    trigger=BoardReleased,
    plan=_plan,
    recipient=keeper_of_signs,
    context=_context,
    summary=lambda facts: Summary(_("the signs are to show %(number)s", number=number_text(facts["count"]))),
)

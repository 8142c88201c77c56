"""The registry of notices. A new one is a module with a `KIND`, its templates, its translations, and an entry in this
registry."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from services.notifications.notices import (
    board_sign,
    call_list,
    invitation,
    meeting_pack,
    pledge_became_hire,
    pledge_received,
    sign_in_link,
    still_employed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.notifications.notices.notice import Notice, NoticeKind
    from shared.contracts.message import Message

KINDS: Final[Mapping[str, NoticeKind]] = MappingProxyType(
    {
        module.KIND.code: module.KIND
        for module in (
            pledge_received,
            pledge_became_hire,
            still_employed,
            call_list,
            meeting_pack,
            board_sign,
            sign_in_link,
            invitation,
        )
    }
)
"""Every kind of notice by its code. The database may contain others, of a newer release, which are not processed."""

UNLISTED: Final = tuple(kind.code for kind in KINDS.values() if not kind.listed)


def plan(message: Message) -> list[Notice]:
    """Return the notices that a message leads to."""
    found = (kind.plan(message) for kind in KINDS.values() if isinstance(message, kind.trigger))
    return [notice for notice in found if notice is not None]

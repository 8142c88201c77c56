"""The registry of channels. A new one is a module and an entry in this registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.notifications.channels.email import EmailChannel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.notifications.channels.channel import Channel
    from services.notifications.notices.notice import ChannelCode
    from services.notifications.settings import NotificationsSettings


def channels(settings: NotificationsSettings) -> Mapping[ChannelCode, Channel]:
    """Return every channel by its code."""
    return {"email": EmailChannel(settings)}

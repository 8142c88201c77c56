"""What every channel can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from services.notifications.notices.content import Content
    from services.notifications.notices.notice import Recipient


class Channel(Protocol):
    """A way to reach people."""

    async def send(self, delivery_id: UUID, recipient: Recipient, content: Content, *, now: datetime) -> None:
        """Hand a notice over. Returns once the other side has taken responsibility for it.

        Args:
            delivery_id: the same when the same notice is sent again, so that a copy can be recognised.

        Raises:
            Undeliverable: it can never be sent like this.
            TransientError: it did not work this time.
        """
        ...

"""Every message type and every topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.contracts import dashboard, events, notifications, pledges

if TYPE_CHECKING:
    from shared.contracts.message import Message

MESSAGES: Final[tuple[type[Message], ...]] = (
    events.MESSAGES + pledges.MESSAGES + notifications.MESSAGES + dashboard.MESSAGES
)
TOPICS: Final[tuple[str, ...]] = tuple(sorted({message.topic() for message in MESSAGES}))
PUBLISHERS: Final[tuple[str, ...]] = tuple(sorted({message.aggregate.partition(".")[0] for message in MESSAGES}))
"""The services that have messages to publish."""
PARTITIONS: Final = 12
"""Fixed from the start: another number would break the order of messages with the same key."""


def by_type(messages: tuple[type[Message], ...] = MESSAGES) -> dict[str, type[Message]]:
    """Return the classes by their CloudEvents type."""
    return {message.type_name(): message for message in messages}

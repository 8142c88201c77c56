"""The two ways in which an attempt does not succeed, kept apart from the start."""

from __future__ import annotations


class Undeliverable(Exception):
    """This mail can never be delivered; trying again is of no use.

    Attributes:
        reason: a code for the list of deliveries; never an address or a server's own words.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(Exception):
    """It did not work this time.

    Attributes:
        reason: as for `Undeliverable`.
        server_spoke: the mail server asked us to come back, as greylisting does: not too soon. Otherwise
            something is away, and may be back any moment.
    """

    def __init__(self, reason: str, *, server_spoke: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.server_spoke = server_spoke

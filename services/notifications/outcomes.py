"""The two ways in which an attempt to send something fails: permanently, and for now."""

from __future__ import annotations


class Undeliverable(Exception):
    """This can never be sent; a retry is of no use.

    Attributes:
        reason: a code for the list of deliveries; never an address or the text of a server's answer.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(Exception):
    """It failed this time; retry later.

    Attributes:
        reason: as for `Undeliverable`.
        server_spoke: the mail server asked for a retry, as greylisting does, so the next one must not come too
            soon. Otherwise something is unreachable, and may be back any moment.
    """

    def __init__(self, reason: str, *, server_spoke: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.server_spoke = server_spoke

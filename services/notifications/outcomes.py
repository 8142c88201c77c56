"""How an attempt to send something ends without it: permanently, for now, or because it is no longer needed."""

from __future__ import annotations


class Undeliverable(Exception):
    """This can never be sent; a retry is of no use.

    Attributes:
        reason: a code for the list of deliveries; never an address or the text of a server's answer.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unneeded(Exception):
    """There is nothing to send any more.

    Attributes:
        reason: as for `Undeliverable`.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TransientError(Exception):
    """The attempt failed for now; a retry may succeed.

    Attributes:
        reason: as for `Undeliverable`.
        requested_by_server: the mail server asked for a retry, as greylisting does, so the next attempt must not be too
            soon. Otherwise something is unreachable, and may be reachable again at any moment.
    """

    def __init__(self, reason: str, *, requested_by_server: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.requested_by_server = requested_by_server

"""How often one address may ask: what guesses is slowed down, and says so in headers."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from typing import TYPE_CHECKING, Final

from shared.web.i18n import gettext as _
from shared.web.problems import Problem

if TYPE_CHECKING:
    from starlette.requests import Request

_REMEMBERED_ADDRESSES: Final = 10_000


class RateLimit:
    """Lets an address ask so often within so many seconds, in this process.

    Several processes each count for themselves: the limit is theirs together, at most as many times as there are.

    Args:
        most: how often.
        seconds: in how long a time, sliding.
    """

    def __init__(self, *, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._asked: OrderedDict[str, deque[float]] = OrderedDict()

    def check(self, request: Request) -> None:
        """Count a request. Raises `Problem` 429 for one too many, which says when to come again."""
        now = time.monotonic()
        address = request.client.host if request.client is not None else ""
        asked = self._asked.setdefault(address, deque())
        self._asked.move_to_end(address)
        while len(self._asked) > _REMEMBERED_ADDRESSES:
            self._asked.popitem(last=False)
        while asked and asked[0] <= now - self.seconds:
            asked.popleft()
        if len(asked) >= self.most:
            again = max(1, math.ceil(asked[0] + self.seconds - now))
            raise Problem(
                429,
                "too-many-requests",
                _("That was too often"),
                _("Wait a few minutes and try again."),
                headers={
                    "retry-after": str(again),
                    "ratelimit-policy": f"{self.most};w={self.seconds:.0f}",
                    "ratelimit": f"limit={self.most}, remaining=0, reset={again}",
                },
            )
        asked.append(now)

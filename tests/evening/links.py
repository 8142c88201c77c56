"""The phones' links: a TCP proxy for each, which is cut, and which loses answers after the server has committed."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.faults.proxy import Proxy

_DELIVERY: Final = b"POST /api/pledges/v1/pledges"


class BadLink:
    """A phone's link to the network. It begins as it should be.

    Args:
        proxy: of this phone alone.
        lost_share: the share of the deliveries whose answer is lost: the connection is reset when it begins.
        seed: of the choice which ones.

    Attributes:
        deliveries: how many requests with pledges have passed.
    """

    def __init__(self, proxy: Proxy, *, lost_share: float, seed: str) -> None:
        self.proxy = proxy
        self.deliveries = 0
        self._lost_share = lost_share
        self._rng = random.Random(seed)

    @property
    def answers_lost(self) -> int:
        """How many answers it has lost."""
        return self.proxy.counts["lost"]

    async def cut(self) -> None:
        """Reset every connection, and new ones, too."""
        self.proxy.cut()

    async def heal(self) -> None:
        """Let requests pass, but lose some answers."""
        self.proxy.heal()
        self.proxy.lose_answers(10_000, after=self._is_lost)

    async def mend(self) -> None:
        """Let everything pass."""
        self.proxy.heal()

    def _is_lost(self, data: bytes) -> bool:
        if not data.startswith(_DELIVERY):
            return False
        self.deliveries += 1
        return self._rng.random() < self._lost_share

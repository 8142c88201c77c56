"""Watches the door check during the evening, and notes every moment at which it says something wrong."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

_EVERY_SECONDS = 0.5


class DoorWatch:
    """Reads the evening's figures again and again.

    Args:
        captured: returns how many pledges have been typed on all phones so far.

    Attributes:
        looks: how often it has looked.
        wrong: what was wrong, in words.
    """

    def __init__(self, coordinator: httpx.AsyncClient, event_id: str, captured: Callable[[], int]) -> None:
        self._coordinator = coordinator
        self._path = f"/api/pledges/v1/events/{event_id}/evening"
        self._captured = captured
        self.looks = 0
        self.wrong: Counter[str] = Counter()

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            with suppress(httpx.TransportError):
                self.judge(await self.look(), self._captured())
            await asyncio.sleep(_EVERY_SECONDS)

    async def look(self) -> dict[str, Any]:
        """Return the evening's figures."""
        answer = await self._coordinator.get(self._path)
        answer.raise_for_status()
        figures: dict[str, Any] = answer.json()
        return figures

    def judge(self, figures: dict[str, Any], captured: int) -> None:
        """Note what cannot be right.

        Args:
            captured: how many pledges had been typed when the figures were there.
        """
        self.looks += 1
        phones = figures["phones"]
        held = sum(len(phone["missing"]) for phone in phones)
        if figures["pledges"] > captured:
            self.wrong["more pledges than were typed"] += 1
        if sum(phone["arrived"] for phone in phones) != figures["pledges"]:
            self.wrong["the phones' pledges are not the event's"] += 1
        if figures["all_safe"] != (held == 0):
            self.wrong["all are safe, and a phone holds one, or the other way round"] += 1
        for phone in phones:
            if phone["announced"] != phone["arrived"] + len(phone["missing"]):
                self.wrong["a number was announced, and has neither arrived nor is it missing"] += 1

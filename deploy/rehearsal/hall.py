"""All phones of an evening at once, with the network coming and going."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from deploy.rehearsal.phone import Link, Phone
    from deploy.rehearsal.plan import Plan, TypedPledge

_SHORTEST_CUT: Final = 0.5


async def play(
    plan: Plan,
    phones: Mapping[int, Phone],
    links: Mapping[int, Link],
    *,
    seconds: float,
    cut_share: float,
    on_typed: Callable[[Phone, TypedPledge], Awaitable[None]] | None = None,
) -> float:
    """Type every pledge of the plan on its phone, while the network of each phone comes and goes.

    Args:
        phones, links: by the phone's number, from 1.
        seconds: how long the evening takes. The moments are drawn from the plan's seed.
        cut_share: the share of the time that a phone has no network.
        on_typed: called when a phone has taken a pledge.

    Returns:
        The share of the time that the phones had no network.
    """
    loop = asyncio.get_running_loop()
    began = loop.time()
    cut_seconds = 0.0

    async def type_all(number: int, pledges: tuple[TypedPledge, ...]) -> None:
        rng = random.Random(f"{plan.seed} typing {number}")  # noqa: S311  (a plan, not a secret)
        for moment, pledge in zip(sorted(rng.uniform(0, seconds) for _ in pledges), pledges, strict=True):
            await asyncio.sleep(max(0.0, began + moment - loop.time()))
            await phones[number].type(pledge)
            if on_typed is not None:
                await on_typed(phones[number], pledge)

    async def cut_and_heal(number: int) -> None:
        nonlocal cut_seconds
        rng = random.Random(f"{plan.seed} network {number}")  # noqa: S311  (a plan, not a secret)
        mean = max(_SHORTEST_CUT * 2, seconds / 12)
        while True:
            await asyncio.sleep(rng.expovariate(1 / (mean * (1 - cut_share))))
            cut_at = loop.time()
            await links[number].cut()
            try:
                await asyncio.sleep(_SHORTEST_CUT + rng.expovariate(1 / (mean * cut_share)))
            finally:
                cut_seconds += loop.time() - cut_at
                await links[number].heal()

    networks = [asyncio.create_task(cut_and_heal(number)) for number in phones] if cut_share else []
    try:
        async with asyncio.TaskGroup() as group:
            for number, pledges in enumerate(plan.pledges, start=1):
                group.create_task(type_all(number, pledges))
        share = cut_seconds / ((loop.time() - began) * len(phones))
    finally:
        for network in networks:
            network.cancel()
        await asyncio.gather(*networks, return_exceptions=True)
    return share

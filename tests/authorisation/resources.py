"""Requests that read a pledge, or leave it as it is: what several operations have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.pledges.pledges.access import PLEDGE
from tests.authorisation.matrix import Ask, Probe, expected_marks
from tests.authorisation.pledges_world import PledgesWorld

if TYPE_CHECKING:
    from shared.http.policy import Caller, Ownership


def list_of(path: str, field: str) -> Probe:
    """A list, which omits what the caller may not see."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        return Ask(
            "GET", path, hidden=200, shows=expected_marks(ownership, getattr(world.pledge(caller, ownership), field))
        )

    return probe


def one(path: str, field: str, *, inside: bool = False) -> Probe:
    """One resource by its id; `inside` a pledge, which the caller may reach even when this resource is not reached."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        logged = world.pledge(caller, ownership)
        hidden = 200 if inside and ownership in PLEDGE.reached_by(caller) else 404
        shows = expected_marks(ownership, getattr(logged, field))
        return Ask("GET", path.format(id=logged.id, hire_id=logged.hire_id), hidden=hidden, shows=shows)

    return probe


def beside(path: str, field: str) -> Probe:
    """An additional resource that a page shows if the URL names one that the caller reaches."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        logged = world.pledge(caller, ownership)
        shows = expected_marks(ownership, getattr(logged, field))
        return Ask("GET", path.format(id=logged.id, hire_id=logged.hire_id), hidden=200, shows=shows)

    return probe


def change(method: str, path: str, *, success: int, **send: Any) -> Probe:
    """A change of a pledge with a filled position: it does nothing, or is refused for that reason."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        return Ask(method, path.format(id=world.pledge(caller, ownership).id), send, success=success)

    return probe

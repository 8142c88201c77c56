"""Requests for participants, each with what its answer shows and changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.authorisation.matrix import Ask, Probe, expected_marks
from tests.authorisation.pledges_world import PledgesWorld

if TYPE_CHECKING:
    from shared.http.policy import Caller, Ownership


def _list(path: str) -> Probe:
    """A list, which omits what the caller may not see."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        shows = expected_marks(ownership, world.participants.of(caller, ownership).case_reference)
        return Ask("GET", path, hidden=200, shows=shows)

    return probe


def _one(path: str) -> Probe:
    """One participant by their id."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        found = world.participants.of(caller, ownership)
        return Ask("GET", path.format(id=found.id), shows=expected_marks(ownership, found.case_reference))

    return probe


PARTICIPANT_PROBES: Final[dict[tuple[str, str], Probe]] = {
    ("GET /participants", "participant"): _list("/participants"),
    ("GET /participants/{participant_id:uuid}", "participant"): _one("/participants/{id}"),
}

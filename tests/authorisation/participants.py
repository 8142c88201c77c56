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


def _one(path: str, *, by_id: bool = False) -> Probe:
    """One participant by their id.

    Args:
        by_id: whether the answer names them by their id instead of their case reference.
    """

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        found = world.participants.of(caller, ownership)
        mark = str(found.id) if by_id else found.case_reference
        return Ask("GET", path.format(id=found.id), shows=expected_marks(ownership, mark))

    return probe


async def _found_job(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    """A job found for a participant. With two wrong fields it is refused and changes nothing."""
    path = f"/participants/{world.participants.of(caller, ownership).id}/found-job"
    return Ask("POST", path, {"data": {"company.name": "Bageren"}}, success=422)


async def _companies_of_found_job(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    """The form of a job found for somebody, which offers the registered companies."""
    shows = expected_marks(ownership, world.companies.get(ownership, ""))
    return Ask("GET", f"/participants/{world.participants.of(caller, 'own').id}/found-job", hidden=200, shows=shows)


PARTICIPANT_PROBES: Final[dict[tuple[str, str], Probe]] = {
    ("GET /participants", "participant"): _list("/participants"),
    ("GET /participants/{participant_id:uuid}/found-job", "participant"): _one("/participants/{id}/found-job"),
    ("GET /participants/{participant_id:uuid}/found-job", "company"): _companies_of_found_job,
    ("POST /participants/{participant_id:uuid}/found-job", "participant"): _found_job,
    ("GET /participants/{participant_id:uuid}", "participant"): _one("/participants/{id}"),
    ("GET /participants/{participant_id:uuid}/hours", "participant"): _one("/participants/{id}/hours"),
    ("GET /api/pledges/v1/participants/{participant_id}/hours", "participant"): _one(
        "/api/pledges/v1/participants/{id}/hours?purpose=casework", by_id=True
    ),
}

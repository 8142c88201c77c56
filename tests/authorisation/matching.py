"""Requests that find somebody for a position, or a position for somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared.contracts.pledges import position_id
from tests.authorisation.matrix import Ask, Probe, expected_marks, taskforce_of
from tests.authorisation.pledges_world import API, PledgesWorld
from tests.support.taskforces import TASKFORCE

if TYPE_CHECKING:
    from uuid import UUID

    from shared.http.policy import Caller, Ownership

_VACANT: Final = 50
"""The number of a position that no hire fills: hires fill the first one that is vacant."""
_ACCEPT: Final = f"update pledges set review = 'accepted' where taskforce_id = '{TASKFORCE}' and id = $1"
"""So many positions at once wait for a coordinator. What is the other taskforce's stays as it is."""
_PURPOSE: Final = {"headers": {"x-purpose": "placement"}}


def _of_position(method: str, path: str, *, success: int = 200, number: int = _VACANT, **data: str) -> Probe:
    """What belongs to a position of a pledge."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        logged = world.pledge(caller, ownership)
        await world.superuser.execute(_ACCEPT, logged.id)
        shows: tuple[str, ...] = ()
        if method == "GET":
            shows = expected_marks(ownership, str(position_id(logged.id, number)) if API in path else logged.company)
        send = _PURPOSE if method == "GET" else {"data": data}
        chosen = world.participants.of(caller, "own").id
        path_of_both = path.format(position=position_id(logged.id, number), id=chosen)
        return Ask(method, path_of_both, send, success=success, shows=shows)

    return probe


def _candidate(method: str, path: str, *, status: int = 200, **data: str) -> Probe:
    """Participants on the page or in the list of a position that the caller reaches."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        position = await _position_to_fill(world, caller)
        reference = world.participants.of(caller, ownership).case_reference
        send = _PURPOSE if method == "GET" else {"data": {"case_reference": reference} | data}
        # What was typed is in the form, too.
        shows = expected_marks(ownership, reference if API in path else f"{reference}</a>")
        return Ask(method, path.format(position=position), send, success=status, hidden=status, shows=shows)

    return probe


def _of_participant(method: str, path: str, *, success: int = 200, number: int = _VACANT) -> Probe:
    """What belongs to a participant."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        one = world.participants.of(caller, ownership)
        await _position_to_fill(world, caller)
        position = position_id(world.pledge(caller, "own").id, number)
        shows = expected_marks(ownership, str(one.id)) if method == "GET" else ()
        return Ask(method, path.format(id=one.id, position=position), _PURPOSE, success=success, shows=shows)

    return probe


async def _matched(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    """Who was found for a position that the caller reaches."""
    one, pledge_id = world.participants.of(caller, ownership), world.pledge(caller, "own").id
    await world.superuser.execute("delete from participants.matches")
    if ownership != "missing":
        await world.superuser.execute(
            """
            insert into participants.matches (taskforce_id, id, participant_id, position_id, pledge_id, matched_at)
            values ($1, $2, $2, $3, $4, now())
            """,
            taskforce_of(ownership),
            one.id,
            position_id(pledge_id, _VACANT),
            pledge_id,
        )
    shows = expected_marks(ownership, one.case_reference)
    # It is shown to nobody else, and no other request finds it matched.
    return Ask("GET", f"/queue/positions/{position_id(pledge_id, _VACANT)}/matched", hidden=200, shows=shows)


async def _position_to_fill(world: PledgesWorld, caller: Caller) -> UUID:
    pledge_id = world.pledge(caller, "own").id
    await world.superuser.execute(_ACCEPT, pledge_id)
    await world.superuser.execute("delete from participants.matches")
    return position_id(pledge_id, _VACANT)


_API: Final = f"{API}/positions/{{position}}/candidates"
_PAGE: Final = "/queue/positions/{position}/candidates"
_NEEDS: Final = "/queue/positions/{position}/needs"
_ROUTE: Final = "/queue/positions/{position_id:uuid}"
MATCHING_PROBES: Final[dict[tuple[str, str], Probe]] = {
    (f"GET {API}/positions/{{position_id}}/candidates", "pledge"): _of_position("GET", _API),
    (f"GET {API}/positions/{{position_id}}/candidates", "participant"): _candidate("GET", _API),
    (f"GET {API}/participants/{{participant_id}}/openings", "participant"): _of_participant(
        "GET", f"{API}/participants/{{id}}/openings"
    ),
    (f"GET {_ROUTE}/candidates", "pledge"): _of_position("GET", _PAGE),
    (f"GET {_ROUTE}/candidates", "participant"): _candidate("GET", _PAGE),
    (f"POST {_ROUTE}/candidates", "pledge"): _of_position("POST", _PAGE, case_reference="S-1"),
    (f"POST {_ROUTE}/candidates", "participant"): _candidate("POST", _PAGE),
    (f"POST {_ROUTE}/needs", "pledge"): _of_position("POST", _NEEDS, success=303),
    # An answer that is refused is shown again beside the candidates.
    (f"POST {_ROUTE}/needs", "participant"): _candidate("POST", _NEEDS, status=422, days="certain"),
    (f"GET {_ROUTE}/candidates/{{participant_id:uuid}}", "pledge"): _of_position("GET", f"{_PAGE}/{{id}}"),
    (f"GET {_ROUTE}/candidates/{{participant_id:uuid}}", "participant"): _of_participant("GET", f"{_PAGE}/{{id}}"),
    # A filled position is refused for that reason, where the caller reaches it and the participant.
    (f"POST {_ROUTE}/candidates/{{participant_id:uuid}}", "pledge"): _of_position(
        "POST", f"{_PAGE}/{{id}}", success=409, number=1
    ),
    (f"POST {_ROUTE}/candidates/{{participant_id:uuid}}", "participant"): _of_participant(
        "POST", f"{_PAGE}/{{id}}", success=409, number=1
    ),
    (f"GET {_ROUTE}/matched", "pledge"): _of_position("GET", "/queue/positions/{position}/matched"),
    (f"GET {_ROUTE}/matched", "participant"): _matched,
    ("GET /participants/{participant_id:uuid}/openings", "participant"): _of_participant(
        "GET", "/participants/{id}/openings"
    ),
}

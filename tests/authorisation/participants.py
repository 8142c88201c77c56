"""Requests for participants, each with what its answer shows and changes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from tests.authorisation.matrix import FOREIGN, Ask, Probe, expected_marks, taskforce_of
from tests.authorisation.pledges_world import API, PledgesWorld

if TYPE_CHECKING:
    from shared.http.policy import Caller, Ownership


def _list(path: str) -> Probe:
    """A list, which omits what the caller may not see."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        shows = expected_marks(ownership, world.participants.of(caller, ownership).case_reference)
        return Ask("GET", path, hidden=200, shows=shows)

    return probe


async def _found(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    """A search for how all of their case references begin."""
    shows = expected_marks(ownership, world.participants.of(caller, ownership).case_reference)
    return Ask("POST", "/participants", {"data": {"case_reference": "S-"}}, hidden=200, shows=shows)


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


def _change(method: str, path: str, *, success: int, **send: Any) -> Probe:
    """A change of a participant, of a version that they do not have: it is refused for that where they are reached."""

    async def probe(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
        found = world.participants.of(caller, ownership)
        headers = {"idempotency-key": str(uuid4()), "if-match": '"999"', "x-purpose": "casework"}
        sent = {"headers": headers} if path.startswith(API) else {}
        return Ask(method, path.format(id=found.id), sent | send, success=success)

    return probe


async def register_by_api(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask | None:
    """A new participant is of the caller's municipality, whatever the request says."""
    if ownership != "own":
        return None
    headers = {"idempotency-key": str(uuid4()), "x-purpose": "casework"}
    send = {"json": {"case_reference": f"Ny {uuid4().hex}"}, "headers": headers}
    return Ask("POST", f"{API}/participants", send, success=201, creates=True)


async def write_note(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    found = world.participants.of(caller, ownership)
    form = {"id": str(uuid4()), "body": "De ringer i morgen"}
    return Ask("POST", f"/participants/{found.id}/notes", {"data": form}, success=303)


async def delete_note(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    """A note that is made for the request; of one that is missing, another participant's."""
    found, note_id = world.participants.of(caller, ownership), uuid4()
    owner = world.participants.of(caller, "own") if ownership == "missing" else found
    await world.superuser.execute(
        """
        insert into participants.notes (taskforce_id, id, participant_id, body, written_at, keep_until)
        values ($1, $2, $3, 'Slettes', now(), current_date + 9)
        """,
        taskforce_of(ownership),
        note_id,
        owner.id,
    )
    return Ask("POST", f"/participants/{found.id}/notes/{note_id}/delete", success=303)


def _list_of_participants(world: PledgesWorld, caller: Caller, ownership: Ownership) -> bytes:
    # Spelt with spaces, which make no difference: the answer repeats what was sent.
    spelt = " ".join(world.participants.of(caller, ownership).case_reference)
    return f"sagsnummer;dage\n{spelt};\n".encode()


async def judge_participants(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask | None:
    """A list with a case reference: whom the caller does not see is new to them, and the answer names no id."""
    if ownership == "missing":
        # The answer differs by what was sent.
        return None
    files = {"file": ("a.csv", _list_of_participants(world, caller, ownership))}
    shows = expected_marks(ownership, str(world.participants.of(caller, ownership).id))
    return Ask("POST", "/participants/import", {"files": files}, hidden=200, shows=shows)


async def errors_of_participants(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    carried = base64.urlsafe_b64encode(_list_of_participants(world, caller, ownership)).decode()
    return Ask("POST", "/participants/import/errors", {"data": {"carried": carried}}, hidden=200)


_PURPOSE: Final = "purpose=casework"


async def show_target_groups(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    shows = expected_marks(ownership, f"Gruppe {ownership if ownership == 'own' else FOREIGN}")
    return Ask("GET", "/participants/target-groups", hidden=200, shows=shows)


async def end_target_group(world: PledgesWorld, caller: Caller, ownership: Ownership) -> Ask:
    """The code has the same name as its ownership."""
    path = f"/participants/target-groups/{ownership.replace(' ', '-')}"
    return Ask("POST", path, {"data": {"valid_until": ""}}, success=303)


PARTICIPANT_PROBES: Final[dict[tuple[str, str], Probe]] = {
    ("GET /participants/target-groups", "target group"): show_target_groups,
    ("POST /participants/target-groups/{code}", "target group"): end_target_group,
    (f"POST {API}/participants", "participant"): register_by_api,
    (f"GET {API}/participants", "participant"): _list(f"{API}/participants?{_PURPOSE}"),
    (f"GET {API}/participants/{{participant_id}}", "participant"): _one(f"{API}/participants/{{id}}?{_PURPOSE}"),
    (f"PATCH {API}/participants/{{participant_id}}", "participant"): _change(
        "PATCH", f"{API}/participants/{{id}}", success=412, json={"programme": "job_network"}
    ),
    ("GET /participants/{participant_id:uuid}/edit", "participant"): _one("/participants/{id}/edit"),
    # Of a version that they do not have.
    ("POST /participants/{participant_id:uuid}/edit", "participant"): _change(
        "POST", "/participants/{id}/edit", success=412, data={"version": "999", "max_distance_km": "7"}
    ),
    ("POST /participants/{participant_id:uuid}/status", "participant"): _change(
        "POST", "/participants/{id}/status", success=412, data={"version": "999", "status": "paused"}
    ),
    # From a day on which no target group is in force.
    ("POST /participants/{participant_id:uuid}/target-group", "participant"): _change(
        "POST",
        "/participants/{id}/target-group",
        success=422,
        data={"target_group": "6.2", "target_group_from": "2001-01-01"},
    ),
    ("POST /participants/{participant_id:uuid}/notes", "participant"): write_note,
    ("POST /participants/{participant_id:uuid}/notes/{note_id:uuid}/delete", "participant"): delete_note,
    ("POST /participants/import", "participant"): judge_participants,
    ("POST /participants/import/errors", "participant"): errors_of_participants,
    ("GET /participants", "participant"): _list("/participants"),
    ("POST /participants", "participant"): _found,
    ("GET /participants/{participant_id:uuid}/found-job", "participant"): _one("/participants/{id}/found-job"),
    ("GET /participants/{participant_id:uuid}/found-job", "company"): _companies_of_found_job,
    ("POST /participants/{participant_id:uuid}/found-job", "participant"): _found_job,
    ("GET /participants/{participant_id:uuid}", "participant"): _one("/participants/{id}"),
    ("GET /participants/{participant_id:uuid}/hours", "participant"): _one("/participants/{id}/hours"),
    ("GET /api/pledges/v1/participants/{participant_id}/hours", "participant"): _one(
        "/api/pledges/v1/participants/{id}/hours?purpose=casework", by_id=True
    ),
}

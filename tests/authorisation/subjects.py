"""Requests about a data subject: the internal routes that every service has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from tests.authorisation.matrix import Ask
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from shared.http.policy import Caller, Ownership
    from tests.authorisation.matrix import Probe

ADMINISTRATOR: Final = f"person:{UUID(int=1)}"


def inquiry(**known: Any) -> dict[str, Any]:
    """A search for a person of our taskforce."""
    return {
        "taskforce": str(TASKFORCE),
        "who": ADMINISTRATOR,
        "purpose": "subject_access",
        "action": "search",
    } | known


def find(service: str, known: Callable[[Any, Ownership], tuple[dict[str, Any], str]]) -> Probe:
    """Search for a person. `known` returns the search terms, and a text that shows the person."""

    async def probe(world: Any, caller: Caller, ownership: Ownership) -> Ask:
        by, mark = known(world, ownership)
        shows = () if ownership == "missing" else (mark,)
        path = f"/internal/{service}/v1/subjects/find"
        return Ask("POST", path, {"json": inquiry(**by)}, hidden=200, shows=shows)

    return probe


def erase(service: str, group: str, key: Callable[[Any, Ownership], Awaitable[UUID]]) -> Probe:
    """Erase a row by its key. The answer contains no row that the caller may not reach."""

    async def probe(world: Any, caller: Caller, ownership: Ownership) -> Ask:
        row = uuid4() if ownership == "missing" else await key(world, ownership)
        body = {"taskforce": str(TASKFORCE), "by": ADMINISTRATOR, "keys": {group: [str(row)]}}
        shows = () if ownership == "missing" else ('"rows":1',)
        return Ask("POST", f"/internal/{service}/v1/subjects/erase", {"json": body}, hidden=200, shows=shows)

    return probe


def deadlines(service: str) -> Probe:
    """Overdue rows: counts, in which another taskforce's rows cannot be recognised."""

    async def probe(world: Any, caller: Caller, ownership: Ownership) -> Ask | None:
        if ownership == "other taskforce":
            return None
        return Ask("GET", f"/internal/{service}/v1/deadlines?taskforce={TASKFORCE}", hidden=200)

    return probe


async def written_into_ledger(world: Any, table: str) -> None:
    """A ledger line of each taskforce, with keys to look for."""
    for taskforce, key in ((TASKFORCE, OURS), (OTHER_TASKFORCE, THEIRS)):
        await world.superuser.execute(
            "insert into erasures (taskforce_id, id, erased_table, erased_key) values ($1, $2, $3, $4)",
            taskforce,
            uuid4(),
            table,
            key,
        )


OURS, THEIRS = UUID("0e0e0e0e-0000-4000-8000-000000000001"), UUID("0e0e0e0e-0000-4000-8000-000000000002")
"""The keys of the ledger lines."""


def ledger(path: str) -> Probe:
    """The ledger, which omits another taskforce's lines."""

    async def probe(world: Any, caller: Caller, ownership: Ownership) -> Ask:
        shows = {"own": (str(OURS),), "other taskforce": (str(THEIRS),)}.get(ownership, ())
        return Ask("GET", path, hidden=200, shows=shows)

    return probe


async def write_dead_letter(world: Any, taskforce_id: UUID, about: str) -> UUID:
    """A dead letter of a taskforce, which it names."""
    id: UUID = await world.superuser.fetchval(
        """
        insert into dead_letters
               (consumer_group, topic, partition, "offset", value_digest, value, headers, reason, detail)
        values ('x', 'x', 0, 0, sha256($1::bytea), $1, $2, 'x', '')
        returning id
        """,
        f"{about} {uuid4()}".encode(),
        f'{{"ce_taskforceid": "{taskforce_id}"}}',
    )
    return id


def find_dead_letter(service: str) -> Probe:
    """Search for a person who is only in a dead letter."""

    async def probe(world: Any, caller: Caller, ownership: Ownership) -> Ask:
        about = f"{uuid4()}@example.dk"
        shows: tuple[str, ...] = ()
        if ownership != "missing":
            shows = (
                str(
                    await write_dead_letter(
                        world, OTHER_TASKFORCE if ownership == "other taskforce" else TASKFORCE, about
                    )
                ),
            )
        return Ask(
            "POST", f"/internal/{service}/v1/subjects/find", {"json": inquiry(emails=[about])}, hidden=200, shows=shows
        )

    return probe

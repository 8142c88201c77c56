"""Removes checks, one at a time, while the service runs. A removal that no test notices was not covered."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, ClassVar, Final

import asyncpg
import pytest
from starlette.requests import HTTPConnection

from services.pledges.participants.access import SIGHT_OF_ALL
from shared.db.database import _leave_as_it_is, _set_codecs
from shared.http.auth import Principal
from shared.http.policy import CALLERS
from tests.authorisation.matrix import Cell, Probes, World, cells, is_noticed
from tests.support.taskforces import TASKFORCE

WHOLE_REMOVAL: Final = pytest.mark.long("services", "shared/http", "shared/db", "tests/authorisation")
"""The mark of tests that remove every check in turn."""

_OF_THE_TASKFORCE: Final = re.compile(r"(\b\w+\.)?\btaskforce_id = \$1\b")
# Builds statements that run in any transaction: finding and erasing a person (services/*/subjects.py).
_OF_THE_TRANSACTION: Final = re.compile(r"(\b\w+\.)?\btaskforce_id = current_taskforce\(\)")
_TASKFORCE_OF_DEAD_LETTERS: Final = re.compile(r"nullif\(current_setting\('app.taskforce', true\), ''\)")

Checks = Mapping[Callable[..., Any], Callable[..., Any]]
"""Each check of a service, and what replaces it when it is removed."""


async def _let_everybody_in(connection: HTTPConnection) -> Principal:
    caller: Principal | None = connection.state.principal
    if caller is None:
        return Principal("person:00000000-0000-4000-8000-00000000000f", frozenset(), TASKFORCE)
    return Principal(**{name: getattr(caller, name) for name in Principal.__slots__} | {"taskforce_id": TASKFORCE})


async def unnoticed_role_removals(world: World, probes: Probes) -> list[str]:
    """Allow everybody to call each operation in turn; return the operations where no test is_noticed it."""
    unnoticed = []
    for operation in world.operations:
        if operation.callers == frozenset(CALLERS):
            continue
        world.app.dependency_overrides[operation.access] = _let_everybody_in
        refused = [caller for caller in CALLERS if caller not in operation.callers]
        try:
            for one in refused:
                tried = cells(world, [operation], callers=[one], ownerships=("own", "missing"))
                if not await is_noticed(world, probes, tried):
                    unnoticed.append(f"{operation.name} for {one}")
        finally:
            del world.app.dependency_overrides[operation.access]
    return unnoticed


class _WithoutTaskforceFilter(asyncpg.Connection):
    """A connection whose statements do not filter by taskforce."""

    forgotten: ClassVar[Mapping[re.Pattern[str], str]] = {
        _OF_THE_TASKFORCE: "$1::uuid is not null",
        _OF_THE_TRANSACTION: "true",
    }

    async def _execute(self, query: str, *args: Any, **kwargs: Any) -> Any:
        for asks, instead in self.forgotten.items():
            query = asks.sub(instead, query)
        return await super()._execute(query, *args, **kwargs)  # type: ignore[misc]  # not in the stubs


class _WithoutDeadLetterFilter(_WithoutTaskforceFilter):
    """A connection that does not filter dead letters by taskforce either; the database does not isolate them."""

    forgotten: ClassVar = {**_WithoutTaskforceFilter.forgotten, _TASKFORCE_OF_DEAD_LETTERS: "''"}


def cells_that_reach_sql(world: World) -> list[Cell]:
    """Requests for another taskforce's resources by callers who may call the operation; others are refused before any
    SQL."""
    return [cell for cell in cells(world, ownerships=("other taskforce", "missing")) if cell.may]


@asynccontextmanager
async def without_taskforces(
    world: World, dsn: str, *, participants_dsn: str | None = None, dead_letters_too: bool = False
) -> AsyncIterator[None]:
    """Run the service without any filter by taskforce in its statements.

    Args:
        dsn: the service's own role, to which row-level security applies, or one to which it does not.
        participants_dsn: the same for the role that may use participants, where the service has it.
        dead_letters_too: also for dead letters.
    """
    kind = _WithoutDeadLetterFilter if dead_letters_too else _WithoutTaskforceFilter
    roles = [(world.db, dsn)]
    if participants_dsn is not None:
        state = world.app.state
        roles += [(database, participants_dsn) for database in (state.participants_database, state.subjects_database)]
    kept = []
    for database, instead in roles:
        kept.append((database, database.pool))
        database.pool = await asyncpg.create_pool(
            instead,
            min_size=0,
            max_size=4,
            connection_class=kind,
            init=_set_codecs,
            reset=_leave_as_it_is,
            # Of the session: what a request sets for its transaction comes later.
            server_settings=dict(SIGHT_OF_ALL)
            if database is getattr(world.app.state, "subjects_database", None)
            else {},
        )
    try:
        yield
    finally:
        for database, pool in kept:
            await database.pool.close()
            database.pool = pool


async def unnoticed_isolation_removals(world: World, probes: Probes, superuser_dsn: str) -> list[str]:
    """Remove the isolation of taskforces from statements and database; return the operations where no test is_noticed
    it."""
    unnoticed = []
    participants_dsn = superuser_dsn if hasattr(world.app.state, "participants_database") else None
    async with without_taskforces(world, superuser_dsn, participants_dsn=participants_dsn, dead_letters_too=True):
        for operation in world.operations:
            for thing in operation.resources or ():
                callers = [caller for caller in CALLERS if caller in operation.callers and thing.reached_by(caller)]
                if any("other taskforce" in thing.reached_by(caller) for caller in callers):
                    continue
                ask = await probes[operation.name, thing.name](world, callers[0], "other taskforce")
                # An operation that creates something reads nothing; its primary key begins with the taskforce.
                if ask is None or ask.creates:
                    continue
                tried = cells(
                    world, [operation], things=[thing], callers=callers, ownerships=("other taskforce", "missing")
                )
                if not await is_noticed(world, probes, tried):
                    unnoticed.append(f"{operation.name}: {thing.name}")
    return unnoticed


def _users(service: str, check: Callable[..., Any]) -> Iterator[tuple[Any, str]]:
    """The modules of a service that use a check, and its name there."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith(f"services.{service}."):
            for attribute, value in list(vars(module).items()):
                # The module that defines it may use it, too.
                if value is check and len(re.findall(rf"\b{attribute}\(", inspect.getsource(module))) > (
                    module.__name__ == check.__module__
                ):
                    yield module, attribute


@contextmanager
def replaced(module: Any, name: str, by: Any) -> Iterator[None]:
    """Replace a name in a module."""
    kept = getattr(module, name)
    setattr(module, name, by)
    try:
        yield
    finally:
        setattr(module, name, kept)


async def unnoticed_check_removals(world: World, probes: Probes, service: str, checks: Checks) -> list[str]:
    """Remove each check from each module that uses it; return those whose removal no test is_noticed."""
    unnoticed = []
    for check, instead in checks.items():
        users = list(_users(service, check))
        assert users, f"nobody uses {check.__name__}"
        for module, name in users:
            own = [one for one in world.operations if one.endpoint.__module__ == module.__name__]
            tried = own or world.operations
            limited = [one for one in tried if any(thing.by_role for thing in one.resources or ())]
            ours = cells(world, limited, ownerships=set(world.every) - {"other taskforce", "missing"} | {"draft"})
            with replaced(module, name, instead):
                missed = await is_noticed(world, probes, ours)
            if not missed:
                unnoticed.append(f"{module.__name__}: {name}")
    return unnoticed

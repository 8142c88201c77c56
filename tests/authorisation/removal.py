"""Takes checks away, one at a time, while the service runs: what nobody misses then was not tried."""

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

from shared.db.database import _leave_as_it_is, _set_codecs
from shared.http.auth import Principal
from shared.http.policy import CALLERS
from tests.authorisation.matrix import Cell, Probes, World, cells, noticed
from tests.support.taskforces import TASKFORCE

WHOLE_REMOVAL: Final = pytest.mark.long("services", "shared/http", "shared/db", "tests/authorisation")
"""The mark of tests that take every check away in turn."""

_OF_THE_TASKFORCE: Final = re.compile(r"(\b\w+\.)?\btaskforce_id = \$1\b")
# Where a statement is made for whatever transaction it is in: finding and erasing somebody (services/*/subjects.py).
_OF_THE_TRANSACTION: Final = re.compile(r"(\b\w+\.)?\btaskforce_id = current_taskforce\(\)")
_NAMED_IN_A_LETTER: Final = re.compile(r"nullif\(current_setting\('app.taskforce', true\), ''\)")

Checks = Mapping[Callable[..., Any], Callable[..., Any]]
"""Each check of a service, and what stands in for it when it is taken away."""


async def _let_everybody_in(connection: HTTPConnection) -> Principal:
    caller: Principal | None = connection.state.principal
    if caller is None:
        return Principal("person:00000000-0000-4000-8000-00000000000f", frozenset(), TASKFORCE)
    return Principal(**{name: getattr(caller, name) for name in Principal.__slots__} | {"taskforce_id": TASKFORCE})


async def roles_not_missed(world: World, probes: Probes) -> list[str]:
    """Let everybody call each operation in turn; return those that nobody was seen to call who may not."""
    unnoticed = []
    for operation in world.operations:
        if operation.callers == frozenset(CALLERS):
            continue
        world.app.dependency_overrides[operation.access] = _let_everybody_in
        refused = [caller for caller in CALLERS if caller not in operation.callers]
        try:
            for one in refused:
                tried = cells(world, [operation], callers=[one], ownerships=("own", "missing"))
                if not await noticed(world, probes, tried):
                    unnoticed.append(f"{operation.name} for {one}")
        finally:
            del world.app.dependency_overrides[operation.access]
    return unnoticed


class _Unfiltered(asyncpg.Connection):
    """A connection whose statements forget to ask for the taskforce's rows only."""

    forgotten: ClassVar[Mapping[re.Pattern[str], str]] = {
        _OF_THE_TASKFORCE: "$1::uuid is not null",
        _OF_THE_TRANSACTION: "true",
    }

    async def _execute(self, query: str, *args: Any, **kwargs: Any) -> Any:
        for asks, instead in self.forgotten.items():
            query = asks.sub(instead, query)
        return await super()._execute(query, *args, **kwargs)  # type: ignore[misc]  # not in the stubs


class _OfNoTaskforce(_Unfiltered):
    """One that does not ask either which taskforce a letter names: the database knows nothing of that."""

    forgotten: ClassVar = {**_Unfiltered.forgotten, _NAMED_IN_A_LETTER: "''"}


def cells_that_reach_sql(world: World) -> list[Cell]:
    """What is asked of another taskforce by those who may ask: the others are refused before any statement is made."""
    return [cell for cell in cells(world, ownerships=("other taskforce", "missing")) if cell.may]


@asynccontextmanager
async def without_taskforces(world: World, dsn: str, *, letters_too: bool = False) -> AsyncIterator[None]:
    """No statement of the service asks for the taskforce.

    Args:
        dsn: as whom it connects: as its own role, which row-level security binds, or as one that it does not.
        letters_too: nor for what a message that could not be read names.
    """
    kind = _OfNoTaskforce if letters_too else _Unfiltered
    pool = await asyncpg.create_pool(
        dsn, min_size=0, max_size=4, connection_class=kind, init=_set_codecs, reset=_leave_as_it_is
    )
    kept, world.db.pool = world.db.pool, pool
    try:
        yield
    finally:
        world.db.pool = kept
        await pool.close()


async def taskforces_not_missed(world: World, probes: Probes, superuser_dsn: str) -> list[str]:
    """Let neither statements nor the database keep taskforces apart; return the operations where nobody sees it."""
    unnoticed = []
    async with without_taskforces(world, superuser_dsn, letters_too=True):
        for operation in world.operations:
            for thing in operation.resources or ():
                callers = [caller for caller in CALLERS if caller in operation.callers and thing.reached_by(caller)]
                if any("other taskforce" in thing.reached_by(caller) for caller in callers):
                    continue
                ask = await probes[operation.name, thing.name](world, callers[0], "other taskforce")
                # What makes something new looks at nothing that is there: it is the key that begins with the taskforce.
                if ask is None or ask.creates:
                    continue
                tried = cells(
                    world, [operation], things=[thing], callers=callers, ownerships=("other taskforce", "missing")
                )
                if not await noticed(world, probes, tried):
                    unnoticed.append(f"{operation.name}: {thing.name}")
    return unnoticed


def _users(service: str, check: Callable[..., Any]) -> Iterator[tuple[Any, str]]:
    """The modules of a service that use a check, and the name they know it by."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith(f"services.{service}."):
            for attribute, value in list(vars(module).items()):
                # Where it is made it may be used, too.
                if value is check and len(re.findall(rf"\b{attribute}\(", inspect.getsource(module))) > (
                    module.__name__ == check.__module__
                ):
                    yield module, attribute


@contextmanager
def replaced(module: Any, name: str, by: Any) -> Iterator[None]:
    """A module with something else under a name."""
    kept = getattr(module, name)
    setattr(module, name, by)
    try:
        yield
    finally:
        setattr(module, name, kept)


async def checks_not_missed(world: World, probes: Probes, service: str, checks: Checks) -> list[str]:
    """Take each check away from each module that uses it; return those that nobody misses."""
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
                missed = await noticed(world, probes, ours)
            if not missed:
                unnoticed.append(f"{module.__name__}: {name}")
    return unnoticed

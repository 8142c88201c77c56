"""Finds the functions that read or write rows, and tries them in transactions of another taskforce and of none."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any, Final

import asyncpg
from pydantic import BaseModel

from shared.db.database import ACQUIRE_TIMEOUT_SECONDS, Database, set_taskforce
from tests.conftest import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection, Pool
    from tests.authorisation.matrix import World

Function = Callable[..., Awaitable[Any]]
Cases = Mapping[Function, Callable[[Any, Any], Awaitable[Any]]]
"""What a call looks like that is about our taskforce's rows: given the world, and a connection or a database."""
Exempt = Mapping[Function, str]
"""Functions that are not of one taskforce, each with the reason."""

_FIRST: Final = frozenset({"conn", "db", "database"})


class Bound(Database):
    """A database whose transactions are all of one taskforce, or of none, whatever is asked for."""

    def __init__(self, pool: Pool, to: UUID | None) -> None:
        super().__init__(pool)
        self._to = to

    @asynccontextmanager
    async def _transaction(self, taskforce_id: UUID, *, readonly: bool) -> AsyncIterator[Connection]:
        async with (
            self.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as conn,
            conn.transaction(isolation="repeatable_read" if readonly else None, readonly=readonly),
        ):
            if self._to is not None:
                await set_taskforce(conn, self._to)
            yield conn


def functions(service: str) -> set[Function]:
    """Every public coroutine function of the service that is given a connection or a database first."""
    package = importlib.import_module(f"services.{service}")
    found = set()
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if module.name.endswith("__main__"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.startswith("_") or not inspect.iscoroutinefunction(value) or value.__module__ != module.name:
                continue
            if next(iter(inspect.signature(value).parameters), "") in _FIRST:
                found.add(value)
    return found


def named(found: set[Function]) -> list[str]:
    """The functions' names, for a person to read."""
    return sorted(f"{one.__module__}.{one.__name__}" for one in found)


async def tried(world: World, cases: Cases, refusals: tuple[type[Exception], ...]) -> list[str]:
    """Try every case in a transaction of another taskforce, of none, and of its own; return what is wrong.

    In the first two it has to see nothing or to refuse, and nothing may change; in the last it has to do something,
    or it has tried nothing in the others.

    Args:
        refusals: what the service's functions raise where there is no such thing.
    """
    wrong: list[str] = []
    for function, case in cases.items():
        name = f"{function.__module__}.{function.__name__}"
        for whose, to in (("none", None), ("another taskforce", OTHER_TASKFORCE)):
            before = await everything(world)
            seen = await _call(world, function, case, to, refusals)
            if not _is_nothing(seen):
                wrong.append(f"{name}, as {whose}: {seen!r}"[:500])
            if await everything(world) != before:
                wrong.append(f"{name}, as {whose}: something has changed")
        before = await everything(world)
        seen = await _call(world, function, case, TASKFORCE, refusals)
        if _is_nothing(seen) and await everything(world) == before:
            wrong.append(f"{name}: sees and changes nothing as its own taskforce either")
    return wrong


def unnoticed(cases: Cases, wrong: list[str]) -> list[str]:
    """The cases of which nothing was wrong: where the database keeps nothing apart, there may be none."""
    return [name for name in named(set(cases)) if not any(one.startswith(f"{name}, as ") for one in wrong)]


async def _call(
    world: World,
    function: Function,
    case: Callable[[Any, Any], Awaitable[Any]],
    to: UUID | None,
    refusals: tuple[type[Exception], ...],
) -> Any:
    database = Bound(world.db.pool, to)
    try:
        if next(iter(inspect.signature(function).parameters)) != "conn":
            return await case(world, database)
        async with database.change(TASKFORCE) as conn:
            return await case(world, conn)
    except asyncpg.InsufficientPrivilegeError:
        return None
    except refusals:
        return None


async def everything(world: World) -> list[str]:
    """A digest of every table that anything of a taskforce is in."""
    tables = await world.superuser.fetch(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname"
    )
    return [
        await world.superuser.fetchval(
            f"select coalesce(md5(string_agg(t::text, '' order by t::text)), '') from {table['relname']} as t"
        )
        for table in tables
    ]


def _is_nothing(seen: Any) -> bool:
    if isinstance(seen, BaseModel):
        return all(_is_nothing(value) for _, value in seen)
    if is_dataclass(seen) and not isinstance(seen, type):
        return all(_is_nothing(getattr(seen, one.name)) for one in fields(seen))
    if isinstance(seen, (list, tuple, set, frozenset)):
        return all(_is_nothing(one) for one in seen)
    return not seen

"""Requests every operation with resources of every ownership as every role, and reports answers that differ from the
declarations."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import asyncpg
import httpx

from deploy.authorisation import OPERATORS
from shared.http.auth import Principal, sign_token
from shared.http.policy import CALLERS, Caller, Operation, Ownership, Resource, operations
from shared.product.roles import SCOPES
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shared.db.database import Database

ORIGIN = "https://localhost:8080"
FOREIGN = "Fremmed"
"""A text in the name of every resource of the other taskforce. No answer to a caller of ours may contain it."""
MUNICIPALITY, OTHER_MUNICIPALITY = "0671", "0756"

# The events service calls these for its pages; the notifications service calls all others.
_ASKED_BY_EVENTS = re.compile(r"/internal/\w+/v1/(subjects|erasures|deadlines)\b")
_ASKED_BY_DASHBOARD = re.compile(r"/internal/events/v1/meetings/")
# What differs in every answer: ids and URLs with them, tokens, the form token of a browser without a cookie, numbers.
_IDS = re.compile(
    r"""[a-p-]{36}@|[0-9a-fA-F]{8}-[0-9a-f-]{27}|[0-9a-fA-F]{8}\b|(?<="csrf_token" value=")[\w-]{86}|\b[\w-]{64,}|\d+"""
)


@dataclass(frozen=True)
class Ask:
    """One request that names a resource.

    Attributes:
        send: `json`, `data`, `files`, `params` or `headers`.
        success: the status when the caller may reach the resource.
        hidden: the status when not.
        shows: texts that the answer contains in the first case, and never in the other.
        creates: whether the request creates something even when the named resource is not reached.
    """

    method: str
    path: str
    send: Mapping[str, Any] = field(default_factory=dict)
    success: int = 200
    hidden: int = 404
    shows: tuple[str, ...] = ()
    creates: bool = False


class World:
    """A running service with resources of every ownership.

    Attributes:
        ownerships: the ownerships that exist for a resource, when not all do.
        written_by_anybody: by table, the rows that callers of another taskforce may write, as a condition.
    """

    ownerships: ClassVar[Mapping[str, tuple[Ownership, ...]]] = {}
    written_by_anybody: ClassVar[Mapping[str, str]] = {}
    every: ClassVar[tuple[Ownership, ...]] = (
        "own",
        "other company",
        "other municipality",
        "other taskforce",
        "missing",
    )

    def __init__(
        self, app: FastAPI, client: httpx.AsyncClient, db: Database, superuser: asyncpg.Connection, signing_key: str
    ) -> None:
        self.app, self.client, self.db, self.superuser, self.signing_key = app, client, db, superuser, signing_key
        self._tokens: dict[Principal, str] = {}

    @cached_property
    def operations(self) -> list[Operation]:
        """The service's operations, except those for operators."""
        return [one for one in operations(self.app.routes) if one.path not in OPERATORS]

    async def fill(self) -> None:
        """Create the resources that every request needs."""

    def principal(self, caller: Caller) -> Principal:
        """The principal of the caller, in our taskforce."""
        assert caller != "nobody"
        if caller == "service":
            return Principal("service:notifications", frozenset({caller}), None)
        if caller in SCOPES:
            return Principal(f"key:{person_of(caller)}", frozenset({caller}), TASKFORCE)
        return Principal(f"person:{person_of(caller)}", frozenset({caller}), TASKFORCE, municipality=MUNICIPALITY)

    def headers(self, caller: Caller, path: str) -> dict[str, str]:
        """The caller's request headers. For the role `service`, those of the service that may call the path."""
        if caller == "nobody":
            return {}
        who = self.principal(caller)
        if caller == "service" and _ASKED_BY_EVENTS.match(path):
            who = replace(who, subject="service:events")
        if caller == "service" and _ASKED_BY_DASHBOARD.match(path):
            who = replace(who, subject="service:dashboard")
        return self.bearer(who)

    def bearer(self, who: Principal) -> dict[str, str]:
        """The authorization header of a principal."""
        if who not in self._tokens:
            self._tokens[who] = sign_token(self.signing_key, who, lifetime_seconds=900)
        return {"authorization": f"Bearer {self._tokens[who]}"}

    async def ask(self, caller: Caller, ask: Ask) -> httpx.Response:
        """Send a request."""
        send = dict(ask.send)
        headers = self.headers(caller, ask.path) | send.pop("headers", {})
        self.client.cookies.clear()
        return await self.client.request(ask.method, ask.path, headers=headers, **send)

    async def written(self) -> int:
        """The number of rows that changes write: every change writes one."""
        return int(await self.superuser.fetchval("select count(*) from outbox"))

    async def of_the_other_taskforce(self) -> str:
        """A digest of every row of the other taskforce, but the log of those who open a card by its link."""
        tables = await self.superuser.fetch(
            """
            select table_name
              from information_schema.columns
             where table_schema = 'public'
               and column_name = 'taskforce_id'
               and table_name <> 'access_log'
             order by table_name
            """
        )
        digests = [
            await self.superuser.fetchval(
                f"select md5(coalesce(string_agg(t::text, '' order by t::text), '')) from {row['table_name']} as t"
                f" where taskforce_id = $1 and not ({self.written_by_anybody.get(row['table_name'], 'false')})",
                OTHER_TASKFORCE,
            )
            for row in tables
        ]
        return " ".join(digests)


Probe = Callable[[Any, Caller, Ownership], Awaitable[Ask | None]]
"""Builds a request to a world, as a caller, for a resource of an ownership; None if there is no such request."""
Probes = Mapping[tuple[str, str], Probe]
"""By the names of the operation and the resource."""


def person_of(caller: str) -> UUID:
    """The id of the person with a role."""
    return uuid5(NAMESPACE_URL, f"tilsagn:authorisation:{caller}")


def taskforce_of(ownership: Ownership | str) -> UUID:
    """The taskforce of resources of this ownership."""
    return OTHER_TASKFORCE if ownership == "other taskforce" else TASKFORCE


def expected_marks(ownership: Ownership, *marks: str) -> tuple[str, ...]:
    """The texts to look for in the answer; none for a resource that does not exist."""
    return () if ownership == "missing" else marks


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix: an operation, one of the resources it concerns, the caller, and the ownership."""

    operation: Operation
    thing: Resource | None
    caller: Caller
    ownership: Ownership

    def __str__(self) -> str:
        return f"{self.operation.name} as {self.caller}, {self.ownership} {self.thing.name if self.thing else ''}"

    @property
    def may(self) -> bool:
        """Whether the caller may call the operation at all."""
        return self.caller in self.operation.callers

    @property
    def reaches(self) -> bool:
        """Whether the caller reaches the resource by it."""
        return self.may and self.thing is not None and self.ownership in self.thing.reached_by(self.caller)


def cells(
    world: World,
    operations: Iterable[Operation] | None = None,
    *,
    callers: Iterable[Caller] = CALLERS,
    ownerships: Iterable[Ownership] | None = None,
    things: Iterable[Resource] | None = None,
) -> list[Cell]:
    """Return the cells of the matrix, or the selected ones."""
    chosen = None if ownerships is None else set(ownerships)
    kinds = None if things is None else set(things)
    found = []
    for operation in world.operations if operations is None else operations:
        for thing in operation.resources or (None,):
            if kinds is not None and thing not in kinds:
                continue
            every: tuple[Ownership, ...] = ("missing",)
            if thing is not None:
                every = world.ownerships.get(thing.name, world.every)
            for ownership in every:
                if chosen is None or ownership in chosen:
                    found += [Cell(operation, thing, caller, ownership) for caller in callers]
    return found


async def mistakes(world: World, probes: Probes, squares: Iterable[Cell]) -> list[str]:
    """Send the requests of the cells and return every answer that differs from the declarations."""
    return [found async for found in _found(world, probes, squares)]


async def is_noticed(world: World, probes: Probes, squares: Iterable[Cell]) -> bool:
    """Send the requests of the cells until one answer differs from the declarations; return whether one did."""
    async with aclosing(_found(world, probes, squares)) as found:
        return await anext(found, None) is not None


async def _found(world: World, probes: Probes, squares: Iterable[Cell]) -> AsyncGenerator[str]:
    unreachable: dict[tuple[str, str, Caller], dict[Ownership, str]] = {}
    for cell in squares:
        ask = await _ask(world, probes, cell)
        if ask is None:
            continue
        before = await world.written()
        answer = await world.ask(cell.caller, ask)
        changed = await world.written() != before
        for why in _judge(cell, ask, answer, changed=changed):
            yield f"{cell}: {why}"
        if cell.may and not cell.reaches and cell.thing is not None:
            key = (cell.operation.name, cell.thing.name, cell.caller)
            unreachable.setdefault(key, {})[cell.ownership] = _without_ids(ask, answer)
    for (operation, thing, caller), answers in unreachable.items():
        if "missing" in answers and answers.get("other taskforce", answers["missing"]) != answers["missing"]:
            yield f"{operation} as {caller}: the answer tells another taskforce's {thing} from one that does not exist"


async def services_answered(world: World, probes: Probes) -> list[str]:
    """Call each internal operation as every service that may not; return the calls that were not refused."""
    answered = []
    for operation in world.operations:
        for thing in operation.resources or ():
            if operation.kind != "internal":
                continue
            ask = await probes[operation.name, thing.name](world, "service", "own")
            assert ask is not None
            rightful = world.headers("service", ask.path)
            assert (await world.client.request(ask.method, ask.path, headers=rightful, **ask.send)).status_code != 403
            for name in ("events", "pledges", "notifications", "dashboard", "command", ""):
                headers = world.bearer(Principal(f"service:{name}", frozenset({"service"}), None))
                answer = await world.client.request(ask.method, ask.path, headers=headers, **ask.send)
                if headers != rightful and answer.status_code != 403:
                    answered.append(f"{operation.name} for {name}: {answer.status_code}")
    return answered


def as_lines(found: list[str]) -> str:
    """The first mistakes, one a line."""
    return "\n".join([f"{len(found)} mistakes", *found[:20]])


async def _ask(world: World, probes: Probes, cell: Cell) -> Ask | None:
    if cell.thing is not None:
        return await probes[cell.operation.name, cell.thing.name](world, cell.caller, cell.ownership)
    path = re.sub(r"\{role\}", "member", cell.operation.path)
    return Ask(cell.operation.method, re.sub(r"\{\w+(:uuid)?\}", str(uuid4()), path))


def _judge(cell: Cell, ask: Ask, answer: httpx.Response, *, changed: bool) -> list[str]:
    status = answer.status_code
    content = _text(answer) + answer.headers.get("location", "")
    why = []
    if status >= 500:
        why.append(f"{status}")
    if FOREIGN in content and not _everybodys(cell):
        why.append(f"{status} and something of the other taskforce's")
    if not cell.may:
        if status != (401 if cell.caller == "nobody" else 403):
            why.append(f"{status} instead of a refusal")
        why += [f"shows {mark}" for mark in ask.shows if mark in content]
    elif cell.thing is None:
        if status in {401, 403}:
            why.append(f"{status} for somebody who may")
    elif cell.reaches:
        if status != ask.success:
            why.append(f"{status} instead of {ask.success}: {content[:300]}")
        why += [f"does not show {mark}" for mark in ask.shows if mark not in content]
    else:
        if status != ask.hidden:
            why.append(f"{status} instead of {ask.hidden}, as if there were none: {content[:300]}")
        why += [f"shows {mark}" for mark in ask.shows if mark in content]
    if changed and not cell.reaches and not (cell.may and (ask.creates or cell.thing is None)):
        why.append("something was changed")
    return why


def _text(answer: httpx.Response) -> str:
    """The text of an answer; of a workbook, that of its parts."""
    if "spreadsheetml" not in answer.headers.get("content-type", ""):
        return answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        parts = "".join(book.read(part).decode() for part in book.namelist() if part.endswith(".xml"))
    # The number of a text is none of the workbook's numbers.
    return re.sub(r't="s"><v>\d+</v>', "", parts)


def _everybodys(cell: Cell) -> bool:
    """Whether the operation shows resources of other taskforces to every caller."""
    return any("other taskforce" in thing.reached_by(cell.caller) for thing in cell.operation.resources or ()) or not (
        cell.operation.resources
    )


def _without_ids(ask: Ask, answer: httpx.Response) -> str:
    """The answer without ids, tokens and numbers, which differ between two requests."""
    return f"{answer.status_code} {_IDS.sub('*', _text(answer) + answer.headers.get('location', ''))}"

"""One person in all four services: what is held about them, erasing it, and erasing it again after a restore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg

from deploy.privacy.registers import data_inventory_of
from deploy.services import DATA_SUBJECTS
from services.dashboard.privacy.subjects import LOOKUPS as DASHBOARD
from services.events.privacy.subjects import ACTIVITY_QUERIES as EVENTS_ACTIVITY_QUERIES
from services.events.privacy.subjects import LOOKUPS as EVENTS
from services.notifications.privacy.subjects import LOOKUPS as NOTIFICATIONS
from services.pledges.privacy.subjects import ACTIVITY_QUERIES as PLEDGES_ACTIVITY_QUERIES
from services.pledges.privacy.subjects import LOOKUPS as PLEDGES
from shared.db.database import set_taskforce
from shared.privacy import subjects
from shared.privacy.access_log import OPERATOR, SUBJECT_ACCESS, Disclosure, Purpose
from shared.privacy.activity import Activity, ActivityQuery, find_activity
from shared.privacy.subjects import (
    Erasure,
    FoundGroup,
    RepeatedErasures,
    SubjectIdentifiers,
    SubjectLookup,
    find_subject,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

LOOKUPS: Final[Mapping[str, Sequence[SubjectLookup]]] = MappingProxyType(
    {"events": EVENTS, "pledges": PLEDGES, "notifications": NOTIFICATIONS, "dashboard": DASHBOARD}
)
"""In the order in which they are asked: what one finds is what the next is asked for."""
ACTIVITY_QUERIES: Final[Mapping[str, Sequence[ActivityQuery]]] = MappingProxyType(
    {"events": EVENTS_ACTIVITY_QUERIES, "pledges": PLEDGES_ACTIVITY_QUERIES}
)
"""How what accounts have done is found, in the services where they do something."""


class LastAdministrator(Exception):
    """The account is the last administrator's of its taskforce: there has to be another one first."""


@dataclass(frozen=True)
class Found:
    """What one service holds about a person, and what their account has done there."""

    service: str
    held: Sequence[FoundGroup]
    done: Sequence[Activity] = ()


async def find(
    dsn: Callable[[str], str], taskforce_id: UUID, asked: SubjectIdentifiers, *, purpose: Purpose = SUBJECT_ACCESS
) -> list[Found]:
    """Return what every service holds about a person, for every group of its register.

    What is found is in the access logs of the services that own it.

    Args:
        dsn: a service's database, as its app role.
    """
    found = []
    for service, lookups in LOOKUPS.items():
        async with _change(dsn(service), taskforce_id) as conn:
            groups = await find_subject(conn, data_inventory_of(service).personal, lookups, asked)
            if service in DATA_SUBJECTS:
                disclosure = Disclosure(conn, taskforce_id, OPERATOR, purpose, "export")
                for group in groups:
                    await disclosure.log(group.entry.table, group.keys)
            asked = replace(asked, ids=asked.ids | {key for group in groups for key in group.keys})
            did = await find_activity(
                conn, data_inventory_of(service).done_by, ACTIVITY_QUERIES.get(service, ()), asked.ids
            )
        found.append(Found(service, groups, did))
    return found


async def looks(dsn: Callable[[str], str], taskforce_id: UUID, found: Sequence[Found]) -> list[dict[str, Any]]:
    """Return who has looked at a person, when and why, in every service, the last first.

    Args:
        dsn: a service's database, as the owner of its tables: its app cannot read its own log.
        found: what is held about the person.
    """
    keys = [key for one in found for group in one.held for key in group.keys]
    rows: list[dict[str, Any]] = []
    for service in DATA_SUBJECTS:
        async with _change(dsn(service), taskforce_id) as conn:
            rows += [
                {"service": service, **row}
                for row in await conn.fetch(
                    """
                    select looked_at, who, action, what_table, what_key, why, basis
                      from access_log
                     where taskforce_id = $1
                       and what_key = any ($2)
                    """,
                    taskforce_id,
                    keys,
                )
            ]
    return sorted(rows, key=lambda row: row["looked_at"], reverse=True)


async def taskforce_name(dsn: Callable[[str], str], taskforce_id: UUID) -> str:
    """Return what the taskforce is called, for the head of a report.

    Args:
        dsn: a service's database, as its app role.
    """
    async with _system(dsn("events")) as conn:
        name: str | None = await conn.fetchval("select name from taskforces where id = $1", taskforce_id)
    return name or "Tilsagn"


async def erase(
    dsn: Callable[[str], str], taskforce_id: UUID, found: Sequence[Found], *, by: str | None
) -> dict[str, list[Erasure]]:
    """Erase what was found, in each service in one transaction with its ledger's lines.

    Returns:
        The ledger's new lines, by service.

    Raises:
        LastAdministrator: nothing was erased in events, nor in the services after it.
    """
    lines: dict[str, list[Erasure]] = {}
    for one in found:
        if one.service not in DATA_SUBJECTS:
            continue
        async with _change(dsn(one.service), taskforce_id) as conn:
            try:
                lines[one.service] = [
                    line
                    for group in one.held
                    if group.lookup.of_taskforces
                    for line in await subjects.erase_rows(conn, taskforce_id, group.lookup, group.keys, by=by)
                ]
            except asyncpg.RestrictViolationError:
                raise LastAdministrator from None
    for one in found:
        # Letters belong to no taskforce and are not in the ledger: they go after a year by themselves.
        async with _system(dsn(one.service)) as conn:
            for group in one.held:
                if not group.lookup.of_taskforces and group.lookup.erase is not None:
                    await conn.fetch(group.lookup.erase, group.keys)
    return lines


async def ledger(dsn: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return every line of every service's ledger, as JSON.

    Args:
        dsn: a service's database, as the owner of its tables, whom row-level security does not bind.
    """
    lines = []
    for service in DATA_SUBJECTS:
        for taskforce_id in await _taskforces(dsn(service)):
            async with _change(dsn(service), taskforce_id) as conn:
                lines += [line.as_json(service) for line in await subjects.ledger(conn)]
    return lines


async def repeat(dsn: Callable[[str], str], lines: Sequence[Mapping[str, Any]]) -> RepeatedErasures:
    """Erase again what is in the ledgers and in `lines`, which come from a copy of them. Any number of times.

    Args:
        dsn: as for `ledger`.
        lines: as `ledger` returned them once.

    Raises:
        ValueError, KeyError, TypeError: `lines` are no such lines; nothing was done.
    """
    wanted: dict[tuple[str, UUID], dict[UUID, Erasure]] = {}
    for line in [*await ledger(dsn), *lines]:
        erasure = Erasure.from_json(line)
        # What the ledger itself says of a line goes before a copy of it.
        wanted.setdefault((line["service"], erasure.taskforce_id), {}).setdefault(erasure.id, erasure)
    if unknown := {service for service, _ in wanted} - set(DATA_SUBJECTS):
        raise ValueError(f"no service {', '.join(sorted(unknown))} has a ledger")
    repeated = RepeatedErasures(0)
    for (service, taskforce_id), erasures in wanted.items():
        async with _change(dsn(service), taskforce_id) as conn:
            repeated += await subjects.repeat_erasures(conn, LOOKUPS[service], list(erasures.values()))
    return repeated


async def _taskforces(dsn: str) -> list[UUID]:
    async with _system(dsn) as conn:
        return [row[0] for row in await conn.fetch("select distinct taskforce_id from erasures")]


@asynccontextmanager
async def _system(dsn: str) -> AsyncIterator[Any]:
    conn = await asyncpg.connect(dsn, timeout=10, command_timeout=60)
    try:
        async with conn.transaction():
            yield conn
    finally:
        await conn.close(timeout=5)


@asynccontextmanager
async def _change(dsn: str, taskforce_id: UUID) -> AsyncIterator[Any]:
    async with _system(dsn) as conn:
        await set_taskforce(conn, taskforce_id)
        yield conn

"""Personal data of one person in all four services: lookup, erasure, and repeated erasure after a restore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg

from deploy.privacy.data_inventories import data_inventory_of
from deploy.services import DATA_SUBJECTS
from services.dashboard.privacy.subjects import LOOKUPS as DASHBOARD
from services.events.privacy.subjects import ACTIVITY_QUERIES as EVENTS_ACTIVITY_QUERIES
from services.events.privacy.subjects import LOOKUPS as EVENTS
from services.notifications.privacy.subjects import LOOKUPS as NOTIFICATIONS
from services.pledges.participants.access import SIGHT_OF_ALL
from services.pledges.privacy.activity import ACTIVITY_QUERIES as PLEDGES_ACTIVITY_QUERIES
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
"""In the order of the search: the ids found in one service are also looked up in the next."""
ACTIVITY_QUERIES: Final[Mapping[str, Sequence[ActivityQuery]]] = MappingProxyType(
    {"events": EVENTS_ACTIVITY_QUERIES, "pledges": PLEDGES_ACTIVITY_QUERIES}
)
"""The queries for the activity of accounts, in the services that record any."""


class LastAdministrator(Exception):
    """The account belongs to the last administrator of its taskforce; another administrator must exist first."""


@dataclass(frozen=True)
class Found:
    """The personal data in one service, and the activity of the person's account there."""

    service: str
    held: Sequence[FoundGroup]
    done: Sequence[Activity] = ()


async def find(
    dsn: Callable[[str], str], taskforce_id: UUID, identifiers: SubjectIdentifiers, *, purpose: Purpose = SUBJECT_ACCESS
) -> list[Found]:
    """Return the personal data of a person in every service, for every group of its data inventory.

    The services that own the data record the lookup in their access logs.

    Args:
        dsn: returns the connection URL of a service's database as the role that may read personal data: its app role,
            of pledges the role for participants.
        taskforce_id: the taskforce to search.
        identifiers: the person's e-mail addresses, telephone numbers, CVR numbers and case references.
        purpose: recorded in the access log.
    """
    found = []
    for service, lookups in LOOKUPS.items():
        async with _tenant_transaction(dsn(service), taskforce_id) as conn:
            groups = await find_subject(conn, data_inventory_of(service).personal, lookups, identifiers)
            if service in DATA_SUBJECTS:
                disclosure = Disclosure(conn, taskforce_id, OPERATOR, purpose, "export")
                for group in groups:
                    await disclosure.log(group.entry.table, group.keys)
            identifiers = replace(identifiers, ids=identifiers.ids | {key for group in groups for key in group.keys})
            activity = await find_activity(
                conn, data_inventory_of(service).done_by, ACTIVITY_QUERIES.get(service, ()), identifiers.ids
            )
        found.append(Found(service, groups, activity))
    return found


async def accesses(dsn: Callable[[str], str], taskforce_id: UUID, found: Sequence[Found]) -> list[dict[str, Any]]:
    """Return the access log entries about a person in every service, latest first.

    Args:
        dsn: returns the connection URL of a service's database as the owner of its tables; the app role cannot read
            the access log.
        taskforce_id: the taskforce to search.
        found: the personal data, from `find`.
    """
    keys = [key for one in found for group in one.held for key in group.keys]
    rows: list[dict[str, Any]] = []
    for service in DATA_SUBJECTS:
        async with _tenant_transaction(dsn(service), taskforce_id) as conn:
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
    """Return the name of the taskforce.

    Args:
        dsn: returns the connection URL of a service's database as its app role.
        taskforce_id: the taskforce.
    """
    async with _transaction(dsn("events")) as conn:
        name: str | None = await conn.fetchval("select name from taskforces where id = $1", taskforce_id)
    return name or "Tilsagn"


async def erase(
    dsn: Callable[[str], str], taskforce_id: UUID, found: Sequence[Found], *, by: str | None
) -> dict[str, list[Erasure]]:
    """Erase the personal data. Each service does it in one transaction with the entries of its ledger.

    Args:
        dsn: as for `find`.
        taskforce_id: the taskforce that owns the data.
        found: the personal data, from `find`.
        by: the person who erases it; None for an operator.

    Returns:
        The new ledger entries, by service.

    Raises:
        LastAdministrator: nothing was erased in events, nor in the services after it.
    """
    lines: dict[str, list[Erasure]] = {}
    for one in found:
        if one.service not in DATA_SUBJECTS:
            continue
        async with _tenant_transaction(dsn(one.service), taskforce_id) as conn:
            try:
                lines[one.service] = [
                    line
                    # As over HTTP: what goes with another row has its own line in the ledger first.
                    for group in sorted(one.held, key=lambda group: LOOKUPS[one.service].index(group.lookup))
                    if group.lookup.of_taskforces
                    for line in await subjects.erase_rows(conn, taskforce_id, group.lookup, group.keys, by=by)
                ]
            except asyncpg.RestrictViolationError:
                raise LastAdministrator from None
    for one in found:
        # Dead letters belong to no taskforce and are not in the ledger; retention deletes them after a year.
        async with _transaction(dsn(one.service)) as conn:
            for group in one.held:
                if not group.lookup.of_taskforces and group.lookup.erase is not None:
                    await conn.fetch(group.lookup.erase, group.keys)
    return lines


async def ledger(dsn: Callable[[str], str]) -> list[dict[str, Any]]:
    """Return every entry of every service's ledger of erasures, as JSON.

    Args:
        dsn: returns the connection URL of a service's database as the owner of its tables, who bypasses row-level
            security.
    """
    lines = []
    for service in DATA_SUBJECTS:
        for taskforce_id in await _taskforces(dsn(service)):
            async with _tenant_transaction(dsn(service), taskforce_id) as conn:
                lines += [line.as_json(service) for line in await subjects.ledger(conn)]
    return lines


async def repeat(dsn: Callable[[str], str], lines: Sequence[Mapping[str, Any]]) -> RepeatedErasures:
    """Repeat the erasures of the ledgers and of `lines`, a copy of ledger entries. Repeating it again is safe.

    Args:
        dsn: as for `ledger`.
        lines: entries that `ledger` returned earlier.

    Raises:
        ValueError, KeyError, TypeError: `lines` are not ledger entries; nothing was erased.
    """
    erasures_of: dict[tuple[str, UUID], dict[UUID, Erasure]] = {}
    for line in [*await ledger(dsn), *lines]:
        erasure = Erasure.from_json(line)
        # An entry of the ledger takes precedence over its copy.
        erasures_of.setdefault((line["service"], erasure.taskforce_id), {}).setdefault(erasure.id, erasure)
    if unknown := {service for service, _ in erasures_of} - set(DATA_SUBJECTS):
        raise ValueError(f"no service {', '.join(sorted(unknown))} has a ledger")
    repeated = RepeatedErasures(0)
    for (service, taskforce_id), erasures in erasures_of.items():
        async with _tenant_transaction(dsn(service), taskforce_id) as conn:
            repeated += await subjects.repeat_erasures(conn, LOOKUPS[service], list(erasures.values()))
    return repeated


async def _taskforces(dsn: str) -> list[UUID]:
    async with _transaction(dsn) as conn:
        return [row[0] for row in await conn.fetch("select distinct taskforce_id from erasures")]


@asynccontextmanager
async def _transaction(dsn: str) -> AsyncIterator[Any]:
    conn = await asyncpg.connect(dsn, timeout=10, command_timeout=60, server_settings=dict(SIGHT_OF_ALL))
    try:
        async with conn.transaction():
            yield conn
    finally:
        await conn.close(timeout=5)


@asynccontextmanager
async def _tenant_transaction(dsn: str, taskforce_id: UUID) -> AsyncIterator[Any]:
    async with _transaction(dsn) as conn:
        await set_taskforce(conn, taskforce_id)
        yield conn

"""I8: two taskforces work in every run, and each sees only its own rows; without a taskforce, no rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg
import httpx

from deploy.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.faults.ledger import Ledger
    from tests.faults.verdict import Verdict
    from tests.support.topology import Topology

_CHECK = "each_taskforce_sees_its_own"
_NO_POLICY = {"outbox", "due_deliveries", "taskforces"}
"""Tables that workers read across taskforces, and the registry of taskforces (see docs/architecture.md)."""

_NOBODYS = UUID(int=0)
"""The taskforce id of rows that belong to none."""


async def check(topology: Topology, ledgers: Mapping[UUID, Ledger], verdict: Verdict) -> None:
    """Query every API as each taskforce, and every database without a taskforce."""
    verdict.checked.add("I8")
    async with httpx.AsyncClient(timeout=15) as client:
        for taskforce_id, ledger in ledgers.items():
            asks = _Asker(client, topology, taskforce_id)
            pledges = await asks.ids("/api/pledges/v1/pledges", "id")
            hires = await asks.ids("/api/pledges/v1/hires", "id")
            delivered = await asks.ids("/api/notifications/v1/deliveries", "pledge_id")
            for what, seen, own in (
                ("pledges", pledges, ledger.attempted.keys()),
                ("hires", hires, ledger.attempted_hires.keys()),
                ("deliveries about pledges", delivered, ledger.attempted.keys()),
            ):
                if foreign := seen - own:
                    verdict.broke("I8", _CHECK, f"{taskforce_id} is shown {len(foreign)} {what} of others")
            if missing := ledger.acknowledged.keys() - pledges:
                verdict.broke("I1", _CHECK, f"{len(missing)} acknowledged pledges are not shown to their taskforce")
            for other_id, other in ledgers.items():
                for pledge_id in list(other.acknowledged)[:3] if other_id != taskforce_id else []:
                    status = await asks.status(f"/api/pledges/v1/pledges/{pledge_id}")
                    if status != 404:
                        verdict.broke("I8", _CHECK, f"a pledge of {other_id} answers {taskforce_id} with {status}")
    for service in SERVICES:
        await _nobody_sees_nothing(topology, service, verdict)


class _Asker:
    def __init__(self, client: httpx.AsyncClient, topology: Topology, taskforce_id: UUID) -> None:
        self._client, self._topology = client, topology
        token = topology.token("coordinator", "caseworker", taskforce_id=taskforce_id)
        self._headers = {"authorization": f"Bearer {token}"}

    async def ids(self, path: str, field: str) -> set[UUID]:
        """Return one field of all items of a list, from all pages."""
        found: set[UUID] = set()
        page: str | None = None
        while True:
            parameters: dict[str, Any] = {"page_size": 100} | ({"page_token": page} if page else {})
            answer = await self._client.get(self._topology.url(path), params=parameters, headers=self._headers)
            answer.raise_for_status()
            body = answer.json()
            found |= {UUID(item[field]) for item in body["items"]}
            page = body["next_page_token"]
            if page is None:
                return found

    async def status(self, path: str) -> int:
        answer = await self._client.get(self._topology.url(path), headers=self._headers)
        return answer.status_code


async def _nobody_sees_nothing(topology: Topology, service: str, verdict: Verdict) -> None:
    """A service's role that sets no taskforce gets no rows from tables with taskforces."""
    conn = await asyncpg.connect(topology.app_dsn(service), command_timeout=20)
    try:
        tables = await conn.fetch(
            """
            select class.oid::regclass::text as name
              from pg_class as class
              join pg_attribute as attribute
                on attribute.attrelid = class.oid
               and attribute.attname = 'taskforce_id'
             where class.relkind in ('r', 'p')
               and has_table_privilege(class.oid, 'select')
            """
        )
        for table in tables:
            seen = f"select exists (select from {table['name']} where taskforce_id <> $1)"
            if table["name"] not in _NO_POLICY and await conn.fetchval(seen, _NOBODYS):
                verdict.broke("I8", _CHECK, f"{service} reads {table['name']} without saying for whom")
        if not tables:
            verdict.broke("I8", _CHECK, f"{service} has no table under row-level security: the check is blind")
    finally:
        conn.terminate()

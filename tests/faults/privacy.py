"""I7: searches for the canaries of every contact, byte by byte, in every place that must not contain them.

Mails may contain them, and the tables of the owning service: pledges for contacts and typed companies, events for
personally owned companies. Everything else may not: the broker's records with keys and headers, every outbox and dead
letter, every table of the other services, the logs of all processes, PostgreSQL and the broker, and the metrics of the
processes.
"""

from __future__ import annotations

import binascii
import contextlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx

from deploy.services import SERVICES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from pathlib import Path
    from uuid import UUID

    from tests.faults.ledger import Ledger
    from tests.faults.verdict import Verdict
    from tests.support.topology import Topology

MESSAGING = ("outbox", "dead_letters")
_BYTES_AS_TEXT = re.compile(rb"\\{1,2}x([0-9a-f]{8,})")
_CHECK = "canaries"


@dataclass(frozen=True)
class Places:
    """The logs, their lengths when the run began, and that time; everything older was searched before."""

    logs: Mapping[Path, int]
    began: datetime


def places(topology: Topology) -> Places:
    """Record the present length of every log."""
    return Places({log: log.stat().st_size for log in _logs(topology)}, datetime.now(UTC))


async def check(
    topology: Topology, ledgers: Mapping[UUID, Ledger], before: Places, log: Iterable[Any], verdict: Verdict
) -> None:
    """Search all places for the canaries of all ledgers.

    Args:
        before: from `places`, when the run began.
        log: the broker's records.
    """
    verdict.checked.add("I7")
    finders = [(keeper, one) for ledger in ledgers.values() for keeper, one in ledger.canaries.finders().items()]

    def look(place: str, content: bytes, *, keeper: str = "") -> None:
        content = content.lower()
        for kept_by, finds in finders:
            if kept_by != keeper and finds(content):
                verdict.broke("I7", _CHECK, f"what only {kept_by} may hold of a person is in {place}")

    # First test the search itself: it must find canaries where they certainly are.
    for ledger in ledgers.values():
        kept = {"pledges": bool(ledger.acknowledged)}
        kept["events"] = any(company["personally_owned"] for company in ledger.companies.values())
        for keeper, finds in ledger.canaries.finders().items():
            own = b"".join([content async for _, content in _rows(topology, keeper, ledgers, before.began)])
            if kept[keeper] and not finds(own.lower()):
                verdict.broke("I7", _CHECK, f"{keeper} does not even hold what it should: the check is blind")
    for record in log:
        content = b"\n".join([record.key or b"", record.value or b"", *(value or b"" for _, value in record.headers)])
        look(f"{record.topic} on the broker", content)
    for service in SERVICES:
        async for table, content in _rows(topology, service, ledgers, before.began):
            look(f"{service}'s table {table}", content, keeper="" if table in MESSAGING else service)
    for file in _logs(topology):
        with contextlib.suppress(FileNotFoundError), file.open("rb") as written:
            start = before.logs.get(file, 0)
            written.seek(start if start <= file.stat().st_size else 0)
            look(f"the log {file.name}", written.read())
    async with httpx.AsyncClient(timeout=5) as client:
        for name, process in topology.processes.items():
            with contextlib.suppress(httpx.HTTPError):
                answer = await client.get(f"http://127.0.0.1:{process.health_port}/metrics")
                look(f"the metrics of {name}", answer.content)


async def _rows(
    topology: Topology, service: str, ledgers: Mapping[UUID, Ledger], began: datetime
) -> AsyncIterator[tuple[str, bytes]]:
    """Yield each table of a service with its rows as bytes.

    Only rows of the ledgers' taskforces, where a table has taskforces; only dead letters of this run.
    """
    conn = await asyncpg.connect(topology.superuser_dsn(service), command_timeout=30)
    try:
        tables = await conn.fetch(
            """
            select namespace.nspname as schema, class.relname as name,
                   exists (select
                             from pg_attribute
                            where attrelid = class.oid
                              and attname = 'taskforce_id') as of_taskforce
              from pg_class as class
              join pg_namespace as namespace on namespace.oid = class.relnamespace
             where class.relkind in ('r', 'p')
               and namespace.nspname not in ('pg_catalog', 'information_schema')
               and namespace.nspname not like 'pg_toast%'
            """
        )
        for table in tables:
            mine = "where taskforce_id = any($1)" if table["of_taskforce"] else "where $1::uuid[] is not null"
            mine += " and recorded_at >= $2" if table["name"] == "dead_letters" else " and $2::timestamptz is not null"
            rows = await conn.fetch(
                f'select row_::text as text from "{table["schema"]}"."{table["name"]}" as row_ {mine}',
                list(ledgers),
                began,
            )
            yield table["name"], b"\n".join(_readable(row["text"].encode()) for row in rows)
    finally:
        conn.terminate()


def _readable(row: bytes) -> bytes:
    """Return a row as text, followed by its binary values."""
    found = [binascii.unhexlify(digits[: len(digits) // 2 * 2]) for digits in _BYTES_AS_TEXT.findall(row)]
    return b"\n".join([row, *found])


def _logs(topology: Topology) -> list[Path]:
    return [*sorted(topology.folder.rglob("*.log")), *sorted(topology.folder.glob("*.marks"))]

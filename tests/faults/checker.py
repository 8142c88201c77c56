"""Checks the invariants after a fault: compares the clients' ledger with the databases, the mails and the figures.

It shares no code with the product: it runs its own SQL as a superuser, so that no policy hides a row. I7 and I8 are in
privacy.py and tenancy.py.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import asyncpg
import httpx

from shared.fields.copenhagen import COPENHAGEN
from tests.faults import broker_log, privacy, register, tenancy
from tests.faults.broker_log import header, of_taskforce
from tests.faults.verdict import Verdict
from tests.support.stopwatch import load_adjusted_timeout
from tests.support.topology import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from uuid import UUID

    from tests.faults.ledger import Ledger
    from tests.faults.privacy import Places
    from tests.support.topology import Topology

HEAL_SECONDS = 30.0
"""I6: the lag is zero again within this time after recovery."""

Conn = Any


@dataclass(frozen=True)
class Allowed:
    """The deviations that the guarantees allow after a fault.

    Attributes:
        duplicate_mails: how many mails may arrive twice, because the courier was killed, or lost the answer, between
        the server's 250 and marking the mail as sent.
        overtaking: whether new messages may arrive before older ones, because the broker has lost its log.
    """

    duplicate_mails: int = 0
    overtaking: bool = False


@dataclass(frozen=True)
class Databases:
    """A connection to each service's database, as superuser."""

    events: Conn
    pledges: Conn
    dashboard: Conn
    notifications: Conn


async def check(
    topology: Topology,
    ledgers: Mapping[UUID, Ledger],
    *,
    allowed: Allowed = Allowed(),
    places: Places | None = None,
    verify: bool = True,
    patience: float = 1.0,
) -> Verdict:
    """Wait for lag zero and check the invariants.

    Args:
        ledgers: the ledger of each taskforce's clients, of one run.
        places: where to search for personal data, from `privacy.places` before the run; None: no search.
        verify: also run `tilsagn verify`, which takes longer with every run.
        patience: the factor by which the promised time until lag zero is multiplied.
    """
    verdict = Verdict(checked={"I1", "I2", "I3", "I4", "I5", "I6"})
    async with _databases(topology) as databases:
        verdict.seconds_to_lag_zero = await _lag_zero(list(ledgers), databases, verdict, patience)
        stored: dict[UUID, UUID] = {}
        for taskforce_id, ledger in ledgers.items():
            verdict.attempted += len(ledger.attempted)
            verdict.acknowledged += len(ledger.acknowledged)
            verdict.hires += len(ledger.hires)
            pledges = await _pledges_are_those_acknowledged(taskforce_id, databases.pledges, ledger, verdict)
            stored |= dict.fromkeys(pledges, taskforce_id)
            await _hires_are_those_confirmed(taskforce_id, databases.pledges, ledger, verdict)
            await _messages_have_their_change(taskforce_id, databases.pledges, verdict)
            await _dashboard_has_every_version_once(taskforce_id, databases, verdict)
            await register.check(databases, taskforce_id, ledger, verdict)
            await _nothing_was_applied_out_of_order(taskforce_id, databases.dashboard, verdict, allowed)
            await _figures_are_the_ledgers(topology, taskforce_id, databases.pledges, verdict)
            _mails_are_those_due(topology, pledges, ledger, verdict)
            for surprise in ledger.surprises:
                verdict.broke("surprise", "clients", surprise)
            for pledge in ledger.repeats:
                verdict.broke("I1", "clients", f"another answer to the same request for {pledge}")
        _mails_came_once(verdict, allowed)
        log = await broker_log.records(topology.broker.bootstrap_servers)
        for taskforce_id in ledgers:
            _published_in_order(of_taskforce(log, taskforce_id), verdict, allowed)
    await tenancy.check(topology, ledgers, verdict)
    if places is not None:
        await privacy.check(topology, ledgers, places, log, verdict)
    if verify:
        await _verify_agrees(topology, verdict)
    return verdict


@asynccontextmanager
async def _databases(topology: Topology) -> AsyncIterator[Databases]:
    async with AsyncExitStack() as opened:

        async def connect(service: str) -> Conn:
            conn = await asyncpg.connect(topology.superuser_dsn(service), command_timeout=20)
            opened.callback(conn.terminate)
            return conn

        yield Databases(*[await connect(service) for service in ("events", "pledges", "dashboard", "notifications")])


_SHOWN = """
    select pledge_id as id, version, xmin::text::bigint as applied from pledge_versions where taskforce_id = any($1)
     union all
    select hire_id, version, xmin::text::bigint from hire_versions where taskforce_id = any($1)
"""


async def _lag_zero(taskforces: list[UUID], databases: Databases, verdict: Verdict, patience: float) -> float:
    started = time.monotonic()
    while True:
        sent = await databases.pledges.fetch(
            """
            select aggregateid, version, aggregatetype, published_at is null as pending
              from outbox
             where taskforce_id = any($1)
            """,
            taskforces,
        )
        lag = await databases.dashboard.fetch(_SHOWN, taskforces)
        undelivered = await databases.notifications.fetchval(
            "select count(*) from deliveries where taskforce_id = any($1) and status = 'waiting'", taskforces
        )
        unsent = await databases.notifications.fetchval(
            "select count(*) from deliveries where taskforce_id = any($1) and rule = 'pledge_received'", taskforces
        )
        pending = sum(row["pending"] for row in sent)
        missing = {(row["aggregateid"], row["version"]) for row in sent} - {(row["id"], row["version"]) for row in lag}
        logged = {row["aggregateid"] for row in sent if row["aggregatetype"] == "pledges.pledge"}
        untold = await register.behind(databases, taskforces)
        behind = pending + len(missing) + undelivered + max(0, len(logged) - unsent) + untold
        elapsed = time.monotonic() - started
        if behind == 0:
            return elapsed
        if elapsed > patience * load_adjusted_timeout(HEAL_SECONDS):
            verdict.broke(
                "I6",
                "lag_zero",
                f"after {elapsed:.0f} s {pending} unpublished, {len(missing)} not on the dashboard, "
                f"{undelivered} mails waiting, {len(logged) - unsent} pledges without a delivery, "
                f"{untold} companies not told of everywhere",
            )
            return elapsed
        await asyncio.sleep(0.1)


async def _pledges_are_those_acknowledged(
    taskforce_id: UUID, pledges: Conn, ledger: Ledger, verdict: Verdict
) -> set[UUID]:
    check = "pledges_are_those_acknowledged"
    rows = await pledges.fetch(
        """
        select pledges.id, pledges.position_count, pledges.job_type, count(positions.id) as positions
          from pledges
          left join positions
            on positions.taskforce_id = pledges.taskforce_id
           and positions.pledge_id = pledges.id
         where pledges.taskforce_id = $1
         group by pledges.id, pledges.position_count, pledges.job_type
        """,
        taskforce_id,
    )
    stored = {row["id"]: row for row in rows}
    if len(stored) != len(rows):
        verdict.duplicated += len(rows) - len(stored)
        verdict.broke("I1", check, "a pledge is stored twice")
    for pledge_id in ledger.acknowledged.keys() - stored.keys():
        verdict.lost += 1
        verdict.broke("I1", check, f"acknowledged and lost: {pledge_id}")
    for pledge_id in stored.keys() - ledger.attempted.keys():
        verdict.unexpected += 1
        verdict.broke("I3", check, f"nobody has logged {pledge_id}")
    for pledge_id, row in stored.items():
        attempt = ledger.attempted.get(pledge_id)
        if attempt and not (attempt["positions"] == row["positions"] == row["position_count"]):
            verdict.broke("I1", check, f"{pledge_id} has {row['positions']} positions, not {attempt['positions']}")
    verdict.recovered += len(stored.keys() - ledger.acknowledged.keys())
    return set(stored)


async def _hires_are_those_confirmed(taskforce_id: UUID, pledges: Conn, ledger: Ledger, verdict: Verdict) -> None:
    check = "hires_are_those_confirmed"
    stored = {row["id"] for row in await pledges.fetch("select id from hires where taskforce_id = $1", taskforce_id)}
    for hire in ledger.hires.keys() - stored:
        verdict.lost += 1
        verdict.broke("I1", check, f"hire confirmed and lost: {hire}")
    for hire in stored - ledger.attempted_hires.keys():
        verdict.unexpected += 1
        verdict.broke("I3", check, f"nobody has confirmed {hire}")


async def _messages_have_their_change(taskforce_id: UUID, pledges: Conn, verdict: Verdict) -> None:
    """Every message in the outbox belongs to a stored change."""
    rows = await pledges.fetch(
        """
        select distinct aggregateid
          from outbox
         where taskforce_id = $1
           and aggregateid not in (select id from pledges where taskforce_id = $1)
           and aggregateid not in (select id from hires where taskforce_id = $1)
        """,
        taskforce_id,
    )
    for row in rows:
        verdict.unexpected += 1
        verdict.broke("I3", "messages_have_their_change", f"told of and not stored: {row['aggregateid']}")


async def _dashboard_has_every_version_once(taskforce_id: UUID, databases: Databases, verdict: Verdict) -> None:
    check = "dashboard_has_every_version_once"
    sent = {
        (row["aggregateid"], row["version"])
        for row in await databases.pledges.fetch(
            "select aggregateid, version from outbox where taskforce_id = $1 and aggregatetype like 'pledges.%'",
            taskforce_id,
        )
    }
    rows = await databases.dashboard.fetch(_SHOWN, [taskforce_id])
    dashboard_versions = [(row["id"], row["version"]) for row in rows]
    for key, times in Counter(dashboard_versions).items():
        if times > 1:
            verdict.duplicated += times - 1
            verdict.broke("I2", check, f"shown {times} times: {key}")
    for key in sent - set(dashboard_versions):
        verdict.lost += 1
        verdict.broke("I2", check, f"never shown: {key}")
    for key in set(dashboard_versions) - sent:
        verdict.unexpected += 1
        verdict.broke("I3", check, f"shown without a source: {key}")
    versions: dict[UUID, list[int]] = {}
    for aggregate, version in dashboard_versions:
        versions.setdefault(aggregate, []).append(version)
    for aggregate, found in versions.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            verdict.broke("I5", check, f"{aggregate} has the versions {sorted(found)}")
    present = await databases.dashboard.fetch(
        """
        select aggregate_id as id, version
          from contributions
         where taskforce_id = $1
           and aggregate in ('pledge_versions', 'hire_versions')
        """,
        taskforce_id,
    )
    for row in present:
        if row["version"] != max(versions.get(row["id"], [0])):
            verdict.order_violations += 1
            verdict.broke("I5", check, f"{row['id']} went back to version {row['version']}")


async def _nothing_was_applied_out_of_order(
    taskforce_id: UUID, dashboard: Conn, verdict: Verdict, allowed: Allowed
) -> None:
    """No version was written by an earlier transaction than its predecessor."""
    rows = await dashboard.fetch(_SHOWN, [taskforce_id])
    applied = {(row["id"], row["version"]): row["applied"] for row in rows}
    for (aggregate, version), transaction in applied.items():
        before = applied.get((aggregate, version - 1))
        if before is not None and before > transaction:
            verdict.order_violations += 1
            if not allowed.overtaking:
                text = f"version {version} of {aggregate} was applied before version {version - 1}"
                verdict.broke("I5", "nothing_was_applied_out_of_order", text)


def _published_in_order(log: list[Any], verdict: Verdict, allowed: Allowed) -> None:
    """On the broker, too, each version follows its predecessor in the same partition."""
    first: dict[tuple[str, int], tuple[int, int]] = {}
    for record in log:
        version_header = header(record, "ce_aggregateversion")
        if version_header.isdigit():
            key = (header(record, "ce_subject"), int(version_header))
            place = (record.partition, record.offset)
            first[key] = min(first.get(key, place), place)
    for (aggregate, version), (partition, offset) in first.items():
        before = first.get((aggregate, version - 1))
        if before is None:
            continue
        if before[0] != partition:
            verdict.broke("I5", "published_in_order", f"{aggregate} is in the partitions {before[0]} and {partition}")
        elif before[1] > offset:
            verdict.order_violations += 1
            if not allowed.overtaking:
                text = f"version {version} of {aggregate} was published before version {version - 1}"
                verdict.broke("I5", "published_in_order", text)


_MEASURES = {
    "pledged_positions": """
        select job_type, sum(position_count) as number
          from pledges
         where taskforce_id = $1
           and pledged_on <= $2
         group by job_type
        """,
    "hires": """
        select job_type, count(*) as number
          from hires
         where taskforce_id = $1
           and start_date <= $2
         group by job_type
        """,
}


async def _figures_are_the_ledgers(topology: Topology, taskforce_id: UUID, pledges: Conn, verdict: Verdict) -> None:
    check = "figures_are_the_ledgers"
    today = datetime.now(UTC).astimezone(COPENHAGEN).date()
    token = topology.token("member", taskforce_id=taskforce_id)
    async with httpx.AsyncClient(timeout=10, headers={"authorization": f"Bearer {token}"}) as client:
        for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
            answer = await client.get(topology.url("/api/dashboard/v1/figures"), params={"as_of": day.isoformat()})
            if answer.status_code != 200:
                verdict.broke("I4", check, f"the figures answer {answer.status_code}: {answer.text[:200]}")
                return
            figures = answer.json()
            for measure, query in _MEASURES.items():
                rows = await pledges.fetch(query, taskforce_id, day)
                expected = {row["job_type"]: row["number"] for row in rows}
                counts = {job_type: number for job_type, number in figures[measure].items() if number}
                if counts != expected:
                    text = f"{measure} on {day}: the dashboard says {counts}, the pledges say {expected}"
                    verdict.broke("I4", check, text)


async def _verify_agrees(topology: Topology, verdict: Verdict) -> None:
    """I4 by the operator's command: every taskforce, every row, figures on many days."""
    verify = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "verify", "--json"),
        cwd=ROOT,
        env={"PATH": os.defpath, "TILSAGN_STATE": str(topology.folder / "none")} | topology.operator_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaints = await verify.communicate()
    if verify.returncode != 0:
        text = f"tilsagn verify: {output.decode()[-1500:]} {complaints.decode()[-500:]}"
        verdict.broke("I4", "verify_agrees", text)


def _mails_are_those_due(topology: Topology, stored: set[UUID], ledger: Ledger, verdict: Verdict) -> None:
    check = "mails_are_those_due"
    received: dict[UUID, list[str]] = {}
    for mail in topology.mail.mails:
        pledge_id = ledger.addresses.get(str(mail["to"].addresses[0].addr_spec))
        if pledge_id is not None:
            received.setdefault(pledge_id, []).append(str(mail["message-id"]))
    mails = sum(map(len, received.values()))
    verdict.mails += mails
    verdict.duplicate_mails += mails - len(received)
    for pledge_id in stored - received.keys():
        verdict.lost += 1
        verdict.broke("I2", check, f"no mail about {pledge_id}")
    for pledge_id in received.keys() - stored:
        verdict.unexpected += 1
        verdict.broke("I3", check, f"a mail about {pledge_id}, which is not stored")
    for pledge_id, ids in received.items():
        if len(set(ids)) > 1:
            verdict.duplicated += len(set(ids)) - 1
            verdict.broke("I2", check, f"{len(set(ids))} different mails about {pledge_id}")


def _mails_came_once(verdict: Verdict, allowed: Allowed) -> None:
    if verdict.duplicate_mails > allowed.duplicate_mails:
        verdict.duplicated += verdict.duplicate_mails - allowed.duplicate_mails
        text = f"{verdict.duplicate_mails} mails twice, {allowed.duplicate_mails} allowed"
        verdict.broke("I2", "mails_came_once", text)

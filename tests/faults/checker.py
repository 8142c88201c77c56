"""The invariants, one by one, after a fault: the clients' ledger against the databases, the mails and the figures.

Nothing here is shared with the code under test: the SQL is the checker's own, as superuser, so that no policy
hides a row.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from tests.topology import ROOT

if TYPE_CHECKING:
    from tests.faults.ledger import Ledger
    from tests.topology import Topology

HEAL_SECONDS = 30.0
"""I6: lag is zero again this soon after the fault has healed."""


@dataclass
class Verdict:
    """What the checker found. `broken` names each violation by its invariant; empty is good."""

    acknowledged: int = 0
    recovered: int = 0
    hires: int = 0
    mails: int = 0
    duplicate_mails: int = 0
    seconds_to_lag_zero: float = 0.0
    broken: list[str] = field(default_factory=list)


async def check(topology: Topology, taskforce_id: UUID, ledger: Ledger, *, duplicate_mails_allowed: int = 0) -> Verdict:
    """Wait for lag zero and state the invariants.

    Args:
        duplicate_mails_allowed: where the notifications worker was killed, one of each mail it had under way (it
            may have died between the server's 250 and the mark); none otherwise.
    """
    verdict = Verdict(acknowledged=len(ledger.acknowledged), hires=len(ledger.hires))
    pledges = await asyncpg.connect(topology.superuser_dsn("pledges"), command_timeout=20)
    dashboard = await asyncpg.connect(topology.superuser_dsn("dashboard"), command_timeout=20)
    notifications = await asyncpg.connect(topology.superuser_dsn("notifications"), command_timeout=20)
    try:
        verdict.seconds_to_lag_zero = await _lag_zero(taskforce_id, pledges, dashboard, notifications, verdict)
        stored = await _pledges_are_those_acknowledged(taskforce_id, pledges, ledger, verdict)
        await _hires_are_those_confirmed(taskforce_id, pledges, ledger, verdict)
        await _dashboard_has_every_version_once(taskforce_id, pledges, dashboard, verdict)
        await _figures_are_the_ledgers(topology, taskforce_id, pledges, verdict)
        _mails_are_those_due(topology, stored, ledger, verdict, duplicate_mails_allowed)
        await _verify_agrees(topology, verdict)
        verdict.broken += [f"surprise: {surprise}" for surprise in ledger.surprises]
        verdict.broken += [f"I1: another answer to the same request for {pledge}" for pledge in ledger.repeats]
    finally:
        for conn in (pledges, dashboard, notifications):
            conn.terminate()
    return verdict


Conn = Any


async def _lag_zero(taskforce_id: UUID, pledges: Conn, dashboard: Conn, notifications: Conn, verdict: Verdict) -> float:
    started = time.monotonic()
    while True:
        sent = await pledges.fetch(
            """
            select aggregateid, version, aggregatetype, published_at is null as pending
              from outbox
             where taskforce_id = $1
            """,
            taskforce_id,
        )
        shown = await dashboard.fetch(
            """
            select pledge_id as id, version from pledge_versions where taskforce_id = $1
             union all
            select hire_id, version from hire_versions where taskforce_id = $1
            """,
            taskforce_id,
        )
        undelivered = await notifications.fetchval(
            "select count(*) from deliveries where taskforce_id = $1 and status = 'waiting'", taskforce_id
        )
        told = await notifications.fetchval(
            "select count(*) from deliveries where taskforce_id = $1 and rule = 'pledge_received'", taskforce_id
        )
        pending = sum(row["pending"] for row in sent)
        missing = {(row["aggregateid"], row["version"]) for row in sent} - {
            (row["id"], row["version"]) for row in shown
        }
        logged = {row["aggregateid"] for row in sent if row["aggregatetype"] == "pledges.pledge"}
        behind = pending + len(missing) + undelivered + max(0, len(logged) - told)
        elapsed = time.monotonic() - started
        if behind == 0:
            return elapsed
        if elapsed > HEAL_SECONDS:
            verdict.broken.append(
                f"I6: after {elapsed:.0f} s {pending} unpublished, {len(missing)} not on the dashboard, "
                f"{undelivered} mails waiting, {len(logged) - told} pledges without a delivery"
            )
            return elapsed
        await asyncio.sleep(0.1)


async def _pledges_are_those_acknowledged(
    taskforce_id: UUID, pledges: Conn, ledger: Ledger, verdict: Verdict
) -> set[UUID]:
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
        verdict.broken.append("I1: a pledge is stored twice")
    for pledge_id in ledger.acknowledged.keys() - stored.keys():
        verdict.broken.append(f"I1: acknowledged and lost: {pledge_id}")
    for pledge_id in stored.keys() - ledger.attempted.keys():
        verdict.broken.append(f"I3: nobody has logged {pledge_id}")
    for pledge_id, row in stored.items():
        asked = ledger.attempted.get(pledge_id)
        if asked and not (asked["positions"] == row["positions"] == row["position_count"]):
            verdict.broken.append(f"I1: {pledge_id} has {row['positions']} positions, not {asked['positions']}")
    verdict.recovered = len(stored.keys() - ledger.acknowledged.keys())
    return set(stored)


async def _hires_are_those_confirmed(taskforce_id: UUID, pledges: Conn, ledger: Ledger, verdict: Verdict) -> None:
    stored = {row["id"] for row in await pledges.fetch("select id from hires where taskforce_id = $1", taskforce_id)}
    verdict.broken += [f"I1: hire confirmed and lost: {hire}" for hire in ledger.hires.keys() - stored]
    verdict.broken += [f"I3: nobody has confirmed {hire}" for hire in stored - ledger.attempted_hires.keys()]


async def _dashboard_has_every_version_once(
    taskforce_id: UUID, pledges: Conn, dashboard: Conn, verdict: Verdict
) -> None:
    sent = {
        (row["aggregateid"], row["version"])
        for row in await pledges.fetch(
            "select aggregateid, version from outbox where taskforce_id = $1 and aggregatetype like 'pledges.%'",
            taskforce_id,
        )
    }
    shown = [
        (row["id"], row["version"])
        for row in await dashboard.fetch(
            """
            select pledge_id as id, version from pledge_versions where taskforce_id = $1
             union all
            select hire_id, version from hire_versions where taskforce_id = $1
            """,
            taskforce_id,
        )
    ]
    verdict.broken += [f"I2: shown {times} times: {key}" for key, times in Counter(shown).items() if times > 1]
    verdict.broken += [f"I2: never shown: {key}" for key in sent - set(shown)]
    verdict.broken += [f"I3: shown without a source: {key}" for key in set(shown) - sent]
    versions: dict[UUID, list[int]] = {}
    for aggregate, version in shown:
        versions.setdefault(aggregate, []).append(version)
    for aggregate, found in versions.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            verdict.broken.append(f"I5: {aggregate} has the versions {sorted(found)}")
    present = await dashboard.fetch(
        """
        select pledge_id as id, version from pledges where taskforce_id = $1
         union all
        select hire_id, version from hires where taskforce_id = $1
        """,
        taskforce_id,
    )
    for row in present:
        if row["version"] != max(versions.get(row["id"], [0])):
            verdict.broken.append(f"I5: {row['id']} went back to version {row['version']}")


async def _figures_are_the_ledgers(topology: Topology, taskforce_id: UUID, pledges: Conn, verdict: Verdict) -> None:
    import httpx

    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(
            topology.url("/api/dashboard/v1/figures"),
            headers={"authorization": f"Bearer {topology.token('member', taskforce_id=taskforce_id)}"},
        )
    if answer.status_code != 200:
        verdict.broken.append(f"I4: the figures answer {answer.status_code}: {answer.text[:200]}")
        return
    figures = answer.json()
    for measure, query in {
        "pledged_positions": """
            select job_type, sum(position_count) as number from pledges where taskforce_id = $1 group by job_type
            """,
        "hires": "select job_type, count(*) as number from hires where taskforce_id = $1 group by job_type",
    }.items():
        expected = {row["job_type"]: row["number"] for row in await pledges.fetch(query, taskforce_id)}
        shown = {job_type: number for job_type, number in figures[measure].items() if number}
        if shown != expected:
            verdict.broken.append(f"I4: {measure}: the dashboard says {shown}, the pledges say {expected}")


async def _verify_agrees(topology: Topology, verdict: Verdict) -> None:
    """I4 once more, by the operator's own command: every taskforce, every row, figures on many days."""
    verify = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", "verify", "--json"),
        cwd=ROOT,
        env={"PATH": os.defpath, "TILSAGN_STATE": str(topology.folder / "none")} | topology.operator_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complaints = await verify.communicate()
    if verify.returncode != 0:
        verdict.broken.append(f"I4: tilsagn verify: {said.decode()[-1500:]} {complaints.decode()[-500:]}")


def _mails_are_those_due(
    topology: Topology, stored: set[UUID], ledger: Ledger, verdict: Verdict, duplicates_allowed: int
) -> None:
    received: dict[UUID, list[str]] = {}
    for mail in topology.mail.mails:
        pledge_id = ledger.addresses.get(str(mail["to"].addresses[0].addr_spec))
        if pledge_id is not None:
            received.setdefault(pledge_id, []).append(str(mail["message-id"]))
    verdict.mails = sum(map(len, received.values()))
    verdict.duplicate_mails = verdict.mails - len(received)
    verdict.broken += [f"I2: no mail about {pledge_id}" for pledge_id in stored - received.keys()]
    verdict.broken += [f"I3: a mail about {pledge_id}, which is not stored" for pledge_id in received.keys() - stored]
    for pledge_id, ids in received.items():
        if len(set(ids)) > 1:
            verdict.broken.append(f"I2: {len(set(ids))} different mails about {pledge_id}")
    if verdict.duplicate_mails > duplicates_allowed:
        verdict.broken.append(f"I2: {verdict.duplicate_mails} mails twice, {duplicates_allowed} allowed")

"""The restore drill: the database's storage is lost during intake and restored from backup and archive, twice.

    latest   the disk is lost: everything in the archive is restored
    moment   data was deleted by mistake: the state just before is restored, on the time line of the first restore.
    This brings back a person who was erased since, and who is erased again

Each time the deployment's processes are stopped, all four databases (they are in one cluster) are restored to the
same moment, `tilsagn reconcile` makes the broker agree with them, the processes are started, and the phones, which
have been retrying, continue. Then the data is compared with the answers that the phones got, and by `tilsagn verify`.

    RPO  from the last restored moment to the loss: pledges acknowledged between are lost
    RTO  from the loss to the first pledge acknowledged after it, without time for decisions
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import asyncpg

from deploy.local.postgres import EmbeddedPostgres
from deploy.scenarios import identities
from services.events.register import commands
from shared.db.database import Database
from shared.settings import ServiceSettings
from tests.drills.cluster import Cluster, compose_settings
from tests.drills.intake import Intake
from tests.support import brokers
from tests.support.topology import RAISED_LIMITS, ROOT, Process, Topology

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.drills.intake import Pledge

RESULTS = ROOT / "test-results" / "restore-drill.json"
LOGS = RESULTS.with_suffix("")
BACKUP = "first"
SLUG = "drill"
PATIENCE_SECONDS = 60.0
MAIL_SECONDS = 30.0


@dataclass
class Restored:
    """The result of one restore.

    Attributes:
        rpo_seconds: None for a restore to a chosen moment.
        steps: the seconds of each step, in order.
        acknowledged: pledges acknowledged before the loss, or before the processes were stopped to go back.
        lost: those of them that were lost.
        listed: lost pledges that `reconcile` listed from the broker.
        told_and_lost: lost pledges about which a mail was sent.
        mails_twice: mails sent again, because the record that they were sent was lost.
        broken: violations; empty if there are none.
    """

    name: str
    rpo_seconds: float | None
    rto_seconds: float
    steps: dict[str, float]
    acknowledged: int
    kept: int
    lost: int
    listed: int
    told_and_lost: int
    mails_twice: int
    broken: list[str] = field(default_factory=list)


@dataclass
class Report:
    """The results of the drill."""

    broker: str
    archive_timeout_seconds: int
    archive_timeout_in_compose_seconds: int
    pledges_per_second: float
    base_backup_seconds: float
    base_backup_mb: float
    archived_segments: int = 0
    archived_mb: float = 0.0
    restores: list[Restored] = field(default_factory=list)


class _Steps:
    """A stopwatch for consecutive steps."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.monotonic()

    def done(self, what: str) -> None:
        now = time.monotonic()
        self.seconds[what] = round(now - self._since, 2)
        self._since = now


async def drill(topology: Topology, cluster: Cluster, *, archive_timeout: int, per_second: float) -> Report:
    """Run the drill on a deployment whose infrastructure runs and whose processes do not."""
    await cluster.begin_archiving(timeout_seconds=archive_timeout)
    taskforce = await _register_taskforce(topology)
    await asyncio.to_thread(topology.start_processes)
    await asyncio.to_thread(topology.wait_until_ready)
    async with Intake(topology, taskforce, per_second=per_second) as intake:
        await asyncio.sleep(2)
        began = time.monotonic()
        megabytes = await cluster.back_up(BACKUP)
        report = Report(
            broker=brokers.FLAVOUR,
            archive_timeout_seconds=archive_timeout,
            archive_timeout_in_compose_seconds=int(compose_settings()["archive_timeout"]),
            pledges_per_second=per_second,
            base_backup_seconds=round(time.monotonic() - began, 2),
            base_backup_mb=round(megabytes, 1),
        )
        await asyncio.sleep(archive_timeout)
        day = _BadDay(topology, cluster, intake, taskforce)
        report.restores.append(await day.lose_the_disk())
        await asyncio.sleep(3)
        report.restores.append(await day.undo_a_mistake())
        report.archived_segments, megabytes = cluster.archived()
        report.archived_mb = round(megabytes, 2)
    report.restores[-1].broken += [f"surprise: {surprise}" for surprise in intake.surprises]
    return report


@dataclass
class _BadDay:
    """The two losses and restores.

    Attributes:
        gone: acknowledged pledges lost so far.
        twice: repeated mails about the others so far.
        erased: the pledge whose contact was erased after the restored moment.
    """

    topology: Topology
    cluster: Cluster
    intake: Intake
    taskforce: UUID
    gone: set[UUID] = field(default_factory=set)
    twice: int = 0
    erased: UUID | None = None

    async def lose_the_disk(self) -> Restored:
        # Workers with lag, so that the restore has something to correct: restored changes that were never applied, and
        # messages that lose their changes and must never be read.
        for name in ("dashboard-worker", "notifications-worker"):
            child = self.topology.processes[name].child
            assert child is not None
            child.send_signal(signal.SIGSTOP)
        await asyncio.sleep(1)
        segments, _ = self.cluster.archived()
        async with asyncio.timeout(PATIENCE_SECONDS + int(compose_settings()["archive_timeout"])):
            while self.cluster.archived()[0] == segments:
                await asyncio.sleep(0.02)
        await asyncio.sleep(1)
        lost_at, steps = datetime.now(UTC), _Steps()
        await asyncio.to_thread(self.cluster.lose_storage)
        acknowledged, listed = await self._restore(steps)
        recovered_to = await self.cluster.recovered_to()
        restored = await self._judge("latest", steps, acknowledged, listed, kept_until=recovered_to, since=lost_at)
        restored.rpo_seconds = round((lost_at - recovered_to).total_seconds(), 2)
        return restored

    async def undo_a_mistake(self) -> Restored:
        moment = datetime.now(UTC)
        await asyncio.sleep(1)
        await self._erase_somebody(known_since=moment)
        await self._make_the_mistake()
        await asyncio.sleep(2)
        decided_at, steps = datetime.now(UTC), _Steps()
        await self.cluster.archive_now()
        steps.done("last segment archived")
        acknowledged, listed = await self._restore(steps, moment)
        restored = await self._judge("moment", steps, acknowledged, listed, kept_until=moment, since=decided_at)
        if unlisted := restored.lost - restored.listed:
            restored.broken.append(f"{unlisted} pledges are lost and not listed")
        without = await self._pledges_without_contact()
        if missing := without - {self.erased}:
            restored.broken.append(f"the mistake is still there: {len(missing)} contacts are missing")
        if self.erased not in without:
            restored.broken.append("I7: somebody who was erased has come back")
        restored.broken += await self._ledger_told_otherwise(erased_before=decided_at)
        return restored

    async def _restore(self, steps: _Steps, until: datetime | None = None) -> tuple[dict[UUID, Pledge], set[UUID]]:
        """Restore as docs/operations.md describes.

        Returns:
            The pledges acknowledged before, without those lost earlier; and those that `reconcile` lists as lost.
        """
        if self.cluster.postgres.alive():
            # The last accepted pledges are published before the workers stop, and therefore listed.
            await asyncio.to_thread(_stop_processes, self.topology, "-app")
        await asyncio.to_thread(_stop_processes, self.topology)
        acknowledged = {id: one for id, one in self.intake.acknowledged().items() if id not in self.gone}
        steps.done("processes stopped")
        erasures: tuple[str, ...] = ()
        if self.cluster.postgres.alive():
            copy = self.topology.folder / "erasures.json"
            copy.write_text(json.dumps(await _tilsagn(self.topology, "erasures", may_fail=False)), encoding="utf-8")
            erasures = ("--erasures", str(copy))
            steps.done("ledger of erasures taken along")
            await asyncio.to_thread(self.cluster.set_aside, self.topology.folder / "set-aside")
            steps.done("spoilt cluster set aside")
        await asyncio.to_thread(self.cluster.put_back, BACKUP, until)
        steps.done("backup in place")
        await asyncio.to_thread(self.cluster.postgres.start)
        steps.done("archive recovered")
        if brokers.FLAVOUR == "embedded":  # the embedded broker can only be replaced by an empty one
            await asyncio.to_thread(self.topology.replace_broker)
        output = await _tilsagn(self.topology, "reconcile", *erasures, "--json", may_fail=False)
        steps.done("broker reconciled")
        await asyncio.to_thread(self.topology.start_processes)
        await asyncio.to_thread(self.topology.wait_until_ready)
        steps.done("processes ready")
        return acknowledged, {UUID(one["aggregate_id"]) for one in output["lost"] if "PledgeLogged" in one["type"]}

    async def _judge(
        self,
        name: str,
        steps: _Steps,
        acknowledged: dict[UUID, Pledge],
        listed: set[UUID],
        *,
        kept_until: datetime,
        since: datetime,
    ) -> Restored:
        """Wait for the first new pledge, and compare the data with the answers that the phones got."""
        first = await self.intake.acknowledged_besides(acknowledged.keys() | self.gone, seconds=PATIENCE_SECONDS)
        steps.done("pledges acknowledged")
        stored = await self._stored()
        lost = {id: pledge for id, pledge in acknowledged.items() if id not in stored}
        mailed = sum(count > 0 for id, count in self._mailed().items() if id in lost)
        async with self.intake.paused():  # otherwise the data changes during the comparison
            verified = await _tilsagn(self.topology, "verify", "--json", "--wait", "60")
            steps.done("verified")
            untold = await self._untold()
        broken = [
            f"I1: {pledge.id} was acknowledged before {kept_until}, and is lost"
            for pledge in lost.values()
            if pledge.acknowledged_at and pledge.acknowledged_at <= kept_until
        ]
        broken += [f"I3: nobody has logged {id}" for id in stored - {pledge.id for pledge in self.intake.pledges}]
        broken += [f"I4: {each['about']}: {each['what']}" for each in verified["differences"]]
        broken += await _effects_without_source(self.topology, self.taskforce, set(lost))
        broken += [f"I2: no mail about {id}" for id in untold]
        if name == "moment":
            broken += [
                f"{pledge.id} was sent after {kept_until}, and is there"
                for pledge in acknowledged.values()
                if pledge.id in stored and pledge.sent_at > kept_until
            ]
        self.gone |= lost.keys()
        return Restored(
            name=name,
            rpo_seconds=None,
            rto_seconds=round((first - since).total_seconds(), 2),
            steps=steps.seconds,
            acknowledged=len(acknowledged),
            kept=len(acknowledged) - len(lost),
            lost=len(lost),
            listed=len(lost.keys() & listed),
            told_and_lost=mailed,
            mails_twice=self._mails_twice_now(),
            broken=broken,
        )

    async def _untold(self) -> set[UUID]:
        """Wait up to half a minute until mails about all stored pledges were sent; return the pledges without one."""
        deadline = time.monotonic() + MAIL_SECONDS
        stored = await self._stored()
        while untold := stored - self._mailed().keys():
            if time.monotonic() > deadline:
                break
            await asyncio.sleep(0.1)
        return untold

    def _mails_twice_now(self) -> int:
        """Return the number of repeated mails since the last call."""
        before = self.twice
        self.twice = sum(count - 1 for id, count in self._mailed().items() if id not in self.gone)
        return self.twice - before

    async def _erase_somebody(self, *, known_since: datetime) -> None:
        """Erase a contact who exists at the restored moment and has got a mail."""
        mailed = self._mailed()
        chosen = next(
            one
            for one in self.intake.pledges
            if one.id in mailed
            and one.id not in self.gone
            and one.acknowledged_at is not None
            and one.acknowledged_at < known_since
        )
        who = ("--email", chosen.email, "--taskforce", SLUG)
        erased = await _tilsagn(self.topology, "person", "erase", *who, "--yes", "--json", may_fail=False)
        assert [line["key"] for line in erased["pledges"]] == [str(chosen.id)]
        self.erased = chosen.id

    async def _ledger_told_otherwise(self, *, erased_before: datetime) -> list[str]:
        """Compare the ledger line of the erasure: it keeps its time and adds the time of the repetition."""
        lines = await _tilsagn(self.topology, "erasures", may_fail=False)
        [line] = [one for one in lines if one["key"] == str(self.erased)]
        differences = []
        if datetime.fromisoformat(line["erased_at"]) > erased_before:
            differences.append(f"the ledger says of {self.erased} when it was restored, not when it was erased")
        if not line["repeated_at"] or datetime.fromisoformat(line["repeated_at"]) < erased_before:
            differences.append(f"the ledger does not say that {self.erased} was erased again")
        return differences

    async def _make_the_mistake(self) -> None:
        connection = await asyncpg.connect(self.topology.superuser_dsn("pledges"))
        try:
            deleted = await connection.execute("delete from pledge_contacts where taskforce_id = $1", self.taskforce)
        finally:
            await connection.close()
        assert deleted != "DELETE 0"

    async def _pledges_without_contact(self) -> set[UUID]:
        connection = await asyncpg.connect(self.topology.superuser_dsn("pledges"))
        try:
            rows = await connection.fetch(
                """
                select id
                  from pledges
                 where taskforce_id = $1
                   and not exists (select from pledge_contacts where pledge_contacts.id = pledges.id)
                """,
                self.taskforce,
            )
        finally:
            await connection.close()
        return {row["id"] for row in rows}

    async def _stored(self) -> set[UUID]:
        connection = await asyncpg.connect(self.topology.superuser_dsn("pledges"))
        try:
            rows = await connection.fetch("select id from pledges where taskforce_id = $1", self.taskforce)
        finally:
            await connection.close()
        return {row["id"] for row in rows}

    def _mailed(self) -> Counter[UUID]:
        of_address = {pledge.email: pledge.id for pledge in self.intake.pledges}
        sent = (of_address.get(str(mail["to"].addresses[0].addr_spec)) for mail in self.topology.mail.mails)
        return Counter(pledge_id for pledge_id in sent if pledge_id is not None)


async def _effects_without_source(topology: Topology, taskforce: UUID, lost: set[UUID]) -> list[str]:
    """I3: no effect of lost changes may exist, even if the broker still had their messages."""
    broken = []
    for service, query in (
        ("dashboard", "select pledge_id as id from pledge_versions where taskforce_id = $1"),
        ("notifications", "select about_id as id from deliveries where taskforce_id = $1"),
    ):
        connection = await asyncpg.connect(topology.superuser_dsn(service))
        found = {row["id"] for row in await connection.fetch(query, taskforce)}
        await connection.close()
        broken += [f"I3: {service} knows of {pledge_id}, which is lost" for pledge_id in found & lost]
    return broken


def _stop_processes(topology: Topology, kind: str = "") -> None:
    """Stop all processes of a kind at once, as `docker compose stop` does."""
    chosen = [process for name, process in topology.processes.items() if name.endswith(kind)]
    with ThreadPoolExecutor(max_workers=len(chosen)) as pool:
        list(pool.map(Process.stop, chosen))


async def _tilsagn(topology: Topology, *arguments: str, may_fail: bool = True) -> Any:
    """Run the operator's command and return its JSON. Fails if it prints nothing, or if it fails unexpectedly."""
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "deploy.cli", *arguments),
        cwd=ROOT,
        env={"PATH": os.defpath, "TILSAGN_STATE": str(topology.folder / "none")} | topology.operator_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, notes = await ran.communicate()
    if not output or (ran.returncode and not may_fail):
        raise AssertionError(f"tilsagn {' '.join(arguments)}: {notes.decode()}")
    return json.loads(output)


async def _register_taskforce(topology: Topology) -> UUID:
    taskforce_id = identities.taskforce_id(SLUG)
    settings = ServiceSettings(database_url=topology.app_dsn("events"), token_jwks=topology.secrets["TOKEN_JWKS"])
    database = await Database.connect(settings, name="drill")
    await commands.register_taskforce(
        database,
        id=taskforce_id,
        slug=SLUG,
        name="Taskforce",
        municipality="0671",
        since=date(2018, 5, 1),
    )
    await database.close()
    return taskforce_id


def run(*, archive_timeout: int, per_second: float) -> Report:
    """Set everything up in a temporary folder, run the drill, and clean up."""
    folder = Path(tempfile.mkdtemp(prefix="tilsagn-drill-"))
    if os.geteuid() == 0:
        folder.chmod(0o711)  # PostgreSQL runs as an unprivileged account, which must be able to enter the folder
    topology = Topology(folder, variables=RAISED_LIMITS)
    # Unlike other tests, this one measures durable commits.
    topology.postgres = EmbeddedPostgres(folder / "postgres")
    try:
        topology.start_infrastructure()
        cluster = Cluster(topology.postgres, folder / "archive")
        return asyncio.run(drill(topology, cluster, archive_timeout=archive_timeout, per_second=per_second))
    except BaseException:
        LOGS.mkdir(parents=True, exist_ok=True)
        for log in folder.glob("*.log"):
            shutil.copy(log, LOGS)
        print(f"The processes' logs are in {LOGS}.", file=sys.stderr)
        raise
    finally:
        topology.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _lines(report: Report) -> Iterator[str]:
    yield (
        f"{report.broker} broker, {report.pledges_per_second:g} pledges/s; "
        f"archive_timeout {report.archive_timeout_seconds} s "
        f"(docker-compose.yml: {report.archive_timeout_in_compose_seconds} s); "
        f"base backup of {report.base_backup_mb} MB in {report.base_backup_seconds} s; "
        f"{report.archived_segments} segments, {report.archived_mb} MB archived"
    )
    yield ""
    yield (
        f"{'restored to':<14}{'RPO':>8}{'RTO':>8}{'acknowledged':>14}{'lost':>6}{'listed':>8}{'told':>6}"
        f"{'mails twice':>13}"
    )
    for one in report.restores:
        rpo = "chosen" if one.rpo_seconds is None else f"{one.rpo_seconds:.1f} s"
        yield (
            f"{one.name:<14}{rpo:>8}{one.rto_seconds:>6.1f} s{one.acknowledged:>14}{one.lost:>6}{one.listed:>8}"
            f"{one.told_and_lost:>6}{one.mails_twice:>13}"
        )
    for one in report.restores:
        yield ""
        yield f"{one.name}: " + ", ".join(f"{what} {seconds} s" for what, seconds in one.steps.items())
        yield from (f"  BROKEN {what}" for what in one.broken)


def main() -> int:
    """Run the command; returns its exit status: 0 passed, 1 failed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills.restore", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--archive-timeout", type=int, default=5, metavar="SECONDS", help="compose has 60 (default 5)")
    parser.add_argument("--per-second", type=float, default=10, metavar="N", help="pledges a second (default 10)")
    options = parser.parse_args()
    report = run(archive_timeout=options.archive_timeout, per_second=options.per_second)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(asdict(report), indent=2) + "\n", encoding="utf-8")
    print("\n".join(_lines(report)))
    broken = [what for one in report.restores for what in one.broken]
    slow = [one for one in report.restores if one.rpo_seconds and one.rpo_seconds > options.archive_timeout + 5]
    if slow:
        print(f"\nRPO of {slow[0].rpo_seconds} s: more than archive_timeout and five seconds")
    return 1 if broken or slow else 0


if __name__ == "__main__":
    sys.exit(main())

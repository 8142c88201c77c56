"""`python -m tests.fuzz.guest --minutes 60`: a guest with a valid pass plays malice, and nobody else may notice.

Afterwards the figures have changed by what a pass may pledge and nothing else, a member, another guest and an import
still work, mails hold nothing that the guest wrote, no process has failed, and the verification finds no difference.

Exit status: 0 nothing found; 1 findings; 130 interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import getaddresses
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import httpx
from rich.console import Console

from deploy.cli.installation import attach
from shared.fields.copenhagen import COPENHAGEN
from shared.ui.formats import local_date
from tests.cli.command import in_process
from tests.fuzz.installation import World
from tests.fuzz.malice import LURES, REFERENCES, Guest, Victims
from tests.fuzz.run import errors_in
from tests.fuzz.tally import Asked, Finding
from tests.support.topology import topology
from tests.support.waiting import PATIENCE_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.http.policy import Caller
    from tests.fuzz.installation import Taskforce
    from tests.support.topology import Topology

PASS_POSITIONS: Final = 1000
"""What one pass may pledge by itself: the default of the installation."""
MAILS_TO_ONE_ADDRESS: Final = 10
"""What one address gets within a day at most: the default of the installation."""
_PLEDGES: Final = "/api/pledges/v1/pledges"
_VICTIMS: Final = ("borgmester@kommune.example", "direktion@bank.example", "presse@avis.example")


@dataclass
class Outcome:
    """What a run has found, and how often each attempt was answered with each status."""

    attempts: dict[str, Counter[str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """The number of requests."""
        return sum(statuses.total() for statuses in self.attempts.values())

    def take(self, one: Asked | Finding) -> None:
        """Count an answer, or record a finding."""
        if isinstance(one, Finding):
            self.findings.append(one)
        else:
            self.attempts.setdefault(one.operation, Counter())[str(one.status)] += 1


def play(
    deployment: Topology,
    *,
    seed: int,
    seconds: float,
    rounds: int | None = None,
    flood: int = 200,
    report: Callable[[str], object] = lambda _line: None,
) -> Outcome:
    """Let the guest try everything, in rounds in random order, and check what it has done to the others.

    Args:
        seconds: the time after which no round begins.
        rounds: at most so many; None: as many as there is time for.
        flood: how many requests a flood sends at once.
    """
    evening = _Evening(deployment, seed, report)
    asyncio.run(evening.play(seconds, rounds, flood))
    evening.check_installation()
    return evening.outcome


class _Evening:
    def __init__(self, deployment: Topology, seed: int, report: Callable[[str], object]) -> None:
        self.deployment, self.seed, self.report = deployment, seed, report
        self.world = World(deployment, seed, prefix="guest-")
        self.outcome = Outcome()

    async def play(self, seconds: float, rounds: int | None, flood: int) -> None:
        deadline = time.monotonic() + seconds
        await self.world.fill()
        await self.world.begin("event_pass")
        limits = httpx.Limits(max_connections=flood, max_keepalive_connections=20)
        async with httpx.AsyncClient(timeout=60, limits=limits) as self.http:
            victims = Victims(self._honest(event=False), "order-18", str(uuid4()), _VICTIMS)
            assert await self._log("member", victims.pledge) == 201
            guest = Guest(self.world, self.http, self.seed, victims, flood=flood)
            await attach(self.deployment.operator_environment()).wait_until_delivered(seconds=PATIENCE_SECONDS)
            before = await self._figures()
            mails_before = len(self.deployment.mail.mails)
            number = 0
            while number == 0 or (time.monotonic() < deadline and (rounds is None or number < rounds)):
                acts = list(guest.acts)
                guest.rng.shuffle(acts)
                for act in acts:
                    async for one in guest.acts[act]():
                        self.outcome.take(one)
                number += 1
                self.report(
                    f"round {number}: {self.outcome.requests:,} requests, {len(self.outcome.findings)} findings"
                )
            honest = await self._others_still_work(victims)
            # It waits until every message is delivered.
            await asyncio.to_thread(self._verify)
            await self._check_figures(guest, before, honest)
            self._check_mails(mails_before)

    def check_installation(self) -> None:
        """Check that every process is well."""
        self._check_processes()

    # --- the others

    def _honest(self, *, event: bool, positions: int = 2) -> dict[str, Any]:
        return {
            "id": str(uuid4()),
            "event_id": str(self.world.ours.ids["event open"]) if event else None,
            "company": {"name": "Ærligt Firma A/S"},
            "contact": {"name": "Eva Holm", "phone": "97 85 00 00"},
            "job_type": "smaajob",
            "positions": positions,
            "weekly_hours": {"from": 5, "to": 10},
            "captured_at": datetime.now(UTC).isoformat(),
        }

    async def _log(self, caller: Caller, body: dict[str, Any], *, key: str | None = None, **more: str) -> int:
        """Log a pledge; wait where there are too many requests, as a phone does."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        headers = self.world.headers(caller) | {"idempotency-key": key or body["id"]} | more
        while True:
            response = await self.http.post(self.deployment.url(_PLEDGES), json=body, headers=headers)
            if response.status_code != 429 or time.monotonic() > deadline:
                return response.status_code
            await asyncio.sleep(0.5)

    async def _others_still_work(self, victims: Victims) -> int:
        """Log a member's, another guest's and a file's pledges. Return how many positions they add to the figures."""
        ours = self.world.ours
        expected = 0
        under_used_key = self._honest(event=True)
        under_seen_id = self._honest(event=True) | {"id": victims.id}
        for body, key in ((under_used_key, victims.key), (under_seen_id, victims.id)):
            status = await self._log("member", body, key=key)
            self._require("a member", "blocked", status == 201, status)
            expected += body["positions"]
        by_guest = self._honest(event=False)
        status = await self._log("event_pass", by_guest, **{"x-forwarded-for": "203.0.113.9"})
        self._require("another guest", "blocked", status == 201, status)
        stored = await self._get(f"{_PLEDGES}/{by_guest['id']}", "coordinator")
        expected += by_guest["positions"] if stored["review"] is None else 0
        for number, again in ((len(REFERENCES), False), (len(REFERENCES), True)):
            response = await self._import(ours)
            new = response.status_code == 200 and f"{number} tilsagn er importeret" in response.text
            known = response.status_code == 200 and "importeret" in response.text
            self._require("an import", "blocked", known if again else new, response.text[:3000])
        return expected + len(REFERENCES) * 2

    async def _import(self, taskforce: Taskforce) -> httpx.Response:
        rows = ["virksomhed;dato;pladser;timer fra;kontaktperson;reference"]
        day = local_date(datetime.now(UTC)) - timedelta(days=1)
        rows += [f"Gammel Aftale {one} ApS;{day:%d-%m-%Y};2;7,5;Ellen Ørsted;{one}" for one in REFERENCES]
        return await self.http.post(
            self.deployment.url("/pledges/import"),
            files={"file": ("tilsagn.csv", "\r\n".join(rows).encode("utf-8-sig"), "text/csv")},
            data={"step": "import"},
            headers=self.world.headers("coordinator", taskforce) | {"accept": "text/html", "accept-language": "da"},
        )

    # --- the checks

    def _require(self, what: str, check: str, holds: bool, detail: object) -> None:
        if not holds:
            self.outcome.take(Finding(what, check, str(detail)))

    async def _get(self, path: str, caller: Caller, taskforce: Taskforce | None = None) -> dict[str, Any]:
        response = await self.http.get(self.deployment.url(path), headers=self.world.headers(caller, taskforce))
        found: dict[str, Any] = response.raise_for_status().json()
        return found

    async def _figures(self) -> dict[str, Any]:
        """Return what nobody's malice may change, and our positions of today."""
        early = local_date(datetime.now(UTC)) - timedelta(days=3)
        figures = "/api/dashboard/v1/figures"
        now = await self._get(figures, "member")
        event = str(self.world.ours.ids["event open"])
        return {
            "positions": sum(now["pledged_positions"].values()),
            "fixed": {
                "hires": now["hires"],
                "other events": [
                    (one["event_id"], one["pledged_positions"]) for one in now["events"] if one["event_id"] != event
                ],
                "days ago": (await self._get(f"{figures}?as_of={early}", "member"))["pledged_positions"],
                "other taskforce": (await self._get(figures, "member", self.world.theirs))["pledged_positions"],
                # Null before its first release, which may come meanwhile.
                "board": (await self._get(f"/board/{self.world.ours.slug}.json", "nobody"))["count"] or 0,
            },
        }

    async def _check_figures(self, guest: Guest, before: dict[str, Any], honest: int) -> None:
        counted = [one for one in guest.logged if one.counted]
        pledged = sum(one.positions for one in counted)
        self._require("a pass", "exceeds_its_limit", pledged <= PASS_POSITIONS, pledged)
        # A clock may be up to a day ahead: what it dates tomorrow counts tomorrow.
        today = datetime.now(COPENHAGEN).date().isoformat()
        expected = before["positions"] + honest + sum(one.positions for one in counted if one.pledged_on <= today)
        after = await self._figures()
        self._require("the figures", "positions", after["positions"] == expected, f"{after!r}, expected {expected}")
        self._require("the figures", "changed", after["fixed"] == before["fixed"], f"{before!r} became {after!r}")

    def _check_mails(self, before: int) -> None:
        mails = self.deployment.mail.mails[before:]
        recipients = Counter(address for mail in mails for _, address in getaddresses([str(mail["to"])]))
        for address, number in recipients.items():
            self._require("a mail", "too_many", number <= MAILS_TO_ONE_ADDRESS, f"{number} to {address}")
        for mail in mails:
            text = mail.as_string() + "".join(
                str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"
            )
            self._require("a mail", "lure", not any(lure in text for lure in LURES), text[:2000])
        self._require("a mail", "recipient", not any("evil" in address for address in recipients), recipients)

    def _check_processes(self) -> None:
        for name, process in self.deployment.processes.items():
            for finding in errors_in(process.log):
                self.outcome.take(finding)
            ended = process.child is None or process.child.poll() is not None
            self._require(name, "ended", not ended, process.child and process.child.returncode)

    def _verify(self) -> None:
        with TemporaryDirectory() as nowhere:
            ran = in_process(
                "verify", "--json", state=Path(nowhere), environment=self.deployment.operator_environment()
            )
        self._require("the verification", "differences", ran.exit_code == 0, ran.output[-3000:])


def main() -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guest", description=__doc__.partition("\n")[2])
    parser.add_argument("--seed", type=int, default=1, help="decides everything that is left to chance")
    parser.add_argument("--minutes", type=float, default=60, help="after so long, no round begins")
    options = parser.parse_args()
    console = Console()
    try:
        with topology() as deployment:
            outcome = play(
                deployment,
                seed=options.seed,
                seconds=options.minutes * 60,
                report=lambda line: console.print(line, markup=False),
            )
    except KeyboardInterrupt:
        return 130
    for attempt, statuses in sorted(outcome.attempts.items()):
        console.print(f"{attempt}: " + ", ".join(f"{n} × {status}" for status, n in statuses.items()), markup=False)
    for finding in outcome.findings[:50]:
        console.print(f"\n{finding.operation}: {finding.check}", style="bold red", markup=False)
        console.print(finding.detail[:2000], markup=False)
    console.print(f"\n{outcome.requests:,} requests, {len(outcome.findings)} findings", markup=False)
    return 1 if outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main())

"""One run: every role in turn at every service, in rounds, until the number of requests is reached."""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from deploy.authorisation import apps
from deploy.services import SERVICES
from shared.http.policy import CALLERS, operations
from shared.http.rate_limits import CHANGING, HEAVY, LOGGING, READING
from tests.fuzz import programs
from tests.fuzz.fitting import Fitting
from tests.fuzz.harvest import Harvest
from tests.fuzz.installation import World, address_of
from tests.fuzz.pages import Visitor, knock_too_often
from tests.fuzz.persons import Persons
from tests.fuzz.programs import Effort
from tests.fuzz.tally import Finding, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from shared.http.policy import Caller
    from tests.support.topology import Topology

PAGES: Final = 0.3
"""the share of pages in all requests"""
_PAGE_REQUESTS: Final = 500
"""the number of page requests when a role requests each of its pages once"""
_LATEST_MAILS: Final = 20
_LINK: Final = re.compile(r"https?://[^\s<>\"]+")
_REFUSED: Final = Effort(examples=3, walks=False)
"""The effort for a role that may call no operation of a service."""


@dataclass(frozen=True)
class Extent:
    """The extent of a run.

    Attributes:
        requests: the smallest number of requests.
        seconds: the time after which no round begins.
        thorough: whether each limit of each field is tried in the first round.
        examples: the examples of each operation in each round.
        service: one service; empty for all.
        callers: the callers; empty for all.
        persons: how many persons from all of Unicode are logged, imported, looked up and erased.
    """

    requests: int
    seconds: float
    thorough: bool = True
    examples: int = 15
    service: str = ""
    callers: tuple[str, ...] = ()
    persons: int = 60


def run(
    topology: Topology, *, seed: int, extent: Extent, report: Callable[[str], object] = lambda _line: None
) -> Tally:
    """Send requests until the extent is reached, then search the logs of all processes; return the results."""
    session = _Session(topology, seed, extent, report)
    session.play()
    return session.tally


class _Session:
    def __init__(self, topology: Topology, seed: int, extent: Extent, report: Callable[[str], object]) -> None:
        self.topology, self.seed, self.extent, self.report = topology, seed, extent, report
        self.tally = Tally(seed)
        self.world = World(topology, seed)
        self.services = [service for service in SERVICES if extent.service in {"", service}]
        self.callers = [caller for caller in CALLERS if not extent.callers or caller in extent.callers]
        others = {name: [one for one in operations(app.routes) if one.kind != "JSON"] for name, app in apps().items()}
        self.harvest = Harvest([one for found in others.values() for one in found])
        self.visitors = {
            (service, caller): Visitor(self.world, service, caller, others[service], self.harvest)
            for service in self.services
            for caller in self.callers
        }
        self.documents: dict[str, dict[str, Any]] = {}
        self.deadline = time.monotonic() + extent.seconds

    def play(self) -> None:
        self._settle()
        asyncio.run(self.world.fill())
        with httpx.Client(timeout=20) as http:
            if "events" in self.services and "nobody" in self.callers:
                with self.tally.share("pages", "events", "nobody") as share:
                    self.tally.take(share, knock_too_often(http, self.world))
            if {"events", "pledges"} <= set(self.services):
                with self.tally.share("persons", "events", "admin") as share:
                    self.tally.take(share, Persons(self.world, http, self.seed).play(self.extent.persons))
                self.report(f"persons from all of Unicode: {share.requests} requests")
            number = 0
            while number == 0 or not self._enough():
                self._round(number, http)
                number += 1
        for name, process in self.topology.processes.items():
            for finding in errors_in(process.log):
                self.tally.note(name, finding)
            if process.child is None or process.child.poll() is not None:
                self.tally.note(name, Finding("the process", "ended", f"{process.child and process.child.returncode}"))

    def _settle(self) -> None:
        """Restart the apps with other settings.

        Pledges for unknown events do not wait 2 s; `security.txt` is configured; and limits of accounts are high,
        because one account of each role sends thousands of requests. The limits of addresses stay.
        """
        settings = {
            "pledges": {"PLEDGES_EVENT_PATIENCE_SECONDS": "0.05"},
            "events": {"EVENTS_SECURITY_CONTACT": "mailto:security@example.dk"},
        }
        often = {kind.name: dict.fromkeys(kind.rates, "1000000/60s") for kind in (READING, LOGGING, CHANGING, HEAVY)}
        for service in SERVICES:
            app = self.topology.processes[f"{service}-app"]
            app.stop()
            limits = {f"{service.upper()}_RATE_LIMITS": json.dumps(often)}
            app.start(environment=settings.get(service, {}) | limits)
        self.topology.wait_until_ready()

    def _mailed(self) -> list[str]:
        """Return the URLs in mails."""
        texts = [mail.get_body(("plain",)) for mail in self.topology.mail.mails[-_LATEST_MAILS:]]
        return [link for text in texts if text is not None for link in _LINK.findall(text.get_content())]

    def _enough(self) -> bool:
        return self.tally.requests >= self.extent.requests or time.monotonic() > self.deadline

    def _round(self, number: int, http: httpx.Client) -> None:
        for place, caller in enumerate(self.callers):
            asyncio.run(self.world.begin(caller))
            for link in (*self.world.links, *self._mailed()):
                self.harvest.see(link)
            for service in self.services:
                if number > 0 and self._enough():
                    return
                seed = self.seed * 10_000 + number * 100 + place
                before = self.tally.requests
                self._programs(service, caller, seed, thorough=self.extent.thorough and number == 0)
                self._pages(service, caller, seed, http)
                requests = self.tally.requests - before
                self.report(
                    f"round {number + 1}: {service} as {caller}: {requests} requests, {self.tally.requests:,} in all"
                )

    def _programs(self, service: str, caller: Caller, seed: int, *, thorough: bool) -> None:
        document = self._document(service)
        effort = Effort(self.extent.examples, coverage=thorough)
        with self.tally.share("programs", service, caller) as share:
            for may, trying in ((True, effort), (False, _REFUSED)):

                def is_selected(path: str, operation: Mapping[str, Any], may: bool = may) -> bool:
                    # Streams never end; they are requested like pages.
                    return not path.endswith("/stream") and (
                        bool({caller, "everybody"} & set(operation["x-roles"])) == may
                    )

                if not any(
                    is_selected(path, operation)
                    for path, methods in document["paths"].items()
                    for operation in methods.values()
                ):
                    continue
                happened = programs.ask(
                    document,
                    is_selected=is_selected,
                    url=self.world.origin(service),
                    headers=self.world.headers(caller) | {"x-forwarded-for": address_of(seed, len(service))},
                    seed=seed,
                    effort=trying,
                    fitting=Fitting(seed, [self.world.ours.ids, self.world.theirs.ids]),
                )
                self.tally.take(share, happened)

    def _document(self, service: str) -> dict[str, Any]:
        """Return the OpenAPI document of the running service."""
        if service not in self.documents:
            answer = httpx.get(f"{self.world.origin(service)}/api/{service}/v1/openapi.json", timeout=20)
            self.documents[service] = answer.raise_for_status().json()
        return self.documents[service]

    def _pages(self, service: str, caller: Caller, seed: int, http: httpx.Client) -> None:
        visitor = self.visitors[service, caller]
        times = max(2, round(self.extent.requests * PAGES / _PAGE_REQUESTS))
        with self.tally.share("pages", service, caller) as share:
            self.tally.take(share, visitor.visit(http, seed_=seed, times=times))


def errors_in(log: Path) -> Iterator[Finding]:
    """Return the errors in a process's log, and its output before logging started.

    Retried errors of the Kafka client, while a broker is starting, are ignored.
    """
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            if line.startswith("Traceback"):
                yield Finding("the log", "traceback", line)
            continue
        by_client = str(entry.get("logger", "")).partition(".")[0] == "aiokafka"
        if entry.get("level") in {"error", "critical"} and not by_client:
            yield Finding("the log", str(entry.get("event")), line)

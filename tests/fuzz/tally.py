"""The requests and findings by role and service, as a table and as JSON."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shared.http.policy import Caller

LONGEST_DETAIL: Final = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to an operation, and the status of its answer; None without an answer."""

    operation: str
    status: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation.

    Attributes:
        operation: the operation.
        check: the violated check.
        detail: the answer, and the request that reproduces it.
    """

    operation: str
    check: str
    detail: str


@dataclass
class Share:
    """The requests of one role to one service, in one way."""

    way: str
    service: str
    caller: str
    statuses: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    @property
    def requests(self) -> int:
        """The number of requests."""
        return self.statuses.total()


@dataclass
class Tally:
    """The results of one run."""

    seed: int
    shares: dict[tuple[str, str, str], Share] = field(default_factory=dict)
    operations: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    """by service and operation: how often each status was answered, of all callers"""
    findings: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    """by service, operation and check: the first finding, and how often"""

    @property
    def requests(self) -> int:
        """The number of requests so far."""
        return sum(share.requests for share in self.shares.values())

    @property
    def statuses(self) -> Counter[str]:
        """How often each status was answered."""
        return sum((share.statuses for share in self.shares.values()), Counter[str]())

    @property
    def unreached(self) -> list[str]:
        """Operations that refused every request, so that the code after the refusal was never reached."""
        return [
            f"{service} {operation}"
            for (service, operation), statuses in self.operations.items()
            if not any(status.startswith(("2", "3")) for status in statuses)
        ]

    @contextmanager
    def share(self, way: str, service: str, caller: Caller) -> Iterator[Share]:
        """Count the requests and the time within the block."""
        share = self.shares.setdefault((way, service, caller), Share(way, service, caller))
        started = time.perf_counter()
        try:
            yield share
        finally:
            share.seconds += time.perf_counter() - started

    def take(self, share: Share, happened: Iterable[Asked | Finding]) -> None:
        """Count answers and findings."""
        for one in happened:
            if isinstance(one, Asked):
                status = "none" if one.status is None else str(one.status)
                share.statuses[status] += 1
                self.operations.setdefault((share.service, one.operation), Counter())[status] += 1
            else:
                self.note(share.service, one, caller=share.caller)

    def note(self, service: str, finding: Finding, *, caller: str = "") -> None:
        """Record a finding."""
        key = (service, finding.operation, finding.check)
        known = self.findings.setdefault(
            key,
            {
                "service": service,
                "caller": caller,
                **asdict(finding),
                "detail": finding.detail[:LONGEST_DETAIL],
                "times": 0,
            },
        )
        known["times"] += 1

    def document(self, *, seconds: float) -> dict[str, Any]:
        """Return the results as JSON values."""
        return {
            "seed": self.seed,
            "passed": not self.findings,
            "requests": self.requests,
            "seconds": round(seconds, 1),
            "statuses": dict(sorted(self.statuses.items())),
            "shares": [
                {
                    "way": share.way,
                    "service": share.service,
                    "role": share.caller,
                    "requests": share.requests,
                    "statuses": dict(sorted(share.statuses.items())),
                    "seconds": round(share.seconds, 1),
                }
                for share in self.shares.values()
            ],
            "operations": {
                f"{service} {operation}": dict(sorted(statuses.items()))
                for (service, operation), statuses in self.operations.items()
            },
            "unreached": self.unreached,
            "findings": list(self.findings.values()),
        }

    def table(self) -> Table:
        """Return a table with a line for each role and service."""
        table = Table(title=f"{self.requests:,} requests, seed {self.seed}", title_justify="left")
        for name in ("service", "role"):
            table.add_column(name, no_wrap=True)
        for name in ("programs", "pages", "persons", "2xx", "3xx", "4xx", "5xx", "s"):
            table.add_column(name, justify="right", no_wrap=True, min_width=4)
        pairs = dict.fromkeys((service, caller) for _way, service, caller in self.shares)
        for service, caller in sorted(pairs, key=lambda pair: pair[0]):
            shares = [share for share in self.shares.values() if (share.service, share.caller) == (service, caller)]
            of = Counter({share.way: share.requests for share in shares})
            kinds = Counter[str]()
            for share in shares:
                for status, times in share.statuses.items():
                    kinds[f"{status[0]}xx"] += times
            table.add_row(
                service,
                caller,
                *(str(of[way]) for way in ("programs", "pages", "persons")),
                *(str(kinds[f"{hundred}xx"]) for hundred in "2345"),
                f"{sum(share.seconds for share in shares):.0f}",
            )
        return table

"""The tests' budget of processor time (tests/budget.toml): measures, judges and reports.

Wall time means nothing on a shared machine, so this adds up processor time: of the worker, of the processes it has
started, and of those that they have started, ended ones included. The background work of a deployment counts for the
test that runs at that moment. Each test is judged, and a whole run of `make test` as a whole. When the tests exceed
the budget by more than the tolerance, `make test` fails and names the most expensive files; a run of some tests only
reports it.

Processor time also grows when other programs displace the processor's caches. Therefore a run on a machine that other
programs kept busy (more than `_BUSY` of its processors) reports and does not fail.

Without /proc (macOS) nothing is measured, and the summary says so.
"""

from __future__ import annotations

import os
import time
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.support import topology

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping

FILE: Final = Path(__file__).parents[1] / "budget.toml"
_PROC: Final = Path("/proc")
_DEAREST: Final = 10
_BUSY: Final = 0.2
"""share of the machine's processors that other programs use on average"""
_TOPOLOGIES: Final = "topologies"
_ON_A_DATABASE: Final = ("_dsns", "databases")
"""The endings of the names of fixtures that give a test a database."""


@dataclass(frozen=True)
class Budget:
    """The budget, in seconds of one processor.

    Attributes:
        tolerance: the accepted excess; 0.1 is a tenth.
        test: the limit of one test by mark; the highest one of its marks applies; "" is for a test without a mark.
        database: the average limit of tests with a database and without those marks.
        fixed, operation, page: the limit of all tests together: a fixed part, and more for each operation of the API
        and each page of the services.
        topologies: the largest number of deployments started.
    """

    tolerance: float
    test: Mapping[str, float]
    database: float
    fixed: float
    operation: float
    page: float
    topologies: int

    @classmethod
    def read(cls, file: Path = FILE) -> Budget:
        """Read the budget. Raises TypeError if a value is missing or unknown."""
        return cls(**tomllib.loads(file.read_text(encoding="utf-8")))


@dataclass
class Spent:
    """The time that tests have used, in seconds of one processor.

    Attributes:
        files: by file, with all its fixtures.
        calls: by test, without its fixtures, with its marks that the budget knows.
        databases: of each test with a database and without such a mark, excluding its fixtures.
        topologies: the number of deployments started.
    """

    files: Counter[str] = field(default_factory=Counter)
    calls: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict)
    databases: list[float] = field(default_factory=list)
    topologies: int = 0

    @property
    def total(self) -> float:
        """The total."""
        return sum(self.files.values())


def judge(budget: Budget, spent: Spent, *, services: tuple[int, int] | None = None) -> list[str]:
    """Return a line for each excess.

    Args:
        services: the number of operations of the API and of pages, when every test was run; None judges only each test
        and the average.
    """
    more = 1 + budget.tolerance
    found = []
    for nodeid, (seconds, marks) in spent.calls.items():
        allowed = max(budget.test[mark] for mark in marks or ("",))
        if seconds > more * allowed:
            found.append(f"{nodeid} took {seconds:.1f} core-s of {allowed:g}")
    average = sum(spent.databases) / max(1, len(spent.databases))
    if len(spent.databases) >= 100 and average > more * budget.database:
        found.append(f"a test with a database took {average:.2f} core-s of {budget.database:g} on average")
    if services is not None:
        operations, pages = services
        allowed = budget.fixed + budget.operation * operations + budget.page * pages
        if spent.total > more * allowed:
            found.append(
                f"all tests took {spent.total:.0f} core-s of {allowed:.0f}: {budget.fixed:g}, {budget.operation:g} for "
                f"each of {operations} operations and {budget.page:g} for each of {pages} pages"
            )
        if spent.topologies > budget.topologies:
            found.append(f"all processes were started {spent.topologies} times, and not {budget.topologies} at most")
    return found


def dearest(spent: Spent) -> list[str]:
    """The most expensive files, one a line."""
    return [f"{seconds:7.1f} core-s  {name}" for name, seconds in spent.files.most_common(_DEAREST)]


def processor_seconds(pid: int, proc: Path = _PROC) -> float:
    """Return the processor time of a process and its descendants so far; 0 if unknown.

    A child that has ended and was not waited for yet is included; one whose parent ended first is not.
    """
    ticks = 0
    waiting = [pid]
    while waiting:
        folder = proc / str(waiting.pop())
        try:
            # The name in brackets may contain anything. The state, ten numbers and four times follow: the process's
            # own, and those of its children that have ended and were waited for.
            fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            ticks += sum(map(int, fields[11:15]))
            for task in (folder / "task").iterdir():
                waiting += map(int, (task / "children").read_bytes().split())
        except OSError:
            continue  # it has ended meanwhile; its parent has its times
    return float(ticks) / os.sysconf("SC_CLK_TCK")


def is_measurable(proc: Path = _PROC) -> bool:
    """Whether this machine reports the processor time and children of processes."""
    return (proc / "self" / "stat").exists() and (proc / "self" / "task" / str(os.getpid()) / "children").exists()


def machine_seconds(proc: Path = _PROC) -> float:
    """Return the busy time of all processors since boot, in seconds."""
    user, nice, system, _idle, _iowait, irq, softirq = map(int, (proc / "stat").read_text().split()[1:8])
    return float(user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def others_share(busy: float, own: float, *, wall: float, processors: int) -> float:
    """The share of the machine that other programs used, from 0 to 1.

    Args:
        busy: busy time of all processors during the run, in seconds.
        own: the part of it that the tests used.
        wall: the duration of the run, in seconds.
        processors: the number of processors.
    """
    return max(0.0, busy - own) / max(1.0, wall * processors)


class Meter:
    """Measures in each worker; adds up and judges in the controller."""

    def __init__(
        self,
        config: pytest.Config,
        budget: Budget,
        clock: Callable[[], float],
        machine: Callable[[], float] = machine_seconds,
    ) -> None:
        self._config, self._budget, self._clock, self._machine = config, budget, clock, machine
        self._last = clock()
        self._over: list[str] = []
        self._started = time.monotonic(), machine()
        self._others = 0.0
        self.spent = Spent()

    # --- in a worker

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Add the time since the last report to this one; reports are sent to the controller."""
        report = yield
        now = self._clock()
        # The time of a process that ended without being waited for is lost.
        report.core_seconds, self._last = max(0.0, now - self._last), now
        report.budget_marks = [mark for mark in self._budget.test if mark and item.get_closest_marker(mark)]
        names = getattr(item, "fixturenames", ())
        report.has_database = any(name.endswith(_ON_A_DATABASE) for name in names)
        return report

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """In a worker, report the number of deployments it has started; in the controller, judge."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[_TOPOLOGIES] = topology.started
            return
        self.spent.topologies += topology.started
        self._over = judge(self._budget, self.spent, services=self._services())
        wall, busy = time.monotonic() - self._started[0], self._machine() - self._started[1]
        self._others = others_share(busy, self.spent.total, wall=wall, processors=os.cpu_count() or 1)
        if self._over and self._counts() and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    # --- in the controller

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Add the measurements of a worker."""
        seconds = getattr(report, "core_seconds", None)
        if seconds is None:
            return
        self.spent.files[report.nodeid.partition("::")[0]] += seconds
        if report.when == "call":
            self.spent.calls[report.nodeid] = (seconds, tuple(report.budget_marks))
            if report.has_database and not report.budget_marks:
                self.spent.databases.append(seconds)

    def pytest_testnodedown(self, node: Any) -> None:
        """Add the number of deployments that a worker has started."""
        self.spent.topologies += getattr(node, "workeroutput", {}).get(_TOPOLOGIES, 0)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print the excesses and the most expensive files."""
        if self._over:
            terminalreporter.section("over the budget (tests/budget.toml)", red=self._counts())
            if self._is_whole() and not self._counts():
                terminalreporter.write_line(
                    f"Not counted as a failure: other programs used {self._others:.0%} of the machine meanwhile."
                )
            for line in [*self._over, "The dearest files:", *dearest(self.spent)]:
                terminalreporter.write_line(line)
        elif self._is_whole():
            terminalreporter.write_line(
                f"{self.spent.total:.0f} core-s, {self.spent.topologies} deployments; the dearest files:"
            )
            for line in dearest(self.spent):
                terminalreporter.write_line(line)

    def _counts(self) -> bool:
        """Whether an excess makes the run fail."""
        return self._is_whole() and self._others <= _BUSY

    def _is_whole(self) -> bool:
        """Whether the run includes all tests of `make test`."""
        option = self._config.option
        every = self._config.args_source is pytest.Config.ArgsSource.TESTPATHS
        return every and not option.keyword and option.markexpr == "not long" and "BROKER" not in os.environ

    def _services(self) -> tuple[int, int] | None:
        if not self._is_whole():
            return None
        from deploy.authorisation import apps
        from shared.http.policy import operations

        kinds = Counter(one.kind for app in apps().values() for one in operations(app.routes))
        return kinds["JSON"] + kinds["internal"] + kinds["stream"], kinds["page"]


class Unmeasured:
    """Reports that nothing was measured."""

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Print it."""
        terminalreporter.write_line("What the tests took was not measured: this machine has no /proc that shows it.")


def pytest_configure(config: pytest.Config) -> None:
    """Register the meter if the machine can measure."""
    if is_measurable():
        pid = os.getpid()
        config.pluginmanager.register(Meter(config, Budget.read(), lambda: processor_seconds(pid)), "budget")
    elif not hasattr(config, "workerinput"):
        config.pluginmanager.register(Unmeasured(), "budget")

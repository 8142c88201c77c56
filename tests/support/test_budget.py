"""The budget measures processor time, and a run over the budget fails and names the excess."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.budget import (
    Budget,
    Meter,
    Spent,
    dearest,
    is_measurable,
    judge,
    machine_seconds,
    others_share,
    processor_seconds,
)

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

BUDGET = Budget(
    tolerance=0.1,
    test={"": 2.0, "browser": 15.0, "long": 100.0},
    database=0.15,
    fixed=100.0,
    operation=2.0,
    page=5.0,
    topologies=3,
)


def test_the_budget_file_is_complete_and_has_the_agreed_values() -> None:
    budget = Budget.read()
    assert (budget.tolerance, budget.test[""], budget.database) == (0.1, 2.0, 0.15)
    assert (budget.operation, budget.page, budget.topologies) == (2.0, 5.0, 3)


@pytest.mark.parametrize(
    ("seconds", "marks", "over"),
    [
        (2.19, (), False),
        (2.21, (), True),
        (16.0, ("browser",), False),
        (17.0, ("browser",), True),
        (17.0, ("browser", "long"), False),
    ],
)
def test_a_test_may_exceed_the_highest_limit_of_its_marks_by_a_tenth(
    seconds: float, marks: tuple[str, ...], over: bool
) -> None:
    found = judge(BUDGET, Spent(calls={"a.py::test": (seconds, marks)}))
    assert [line.partition(" ")[0] for line in found] == ["a.py::test"] * over


def test_tests_with_a_database_are_judged_by_their_average() -> None:
    assert judge(BUDGET, Spent(databases=[0.0, 0.32] * 100)) == []
    assert judge(BUDGET, Spent(databases=[0.0, 0.34] * 100)) == [
        "a test with a database took 0.17 core-s of 0.15 on average"
    ]
    assert judge(BUDGET, Spent(databases=[1.0])) == [], "a few say nothing"


@pytest.mark.parametrize(("total", "over"), [(142, False), (144, True)])
def test_the_total_limit_grows_with_operations_and_pages(total: float, over: bool) -> None:
    spent = Spent(files=Counter({"a.py": total - 1.0, "b.py": 1.0}))
    assert len(judge(BUDGET, spent, services=(10, 2))) == over
    assert judge(BUDGET, spent) == [], "a part of the tests is not judged as a whole"


def test_deployments_are_counted() -> None:
    assert judge(BUDGET, Spent(topologies=3), services=(0, 0)) == []
    assert judge(BUDGET, Spent(topologies=4), services=(0, 0)) == [
        "all processes were started 4 times, and not 3 at most"
    ]


def test_the_most_expensive_files_are_named_in_order() -> None:
    spent = Spent(files=Counter({f"{number}.py": float(number) for number in range(20)}))
    assert [line.split()[-1] for line in dearest(spent)] == [f"{number}.py" for number in range(19, 9, -1)]


def _process(proc: Path, pid: int, *times: int, children: str = "") -> None:
    task = proc / str(pid) / "task" / str(pid)
    task.mkdir(parents=True)
    (task / "children").write_text(children)
    (proc / str(pid) / "stat").write_text(f"{pid} (a) b (c) S {' '.join(['0'] * 10)} {' '.join(map(str, times))} 9 9")


def test_the_time_of_children_is_included_after_they_have_ended(tmp_path: Path) -> None:
    _process(tmp_path, 1, 100, 20, 3, 4, children="2 3 ")
    _process(tmp_path, 2, 1000, 0, 0, 0, children="4 ")
    _process(tmp_path, 4, 10000, 0, 0, 0)
    # 3 has ended since its parent was read.
    assert processor_seconds(1, tmp_path) == 11127 / os.sysconf("SC_CLK_TCK")
    assert processor_seconds(5, tmp_path) == 0


@pytest.mark.skipif(not is_measurable(), reason="this machine has no /proc that shows what processes take")
def test_the_time_of_a_child_is_included_while_it_runs_and_after() -> None:
    before = processor_seconds(os.getpid())
    work = "import time\nwhile time.process_time() < 0.2: pass\nprint(flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", work], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert processor_seconds(os.getpid()) - before >= 0.15
        child.communicate(b"\n")
    assert processor_seconds(os.getpid()) - before >= 0.15


def test_the_share_of_other_programs_is_the_busy_time_without_the_tests() -> None:
    assert others_share(500.0, 400.0, wall=250.0, processors=2) == 0.2
    assert others_share(390.0, 400.0, wall=250.0, processors=2) == 0.0


@pytest.mark.skipif(not is_measurable(), reason="this machine has no /proc that shows what processes take")
def test_the_busy_time_of_the_machine_is_read(tmp_path: Path) -> None:
    (tmp_path / "stat").write_text("cpu  100 20 3 99999 888 4 5 0 0 0\ncpu0 1 2 3\n")
    assert machine_seconds(tmp_path) == 132 / os.sysconf("SC_CLK_TCK")
    assert machine_seconds() > 0


def _report(meter: Meter, item: Any, nodeid: str, when: str) -> Any:
    """A report as the controller receives it."""
    report = SimpleNamespace(nodeid=nodeid, when=when)

    def made() -> Generator[None, Any, Any]:
        return (yield from meter.pytest_runtest_makereport(item))

    wrapped = made()
    next(wrapped)
    with pytest.raises(StopIteration):
        wrapped.send(report)
    meter.pytest_runtest_logreport(report)
    return report


WHOLE: Any = SimpleNamespace(
    args_source=pytest.Config.ArgsSource.TESTPATHS, option=SimpleNamespace(keyword="", markexpr="not long")
)
A_PART: Any = SimpleNamespace(args_source=pytest.Config.ArgsSource.ARGS, option=SimpleNamespace())


def test_a_process_that_was_not_waited_for_does_not_reduce_the_sum() -> None:
    moments = iter([10.0, 15.0, 12.0, 13.0])
    meter = Meter(A_PART, BUDGET, lambda: next(moments))
    item = SimpleNamespace(get_closest_marker=lambda _name: None, fixturenames=[])
    for when in ("setup", "call", "teardown"):
        _report(meter, item, "a.py::test", when)
    assert meter.spent.total == 6.0


@pytest.mark.parametrize(
    ("config", "seconds", "others", "fails", "says"),
    [
        (WHOLE, 2.0, 0.0, False, False),
        (WHOLE, 3.0, 0.0, True, True),
        (WHOLE, 3.0, 5.0, False, True),
        (A_PART, 3.0, 0.0, False, True),
    ],
)
def test_a_whole_run_over_the_budget_fails_unless_the_machine_was_busy(
    config: Any, seconds: float, others: float, fails: bool, says: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BROKER", raising=False)
    moments = iter([10.0, 15.0, 15.0 + seconds, 16.0 + seconds])
    machine = iter([100.0, 106.0 + seconds + others])
    meter = Meter(config, BUDGET, lambda: next(moments), lambda: next(machine))
    item = SimpleNamespace(get_closest_marker=lambda _name: None, fixturenames=["pledges_dsns"])
    for when in ("setup", "call", "teardown"):
        _report(meter, item, "a.py::test", when)
    assert meter.spent.calls == {"a.py::test": (seconds, ())}
    assert meter.spent.total == seconds + 6, "fixtures count for the file"
    assert meter.spent.databases == [seconds]

    session: Any = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    meter.pytest_sessionfinish(session)
    assert session.exitstatus == (pytest.ExitCode.TESTS_FAILED if fails else pytest.ExitCode.OK)
    lines: list[str] = []
    terminal = SimpleNamespace(section=lambda title, **_: lines.append(title), write_line=lines.append)
    meter.pytest_terminal_summary(terminal)
    assert any("a.py::test took 3.0 core-s of 2" in line for line in lines) is says

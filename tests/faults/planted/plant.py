"""A copy of the tree with a mistake in it, and proof that the processes really run the copy."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.faults import copies
from tests.faults.copies import Change, DoesNotFit, copy_of, says
from tests.support.topology import PROCESSES, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.fault import Fault
    from tests.support.topology import Topology

NEVER_SHOWN: Final = ("I2 dashboard_has_every_version_once", "I2 companies_are_known_everywhere")
"""What sees a message that is lost, by whose it was."""
LAG: Final = "I6 lag_zero"


class NotPlanted(Exception):
    """A bug does not fit the tree (any more), or did not run; the message says which and why."""


@dataclass(frozen=True)
class Bug:
    """A mistake that would pass an ordinary review.

    Attributes:
        thought: what a founder might have thought when writing it.
        fault: what brings it to light.
        checks: which check has to see it, as `I2 mails_came_once`; with several, one of them, by what it hits.
        figure: the verdict's figure that has to show it: `lost`, `duplicated`, `unexpected`, `order_violations` or
            `seconds_to_lag_zero`; empty where there is none.
        pace: seconds between a phone's pledges, at least.
    """

    name: str
    thought: str
    changes: tuple[Change, ...]
    fault: Fault
    checks: tuple[str, ...]
    figure: str = ""
    pace: float = 0.2


def changed(bug: Bug, root: Path = ROOT) -> dict[str, str]:
    """Return each file that a bug changes with its text after the change, by its path within the tree.

    Raises:
        NotPlanted: it does not fit.
    """
    try:
        return copies.changed(bug.changes, root)
    except DoesNotFit as why:
        raise NotPlanted(f"{bug.name}: {why}") from None


@contextmanager
def planted(bug: Bug) -> Iterator[Path]:
    """A copy of the tree with the bug in it, gone at the end.

    Raises:
        NotPlanted: it does not fit.
    """
    changed(bug)
    with copy_of(ROOT, bug.changes) as root:
        yield root


def not_running(bug: Bug, root: Path, topology: Topology) -> list[str]:
    """What is not as it should be with the running processes: empty if they run the copy, mistake included.

    By what they wrote to their logs: all eight have imported the copy's services, and the changed modules are
    imported by one at least. Migrations are no modules; the jobs that apply them are started in the copy as well.
    """
    processes = topology.processes
    return [f"{name} does not run the copy" for name in PROCESSES if not says(processes[name], root)] + [
        f"nobody runs the copy's {change.file}"
        for change in bug.changes
        if change.file.endswith(".py") and not any(says(processes[name], root, change.file) for name in PROCESSES)
    ]

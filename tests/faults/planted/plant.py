"""Makes a copy of the tree with a bug, and checks that the processes run the copy."""

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
"""The checks that detect a lost message, by service."""
LAG: Final = "I6 lag_zero"


class NotPlanted(Exception):
    """A bug cannot be applied to the tree, or did not run; the message says which one and why."""


@dataclass(frozen=True)
class Bug:
    """A bug that could pass an ordinary review.

    Attributes:
        thought: a plausible reason for writing it.
        fault: the fault that exposes it.
        checks: the check that must detect it, such as `I2 mails_came_once`; one of several, depending on the target.
        figure: the figure of the verdict that must show it: `lost`, `duplicated`, `unexpected`, `order_violations` or
        `seconds_to_lag_zero`; empty if there is none.
        pace: the shortest time between two pledges of a phone, in seconds.
    """

    name: str
    thought: str
    changes: tuple[Change, ...]
    fault: Fault
    checks: tuple[str, ...]
    figure: str = ""
    pace: float = 0.2


def changed(bug: Bug, root: Path = ROOT) -> dict[str, str]:
    """Return the new text of each file that a bug changes, by its path within the tree.

    Raises:
        NotPlanted: it cannot be applied.
    """
    try:
        return copies.changed(bug.changes, root)
    except DoesNotFit as why:
        raise NotPlanted(f"{bug.name}: {why}") from None


@contextmanager
def planted(bug: Bug, tree: Path = ROOT) -> Iterator[Path]:
    """Yield a copy of the tree with the bug; it is deleted at the end.

    Raises:
        NotPlanted: it cannot be applied.
    """
    changed(bug, tree)
    with copy_of(tree, bug.changes) as root:
        yield root


def not_running(bug: Bug, root: Path, topology: Topology) -> list[str]:
    """Return why the processes do not run the copy with the bug; empty if they do.

    Judged by their logs: all eight have imported the copy's services, and at least one has imported each changed
    module. Migrations are not modules; the jobs that apply them run in the copy, too.
    """
    processes = topology.processes
    return [f"{name} does not run the copy" for name in PROCESSES if not says(processes[name], root)] + [
        f"nobody runs the copy's {change.file}"
        for change in bug.changes
        if change.file.endswith(".py") and not any(says(processes[name], root, change.file) for name in PROCESSES)
    ]

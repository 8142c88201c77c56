"""The findings of the checker, by invariant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

INVARIANTS: Final = {
    "I1": "Acknowledged exists exactly once",
    "I2": "Every change takes effect exactly once",
    "I3": "No effect without a source",
    "I4": "The dashboard equals its recomputation",
    "I5": "Nothing goes backwards",
    "I6": "Lag is zero again by itself, in time",
    "I7": "Personal data is in the owning service only",
    "I8": "No taskforce sees another's rows",
}


@dataclass(frozen=True)
class Violation:
    """One violation of an invariant.

    Attributes:
        invariant: `I1` to `I8`, or `surprise`: an answer that no client should ever get.
        check: the check that found it.
        text: the finding; ids and counts only.
    """

    invariant: str
    check: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.text}"


@dataclass
class Verdict:
    """The verdict, in the terms of Jepsen's queue workload.

    Attributes:
        attempted: pledges that the clients have sent.
        acknowledged: of these, answered with 201.
        lost: acknowledged and not stored; or stored and without effect on the dashboard or a mail.
        duplicated: effects that occurred more than once: rows, and more mails than allowed.
        unexpected: effects without a request.
        recovered: stored without an acknowledgement to the client.
        order_violations: older versions that appeared after newer ones.
        mails, duplicate_mails: received mails; and how many of them are copies of an earlier one.
        seconds_to_lag_zero: the time from recovery until lag zero.
        checked: the checked invariants.
    """

    attempted: int = 0
    acknowledged: int = 0
    lost: int = 0
    duplicated: int = 0
    unexpected: int = 0
    recovered: int = 0
    order_violations: int = 0
    hires: int = 0
    mails: int = 0
    duplicate_mails: int = 0
    seconds_to_lag_zero: float = 0.0
    checked: set[str] = field(default_factory=set)
    violations: list[Violation] = field(default_factory=list)

    def broke(self, invariant: str, check: str, text: str) -> None:
        """Record a violation."""
        self.violations.append(Violation(invariant, check, text))

    @property
    def broken(self) -> list[str]:
        """Every violation in words; empty if there is none."""
        return [str(violation) for violation in self.violations]

    def of(self, invariant: str) -> list[str]:
        """The violations of one invariant."""
        return [violation.text for violation in self.violations if violation.invariant == invariant]

    def caught_by(self) -> dict[str, int]:
        """How many violations each check has found, as `I2 dashboard_has_every_version_once`."""
        counts: dict[str, int] = {}
        for violation in self.violations:
            name = f"{violation.invariant} {violation.check}"
            counts[name] = counts.get(name, 0) + 1
        return counts

"""What a checker found, invariant by invariant."""

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
    """One thing that must not be.

    Attributes:
        invariant: `I1` to `I8`, or `surprise`: an answer that no client should ever see.
        check: the check that found it.
        text: what was found; ids and counts only.
    """

    invariant: str
    check: str
    text: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.text}"


@dataclass
class Verdict:
    """In the words of Jepsen's queue workload.

    Attributes:
        attempted: pledges the clients have sent.
        acknowledged: of these, answered with 201.
        lost: acknowledged, and not stored; or stored, and never shown or written to anybody about.
        duplicated: effects seen more than once where once was promised: rows, and mails above what is allowed.
        unexpected: effects nobody has asked for.
        recovered: stored, although the client never heard so.
        order_violations: older versions that came to light behind newer ones.
        mails, duplicate_mails: received; and of these, copies of one received before.
        seconds_to_lag_zero: since the fault had healed.
        checked: the invariants that were looked at.
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
        """Note a violation."""
        self.violations.append(Violation(invariant, check, text))

    @property
    def broken(self) -> list[str]:
        """Every violation in words; empty is good."""
        return [str(violation) for violation in self.violations]

    def of(self, invariant: str) -> list[str]:
        """What broke one invariant."""
        return [violation.text for violation in self.violations if violation.invariant == invariant]

    def caught_by(self) -> dict[str, int]:
        """How many violations each check has found, as `I2 dashboard_has_every_version_once`."""
        counts: dict[str, int] = {}
        for violation in self.violations:
            name = f"{violation.invariant} {violation.check}"
            counts[name] = counts.get(name, 0) + 1
        return counts

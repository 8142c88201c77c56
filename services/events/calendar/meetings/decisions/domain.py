"""A decision of a meeting, and the rules about it. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

DecisionStatus = Literal["open", "done", "dropped"]
Step = Literal["done", "drop", "reopen"]
Report = Literal["done", "reopen"]
"""The steps that whoever is responsible for a decision may take, too."""


class DecisionNotFound(Refusal):
    """The taskforce has no such decision."""

    code = "decision-not-found"
    kind = "not_found"
    title = N_("There is no such decision")
    detail = N_("Find it in the list of decisions.")
    next_step = ("/decisions", N_("Decisions"))


class StaleDecision(Refusal):
    """The decision has another version than the client expected."""

    code = "stale-decision"
    kind = "stale"
    title = N_("Somebody changed the decision before you")
    detail = N_("Load it again and compare. Nothing was changed.")


class DecisionIsSettled(Refusal):
    """A decision that is done or dropped stays as it is until it is reopened."""

    code = "decision-is-settled"
    kind = "conflict"
    title = N_("The decision is done or dropped")
    detail = N_("Reopen it first.")


class DecisionWasDropped(Refusal):
    """Whoever is responsible for a decision does not reopen it after it was dropped."""

    code = "decision-was-dropped"
    kind = "forbidden"
    title = N_("The decision was dropped")
    detail = N_("Ask a coordinator to reopen it.")
    next_step = ("/decisions", N_("Decisions"))


class ReasonMissing(Refusal):
    """A decision is not dropped without saying why."""

    code = "reason-missing"
    kind = "invalid"
    title = N_("The reason is missing")
    detail = N_("Say why the decision is dropped. A few words are enough.")
    field = "/reason"


class OwnerNotFound(Refusal):
    """The person who is to be responsible has no account that is open."""

    code = "owner-not-found"
    kind = "invalid"
    title = N_("The person has no open account")
    detail = N_("Choose somebody of the list.")
    field = "/owner"


@dataclass(frozen=True, slots=True)
class DecisionTerms:
    """What was decided.

    Attributes:
        owner: the id of the person who is responsible.
        due_on: the day by which it is to be done.
        item_id: the item of the agenda at which it was decided; None: none in particular.
    """

    text: str
    owner: UUID
    due_on: date
    item_id: UUID | None = None


@dataclass(slots=True)
class Decision:
    """A decision. Each transition returns whether it changed anything, so clients may retry.

    `expected_version` is the version on which the client decided; another one raises `StaleDecision`. None: any
    version.

    Attributes:
        meeting_id: the meeting that made it.
        reason: why it was dropped.
        made_by, changed_by, settled_by: the subjects of the principals who wrote it, changed it last, and reported it
            as done or dropped.
    """

    id: UUID
    meeting_id: UUID
    terms: DecisionTerms
    made_at: datetime
    made_by: str
    changed_at: datetime
    changed_by: str
    status: DecisionStatus = "open"
    reason: str | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
    version: int = 1

    def change(self, terms: DecisionTerms, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Change what was decided. Raises `DecisionIsSettled`, `StaleDecision`."""
        if terms == self.terms:
            return False
        self._check_open(expected_version)
        self.terms = terms
        return self._changed(at, by)

    def finish(self, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Report it as done. Raises `DecisionIsSettled`, `StaleDecision`."""
        return self._settle("done", None, at, by=by, expected_version=expected_version)

    def drop(self, reason: str | None, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Drop it; the reason is kept. Raises `ReasonMissing`, `DecisionIsSettled`, `StaleDecision`."""
        if not reason:
            raise ReasonMissing
        return self._settle("dropped", reason, at, by=by, expected_version=expected_version)

    def reopen(self, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Open it again. Raises `StaleDecision`."""
        if self.status == "open":
            return False
        self._check_version(expected_version)
        self.status, self.reason, self.settled_at, self.settled_by = "open", None, None, None
        return self._changed(at, by)

    def _settle(
        self, status: DecisionStatus, reason: str | None, at: datetime, *, by: str, expected_version: int | None
    ) -> bool:
        if (self.status, self.reason) == (status, reason):
            return False
        self._check_open(expected_version)
        self.status, self.reason, self.settled_at, self.settled_by = status, reason, at, by
        return self._changed(at, by)

    def _check_open(self, expected_version: int | None) -> None:
        self._check_version(expected_version)
        if self.status != "open":
            raise DecisionIsSettled

    def _check_version(self, expected_version: int | None) -> None:
        if expected_version is not None and expected_version != self.version:
            raise StaleDecision

    def _changed(self, at: datetime, by: str) -> bool:
        self.changed_at, self.changed_by = at, by
        self.version += 1
        return True

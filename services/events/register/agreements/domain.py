"""A company's standing agreement, and the rules about it. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from shared.contracts.events import AgreementRole
from shared.i18n.translations import N_
from shared.refusals import Refusal

MAX_TRAINEES: Final = 500


class AgreementNotFound(Refusal):
    """The company has no such agreement."""

    code = "agreement-not-found"
    kind = "not_found"
    title = N_("The company has no such agreement")
    detail = N_("Find it among the agreements of the company.")
    next_step = ("/companies", N_("Companies"))


class AgreementEndsBeforeStart(Refusal):
    """An agreement lasts at least one day."""

    code = "agreement-ends-before-start"
    kind = "invalid"
    title = N_("The agreement ends before it starts")
    detail = N_("The last day is the first day or a later one.")
    field = "/ends_on"


class StaleAgreement(Refusal):
    """The agreement has changed since the version that the client saw."""

    code = "stale-agreement"
    kind = "stale"
    title = N_("Somebody changed the agreement before you")
    detail = N_("Look at it again and compare.")


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """What was agreed.

    Attributes:
        trainees: how many trainees at a time; None: not said. A company that only hires has none.
        ends_on: the last day; None: until further notice.
    """

    role: AgreementRole
    trainees: int | None
    starts_on: date
    ends_on: date | None = None

    def checked(self) -> AgreementTerms:
        """Return the terms without what does not apply. Raises `AgreementEndsBeforeStart`."""
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise AgreementEndsBeforeStart
        return replace(self, trainees=None) if self.role == "hires" else self


@dataclass(slots=True)
class Agreement:
    """A standing agreement. Each transition returns whether it changed anything, so clients may retry.

    Attributes:
        changed_by: the subject of the principal who made or changed it last.
    """

    id: UUID
    company_id: UUID
    terms: AgreementTerms
    changed_by: str
    changed_at: datetime
    version: int = 1

    def change(self, terms: AgreementTerms, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Replace what was agreed. Raises `StaleAgreement`, `AgreementEndsBeforeStart`."""
        terms = terms.checked()
        if terms == self.terms:
            return False
        if expected_version is not None and expected_version != self.version:
            raise StaleAgreement
        self.terms, self.changed_by, self.changed_at = terms, by, at
        self.version += 1
        return True

    def end(self, on: date, at: datetime, *, by: str, expected_version: int | None = None) -> bool:
        """Let it end; `on` is its last day. Raises what `change` raises."""
        return self.change(replace(self.terms, ends_on=on), at, by=by, expected_version=expected_version)

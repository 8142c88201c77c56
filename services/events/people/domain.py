"""A person of the taskforce. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from services.events.domain import Refusal
from shared.http.auth import Role
from shared.ui.i18n import N_

if TYPE_CHECKING:
    from uuid import UUID

Language = Literal["da", "en"]

Programme = Literal["smaajob_effort", "training_track", "job_network"]
"""What a participant can be enrolled in."""

PROGRAMMES: Final[Mapping[Programme, str]] = {
    "smaajob_effort": N_("Small-job effort"),
    "training_track": N_("Training track"),
    "job_network": N_("Job network"),
}
"""What programmes are called on screen."""

POWERFUL: Final[frozenset[Role]] = frozenset({"caseworker", "facilitator", "admin", "auditor"})
"""Roles that see citizens or hold power: a mailed link alone does not open them."""


INVITED_AGAIN_AFTER: Final = timedelta(minutes=10)
"""How long an administrator who is in doubt waits for the first mail to arrive."""


class PersonNotFound(Refusal):
    """The taskforce has no such person, or nobody in that role."""

    code = "person-not-found"


class AddressTaken(Refusal):
    """Somebody else of the taskforce has the mail address: a link mailed there must open one account."""

    code = "address-taken"


class InvitedJustNow(Refusal):
    """They were written to a moment ago: one mail is enough."""

    code = "invited-just-now"


class LastAdministrator(Refusal):
    """Nobody could add or change people any more."""

    code = "last-administrator"


def is_last_administrator(person_id: UUID, administrators: Mapping[UUID, bool]) -> bool:
    """Whether nobody is left to do an administrator's work without this one.

    Args:
        administrators: who take part, and of each whether they have what opens the role. Who has not yet needs a code
            from one who has.
    """
    others = [can_sign_in for id, can_sign_in in administrators.items() if id != person_id]
    return not others or (administrators.get(person_id, False) and not any(others))


class MunicipalityMissing(Refusal):
    """A case worker sees the participants of their municipality: without one, nobody's."""

    code = "municipality-missing"


class ProgrammeMissing(Refusal):
    """A facilitator sees the participants of their programme: without one, nobody's."""

    code = "programme-missing"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in.

    Attributes:
        email: where mails to them go, and what they sign in with; nobody else of the taskforce has it.
        roles: what they may do; at least one, none of them `event_pass` or `service`.
        municipality: whose participants a case worker sees; four-digit code as text.
        programme: whose participants a facilitator sees.
        company_id: the company they come from, where it is in the register.
        provided: those of the roles that the provider of their organisation gives, as long as it gives them: they
            open where it has signed them in. What somebody is asked to save says nothing of them.
    """

    id: UUID
    name: str
    email: str
    roles: frozenset[Role]
    municipality: str | None = None
    language: Language = "da"
    programme: Programme | None = None
    company_id: UUID | None = None
    provided: frozenset[Role] = field(default=frozenset(), compare=False)

    def check(self) -> None:
        """Make sure that what their roles need is there.

        Raises:
            MunicipalityMissing, ProgrammeMissing.
        """
        if "caseworker" in self.roles and self.municipality is None:
            raise MunicipalityMissing
        if "facilitator" in self.roles and self.programme is None:
            raise ProgrammeMissing

"""A person of the taskforce. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from shared.i18n.translations import N_
from shared.product.roles import Role
from shared.refusals import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from shared.product.vocabulary import Programme

Language = Literal["da", "en"]

POWERFUL: Final[frozenset[Role]] = frozenset({"caseworker", "facilitator", "admin", "auditor"})
"""Roles that see citizens or hold power: a mailed link alone does not open them."""


INVITED_AGAIN_AFTER: Final = timedelta(minutes=10)
"""How long an administrator who is in doubt waits for the first mail to arrive."""


class PersonNotFound(Refusal):
    """The taskforce has no such person, or nobody in that role."""

    code = "person-not-found"
    kind = "not_found"
    title = N_("There is no such person")
    detail = N_("Ask the taskforce's administrator to add the person.")


class AddressTaken(Refusal):
    """Somebody else of the taskforce has the mail address: a link mailed there must open one account."""

    code = "address-taken"
    kind = "conflict"
    title = N_("Somebody else has this mail address")
    detail = N_("Everybody signs in with an address of their own. Nothing was changed.")


class InvitedJustNow(Refusal):
    """They were written to a moment ago: one mail is enough."""

    code = "invited-just-now"
    kind = "conflict"
    title = N_("They have just been written to")
    detail = N_("Wait ten minutes: the invitation may be on its way, or lie among unwanted mail.")


class LastAdministrator(Refusal):
    """Nobody could add or change people any more."""

    code = "last-administrator"
    kind = "conflict"
    title = N_("This is the last administrator")
    detail = N_(
        "First make somebody else an administrator and have them add a passkey, or nobody could add people any "
        "more. Nothing was changed."
    )


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
    kind = "invalid"
    title = N_("A case worker needs a municipality")
    detail = N_("Case workers see the citizens of their municipality: say which. Nothing was changed.")


class ProgrammeMissing(Refusal):
    """A facilitator sees the participants of their programme: without one, nobody's."""

    code = "programme-missing"
    kind = "invalid"
    title = N_("A facilitator needs a programme")
    detail = N_("Facilitators see the participants of their programme: say which. Nothing was changed.")


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

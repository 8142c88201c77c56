"""A person of the taskforce, and the rules about people. No I/O."""

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

PRIVILEGED: Final[frozenset[Role]] = frozenset({"caseworker", "facilitator", "admin", "auditor"})
"""Roles that see citizens' data, administer people, or audit. A session started by a magic link does not have them."""


INVITED_AGAIN_AFTER: Final = timedelta(minutes=10)
"""The shortest time between two invitations."""


class PersonNotFound(Refusal):
    """The taskforce has no such person, or none with the role."""

    code = "person-not-found"
    kind = "not_found"
    title = N_("There is no such person")
    detail = N_("Ask the taskforce's administrator to add the person.")


class AddressTaken(Refusal):
    """Another person of the taskforce has the e-mail address. A magic link must open one account only."""

    code = "address-taken"
    kind = "conflict"
    title = N_("Somebody else has this mail address")
    detail = N_("Everybody signs in with an address of their own. Nothing was changed.")


class InvitedJustNow(Refusal):
    """The last invitation is less than `INVITED_AGAIN_AFTER` old."""

    code = "invited-just-now"
    kind = "conflict"
    title = N_("They have just been written to")
    detail = N_("Wait ten minutes: the invitation may be on its way, or lie among unwanted mail.")


class LastAdministrator(Refusal):
    """Without this administrator, nobody could administer people."""

    code = "last-administrator"
    kind = "conflict"
    title = N_("This is the last administrator")
    detail = N_(
        "First make somebody else an administrator and have them add a passkey, or nobody could add people any "
        "more. Nothing was changed."
    )


def is_last_administrator(person_id: UUID, administrators: Mapping[UUID, bool]) -> bool:
    """Whether no other administrator can sign in.

    Args:
        administrators: the active administrators, and whether each has a passkey or a provider account. One who has
            neither needs an enrolment code from another.
    """
    others = [can_sign_in for id, can_sign_in in administrators.items() if id != person_id]
    return not others or (administrators.get(person_id, False) and not any(others))


class MunicipalityMissing(Refusal):
    """A case worker needs a municipality: they see its participants only."""

    code = "municipality-missing"
    kind = "invalid"
    title = N_("A case worker needs a municipality")
    detail = N_("Case workers see the citizens of their municipality: say which. Nothing was changed.")


class ProgrammeMissing(Refusal):
    """A facilitator needs a programme: they see its participants only."""

    code = "programme-missing"
    kind = "invalid"
    title = N_("A facilitator needs a programme")
    detail = N_("Facilitators see the participants of their programme: say which. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Person:
    """A person who can sign in.

    Attributes:
        email: where mails are sent; unique within the taskforce.
        roles: at least one, without `event_pass` and `service`.
        municipality: whose participants a case worker sees; four-digit code as text.
        programme: whose participants a facilitator sees.
        company_id: the registered company that the person comes from.
        provided: the roles granted by the provider, as of the last sign-in there. Only sessions that the
            provider has opened have them. Ignored when a person is saved.
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
        """Check that the facts needed by the roles are there.

        Raises:
            MunicipalityMissing, ProgrammeMissing.
        """
        if "caseworker" in self.roles and self.municipality is None:
            raise MunicipalityMissing
        if "facilitator" in self.roles and self.programme is None:
            raise ProgrammeMissing

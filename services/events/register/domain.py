"""The register's taskforces and companies, and the rules about them. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from shared.fields.cvr import read_cvr
from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID


class TaskforceUnknown(Refusal):
    """Nobody has registered this taskforce."""

    code = "taskforce-unknown"
    kind = "not_found"
    title = N_("This taskforce is not registered")
    detail = N_("Ask whoever runs the installation to register it.")


class SlugTaken(Refusal):
    """Another taskforce of this installation has the short name already."""

    code = "slug-taken"
    kind = "conflict"
    title = N_("Another taskforce has this short name")
    detail = N_("Choose another short name for addresses.")


class CompanyNotFound(Refusal):
    """The taskforce's register has no such company."""

    code = "company-not-found"
    kind = "not_found"
    title = N_("This company is not in the register")
    detail = N_("Look for it by name, or register it first.")
    next_step = ("/companies", N_("Companies"))


class IdTaken(Refusal):
    """Something else was already made under this id; the same thing again would have been the same answer."""

    code = "id-taken"
    kind = "conflict"
    title = N_("Something else has this id already")
    detail = N_("Make a new id and send it again. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Taskforce:
    """The tenant: who the register is kept for. `since` is the first day its figures count from."""

    id: UUID
    slug: str
    name: str
    municipality: str
    since: date


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the register.

    Attributes:
        cvr: a number whose checksum holds, or None.
        cvr_as_typed: what was typed where it is no CVR number; kept until somebody corrects it, never published.
        personally_owned: its name is a person's name, or nobody has yet said that it is not; it stays within
            the service.
        industry: DB07 code, six digits.
        member: a member company of the taskforce.
    """

    id: UUID
    name: str
    cvr: str | None = None
    cvr_as_typed: str | None = None
    municipality: str | None = None
    industry: str | None = None
    member: bool = False
    personally_owned: bool = False

    @classmethod
    def as_typed(cls, *, id: UUID, name: str, cvr: str | None = None, **facts: Unpack[_CompanyFacts]) -> Self:
        """Make a company of what somebody typed: the CVR number is sorted by `sort_cvr`, the rest is taken."""
        number, wrong = sort_cvr(cvr)
        return cls(id, name, cvr=number, cvr_as_typed=wrong, **facts)

    def at_the_door(self) -> Self:
        """How it is registered when it walks in: without a CVR number nobody can tell a firm from its owner.

        Then it counts as personally owned until a coordinator says otherwise.
        """
        return self if self.cvr is not None else replace(self, personally_owned=True)


class _CompanyFacts(TypedDict, total=False):
    municipality: str | None
    industry: str | None
    member: bool
    personally_owned: bool


def sort_cvr(typed: str | None) -> tuple[str | None, str | None]:
    """Sort what was typed as a CVR number into `(cvr, cvr_as_typed)`, one of which is None.

    A wrong number is kept apart, not refused: it must not stop anybody at a door.
    """
    if not typed:
        return None, None
    cvr = read_cvr(typed)
    return (cvr, None) if cvr else (None, typed)

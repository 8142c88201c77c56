"""Taskforces and companies, and the rules about them. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from shared.fields.cvr import read_cvr
from shared.fields.text import text_key
from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID


class TaskforceUnknown(Refusal):
    """There is no such taskforce."""

    code = "taskforce-unknown"
    kind = "not_found"
    title = N_("This taskforce is not registered")
    detail = N_("Ask the operator of the installation to register it.")


class SlugTaken(Refusal):
    """Another taskforce of this installation has the slug."""

    code = "slug-taken"
    kind = "conflict"
    title = N_("Another taskforce has this short name")
    detail = N_("Choose another short name for addresses.")


class CompanyNotFound(Refusal):
    """The taskforce has no such company."""

    code = "company-not-found"
    kind = "not_found"
    title = N_("This company is not in the register")
    detail = N_("Look for it by name, or register it first.")
    next_step = ("/companies", N_("Companies"))


class IdTaken(Refusal):
    """Something with other facts has this id already. The same facts would have been answered as the first time."""

    code = "id-taken"
    kind = "conflict"
    title = N_("Something else has this id already")
    detail = N_("Make a new id and send it again. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Taskforce:
    """A tenant. `since` is the first day its figures count from."""

    id: UUID
    slug: str
    name: str
    municipality: str
    since: date


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the register.

    Attributes:
        cvr: a number with a valid checksum, or None.
        cvr_as_typed: what was typed if it is no valid CVR number; kept until it is corrected, never published.
        personally_owned: its name is, or may be, the name of a person. It is not published then.
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
        """Return a company with facts as a person typed them: the CVR number is checked by `split_cvr`."""
        number, wrong = split_cvr(cvr)
        return cls(id, name, cvr=number, cvr_as_typed=wrong, **facts)

    def at_the_door(self) -> Self:
        """Return the company as it is registered when it walks in.

        Without a CVR number it counts as personally owned until a coordinator clears it: it may be a sole proprietor's.
        """
        return self if self.cvr is not None else replace(self, personally_owned=True)


class _CompanyFacts(TypedDict, total=False):
    municipality: str | None
    industry: str | None
    member: bool
    personally_owned: bool


def split_cvr(typed: str | None) -> tuple[str | None, str | None]:
    """Return what was typed as a CVR number as `(cvr, cvr_as_typed)`; at least one of them is None.

    An invalid number is kept, not refused: it must not stop a company at the door.
    """
    if not typed:
        return None, None
    cvr = read_cvr(typed)
    return (cvr, None) if cvr else (None, typed)


class Directory:
    """The companies of the register by CVR number and by name, to recognise a company that somebody typed."""

    def __init__(self, companies: Iterable[tuple[UUID, str, str | None]]) -> None:
        """Take each company's id, name and CVR number."""
        self._numbers: dict[UUID, str | None] = {}
        self._by_cvr: dict[str, list[UUID]] = {}
        self._by_name: dict[str, list[UUID]] = {}
        for id, name, cvr in companies:
            self._numbers[id] = cvr
            self._by_name.setdefault(text_key(name), []).append(id)
            if cvr is not None:
                self._by_cvr.setdefault(cvr, []).append(id)

    def recognise(self, name: str, cvr: str | None) -> UUID | None:
        """Return the company that was meant: by a valid CVR number, else by name. Never guesses.

        A number or a name that two companies share identifies neither, and a company with another number is another
        one.
        """
        by_number = self._by_cvr.get(cvr, []) if cvr is not None else []
        found = by_number or self._by_name.get(text_key(name), [])
        if len(found) != 1:
            return None
        known = self._numbers[found[0]]
        return None if cvr is not None and known is not None and known != cvr else found[0]

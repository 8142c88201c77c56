"""What is found about a person, and the order to erase it. No I/O."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from shared.privacy.subject_requests import Findings, Group

SERVICES_IN_ORDER: Final = ("events", "pledges", "notifications", "dashboard")
"""The services that may hold personal data. Ids found in one are used to search the next."""


class ServicesUnavailable(Refusal):
    """A service did not answer. Nothing is reported or erased without it."""

    code = "not-all-answered"
    kind = "unavailable"
    title = N_("Not every part of the system has answered")
    detail = N_("What it holds is not known, so nothing was reported or erased. Try again in a moment.")
    next_step = ("/personal-data", N_("Personal data"))


class NothingHeld(Refusal):
    """Nothing that can be erased is held about the person."""

    code = "nothing-held"
    kind = "conflict"
    title = N_("There is nothing to erase")
    detail = N_("Nothing that can be erased is held about anybody known by that.")
    next_step = ("/personal-data", N_("Personal data"))


class FindingsChanged(Refusal):
    """The findings are not those that the administrator confirmed."""

    code = "found-otherwise"
    kind = "conflict"
    title = N_("Something has changed since you looked")
    detail = N_("Look at what is held once more. Nothing was erased.")
    next_step = ("/personal-data", N_("Personal data"))


class OrderNotFound(Refusal):
    """The taskforce has no such order."""

    code = "erasure-not-found"
    kind = "not_found"
    title = N_("There is no such erasure")
    detail = N_("Look at the list of erasures.")
    next_step = ("/personal-data/erasures", N_("Erasures"))


@dataclass(frozen=True)
class SubjectFindings:
    """What every service holds about a person.

    Attributes:
        answers: by service, without those that did not answer.
    """

    answers: Mapping[str, Findings]

    @property
    def unavailable(self) -> list[str]:
        """The services that did not answer."""
        return [service for service in SERVICES_IN_ORDER if service not in self.answers]

    @property
    def groups(self) -> list[tuple[str, Group]]:
        """Every group with findings, with its service."""
        return [(service, group) for service, group in self.all_groups if group.keys]

    @property
    def all_groups(self) -> list[tuple[str, Group]]:
        """Every group of every service's inventory, with its service."""
        return [(service, group) for service, found in self.answers.items() for group in found.groups]

    @property
    def done(self) -> list[dict[str, Any]]:
        """The activity of the person's account in every service."""
        return [one for found in self.answers.values() for one in found.done]

    @property
    def looks(self) -> list[dict[str, Any]]:
        """Who has looked at the data, newest first."""
        every = [look for found in self.answers.values() for look in found.looks]
        return sorted(every, key=lambda look: look["looked_at"], reverse=True)

    @property
    def erasable(self) -> dict[str, dict[str, list[UUID]]]:
        """The keys of the rows to erase, by service and group."""
        keys: dict[str, dict[str, list[UUID]]] = {}
        for service, group in self.groups:
            if group.erases:
                keys.setdefault(service, {})[group.name] = sorted(set(group.keys))
        return keys

    @property
    def digest(self) -> str:
        """A hash of the rows to erase, to notice a change between confirmation and erasure."""
        parts = [
            f"{service} {name} {key}"
            for service, names in sorted(self.erasable.items())
            for name, keys in sorted(names.items())
            for key in keys
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Part:
    """The part of an order that one service carries out.

    Attributes:
        asked_at: when it was last sent; None: not yet.
        done_at: when the service confirmed it; None: not yet.
        erased: how many rows were erased.
    """

    service: str
    asked_at: datetime | None
    done_at: datetime | None
    erased: int | None


@dataclass(frozen=True, slots=True)
class ErasureOrder:
    """An order with its parts. `ordered_by` is the subject of the administrator's token."""

    id: UUID
    ordered_by: str
    ordered_at: datetime
    parts: Sequence[Part]

    @property
    def is_done(self) -> bool:
        """Whether every service has confirmed its part."""
        return all(part.done_at is not None for part in self.parts)

    @property
    def erased(self) -> int:
        """How many rows have been erased so far."""
        return sum(part.erased or 0 for part in self.parts)

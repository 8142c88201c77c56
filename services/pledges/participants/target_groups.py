"""The codes of target groups, each with the days on which it may be used. Imports no I/O.

Built in are the numbers of § 6 of the Danish act on active employment (lov om en aktiv beskæftigelsesindsats), which
has been in force since 2020. Only the numbers: what they stand for is said by the act, and nobody's benefit is stored.
The reform of 2026 replaces them by fewer groups; a taskforce adds those, and ends the others, when they are in force.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from services.pledges.participants.refusals import (
    TargetGroupCodeEnds,
    TargetGroupCodeNotFound,
    TargetGroupCodeTaken,
    TargetGroupNotInForce,
    TargetGroupUnknown,
)
from shared.i18n.translations import current_language
from shared.i18n.translations import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

_IN_FORCE: Final = date(2020, 1, 1)
_NUMBERS: Final = 13
_PREFIX: Final = "6."
MOST_CODES: Final = 100


@dataclass(frozen=True, slots=True)
class TargetGroupCode:
    """A code of the list.

    Attributes:
        valid_until: the first day on which it may not be used any more; None: it still may.
        danish, english: what a taskforce calls a code that it has added; None for one that is built in.
    """

    code: str
    valid_from: date
    valid_until: date | None = None
    danish: str | None = None
    english: str | None = None

    @property
    def label(self) -> str:
        """The code in words, in the current language."""
        if self.danish is not None and self.english is not None:
            return f"{self.code} {self.danish if current_language() == 'da' else self.english}"
        return _("§ 6, no. %(number)s", number=self.code.removeprefix(_PREFIX))

    def valid_on(self, day: date) -> bool:
        """Whether it may be used on a day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


BUILT_IN: Final = tuple(TargetGroupCode(f"{_PREFIX}{number}", _IN_FORCE) for number in range(1, _NUMBERS + 1))


@dataclass(frozen=True, slots=True)
class TargetGroupCodes:
    """The list of a taskforce, in its order."""

    codes: tuple[TargetGroupCode, ...] = BUILT_IN

    @classmethod
    def of(cls, changed: Sequence[TargetGroupCode]) -> TargetGroupCodes:
        """Return the list with what a taskforce has made of it. Its own codes come last."""
        by_code = {one.code: one for one in changed}
        built_in = [by_code.pop(one.code, one) for one in BUILT_IN]
        return cls((*built_in, *sorted(by_code.values(), key=lambda one: (one.valid_from, one.code))))

    def find(self, code: str) -> TargetGroupCode | None:
        """Return a code of the list; None if there is none."""
        return next((one for one in self.codes if one.code == code), None)

    def valid_on(self, day: date) -> list[TargetGroupCode]:
        """Return the codes that may be used on a day."""
        return [one for one in self.codes if one.valid_on(day)]

    def label(self, code: str) -> str:
        """Return a code in words; itself where the list does not have it."""
        found = self.find(code)
        return found.label if found else code

    def check(self, code: str, day: date) -> None:
        """Check that a code may be used from a day on.

        Raises:
            TargetGroupUnknown: the list does not have it.
            TargetGroupNotInForce: it has it on other days.
        """
        found = self.find(code)
        if found is None:
            raise TargetGroupUnknown
        if not found.valid_on(day):
            raise TargetGroupNotInForce

    def added(self, new: TargetGroupCode) -> TargetGroupCodes:
        """Return the list with a code of the taskforce's own.

        Raises:
            TargetGroupCodeTaken: it has it already, or there are too many.
        """
        if self.find(new.code) is not None or len(self.codes) >= MOST_CODES:
            raise TargetGroupCodeTaken
        return TargetGroupCodes((*self.codes, new))

    def ended(self, code: str, valid_until: date | None) -> TargetGroupCode:
        """Return a code with the first day on which it may not be used any more; None: it may again.

        Raises:
            TargetGroupCodeNotFound: the list does not have it.
            TargetGroupCodeEnds: it would end before it begins.
        """
        found = self.find(code)
        if found is None:
            raise TargetGroupCodeNotFound
        if valid_until is not None and valid_until <= found.valid_from:
            raise TargetGroupCodeEnds
        return replace(found, valid_until=valid_until)

"""When the public board shows a new number, and what must hold for it.

Between two releases the last one stands, with its time. Whether a number is released follows from what the public has
seen and from the number alone, never from a hidden count: so neither a release nor its absence tells more than a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.dashboard.disclosure import HIDDEN, Hidden, is_small
from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID


class NotReleased(Refusal):
    """The board goes on showing the last release."""

    kind = "conflict"


class NothingNew(NotReleased):
    """The number is the one that is shown."""

    code = "board-shows-this-number"
    title = N_("The board shows this number already")
    detail = N_("Nothing is released until it has changed.")


class TooFewSinceTheLastRelease(NotReleased):
    """The number has moved by less than the step."""

    code = "too-few-since-the-last-release"
    title = N_("Too few have come or gone since the last release")
    detail = N_(
        "At least %(step)s have to come, or to be corrected away, before the board shows a new number: otherwise "
        "everybody could see how few it were."
    )


class DifferenceTooSmall(NotReleased):
    """The difference to an earlier release would be a count that has to be hidden."""

    code = "gives-a-small-count-away"
    title = N_("The number would give a small count away")
    detail = N_(
        "An earlier release, number %(number)s, differs from it by less than %(smallest)s. Whoever remembers it could "
        "see how few have come or gone between. The number is released once it lies further away."
    )


REASONS: Final[dict[str, type[NotReleased]]] = {
    one.code: one for one in (NothingNew, TooFewSinceTheLastRelease, DifferenceTooSmall)
}
"""The reasons for which nothing is released, by their codes."""


@dataclass(frozen=True, slots=True)
class Release:
    """What the board shows from its release until the next one.

    Attributes:
        number: 1 for the taskforce's first.
        since, as_of: the first and the last day that count, in Europe/Copenhagen.
        counted: how many it really were. It is not public.
        below: if the count is hidden: it is less than this.
        by_hand: somebody released it before its time.
        sign_due: the number has moved so far that the signs by the road are to be changed.
    """

    taskforce_id: UUID
    number: int
    since: date
    as_of: date
    counted: int
    below: int | None
    released_at: datetime
    by_hand: bool
    sign_due: bool

    @property
    def shown(self) -> int | Hidden:
        """What the public sees."""
        return self.counted if self.below is None else HIDDEN


def judge(count: int, earlier: Sequence[int | Hidden], *, step: int, smallest: int) -> int | Hidden:
    """Return what the board may show of a count.

    A count that goes down, by a correction, is released by the same rules.

    Args:
        earlier: what all releases ever have shown, the first one first.
        step: so many must have come or gone since the last one; at least `smallest` is asked for.
        smallest: the smallest count above 0 that is shown, and the smallest difference between two releases.

    Raises:
        NotReleased: the last release stands, and why.
    """
    shown = HIDDEN if is_small(count, smallest=smallest) else count
    if earlier:
        _check_that_it_has_moved(shown, earlier[-1], max(step, smallest), smallest)
    _check_every_difference(shown, earlier, smallest)
    return shown


def _check_that_it_has_moved(shown: int | Hidden, last: int | Hidden, step: int, smallest: int) -> None:
    if shown == last:
        raise NothingNew
    if _least_difference(shown, last, smallest=smallest) < step:
        raise TooFewSinceTheLastRelease(step=step)


def _check_every_difference(shown: int | Hidden, earlier: Sequence[int | Hidden], smallest: int) -> None:
    """Audit against all releases ever: who remembers them all learns no small count by subtracting one from another."""
    for number, before in enumerate(earlier, start=1):
        # The difference between nobody and a hidden count is the hidden count, which stays hidden.
        if {shown, before} == {0, HIDDEN}:
            continue
        if is_small(_least_difference(shown, before, smallest=smallest), smallest=smallest):
            raise DifferenceTooSmall(number=number, smallest=smallest)


def _least_difference(one: int | Hidden, other: int | Hidden, *, smallest: int) -> int:
    """Return how far two releases lie apart at least. What is hidden may be any small count."""
    if one == other:
        return 0
    if isinstance(one, int) and isinstance(other, int):
        return abs(one - other)
    known = one if isinstance(one, int) else other
    assert isinstance(known, int)
    return min(abs(known - small) for small in range(1, smallest))


def smallest_ever(smallest: int, earlier: Sequence[Release]) -> int:
    """Return the smallest count to show: that of the setting, or of an earlier release that has hidden more.

    A lower setting does not tell what was hidden before: the audit goes on taking it for any of the counts it may be.
    """
    return max([smallest, *(release.below for release in earlier if release.below is not None)])


def sign_due(shown: int | Hidden, earlier: Sequence[Release], *, step: int) -> bool:
    """Whether the signs by the road are to be changed: the number has moved by `step` since they were due last.

    The first number a board has shown counts as being on the signs.
    """
    numbers = [release for release in earlier if isinstance(release.shown, int)]
    if isinstance(shown, Hidden) or not numbers:
        return False
    on_the_signs = next((release for release in reversed(numbers) if release.sign_due), numbers[0])
    return abs(shown - on_the_signs.counted) >= step

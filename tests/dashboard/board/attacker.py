"""Somebody who has kept everything a board ever published, knows its rules, and works out what it hid.

Every set time is an observation: a number, "fewer than", or that nothing was released. The attacker tries every history
of true counts, keeps those that the rules would have published in the same way, and looks for what they have in common.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations, pairwise, product

from services.dashboard.board.domain import NotReleased
from services.dashboard.disclosure import Hidden

Published = tuple[int | Hidden | None, ...]
"""What was released at each set time; None: nothing, the last release stood."""
Judge = Callable[[int, Sequence[int | Hidden]], int | Hidden]
"""The rules: what is released of a count, given what all releases have shown. Raises `NotReleased`."""


def publish(counts: Iterable[int], judge: Judge) -> Published:
    """Return what is published of these counts, one for each set time."""
    releases: list[int | Hidden] = []
    published: list[int | Hidden | None] = []
    for count in counts:
        try:
            releases.append(judge(count, releases))
            published.append(releases[-1])
        except NotReleased:
            published.append(None)
    return tuple(published)


def every_history(times: int, most: int, *, only_growing: bool) -> list[tuple[int, ...]]:
    """Return every history of counts up to `most`. An attacker may know that nothing was ever corrected away."""
    histories = product(range(most + 1), repeat=times)
    return [one for one in histories if not only_growing or all(a <= b for a, b in pairwise(one))]


def recovered(histories: Iterable[tuple[int, ...]], judge: Judge, *, smallest: int) -> list[str]:
    """Return every small count that follows from what some history publishes, in words.

    A small count is one of persons who are counted at a time, or who have come or gone between two times.
    """
    alike: dict[Published, list[tuple[int, ...]]] = defaultdict(list)
    for history in histories:
        alike[publish(history, judge)].append(history)
    leaks = []
    for published, possible in alike.items():
        for at in range(len(published)):
            leaks += _if_known({one[at] for one in possible}, smallest, f"the count at time {at} of {published}")
        for earlier, later in combinations(range(len(published)), 2):
            differences = {abs(one[later] - one[earlier]) for one in possible}
            leaks += _if_known(differences, smallest, f"the change from time {earlier} to {later} of {published}")
    return leaks


def _if_known(possible: set[int], smallest: int, what: str) -> list[str]:
    if len(possible) == 1 and 0 < min(possible) < smallest:
        return [f"{what} is {min(possible)}"]
    return []

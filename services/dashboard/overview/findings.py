"""The titles of the charts: what each one shows, in a sentence of at most ten words.

Every function takes the numbers of one chart and returns its title in the current language. They are used by the page,
the projector and the meeting pack, so that a chart has the same title everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from services.dashboard.measures.figures import Employed
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.ui.formats import date_text, number_text, quarter_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

MOST_WORDS: Final = 10
"""A title has at most so many words."""


class Quarter(NamedTuple):
    """What one quarter has added. `begins_on` is its first day."""

    begins_on: date
    pledged: int
    hires: int


class Goal(NamedTuple):
    """The positions pledged at one event, and its goal; None: it has none."""

    pledged: int
    goal: int | None


def outreach(new_companies: int | None) -> str:
    """Say how many new companies were reached; None: too few to be shown."""
    if new_companies is None:
        return _("Few new companies were reached")
    if not new_companies:
        return _("No new company was reached yet")
    return ngettext(
        "%(count)s new company was reached",
        "%(count)s new companies were reached",
        new_companies,
        count=number_text(new_companies),
    )


def changes(more_hires: int, since: date, *, meeting: bool) -> str:
    """Say how many more hires there are than at an earlier time.

    Args:
        since: the day of the meeting that saw the figures then, or of the end of a quarter.
        meeting: whether a meeting saw them.
    """
    values = {"count": number_text(abs(more_hires)), "day": date_text(since)}
    if not more_hires:
        return _no_more(values, meeting=meeting)
    if more_hires < 0:
        if meeting:
            return ngettext(
                "%(count)s hire fewer since the meeting on %(day)s",
                "%(count)s hires fewer since the meeting on %(day)s",
                -more_hires,
                **values,
            )
        return ngettext(
            "%(count)s hire fewer since the quarter ended %(day)s",
            "%(count)s hires fewer since the quarter ended %(day)s",
            -more_hires,
            **values,
        )
    if meeting:
        return ngettext(
            "%(count)s more hire since the meeting on %(day)s",
            "%(count)s more hires since the meeting on %(day)s",
            more_hires,
            **values,
        )
    return ngettext(
        "%(count)s more hire since the quarter ended %(day)s",
        "%(count)s more hires since the quarter ended %(day)s",
        more_hires,
        **values,
    )


def _no_more(values: Mapping[str, str], *, meeting: bool) -> str:
    if meeting:
        return _("No more hires since the meeting on %(day)s", **values)
    return _("No more hires since the quarter ended %(day)s", **values)


def funnel(pledged: int, hired: int) -> str:
    """Say how many of the pledged positions have become jobs.

    Args:
        hired: the hires on pledged positions. They may be more than the positions: a position can be filled again, and
            one that is withdrawn does not count any more.
    """
    if not pledged and not hired:
        return _("No positions have been pledged yet")
    if not pledged:
        return ngettext(
            "%(hired)s job has come of withdrawn pledges",
            "%(hired)s jobs have come of withdrawn pledges",
            hired,
            hired=number_text(hired),
        )
    if not hired:
        return ngettext(
            "%(pledged)s pledged position has not become a job yet",
            "None of %(pledged)s pledged positions is a job yet",
            pledged,
            pledged=number_text(pledged),
        )
    jobs = ngettext("%(hired)s job", "%(hired)s jobs", hired, hired=number_text(hired))
    return ngettext(
        "%(pledged)s pledged position has become %(jobs)s",
        "%(pledged)s pledged positions have become %(jobs)s",
        pledged,
        pledged=number_text(pledged),
        jobs=jobs,
    )


def quarters(counted: Sequence[Quarter]) -> str:
    """Name the quarter with the most hires; before the first hire, the one with the most pledged positions.

    Args:
        counted: in order of time, without gaps. The last one may be going on still.
    """
    if not any(quarter.hires > 0 or quarter.pledged > 0 for quarter in counted):
        return _("Nothing has been pledged, and nobody hired yet")
    hires = any(quarter.hires > 0 for quarter in counted)
    numbers = [quarter.hires if hires else quarter.pledged for quarter in counted]
    most = max(numbers)
    best = [quarter for quarter, number in zip(counted, numbers, strict=True) if number == most]
    values = {"quarter": quarter_text(best[-1].begins_on), "most": number_text(most)}
    if not hires:
        return _no_hires_yet(values, alone=len(best) == 1)
    if len([number for number in numbers if number > 0]) == 1:
        return ngettext("%(most)s hire in %(quarter)s", "%(most)s hires in %(quarter)s", most, **values)
    return _best_quarter(values, alone=len(best) == 1, going_on=best[-1] is counted[-1])


def _no_hires_yet(values: Mapping[str, str], *, alone: bool) -> str:
    if alone:
        return _("No hires yet; most positions pledged in %(quarter)s", **values)
    return _("No hires yet; most pledged in a quarter: %(most)s", **values)


def _best_quarter(values: Mapping[str, str], *, alone: bool, going_on: bool) -> str:
    """Name the best quarter.

    Args:
        alone: whether no other one has as many.
        going_on: whether it is the last one, so that others may still be better.
    """
    if going_on:
        if alone:
            return _("%(quarter)s is the best so far: %(most)s hires", **values)
        return _("%(quarter)s equals the best so far: %(most)s hires", **values)
    if alone:
        return _("Most hires were in %(quarter)s: %(most)s", **values)
    return _("Most hires in a quarter: %(most)s, last in %(quarter)s", **values)


def events(held: Sequence[Goal]) -> str:
    """Say how many events have reached their goals; without goals, how many positions they have brought."""
    pledged = sum(event.pledged for event in held)
    goals = [event for event in held if event.goal]
    reached = sum(event.pledged >= (event.goal or 0) for event in goals)
    values = {"reached": number_text(reached), "goals": number_text(len(goals)), "pledged": number_text(pledged)}
    if not held:
        return _("No events have been held yet")
    if not goals:
        return ngettext(
            "%(events)s event has brought %(pledged)s pledged positions",
            "%(events)s events have brought %(pledged)s pledged positions",
            len(held),
            events=number_text(len(held)),
            **values,
        )
    if len(goals) == 1:
        return _only_goal(goals[0].pledged, goals[0].goal or 0)
    if reached == len(goals):
        return _("All %(goals)s events with goals have reached them", **values)
    if not reached:
        return _("None of %(goals)s events has reached its goal", **values)
    return _("%(reached)s of %(goals)s events have reached their goals", **values)


def _only_goal(pledged: int, goal: int) -> str:
    values = {"pledged": number_text(pledged), "goal": number_text(goal)}
    if pledged >= goal:
        return _("The goal of %(goal)s positions is reached: %(pledged)s", **values)
    return _("%(pledged)s of the goal's %(goal)s positions are pledged", **values)


def hours(bands: Mapping[str, int | None]) -> str:
    """Name the most common hours.

    Args:
        bands: the number of people by the words of their band, such as `10–15 hours`; None: hidden.
    """
    return _largest(
        bands,
        nothing=_("Nobody is employed"),
        named=_("Most common: %(part)s, %(most)s of %(of)s"),
        tied=_("%(of)s employed; no group is the largest"),
    )


def ladder(groups: Mapping[str, int | None]) -> str:
    """Say how many have more paid hours than on their first day.

    Args:
        groups: the number of people by `more`, `same` and `fewer`; None: hidden.
    """
    shown = [number for number in groups.values() if number is not None]
    if len(shown) < len(groups):
        return _("Numbers too small to be shown are hidden")
    if not any(shown):
        return _("Nobody is employed")
    more = groups["more"] or 0
    values = {"more": number_text(more), "of": number_text(sum(shown))}
    if not more:
        return _("None of %(of)s has more hours than at first", **values)
    return ngettext(
        "%(more)s of %(of)s has more hours than at first",
        "%(more)s of %(of)s have more hours than at first",
        more,
        **values,
    )


def reasons(counted: Mapping[str, int | None]) -> str:
    """Name the most common reason why jobs have ended.

    Args:
        counted: the number of ended hires by the words of the reason; None: hidden.
    """
    return _largest(
        counted,
        nothing=_("No job has ended"),
        named=_("Most often: %(part)s, %(most)s of %(of)s"),
        tied=_("%(of)s ended; no reason is the most common"),
    )


def parts(counted: Mapping[str, int | None], *, others: int = 0) -> str:
    """Name the largest part of a whole, such as the municipality with the most pledged positions.

    Args:
        counted: the number by name; None: hidden.
        others: what belongs to none of these names.
    """
    return _largest(
        counted,
        others=others,
        nothing=_("There is nothing to divide yet"),
        named=_("Most in %(part)s: %(most)s of %(of)s"),
        tied=_("%(of)s in all; no part is the largest"),
    )


def companies(counted: Mapping[str, int | None], *, others: int = 0) -> str:
    """Name the company with the highest number. The arguments are those of `parts`."""
    return _largest(
        counted,
        others=others,
        nothing=_("No company has pledged anything yet"),
        named=_("Most from %(part)s: %(most)s of %(of)s"),
        tied=_("%(of)s in all; no company has the most"),
    )


def employed(outcomes: Mapping[int, Employed | None]) -> str:
    """Say how many are employed after the most months that anybody has reached.

    Args:
        outcomes: by months since the start; None: hidden.
    """
    if any(outcome is None for outcome in outcomes.values()):
        return _("Numbers too small to be shown are hidden")
    reached = {months: outcome for months, outcome in outcomes.items() if outcome and outcome.of}
    if not reached:
        return _("Nobody started long enough ago yet")
    months = max(reached)
    outcome = reached[months]
    values = {"yes": number_text(outcome.yes), "of": number_text(outcome.of), "months": months}
    if outcome.unknown:
        return _("At least %(yes)s of %(of)s employed after %(months)s months", **values)
    return _("%(yes)s of %(of)s are employed after %(months)s months", **values)


def _largest(counted: Mapping[str, int | None], *, nothing: str, named: str, tied: str, others: int = 0) -> str:
    """Fill in a sentence about the largest number.

    A hidden number may be the largest, so nothing is said of the others then. A name that would make the sentence too
    long is shortened.
    """
    numbers = {part: number for part, number in counted.items() if number is not None}
    if len(numbers) < len(counted):
        return _("Numbers too small to be shown are hidden")
    of = sum(numbers.values()) + others
    most = max(numbers.values(), default=0)
    if most <= 0:
        return nothing
    largest = [part for part, number in numbers.items() if number == most]
    if len(largest) > 1:
        return tied % {"of": number_text(of)}
    values = {"most": number_text(most), "of": number_text(of)}
    room = MOST_WORDS + 1 - len((named % (values | {"part": "name"})).split())
    return named % (values | {"part": _shortened(largest[0], room)})


def _shortened(name: str, words: int) -> str:
    """Return a name of at most so many words."""
    parts_of_name = name.split()
    return (
        name
        if len(parts_of_name) <= words
        else " ".join(parts_of_name[:words]).rstrip(",;") + "\N{HORIZONTAL ELLIPSIS}"
    )

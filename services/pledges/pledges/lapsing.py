"""When a pledge lapses of which nothing comes. Imports no I/O. `queries.LAPSES_ON` says the same in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from services.pledges.pledges.refusals import NotAboutToLapse
from shared.ui.formats import date_text


class MayLapse(Protocol):
    """What lapses: a `Pledge`, or a pledge as it is read. Its attributes are those of `Pledge`."""

    @property
    def has_vacant_position(self) -> bool: ...
    @property
    def pledged_on(self) -> date: ...
    @property
    def active_on(self) -> date | None: ...
    @property
    def lapse_deferred_until(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class LapseRules:
    """What an installation sets: days after the last activity, and days of warning before that."""

    after: int = 180
    warning: int = 30


def lapses_on(pledge: MayLapse, rules: LapseRules) -> date | None:
    """Return the first day on which a pledge is due to lapse; None if it has ended or has no vacant position.

    It never lapses by itself: somebody does that, or puts it off.
    """
    if not pledge.has_vacant_position:
        return None
    due_on = (pledge.active_on or pledge.pledged_on) + timedelta(days=rules.after)
    return max(due_on, pledge.lapse_deferred_until or due_on)


def check_about_to_lapse(pledge: MayLapse, rules: LapseRules, *, today: date) -> None:
    """Check that a pledge may be closed as lapsed: not before the warning.

    Raises:
        NotAboutToLapse
    """
    due_on = lapses_on(pledge, rules)
    if due_on is not None and not is_about_to_lapse(pledge, rules, today=today):
        raise NotAboutToLapse(day=date_text(due_on - timedelta(days=rules.warning)))


def is_about_to_lapse(pledge: MayLapse, rules: LapseRules, *, today: date) -> bool:
    """Whether the warning of a pledge has begun, or the day has come."""
    due_on = lapses_on(pledge, rules)
    return due_on is not None and today >= due_on - timedelta(days=rules.warning)

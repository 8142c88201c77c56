"""When a pledge lapses of which nothing comes. Imports no I/O. `queries.LAPSES_ON` says the same in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from services.pledges.pledges.refusals import NotAboutToLapse
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from services.pledges.pledges.domain import Pledge


@dataclass(frozen=True, slots=True)
class LapseRules:
    """What an installation sets: days after the last activity, and days of warning before that."""

    after: int = 180
    warning: int = 30


def lapses_on(pledge: Pledge, rules: LapseRules) -> date | None:
    """Return the first day on which a pledge is due to lapse; None if it has ended or has no vacant position.

    It never lapses by itself: somebody does that, or puts it off.
    """
    if not pledge.has_vacant_position:
        return None
    due_on = (pledge.active_on or pledge.pledged_on) + timedelta(days=rules.after)
    return max(due_on, pledge.lapse_deferred_until or due_on)


def check_about_to_lapse(pledge: Pledge, rules: LapseRules, *, today: date) -> None:
    """Check that a pledge may be closed as lapsed: not before the warning.

    Raises:
        NotAboutToLapse
    """
    due_on = lapses_on(pledge, rules)
    if due_on is not None and today < (warned_on := due_on - timedelta(days=rules.warning)):
        raise NotAboutToLapse(day=date_text(warned_on))

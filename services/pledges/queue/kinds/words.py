"""Words that several kinds use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext

if TYPE_CHECKING:
    from datetime import date

    from services.pledges.queue.due import Due


def duration(start: date, end: date) -> str:
    """Return the time between two days: in days, from three months in months, from two years in years."""
    days = (end - start).days
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    if months < 3:
        return ngettext("%(num)s day", "%(num)s days", days)
    if months < 24:
        return ngettext("%(num)s month", "%(num)s months", months)
    return ngettext("%(num)s year", "%(num)s years", months // 12)


def numbers(those: list[int]) -> str:
    """Return numbers in words: 1, 3 and 4."""
    *first, last = (str(number) for number in those)
    return _("%(first)s and %(last)s", first=", ".join(first), last=last) if first else last


def position_words(due: Due) -> str:
    """Return which position of a pledge a row is about: "Position 2 at B&O"."""
    if due.pledge is not None and due.pledge.positions > 1:
        return _("Position %(number)s at %(company)s", number=due.number, company=due.company)
    return _("The position at %(company)s", company=due.company)


def confirm_url(due: Due) -> str:
    """Return the page that confirms a hire on the row's position, where the reader may do that."""
    assert due.pledge is not None
    return f"/queue/{due.pledge.id}/hire?position={due.number}" if due.confirms else pledge_url(due)


def confirm_button(due: Due) -> str:
    """Return what the button to that page says."""
    return _("Confirm the hire") if due.confirms else _("See the pledge")


def pledge_url(due: Due) -> str:
    """Return the page of the row's pledge."""
    assert due.pledge is not None
    return f"/pledges/{due.pledge.id}"

"""Why a row is in its list, in words."""

from __future__ import annotations

from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from services.dashboard.measures.hires import (
    HiresEndedByReason,
    HiresStartingLater,
    StartingLaterFromPledges,
    StillEmployed,
)
from services.dashboard.measures.pledges import PositionsAffirmed, PositionsMatched
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.product.municipalities import municipality_name
from shared.product.vocabulary import END_REASONS, JOB_TYPES
from shared.ui.formats import date_text, local_date, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from services.dashboard.lists.domain import Listing, Row
    from services.dashboard.measures.measure import Measure

_STARTING_LATER: Final = (HiresStartingLater, StartingLaterFromPledges)
_PLEDGED: Final = N_("Pledged on %(day)s")
_PLEDGE_COUNTS: Final[Mapping[type[Measure], str]] = MappingProxyType(
    {
        PositionsAffirmed: N_("Affirmed by the company on %(day)s"),
        PositionsMatched: N_("A person was found on %(day)s"),
    }
)
_CHANGED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "job_type": N_("job type: %(before)s before, %(now)s now"),
        "positions": N_("positions: %(before)s before, %(now)s now"),
        "positions_cancelled": N_("cancelled positions: %(before)s before, %(now)s now"),
        "pledged_on": N_("pledged on: %(before)s before, %(now)s now"),
        "start_date": N_("first day of work: %(before)s before, %(now)s now"),
        "ended_on": N_("the day it ended: %(before)s before, %(now)s now"),
        "end_reason": N_("why it ended: %(before)s before, %(now)s now"),
        "weekly_hours": N_("hours a week: %(before)s before, %(now)s now"),
        "checked_in_on": N_("checked in on: %(before)s before, %(now)s now"),
        "municipality": N_("municipality: %(before)s before, %(now)s now"),
        "company_id": N_("it is of another company now"),
        "event_id": N_("it is of another event now"),
    }
)
"""What is said of a column that has changed."""


def reason(row: Row, listing: Listing) -> str:
    """Return why a row counts, or why it is in its term."""
    if listing.term in {None, "new"}:
        return _counts(row, listing)
    if listing.term == "ended":
        return _ended(row, listing)
    recorded = date_text(local_date(row.recorded_at)) if row.recorded_at else ""
    return _recorded(row, listing, recorded)


def _recorded(row: Row, listing: Listing, day: str) -> str:
    """Return what was recorded about the row, on this day between the two moments."""
    match listing.term:
        case "late":
            return _("%(what)s; recorded only on %(day)s", what=_counts(row, listing), day=day)
        case "merged":
            return _("Found on %(day)s to be a duplicate of another pledge", day=day)
        case "unmerged":
            return _("Found on %(day)s to be no duplicate after all", day=day)
        case "revoked":
            return _REVOKED[row.thing](row, day)
        case "moved":
            return _moved(row, day)
    return _corrected(row, day)


def _counts(row: Row, listing: Listing) -> str:
    facts = row.facts
    if row.thing == "attendance":
        return _("Checked in on %(day)s", day=date_text(facts["checked_in_on"]))
    if row.thing == "hire":
        return _hire_counts(row, listing)
    words = _(_PLEDGE_COUNTS.get(listing.counted.measure, _PLEDGED), day=date_text(row.effective_on or row.day))
    if row.number >= facts["positions"]:
        return words
    counted = _(
        "%(count)s of its %(positions)s positions count",
        count=number_text(row.number),
        positions=number_text(facts["positions"]),
    )
    return f"{words}; {counted}"


def _hire_counts(row: Row, listing: Listing) -> str:
    measure, facts = listing.counted.measure, row.facts
    since = row.effective_on or row.day
    start = date_text(facts["start_date"])
    if measure in _STARTING_LATER:
        return _("Confirmed on %(day)s, begins on %(start)s", day=date_text(facts["confirmed_on"]), start=start)
    if measure is HiresEndedByReason:
        return _hire_ended(row)
    if measure is StillEmployed:
        return _("Began on %(start)s; the day to ask was %(day)s", start=start, day=date_text(since))
    if since <= facts["start_date"]:
        return _("Began on %(day)s", day=start)
    return _("Began on %(start)s, and counts here since %(day)s", start=start, day=date_text(since))


def _ended(row: Row, listing: Listing) -> str:
    day = date_text(row.day)
    if row.thing == "pledge":
        return _pledge_ended(row, day)
    if row.thing == "attendance":
        return _("Ended on %(day)s", day=day)
    if listing.counted.measure in _STARTING_LATER:
        return _("Began on %(day)s", day=day)
    if row.facts["ended_on"] is not None and row.facts["ended_on"] <= row.day:
        return _hire_ended(row)
    return _("Another job type or other hours since %(day)s", day=day)


def _pledge_ended(row: Row, day: str) -> str:
    match row.facts["status"]:
        case "withdrawn":
            return _("Withdrawn by the company on %(day)s", day=day)
        case "lapsed":
            return _("Lapsed on %(day)s: nothing came of it in time", day=day)
    return _("A position was cancelled on %(day)s", day=day)


def _hire_ended(row: Row) -> str:
    day, why = date_text(row.facts["ended_on"]), row.facts["end_reason"]
    if why is None:
        return _("Ended on %(day)s", day=day)
    return _("Ended on %(day)s: %(reason)s", day=day, reason=_in_sentence(_(END_REASONS[why])))


def _pledge_revoked(row: Row, recorded: str) -> str:
    if row.facts["status"] == "withdrawn":
        return _("Found on %(day)s never to have been made", day=recorded)
    return _("Does not count any more since a decision on %(day)s", day=recorded)


def _hire_revoked(_row: Row, recorded: str) -> str:
    return _("The confirmation was undone on %(day)s: the hire has never been", day=recorded)


def _attendance_revoked(_row: Row, recorded: str) -> str:
    return _("The check-in was undone on %(day)s", day=recorded)


_REVOKED: Final = {"pledge": _pledge_revoked, "hire": _hire_revoked, "attendance": _attendance_revoked}


def _moved(row: Row, recorded: str) -> str:
    if row.earlier == row.facts:
        return _("In the register since %(day)s, its company has another industry or municipality", day=recorded)
    return _with_changes(_("Moved on %(day)s", day=recorded), row)


def _corrected(row: Row, recorded: str) -> str:
    before, now = row.earlier or {}, row.facts
    if row.thing == "attendance":
        return _("Checked in again on %(day)s", day=recorded)
    if not before.get("counted") and now["counted"]:
        return _("Counts since a decision on %(day)s", day=recorded)
    if before.get("ended_on") != now["ended_on"] and now["ended_on"] is not None:
        what = _pledge_ended(row, date_text(now["ended_on"])) if row.thing == "pledge" else _hire_ended(row)
        return _("%(what)s; recorded only on %(day)s", what=what, day=recorded)
    return _with_changes(_("Corrected on %(day)s", day=recorded), row)


def _with_changes(words: str, row: Row) -> str:
    """Add the old and the new value of what has changed; failing that, of the number."""
    before, now = row.earlier or {}, row.facts
    changed = [
        _(said, before=_value(name, before.get(name)), now=_value(name, now[name]))
        for name, said in _CHANGED.items()
        if name in now and before.get(name) != now[name]
    ]
    if not changed:
        numbers = _("counted as %(before)s before, as %(now)s now")
        changed = [numbers % {"before": number_text(row.old_number), "now": number_text(row.new_number)}]
    return f"{words}: {'; '.join(changed)}"


def _value(name: str, value: str | date | Decimal | int | None) -> str:
    if value is None:
        return _("none")
    if isinstance(value, date) and not isinstance(value, datetime):
        return date_text(value)
    if name == "municipality":
        return municipality_name(str(value))
    if name == "job_type":
        return _in_sentence(_(JOB_TYPES[value]))  # type: ignore[index]  # the code of one
    if name == "end_reason":
        return _in_sentence(_(END_REASONS[value]))  # type: ignore[index]  # the code of one
    return value if isinstance(value, str) else number_text(value)  # type: ignore[arg-type]  # a number, or an unused id


def _in_sentence(label: str) -> str:
    return label[:1].lower() + label[1:]

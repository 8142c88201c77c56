"""Positions: without a match, matched, and in a trial."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from services.pledges.pledges.queries import LAPSES_ON, UNFILLED
from services.pledges.queue.due import After, DueKind, Source
from services.pledges.queue.kinds.words import (
    confirm_button,
    confirm_url,
    duration,
    numbers,
    pledge_url,
    position_words,
)
from shared.i18n.translations import N_
from shared.i18n.translations import gettext as _
from shared.ui.formats import date_text

if TYPE_CHECKING:
    from services.pledges.queue.due import Due

SINCE: Final = "(case when pledge.active_on is null then pledge.pledged_on else pledge.active_on end)"
"""The last day on which something came of a pledge. Indexes are by this expression."""

_POSITIONS: Final = """positions as position
  join pledges as pledge
    on pledge.taskforce_id = position.taskforce_id
   and pledge.id = position.pledge_id"""
_POSITIONS_OF_PERSON: Final = """(select *
          from pledges as pledge
         where pledge.taskforce_id = :taskforce
           and pledge.assigned_to = :person
           and pledge.status = 'in_progress'
        offset 0) as pledge
  join positions as position
    on position.taskforce_id = pledge.taskforce_id
   and position.pledge_id = pledge.id"""
"""One person has few cases, and all colleagues together many positions. `offset 0` keeps the planner from beginning
with the positions."""


def _vacant_reason(due: Due) -> str:
    assert due.pledge is not None
    open_ones = [position.number for position in due.pledge.position_list if position.status == "open"]
    company, waited = due.company, duration(due.day, due.today)
    if due.pledge.positions == 1:
        if due.day >= due.today:
            return _("The position at %(company)s has no match yet", company=company)
        return _("The position at %(company)s has waited %(time)s without a match", company=company, time=waited)
    which = numbers(open_ones)
    if len(open_ones) == 1:
        if due.day >= due.today:
            return _("Position %(number)s at %(company)s has no match yet", number=which, company=company)
        return _(
            "Position %(number)s at %(company)s has waited %(time)s without a match",
            number=which,
            company=company,
            time=waited,
        )
    if due.day >= due.today:
        return _("Positions %(numbers)s at %(company)s have no match yet", numbers=which, company=company)
    return _(
        "Positions %(numbers)s at %(company)s have waited %(time)s without a match",
        numbers=which,
        company=company,
        time=waited,
    )


def _vacant_step(due: Due) -> str:
    assert due.pledge is not None
    open_ones = sum(position.status == "open" for position in due.pledge.position_list)
    if open_ones == 1:
        return _("Find a citizen, or close the position.")
    return _("Find citizens, or close the positions.")


def _vacant_url(due: Due) -> str:
    """Return the page that finds somebody for the first vacant position, where the reader may do that."""
    assert due.pledge is not None
    vacant = next((position for position in due.pledge.position_list if position.status == "open"), None)
    return f"/queue/positions/{vacant.id}/candidates" if due.confirms and vacant is not None else pledge_url(due)


def _with_position(statuses: str) -> str:
    return f"""exists (select
                 from positions as position
                where position.taskforce_id = pledge.taskforce_id
                  and position.pledge_id = pledge.id
                  and position.status in ({statuses}))"""  # noqa: S608  (words of our own)


_VACANT: Final = Source(
    tables="pledges as pledge",
    where=f"""pledge.taskforce_id = :taskforce
   and {UNFILLED}
   and pledge.lapse_deferred_until is null
   and {_with_position("'open'")}""",
    day=SINCE,
    id="pledge.id",
    owner="pledge.assigned_to",
    about="pledge",
    pledge_id="pledge.id",
    schedule=After(lambda ageing: ageing.vacant),
    without=f"{SINCE} > :today::date - :lapse::integer + :warning::integer",
    plenty=True,
)
_LAPSES_ON: Final = LAPSES_ON.replace("?", ":lapse")

VACANT: Final = DueKind(
    code="vacant",
    label=N_("Position without a match"),
    button=lambda _due: _("Find a citizen"),
    reason=_vacant_reason,
    next_step=_vacant_step,
    url=_vacant_url,
    sources=(
        _VACANT,
        # Whose lapse was put off; they are few.
        replace(
            _VACANT,
            where=_VACANT.where.replace("lapse_deferred_until is null", "lapse_deferred_until is not null"),
            without=f"{_LAPSES_ON} > :today::date + :warning::integer",
            plenty=False,
        ),
    ),
)


def _lapse_reason(due: Due) -> str:
    assert due.number is not None
    lapses_on = due.day + timedelta(days=due.number)
    company, day = due.company, date_text(lapses_on)
    if lapses_on > due.today:
        return _("Nothing has come of the pledge of %(company)s: it lapses on %(day)s", company=company, day=day)
    return _("Nothing has come of the pledge of %(company)s: it was to lapse on %(day)s", company=company, day=day)


_LAPSING: Final = Source(
    tables="pledges as pledge",
    where=f"""pledge.taskforce_id = :taskforce
   and {UNFILLED}
   and pledge.lapse_deferred_until is null
   and {SINCE} <= :today::date - :lapse::integer + :warning::integer
   and {_with_position("'open', 'matched', 'trial'")}""",
    day=SINCE,
    id="pledge.id",
    owner="pledge.assigned_to",
    about="pledge",
    pledge_id="pledge.id",
    number=":lapse::integer",
    schedule=After(lambda ageing: ageing.lapse - ageing.warning),
    plenty=True,
)

_DEFERRED: Final = """(select *
          from pledges as pledge
         where pledge.taskforce_id = :taskforce
           and pledge.lapse_deferred_until <= :today::date + :warning::integer
           and pledge.status in ('logged', 'affirmed', 'in_progress')
        offset 0) as pledge"""
"""What may lapse soon although it was put off: a few days of an index, which the planner would not choose otherwise."""

LAPSE: Final = DueKind(
    code="lapse",
    label=N_("Pledge about to lapse"),
    button=lambda _due: _("See the pledge"),
    reason=_lapse_reason,
    next_step=lambda _due: _("Ring the company. Find citizens, put the lapse off, or let the pledge lapse."),
    url=pledge_url,
    sources=(
        _LAPSING,
        # Whose lapse was put off; they are few.
        replace(
            _LAPSING,
            tables=_DEFERRED,
            where=_LAPSING.where.replace("lapse_deferred_until is null", "lapse_deferred_until is not null").replace(
                f"{SINCE} <= :today::date - :lapse::integer + :warning::integer",
                f"{_LAPSES_ON} <= :today::date + :warning::integer",
            ),
            day=f"({_LAPSES_ON} - :warning::integer)",
            number=":warning::integer",
            schedule=After(),
            plenty=False,
        ),
    ),
    # Where pledges are kept for years, many are long due to lapse.
    last=True,
)


def _confirm_reason(due: Due) -> str:
    if due.day >= due.today:
        return _("%(position)s was matched today", position=position_words(due))
    return _("%(position)s was matched %(time)s ago", position=position_words(due), time=duration(due.day, due.today))


CONFIRM: Final = DueKind(
    code="confirm",
    label=N_("Matched position"),
    button=confirm_button,
    reason=_confirm_reason,
    next_step=lambda _due: _("Find out whether it became a job, and confirm the hire."),
    url=confirm_url,
    sources=(
        Source(
            tables=_POSITIONS,
            tables_of_person=_POSITIONS_OF_PERSON,
            where=f"""position.taskforce_id = :taskforce
   and position.status = 'matched'
   and {UNFILLED}""",
            day="position.matched_on",
            id="position.id",
            owner="pledge.assigned_to",
            about="pledge",
            pledge_id="pledge.id",
            number="position.number",
            schedule=After(lambda ageing: ageing.matched),
        ),
    ),
)


def _trial_reason(due: Due) -> str:
    which, day = position_words(due), date_text(due.day)
    if due.day == due.today:
        return _("%(position)s: the trial ends today", position=which)
    if due.day > due.today:
        return _("%(position)s: the trial ends on %(day)s", position=which, day=day)
    return _("%(position)s: the trial ended on %(day)s", position=which, day=day)


TRIAL_ENDING: Final = DueKind(
    code="trial_ending",
    label=N_("Trial that ends"),
    button=confirm_button,
    reason=_trial_reason,
    next_step=lambda _due: _("Agree what comes after: confirm the hire, extend the trial, or open the position again."),
    url=confirm_url,
    sources=(
        Source(
            tables=_POSITIONS,
            tables_of_person=_POSITIONS_OF_PERSON,
            where=f"""position.taskforce_id = :taskforce
   and position.status = 'trial'
   and {UNFILLED}""",
            day="position.trial_ends_on",
            id="position.id",
            owner="pledge.assigned_to",
            about="pledge",
            pledge_id="pledge.id",
            number="position.number",
        ),
    ),
)

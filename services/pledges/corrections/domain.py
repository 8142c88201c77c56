"""The rules for correcting a pledge. Imports no I/O."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from services.pledges.pledges.domain import Guest, Person, open_positions, review_at_first
from services.pledges.pledges.refusals import (
    HoursOutOfOrder,
    LastPosition,
    PledgeEnded,
    PositionsInUse,
    StaleVersion,
    TooManyPledgedHours,
    TooManyPositions,
    UnknownEvent,
)
from services.pledges.pledges.timing import judge_time, start_is_plausible
from services.pledges.pledges.words import FLAGS
from services.pledges.register.domain import company_flags, recognise
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from uuid import UUID

    from services.pledges.pledges.domain import Limits, Pledge, PledgeTerms, Position
    from services.pledges.register.domain import EventFacts, RegisteredCompany

_OF_COMPANY: Final = frozenset({"cvr_invalid", "company_unconfirmed"})
_OF_PASS: Final = frozenset({"over_pass_limit"})
_OF_TERMS: Final = frozenset({"contact_unreachable", "start_implausible", "many_positions", "many_hours"})
_OF_TIME: Final = FLAGS.keys() - _OF_COMPANY - _OF_PASS - _OF_TERMS
"""The flags by what a pledge has them for. Those of its terms are judged again at every correction."""


def correct(
    pledge: Pledge,
    terms: PledgeTerms,
    *,
    event: EventFacts | None,
    register: Sequence[RegisteredCompany],
    limits: Limits,
    on: date,
    of_hires: Collection[UUID] = (),
    seen_version: int | None = None,
) -> bool:
    """Replace the terms of a pledge, as if it had been logged with the new ones.

    Its company is recognised again if it has changed. If its event has changed, the day from which it counts is judged
    again. Positions are dropped from the last one, but never one that is in use or has had a hire; those that stay
    keep their ids. A pledge that nothing holds any longer counts, unless a coordinator has rejected it.

    Args:
        terms: the new ones, with the id and the time of capture of the old ones.
        event: the event of the new terms; None if its messages have not arrived.
        register: registered companies to match the new company with.
        of_hires: the ids of the positions that have a hire, or have had one.
        on: today in Europe/Copenhagen, from when the days until the pledge lapses count again.
        seen_version: the version that the editor saw; None: any version is accepted.

    Returns:
        Whether it changed anything. The same terms again change nothing.

    Raises:
        StaleVersion
        PledgeEnded: it was withdrawn, has lapsed or is a duplicate.
        TooManyPositions, TooManyPledgedHours: a new number is more than `limits` allow.
        HoursOutOfOrder: the fewest hours are more than the most.
        PositionsInUse: fewer positions than are in use or cancelled, or have had a hire.
        LastPosition: only cancelled positions would be left.
        UnknownEvent: the messages of the new event have not arrived.
    """
    former = pledge.terms
    if terms == former:
        return False
    if seen_version is not None and seen_version != pledge.version:
        raise StaleVersion
    if pledge.ended_as is not None:
        raise PledgeEnded
    if terms.positions != former.positions and not 1 <= terms.positions <= limits.positions:
        raise TooManyPositions(positions=limits.positions)
    if terms.hours_to != former.hours_to and terms.hours_to > limits.weekly_hours:
        raise TooManyPledgedHours(hours=limits.weekly_hours)
    if terms.hours_from > terms.hours_to:
        raise HoursOutOfOrder
    positions = _positions(pledge, terms.positions, of_hires)
    pledged_on, of_time = pledge.pledged_on, _kept(pledge, _OF_TIME)
    if terms.event_id != former.event_id:
        if terms.event_id is not None and event is None:
            raise UnknownEvent
        # A person decides, so the rules for a pass do not matter.
        counted_from, of_time = judge_time(terms, by=Person(None), event=event, received_at=pledge.received_at)
        pledged_on = counted_from.astimezone(COPENHAGEN).date()
    of_company = _kept(pledge, _OF_COMPANY)
    if terms.company != former.company:
        company = recognise(terms.company, register)
        pledge.company_id = company.id if company else None
        pledge.municipality = terms.company.municipality or (company.municipality if company else None)
        of_company = company_flags(terms.company, company)
    pledge.terms = terms
    pledge.positions = positions
    pledge.pledged_on = pledged_on
    pledge.flags = (*of_company, *of_time, *_flags_of_terms(pledge, limits), *_kept(pledge, _OF_PASS))
    if pledge.review in {None, "waiting"}:
        pledge.review = review_at_first(pledge.flags)
    pledge.active_on = on
    pledge.version += 1
    return True


def _kept(pledge: Pledge, flags: Collection[str]) -> list[str]:
    return [flag for flag in pledge.flags if flag in flags]


def _flags_of_terms(pledge: Pledge, limits: Limits) -> list[str]:
    terms = pledge.terms
    most_positions = limits.positions
    if isinstance(pledge.logged_by, Guest):
        most_positions = min(limits.guest_positions, limits.positions)
    contact = terms.contact
    judged = {
        "contact_unreachable": contact is not None and not (contact.phone or contact.email),
        "start_implausible": not start_is_plausible(terms.earliest_start, pledge.pledged_on),
        "many_positions": terms.positions > most_positions,
        "many_hours": terms.hours_to > limits.weekly_hours,
    }
    return [flag for flag, is_so in judged.items() if is_so]


def _positions(pledge: Pledge, count: int, of_hires: Collection[UUID]) -> list[Position]:
    """Return `count` positions of a pledge: those it has, without the last vacant ones, and new ones.

    Raises:
        PositionsInUse, LastPosition
    """
    vacant = [one for one in pledge.positions if one.status == "open" and one.id not in of_hires]
    in_use = [one for one in pledge.positions if one not in vacant]
    if count < len(in_use):
        raise PositionsInUse(positions=len(in_use))
    if count == len(in_use) < len(pledge.positions) and all(one.status == "cancelled" for one in in_use):
        raise LastPosition
    kept = in_use + vacant[: count - len(in_use)]
    taken = {position.number for position in kept}
    free = (one for one in open_positions(pledge.id, count + len(taken)) if one.number not in taken)
    added = [one for one, _ in zip(free, range(count - len(kept)), strict=False)]
    return sorted([*kept, *added], key=lambda position: position.number)

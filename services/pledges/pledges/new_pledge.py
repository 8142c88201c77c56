"""The rules for logging a pledge. Imports no I/O."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from services.pledges.pledges.domain import Pledge
from services.pledges.pledges.position import open_positions
from services.pledges.pledges.refusals import IdNotRandom, TooManyPledgedHours, TooManyPositions
from services.pledges.pledges.terms import Guest, Limits, Person, PledgeTerms, review_at_first
from services.pledges.pledges.timing import judge_time, start_is_plausible
from services.pledges.register.domain import company_flags, recognise
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from services.pledges.register.domain import EventFacts, RegisteredCompany

_RANDOM_VERSIONS: Final = frozenset({4, 7})
"""Of UUIDs (RFC 9562)."""
MOST_POSITIONS: Final = 500
"""Of one pledge, whatever an installation allows."""


def new_pledge(
    taskforce_id: UUID,
    terms: PledgeTerms,
    *,
    by: Person | Guest,
    event: EventFacts | None,
    register: Sequence[RegisteredCompany],
    received_at: datetime,
    limits: Limits,
    pass_positions: int = 0,
) -> Pledge:
    """Return the new pledge. It is accepted and held where `HOLDING_FLAGS` say that a coordinator has to see it.

    Args:
        terms: what was typed. A guest's pledge without an event belongs to the pass's event.
        by: who logs it.
        event: the event of the terms; None if its messages have not arrived.
        register: registered companies to match the typed company with.
        pass_positions: the positions of a guest's pass that count already.

    Raises:
        IdNotRandom: a guest's pledge has an id that others may compute (RFC 9562: not version 4 or 7).
        TooManyPositions, TooManyPledgedHours: more than `limits` allow. A phone's capture is flagged instead.
        UnknownEvent: a person names an event whose messages have not arrived.
        PassForAnotherEvent, PassRevoked, PassExpired, EventIsOver: see `check_event`.
    """
    if isinstance(by, Guest) and terms.id.version not in _RANDOM_VERSIONS:
        raise IdNotRandom
    limit_flags = _limit_flags(terms, limits)
    if isinstance(by, Guest) and terms.event_id is None:
        terms = replace(terms, event_id=by.event_id)
    company = recognise(terms.company, register)
    flags = company_flags(terms.company, company) + limit_flags
    if terms.contact is not None and not (terms.contact.phone or terms.contact.email):
        flags.append("contact_unreachable")
    counted_from, time_flags = judge_time(terms, by=by, event=event, received_at=received_at)
    flags += time_flags
    pledged_on = counted_from.astimezone(COPENHAGEN).date()
    if not start_is_plausible(terms.earliest_start, pledged_on):
        flags.append("start_implausible")
    if isinstance(by, Guest):
        if terms.positions > limits.guest_positions and "many_positions" not in flags:
            flags.append("many_positions")
        if pass_positions + terms.positions > limits.pass_positions:
            flags.append("over_pass_limit")
    return Pledge(
        taskforce_id=taskforce_id,
        terms=terms,
        company_id=company.id if company else None,
        municipality=terms.company.municipality or (company.municipality if company else None),
        logged_by=by,
        received_at=received_at,
        pledged_on=pledged_on,
        flags=tuple(flags),
        positions=open_positions(terms.id, terms.positions),
        review=review_at_first(flags),
    )


def _limit_flags(terms: PledgeTerms, limits: Limits) -> list[str]:
    """Return the flags for what exceeds the limits.

    A phone may have captured the pledge under other limits, without a network, and the company has gone home. Whoever
    sends a pledge from anywhere else can correct it.

    Raises:
        TooManyPositions, TooManyPledgedHours
    """
    kept_on_phone = terms.capture is not None
    if not 1 <= terms.positions <= (MOST_POSITIONS if kept_on_phone else limits.positions):
        raise TooManyPositions(positions=limits.positions)
    if terms.hours_to > limits.weekly_hours and not kept_on_phone:
        raise TooManyPledgedHours(hours=limits.weekly_hours)
    flags = []
    if terms.positions > limits.positions:
        flags.append("many_positions")
    if terms.hours_to > limits.weekly_hours:
        flags.append("many_hours")
    return flags

"""How pages select and present figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from services.dashboard.measures.attendance import CompaniesPresent
from services.dashboard.measures.figures import EventFigures, Figures
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.overview.views import current_event

TODAY = date(2026, 12, 1)


def an_event(*, pledged: int = 0, companies_present: int = 0, **facts: Any) -> EventFigures:
    event = replace(EventFigures(uuid4(), status="open", date=TODAY), **facts)
    event.counts.add(PledgedPositions, "smaajob", pledged)
    event.counts.add(CompaniesPresent, None, companies_present)
    return event


def among(*events: EventFigures) -> EventFigures | None:
    return current_event(Figures(TODAY, None, None, events=list(events)))


def test_an_event_that_opens_early_does_not_replace_the_one_going_on() -> None:
    busy, opened_early = an_event(pledged=61, companies_present=80), an_event(companies_present=1)
    assert among(opened_early, busy) is busy


def test_an_open_event_is_going_on_past_midnight() -> None:
    late = an_event(date=TODAY - timedelta(days=1), pledged=10)
    assert among(late) is late


def test_an_event_that_is_closed_or_was_left_open_long_ago_is_not_going_on() -> None:
    assert among(an_event(status="closed"), an_event(date=TODAY - timedelta(days=2))) is None

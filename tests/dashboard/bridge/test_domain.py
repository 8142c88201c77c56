"""The rules of a bridge, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from services.dashboard.bridge import links, words
from services.dashboard.bridge.counted import (
    HiresNotShown,
    NotASum,
    UnknownMeasure,
    check_closeness,
    counted_by,
    measure_of,
)
from services.dashboard.bridge.domain import (
    Bridge,
    DoesNotSum,
    Term,
    TimesReversed,
    check_order,
)
from services.dashboard.bridge.times import check_beginning, read_times, text_of
from services.dashboard.measures.attendance import CompaniesPresent
from services.dashboard.measures.hires import Hires, HiresEndedByReason
from services.dashboard.measures.pledges import PledgedPositions
from services.dashboard.measures.selection import NO_FILTERS, Filters, Times
from services.dashboard.measures.waits import MedianDays
from shared.http.problems import Problem
from shared.i18n.translations import use_language

if TYPE_CHECKING:
    from collections.abc import Sequence

DAY, LATER = date(2026, 9, 1), date(2026, 12, 1)
MOMENT, AFTERWARDS = datetime(2026, 9, 1, 15, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC)


def built(start: int, terms: Sequence[Term], end: int, filters: Filters = NO_FILTERS) -> Bridge:
    counted = counted_by(Hires, "smaajob", filters=filters)
    return Bridge(counted, Times(DAY, MOMENT), Times(LATER, AFTERWARDS), start, terms, end)


@pytest.mark.parametrize(
    ("since", "until", "in_order"),
    [
        (Times(DAY), Times(LATER), True),
        (Times(DAY), Times(DAY), True),
        (Times(DAY, MOMENT), Times(DAY, MOMENT), True),
        (Times(DAY, MOMENT), Times(LATER), True),
        (Times(LATER), Times(DAY), False),
        (Times(DAY, AFTERWARDS), Times(LATER, MOMENT), False),
        (Times(DAY), Times(LATER, AFTERWARDS), False),
    ],
)
def test_a_bridge_leads_forwards_in_time_and_in_knowledge(since: Times, until: Times, in_order: bool) -> None:
    if in_order:
        check_order(since, until)
    else:
        with pytest.raises(TimesReversed):
            check_order(since, until)


def test_a_bridge_that_does_not_sum_is_noticed() -> None:
    terms = [Term("new", 9), Term("ended", -1), Term("corrected", -1)]
    built(196, terms, 203).check()
    with pytest.raises(DoesNotSum, match="to 203, not to 204"):
        built(196, terms, 204).check()


@pytest.mark.parametrize(
    ("language", "terms", "text"),
    [
        ("en", [Term("new", 9), Term("ended", -1), Term("corrected", -1)], "196 + 9 new − 1 ended − 1 corrected = 203"),
        ("da", [Term("new", 9), Term("ended", -1), Term("corrected", -1)], "196 + 9 nye − 1 ophørt − 1 rettet = 203"),
        ("da", [Term("new", 1), Term("moved", 6)], "196 + 1 ny + 6 flyttet = 203"),
        ("da", [], "203, uændret"),
    ],
)
def test_a_bridge_is_a_sum_in_words(language: str, terms: Sequence[Term], text: str) -> None:
    with use_language(language, service="dashboard"):  # type: ignore[arg-type]  # one of the two
        assert words.sum_text(built(196, terms, 203)) == text


@pytest.mark.parametrize("times", [Times(DAY), Times(DAY, MOMENT)])
def test_times_in_a_url_are_read_as_they_are_written(times: Times) -> None:
    assert read_times("from", text_of(times)) == times


@pytest.mark.parametrize(
    "text",
    [
        *("", "tomorrow", "20260901", "2026-13-01", "1999-12-31", "2026-09-01@", "2026-09-01@noon"),
        *("2026-09-01@2026-09-01", "2026-09-01@2026-09-01T12:00:00", "2026-09-01@2099-01-01T12:00:00Z"),
    ],
)
def test_other_times_are_refused_in_words(text: str) -> None:
    with pytest.raises(Problem) as refused:
        read_times("from", text)
    assert refused.value.status == 422
    assert refused.value.errors[0].pointer == "?from"


def test_there_are_no_figures_before_the_taskforce_began() -> None:
    check_beginning(DAY, from_=Times(DAY), to=Times(LATER))
    check_beginning(DAY, from_=Times(date(2026, 6, 30)))
    check_beginning(None, from_=Times(DAY))
    with pytest.raises(Problem) as refused:
        check_beginning(LATER, from_=Times(DAY), to=Times(LATER))
    assert refused.value.errors[0].pointer == "?from"


def test_only_a_sum_has_a_bridge() -> None:
    assert counted_by(PledgedPositions, "smaajob").job_type == "smaajob"
    assert counted_by(CompaniesPresent, "smaajob").job_type is None
    assert counted_by(HiresEndedByReason, "smaajob", group="employer").adds == ["hires_ended_employer"]
    for measure, group in [(HiresEndedByReason, ""), (HiresEndedByReason, "boredom"), (MedianDays, ""), (Hires, "one")]:
        with pytest.raises(NotASum):
            counted_by(measure, "smaajob", group=group)
    with pytest.raises(UnknownMeasure):
        measure_of("happiness")


@pytest.mark.parametrize(
    ("measure", "filters", "group", "one_by_one", "shown"),
    [
        (Hires, NO_FILTERS, "", False, True),
        (Hires, NO_FILTERS, "", True, False),
        (Hires, Filters(municipality="0671"), "", False, False),
        (Hires, Filters(industry="C"), "", False, False),
        (HiresEndedByReason, NO_FILTERS, "employer", False, False),
        (PledgedPositions, Filters(municipality="0671"), "", True, True),
    ],
)
def test_not_everybody_sees_hires_closely(
    measure: type[Hires], filters: Filters, group: str, one_by_one: bool, shown: bool
) -> None:
    counted = counted_by(measure, "smaajob", group=group, filters=filters)
    check_closeness(counted, sees_hires=True, one_by_one=one_by_one)
    if shown:
        check_closeness(counted, sees_hires=False, one_by_one=one_by_one)
    else:
        with pytest.raises(HiresNotShown):
            check_closeness(counted, sees_hires=False, one_by_one=one_by_one)


def test_the_links_of_a_bridge_have_all_that_was_chosen() -> None:
    bridge = built(1, [], 1, Filters(municipality="0671"))
    assert links.list_of_term(bridge, "new") == (
        "/dashboard/lists/hires?from=2026-09-01%402026-09-01T15%3A00%3A00Z&to=2026-12-01%402026-11-30T16%3A00%3A00Z"
        "&term=new&municipality=0671"
    )
    assert links.list_of_figure(counted_by(Hires, "praktik"), Times(DAY, MOMENT), below=links.API) == (
        "/api/dashboard/v1/lists/hires?as_of=2026-09-01&known_at=2026-09-01T15%3A00%3A00Z&job_type=praktik"
    )
    assert links.bridge_page(counted_by(Hires, "smaajob"), Times(DAY), Times(LATER)) == (
        "/dashboard/bridge?measure=hires&from=2026-09-01&to=2026-12-01"
    )

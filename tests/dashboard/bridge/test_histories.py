"""Over random histories every bridge sums, and each list adds up to the figure or the term that it is behind."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.dashboard.bridge.counted import Counted, counted_by, has_list
from services.dashboard.bridge.queries import bridge
from services.dashboard.lists import queries as lists
from services.dashboard.lists.domain import Listing
from services.dashboard.measures import catalogue
from services.dashboard.measures.selection import NO_FILTERS, Filters, Times
from shared.contracts.pledges import HireState, PledgeState
from tests.dashboard.histories import histories, narrowings, times
from tests.dashboard.messages import apply_messages
from tests.support.properties import PATIENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.dashboard.measures.measure import Measure
    from shared.contracts.message import Message
    from shared.contracts.pledges import JobType
    from shared.db.database import Connection, Database

_COUNTED = [
    (measure, group)
    for measure in catalogue.MEASURES
    if has_list(measure)
    for group in ([*measure.groups][:2] or ["" for _ in measure.adds[:1]])
]


@st.composite
def spans(draw: st.DrawFn) -> tuple[Times, Times]:
    """Two pairs of times in their order; what is known last is everything."""
    one, other = draw(times()), draw(times())
    moments = sorted(moment for moment in (one.known_at, other.known_at) if moment is not None)
    known = [*moments, None, None][:2]
    days = sorted([one.as_of, other.as_of])
    return Times(days[0], known[0]), Times(days[1], known[1])


def _counts_often(messages: Sequence[Message]) -> bool:
    """Whether there are enough versions of pledges and hires for bridges with terms."""
    return sum(isinstance(message, PledgeState | HireState) for message in messages) > 5


def _or_narrowed(chosen: Filters | None) -> st.SearchStrategy[Filters]:
    return narrowings() if chosen is None else st.just(chosen)


@pytest.mark.many_examples
@settings(PATIENT, max_examples=30, derandomize=True)
@given(
    messages=histories().filter(_counts_often),
    asked=st.lists(
        st.tuples(
            spans(),
            st.sampled_from([NO_FILTERS, NO_FILTERS, None]).flatmap(_or_narrowed),
            st.sampled_from(["smaajob", "praktik"]),
        ),
        min_size=2,
        max_size=3,
    ),
    measures=st.lists(st.sampled_from(_COUNTED), min_size=8, max_size=8, unique=True),
)
async def test_any_bridge_sums_and_any_list_adds_up(
    dashboard_database: Database,
    messages: Sequence[Message],
    asked: list[tuple[tuple[Times, Times], Filters, JobType]],
    measures: list[tuple[type[Measure], str]],
) -> None:
    taskforce_id = uuid4()
    of_taskforce = [message.model_copy(update={"taskforce_id": taskforce_id}) for message in messages]
    await apply_messages(dashboard_database, *of_taskforce)
    async with dashboard_database.read(taskforce_id) as conn:
        for (since, until), filters, job_type in asked:
            for measure, group in measures:
                await _check(conn, counted_by(measure, job_type, group=group, filters=filters), since, until)


async def _check(conn: Connection, counted: Counted, since: Times, until: Times) -> None:
    # It raises an error if it does not sum.
    built = await bridge(conn, counted, since, until)
    for term in built.terms:
        rows = [row async for row in lists.all_rows(conn, Listing(counted, until, since, term.kind))]
        assert sum(row.number for row in rows) == term.count, (term, built)
    for times_, figure in ((since, built.start), (until, built.end)):
        rows = [row async for row in lists.all_rows(conn, Listing(counted, times_))]
        assert sum(row.number for row in rows) == figure, (times_, built)

"""I4 over random histories: the live figures, those after a rebuild and a recount of the messages are the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from services.dashboard.measures.breakdowns import BROKEN_DOWN, Dimension, break_down
from services.dashboard.measures.figures import compute
from services.dashboard.measures.selection import Filters, Times
from services.dashboard.read_model import projections
from services.dashboard.read_model.rebuild import rebuild
from tests.dashboard.histories import WIDE, careers, deliveries, narrowings, times
from tests.dashboard.messages import apply_messages
from tests.dashboard.recount import counted, recounted
from tests.support.properties import PATIENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from shared.contracts.message import Message
    from shared.db.database import Database
    from tests.dashboard.read_model.conftest import Publish

    Delivered = tuple[list[Message], list[list[Message]]]

ASKED = st.lists(st.tuples(times(), narrowings()), min_size=3, max_size=6)


# Without shrinking: a rebuild for each attempt takes minutes.
@pytest.mark.many_examples
@settings(PATIENT, max_examples=6, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(histories=st.lists(st.tuples(deliveries(), ASKED), min_size=3, max_size=3))
async def test_any_history_has_the_same_figures_live_rebuilt_and_recounted(
    dashboard_database: Database,
    outboxes: Mapping[str, str],
    publish: Publish,
    histories: list[tuple[Delivered, list[tuple[Times, Filters]]]],
) -> None:
    taskforces = [uuid4() for _ in histories]
    live = []
    for taskforce_id, ((messages, batches), asked) in zip(taskforces, histories, strict=True):
        orderly = uuid4()
        await publish(*(_of(taskforce_id, message) for message in messages))
        await apply_messages(dashboard_database, *(_of(orderly, message) for message in messages))
        for batch in batches:
            await apply_messages(dashboard_database, *(_of(taskforce_id, message) for message in batch))
        assert await _rows(dashboard_database, taskforce_id) == await _rows(dashboard_database, orderly)
        figures = await _figures(dashboard_database, taskforce_id, asked)
        for of, (chosen_times, filters) in zip(figures, asked, strict=True):
            known_at = chosen_times.known_at
            known = [m for m in messages if known_at is None or m.recorded_at <= known_at]
            assert of == recounted(known, chosen_times.as_of, filters), (chosen_times, filters)
        live.append(figures)
        await _check_breakdowns(dashboard_database, taskforce_id, messages, *asked[0])

    done = await rebuild(dashboard_database, outboxes)

    assert not done.refused
    for taskforce_id, figures, (_, asked) in zip(taskforces, live, histories, strict=True):
        assert await _figures(dashboard_database, taskforce_id, asked) == figures


@pytest.mark.many_examples
@settings(PATIENT, max_examples=40, derandomize=True)
@given(
    messages=careers(),
    order=st.randoms(use_true_random=False),
    asked=st.lists(st.tuples(times(), WIDE), min_size=6, max_size=6),
)
async def test_citizens_are_counted_once_however_their_hires_arrive(
    dashboard_database: Database, messages: list[Message], order: Random, asked: list[tuple[Times, Filters]]
) -> None:
    taskforce_id, orderly = uuid4(), uuid4()
    await apply_messages(dashboard_database, *(_of(orderly, message) for message in messages))
    shuffled = [_of(taskforce_id, message) for message in messages]
    order.shuffle(shuffled)
    for message in shuffled:
        await apply_messages(dashboard_database, message)

    assert await _rows(dashboard_database, taskforce_id) == await _rows(dashboard_database, orderly)
    for figures, (chosen, filters) in zip(await _figures(dashboard_database, taskforce_id, asked), asked, strict=True):
        known = [m for m in messages if chosen.known_at is None or m.recorded_at <= chosen.known_at]
        expected = recounted(known, chosen.as_of, filters)
        for measure in ("hires", "citizens", "hires_current", "citizens_current"):
            assert figures[measure] == expected[measure], (measure, chosen, filters)


async def _figures(
    database: Database, taskforce_id: UUID, asked: Sequence[tuple[Times, Filters]]
) -> list[dict[str, Any]]:
    return [
        counted(await compute(database, taskforce_id, as_of=chosen.as_of, known_at=chosen.known_at, filters=filters))
        for chosen, filters in asked
    ]


async def _check_breakdowns(
    database: Database, taskforce_id: UUID, messages: Sequence[Message], chosen: Times, filters: Filters
) -> None:
    """A part counts what the figures count under its filter."""
    known = [m for m in messages if chosen.known_at is None or m.recorded_at <= chosen.known_at]
    async with database.read(taskforce_id) as conn:
        found = await break_down(conn, chosen, filters)
    dimensions: tuple[Dimension, ...] = ("municipality", "industry")
    for dimension in dimensions:
        for part in found[dimension].parts:
            if part.key is not None:
                chosen_part: dict[str, Any] = {dimension: part.key}
                narrower = replace(filters, **chosen_part)
                expected = recounted(known, chosen.as_of, narrower)
                for code, numbers in part.counts.items():
                    assert {of: number for of, number in numbers.items() if number} == expected[code], narrower
    whole = recounted(known, chosen.as_of, filters)
    for breakdown in found.values():
        for measure in BROKEN_DOWN:
            parts = [*breakdown.parts, *([breakdown.rest] if breakdown.rest else [])]
            added = sum((Counter(part.counts[measure.code]) for part in parts), Counter[str]())
            assert dict(+added) == whole[measure.code]


def _of(taskforce_id: UUID, message: Message) -> Message:
    return message.model_copy(update={"taskforce_id": taskforce_id})


async def _rows(database: Database, taskforce_id: UUID) -> dict[str, list[tuple[Any, ...]]]:
    async with database.read(taskforce_id) as conn:
        return {
            table: sorted(
                [
                    tuple(str(value) for name, value in row.items() if name != "taskforce_id")
                    for row in await conn.fetch(f"select * from {table} where taskforce_id = $1", taskforce_id)
                ]
            )
            for table in projections.TABLES
        }

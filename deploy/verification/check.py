"""Runs the comparison for every taskforce: rows, histories, figures on several days, and the public board's number."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import asyncpg

from deploy.verification import boards, counts, read_model, source_records
from deploy.verification.comparison import Difference, compare_figures, compare_rows, rows
from deploy.verification.delivery import PUBLISHERS, MessagesPending
from shared.fields.copenhagen import COPENHAGEN

if TYPE_CHECKING:
    Connection = asyncpg.Connection[asyncpg.Record]

PAST_DAYS: Final = 8
"""How many days before today are compared: the first and the last day with a change, and days between them."""

_ATTEMPTS: Final = 4
_STATEMENT_SECONDS: Final = 120

AskFigures = Callable[[UUID, date], Awaitable[Mapping[str, Any]]]
"""Requests the figures of a taskforce on a day from the dashboard's API."""
Progress = Callable[[str], None]


@dataclass
class Verdict:
    """The result of a comparison.

    Attributes:
        taskforces: short names by id.
        compared: number of comparisons by kind, equal or not.
        days: the days on which figures were compared.
        differences: empty when the dashboard is correct.
    """

    taskforces: dict[UUID, str] = field(default_factory=dict)
    compared: Counter[str] = field(default_factory=Counter)
    days: set[date] = field(default_factory=set)
    differences: list[Difference] = field(default_factory=list)


async def check(
    owners: Mapping[str, str],
    *,
    figures: AskFigures,
    board: boards.AskBoard,
    wait_until_delivered: Callable[[], Awaitable[None]],
    progress: Progress = lambda _what: None,
    board_lag_seconds: float = boards.LAG_SECONDS,
    smallest_public_count: int = 5,
) -> Verdict:
    """Compare everything the dashboard shows with the services' own records.

    Args:
        owners: connection URL of each service's database as the owner of its tables, by service.
        figures, board: request the dashboard's figures and its public board.
        wait_until_delivered: returns when every message is published and applied.
        progress: called with what is being compared.
        board_lag_seconds: how old a change may have been that a release of the public board did not contain yet.
        smallest_public_count: the board must hide counts from 1 up to, but not including, this number.

    Raises:
        deploy.verification.delivery.MessagesPending: the data kept changing, so a difference may only be a delay.
        asyncpg.PostgresError, OSError: a database is not available.
    """
    for _ in range(_ATTEMPTS):
        progress("messages under way")
        await wait_until_delivered()
        before = await _marks(owners)
        verdict = Verdict()
        await _check_rows(owners, verdict, progress)
        await _check_figures(owners, verdict, figures, progress)
        progress("the public board")
        await _check_boards(owners, verdict, board, board_lag_seconds, smallest_public_count)
        if not verdict.differences or await _marks(owners) == before:
            return verdict
    raise MessagesPending("changes kept coming in while counting")


# ---- rows


async def _check_rows(owners: Mapping[str, str], verdict: Verdict, progress: Progress) -> None:
    async with _reading(owners["dashboard"]) as dashboard:
        for query in source_records.ROWS:
            progress(f"every {query.kind}")
            async with _reading(owners[query.service]) as owner:
                compared = compare_rows(
                    query.kind, query.service, rows(owner, query.sql), rows(dashboard, read_model.ROWS[query.kind])
                )
                async for differences in compared:
                    verdict.compared[query.kind] += 1
                    verdict.differences += differences
        for kind, sql in read_model.MISCOUNTED.items():
            verdict.differences += [
                Difference(
                    row["taskforce_id"], f"{kind} {row['id']}", "the dashboard does not count its highest version"
                )
                for row in await dashboard.fetch(sql)
            ]
    async with _reading(owners["pledges"]) as pledges:
        verdict.differences += [
            Difference(
                row["taskforce_id"],
                f"pledge {row['id']}",
                f"it counts on {row['pledged_on']}, when its event “{row['title']}” was not on; "
                f"a coordinator decides on its page, /pledges/{row['id']}",
            )
            for row in await pledges.fetch(source_records.OUTSIDE_EVENT)
        ]
    async with _reading(owners["events"]) as events:
        verdict.taskforces = {row["id"]: row["slug"] for row in await events.fetch("select id, slug from taskforces")}


# ---- figures


async def _check_figures(owners: Mapping[str, str], verdict: Verdict, ask: AskFigures, progress: Progress) -> None:
    today = datetime.now(UTC).astimezone(COPENHAGEN).date()
    async with _reading(owners["pledges"]) as pledges, _reading(owners["events"]) as events:
        changed: dict[UUID, list[date]] = {taskforce_id: [] for taskforce_id in verdict.taskforces}
        for row in await pledges.fetch(source_records.DAYS):
            changed.setdefault(row["taskforce_id"], []).append(row["day"])
        days_to_check = {taskforce_id: {*_sample_days(days, today), today} for taskforce_id, days in changed.items()}
        for day in sorted(set().union(*days_to_check.values())):
            progress(f"figures on {day}")
            true = await counts.counted(pledges, events, day)
            held = await events.fetch(source_records.HELD, day)
            for taskforce_id, days in days_to_check.items():
                if day in days:
                    answer = await ask(taskforce_id, day)
                    listed = {event["event_id"] for event in answer["events"]}
                    verdict.differences += [
                        Difference(taskforce_id, f"event {row['id']}", f"it is missing from the figures on {day}")
                        for row in held
                        if row["taskforce_id"] == taskforce_id and str(row["id"]) not in listed
                    ]
                    actual = counts.flattened(answer, day)
                    expected = counts.of_listed(true.get(taskforce_id, Counter()), counts.listed(answer))
                    verdict.compared["figure"] += len(actual.keys() | expected.keys())
                    verdict.differences += compare_figures(taskforce_id, day.isoformat(), expected, actual)
        verdict.days = set().union(*days_to_check.values())


def _sample_days(days: Sequence[date], today: date) -> Iterable[date]:
    """Return the first and the last day before today, and evenly spaced days between them."""
    past = [day for day in days if day < today]
    if len(past) <= PAST_DAYS:
        return past
    return [past[index * (len(past) - 1) // (PAST_DAYS - 1)] for index in range(PAST_DAYS)]


# ---- the public boards


async def _check_boards(
    owners: Mapping[str, str], verdict: Verdict, ask: boards.AskBoard, lag_seconds: float, smallest: int
) -> None:
    async with _reading(owners["pledges"]) as pledges:
        for taskforce_id, slug in verdict.taskforces.items():
            verdict.compared["board"] += 1
            what = await boards.recount(
                pledges, taskforce_id, await ask(slug), smallest=smallest, lag_seconds=lag_seconds
            )
            if what is not None:
                verdict.differences.append(Difference(taskforce_id, f"the board of {slug}", what))


# ---- reading


@asynccontextmanager
async def _reading(url: str) -> AsyncIterator[Connection]:
    """Open a read-only connection with a repeatable-read snapshot."""
    conn = await asyncpg.connect(url, timeout=10, command_timeout=_STATEMENT_SECONDS)
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            yield conn
    finally:
        await conn.close(timeout=5)


async def _marks(owners: Mapping[str, str]) -> list[tuple[int, int]]:
    """Return size and last position of each publisher's outbox; equal values mean that nothing changed between."""
    marks: list[tuple[int, int]] = []
    for service in PUBLISHERS:
        async with _reading(owners[service]) as conn:
            row = await conn.fetchrow("select count(*) as changes, coalesce(max(position), 0) as last from outbox")
            assert row is not None
            marks.append((row["changes"], row["last"]))
    return marks

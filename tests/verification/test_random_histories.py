"""Whatever happens to pledges, positions, hires and contacts, any day's figures are those counted in their tables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID, uuid4, uuid5

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from deploy.verification.counts import counted, flattened, of_listed
from deploy.verification.source_records import DAYS
from services.dashboard.measures.breakdowns import break_down
from services.dashboard.measures.figures import compute_from
from services.dashboard.measures.selection import Times
from services.dashboard.overview.schemas import as_document
from services.pledges.companies.outreach.domain import Outreach, OutreachTerms
from services.pledges.companies.outreach.events_out import outreach_state
from services.pledges.companies.outreach.store import insert_outreach, lock_outreach, save_outreach
from services.pledges.corrections.commands import correct_pledge
from services.pledges.corrections.schemas import PledgePatch
from services.pledges.hires.commands import changing
from services.pledges.hires.commands.confirming import confirm_hire
from services.pledges.hires.commands.locking import lock_for_change, save_change
from services.pledges.hires.confirmation import HireConfirmation
from services.pledges.hires.correction import HireCorrection
from services.pledges.hires.domain import HireChange, HireEditor
from services.pledges.hires.ladder import TypedStep
from services.pledges.pledges.commands import log_pledge, review_pledge
from services.pledges.pledges.domain import Contact, Limits, Person
from services.pledges.pledges.lapsing import LapseRules
from services.pledges.pledges.schemas import PledgeIn
from services.pledges.pledges.terms import Editor
from services.pledges.positions import commands as positions
from services.pledges.withdrawals.commands import restore_pledge, withdraw_pledge
from shared.contracts.catalogue import by_type
from shared.contracts.pledges import (
    OUTREACH,
    PLEDGES_AND_HIRES,
    CheckpointAnswer,
    CheckpointMonths,
    EndReason,
    HireCitizenChanged,
    JobType,
    OutreachCorrected,
    OutreachKind,
    OutreachLogged,
    position_id,
)
from shared.db.idempotency import IdempotentRequest, idempotent_request
from shared.messaging import outbox
from shared.refusals import Refusal
from tests.dashboard.messages import apply_messages
from tests.support.properties import PATIENT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from shared.db.database import Database
    from tests.support.infrastructure import Databases

BEGINNING = datetime(2025, 1, 6, 11, tzinfo=UTC)
CASEWORKER = UUID(int=7)
LIMITS = Limits()
Command = Callable[["History"], Awaitable[Any]]


@dataclass
class History:
    """What has happened in one taskforce, and how the next thing is done.

    Attributes:
        pledges, hires: ids of those that were tried, in order.
        at: when the next command comes.
        done: the names of the commands that were not refused.
    """

    pledges_database: Database
    taskforce_id: UUID = field(default_factory=uuid4)
    pledges: list[UUID] = field(default_factory=list)
    hires: list[UUID] = field(default_factory=list)
    last_position: UUID | None = None
    at: datetime = BEGINNING
    done: list[str] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The day of the next command."""
        return self.at.date()

    def request(self) -> IdempotentRequest:
        """A request that was not made before."""
        key = str(uuid4())
        return idempotent_request(key, {"key": key}, sender="test", key=SecretStr("key"))

    def position(self, number: int) -> UUID:
        """One of the positions of the pledges so far; often the same again, as an undo comes soon."""
        if number % 2 or self.last_position is None:
            pledge_id = self.pledges[number // 3 % len(self.pledges)]
            self.last_position = position_id(pledge_id, number % 3 + 1)
        return self.last_position

    async def do(self, name: str, number: int, days: int) -> None:
        """Try a command; it may be refused.

        Args:
            number: which pledge, position or hire it is about, and what is typed.
            days: the day that is typed, in days from today.
        """
        on = self.today + timedelta(days=days)
        try:
            await COMMANDS[name](self, number, on)
        except Refusal:
            return
        self.done.append(name)


async def _log(history: History, number: int, _on: date) -> None:
    pledge_id = uuid5(history.taskforce_id, f"pledge {number} {history.at}")
    body = {
        "id": str(pledge_id),
        "company": {"name": "Limfjordens Bageri"},
        "contact": {"name": "Else Sandbjerg", "phone": "97 85 00 00"},
        "job_type": get_args(JobType)[number % 2],
        "positions": number % 3 + 1,
        "weekly_hours": {"from": 5, "to": 15},
        "captured_at": history.at.isoformat(),
        "captured_by": "web",
    }
    await log_pledge(
        history.pledges_database,
        history.taskforce_id,
        PledgeIn.model_validate(body).terms(),
        by=Person(None),
        request=history.request(),
        limits=LIMITS,
        at=history.at,
    )
    history.pledges.append(pledge_id)


async def _confirm(history: History, number: int, on: date) -> None:
    hire_id = uuid5(history.taskforce_id, f"hire {number} {history.at}")
    first = TypedStep(on, Decimal(number % 2 * 12), Decimal(4))
    later = TypedStep(on + timedelta(days=28), Decimal(20), Decimal(0), "ordinaer")
    pledge_id = history.pledges[number // 3 % len(history.pledges)] if history.pledges and number % 5 else None
    confirmation = HireConfirmation(
        hire_id,
        on,
        None,
        Contact("Jonas Tangaa"),
        pledge_id,
        number % 3 + 1 if pledge_id else None,
        company=None if pledge_id else PledgeIn.model_fields["company"].annotation(name="Marehalm Camping").typed(),  # type: ignore[misc]
        steps=(first, later) if number % 2 else (first,),
    )
    await confirm_hire(
        history.pledges_database,
        history.taskforce_id,
        confirmation,
        by=HireEditor(CASEWORKER),
        request=history.request(),
        limits=LIMITS,
        at=history.at,
    )
    history.hires.append(hire_id)


def _of_pledge(command: Any, **arguments: Any) -> Any:
    async def run(history: History, number: int, _on: date) -> None:
        if history.pledges:
            pledge_id = history.pledges[number % len(history.pledges)]
            by = Editor(CASEWORKER, of_all=True)
            await command(history.pledges_database, history.taskforce_id, pledge_id, by=by, at=history.at, **arguments)

    return run


async def _correct_pledge(history: History, number: int, _on: date) -> None:
    if history.pledges:
        await correct_pledge(
            history.pledges_database,
            history.taskforce_id,
            history.pledges[number % len(history.pledges)],
            PledgePatch(reason="Ringede", positions=number % 4 + 1),
            by=Editor(CASEWORKER, of_all=True),
            limits=LIMITS,
            at=history.at,
        )


async def _review(history: History, number: int, _on: date) -> None:
    if history.pledges:
        await review_pledge(
            history.pledges_database,
            history.taskforce_id,
            history.pledges[number // 2 % len(history.pledges)],
            "rejected" if number % 2 else "accepted",
            decided_by=CASEWORKER,
            at=history.at,
        )


def _of_position(command: Any, *values: Any, with_trial: bool = False) -> Any:
    async def run(history: History, number: int, on: date) -> None:
        if history.pledges:
            trial = {"starts_on": on, "ends_on": on + timedelta(days=14)} if with_trial else {}
            await command(
                history.pledges_database,
                history.taskforce_id,
                history.position(number),
                *values,
                by=Editor(CASEWORKER, of_all=True),
                at=history.at,
                **trial,
            )

    return run


def _of_hire(
    command: Any, values: Callable[[int, date], tuple[Any, ...]] = lambda _number, _on: (), **more: Any
) -> Any:
    async def run(history: History, number: int, on: date) -> None:
        if history.hires:
            await command(
                history.pledges_database,
                history.taskforce_id,
                history.hires[number % len(history.hires)],
                *values(number, on),
                by=HireEditor(CASEWORKER),
                request=history.request(),
                at=history.at,
                **more,
            )

    return run


async def _name_citizen(history: History, number: int, _on: date) -> None:
    """Name one of two citizens, or nobody. Whoever they are, hires know a number only."""
    if history.hires:
        hire_id = history.hires[number // 3 % len(history.hires)]
        by = HireEditor(CASEWORKER)
        async with history.pledges_database.change(history.taskforce_id) as conn:
            locked = await lock_for_change(
                conn, history.taskforce_id, hire_id, "change_citizen", history.request(), by=by, at=history.at
            )
            change = HireChange("citizen_changed", locked.hire.snapshot(), by.id, history.at)
            if locked.hire.change_citizen(UUID(int=number % 3) if number % 3 else None):
                await save_change(conn, locked.hire, change, HireCitizenChanged)


async def _reach(history: History, number: int, on: date) -> None:
    """Log a contact with one of three companies, or correct, withdraw or restore it."""
    taskforce_id, outreach_id = history.taskforce_id, uuid5(history.taskforce_id, f"contact {number % 4}")
    by = Editor(CASEWORKER, of_all=True)
    terms = OutreachTerms(get_args(OutreachKind)[number % 3], min(on, history.today), None, new_company=number % 5 > 1)
    async with history.pledges_database.change(taskforce_id) as conn:
        known = await lock_outreach(conn, taskforce_id, outreach_id)
        if known is None:
            made = Outreach.log(taskforce_id, outreach_id, UUID(int=number % 3), terms, by=CASEWORKER, at=history.at)
            await insert_outreach(conn, made)
            await outbox.add(conn, outreach_state(OutreachLogged, made))
            return
        if number % 2:
            changed = known.correct(terms, by=by, at=history.at)
        else:
            changed = (known.withdraw if known.counted else known.restore)(by=by, at=history.at)
        if changed:
            await save_outreach(conn, known)
            await outbox.add(conn, outreach_state(OutreachCorrected, known))


def _a_step(number: int, on: date) -> tuple[TypedStep]:
    return (TypedStep(on, Decimal(number % 40), Decimal(number % 3 * 10)),)


def _an_end(number: int, on: date) -> tuple[date, EndReason]:
    return on, get_args(EndReason)[number % 8]


def _an_answer(number: int, _on: date) -> tuple[CheckpointMonths, CheckpointAnswer]:
    return get_args(CheckpointMonths)[number % 3], get_args(CheckpointAnswer)[number % 4]


COMMANDS: dict[str, Any] = {
    "log": _log,
    "affirm": _of_pledge(positions.affirm_pledge),
    "undo affirmation": _of_pledge(positions.undo_affirmation),
    "lapse": _of_pledge(positions.lapse_pledge, rules=LapseRules(after=60, warning=30)),
    "withdraw": _of_pledge(withdraw_pledge, reason="company_withdrew"),
    "restore": _of_pledge(restore_pledge),
    "never made": _of_pledge(withdraw_pledge, reason="not_genuine"),
    "correct positions": _correct_pledge,
    "review": _review,
    "match": _of_position(positions.match_position),
    "start trial": _of_position(positions.start_trial, with_trial=True),
    "cancel": _of_position(positions.cancel_position, "job_changed"),
    "reopen": _of_position(positions.reopen_position, "not_suitable"),
    "undo step": _of_position(positions.undo_step),
    "confirm": _confirm,
    "revoke": _of_hire(changing.revoke_hire),
    "add step": _of_hire(changing.add_step, _a_step, limits=LIMITS),
    "remove step": _of_hire(changing.remove_step, lambda _number, on: (on,)),
    "end and reopen": _of_hire(changing.end_hire, _an_end),
    "end and cancel": _of_hire(changing.end_hire, _an_end, position="cancel"),
    "resume": _of_hire(changing.resume_hire),
    "correct hire": _of_hire(
        changing.correct_hire, lambda _number, on: (HireCorrection(start_date=on),), limits=LIMITS
    ),
    "name citizen": _name_citizen,
    "reach": _reach,
    "answer": _of_hire(changing.answer_checkpoint, _an_answer),
}

steps = st.tuples(
    st.sampled_from(sorted(COMMANDS)),
    st.integers(0, 20),
    # Most days are near today.
    st.integers(-15, 40),
    # An undo within some minutes must be among what is tried.
    st.sampled_from([timedelta(minutes=2)] * 4 + [timedelta(days=3), timedelta(days=31), timedelta(days=95)]),
)


@pytest_asyncio.fixture
async def owners(pledges_dsns: Databases, events_dsns: Databases) -> AsyncIterator[tuple[Any, Any]]:
    """Connections to the tables of pledges and events, to which no policy applies."""
    pledges = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    events = await asyncpg.connect(events_dsns.superuser_dsn("events"))
    yield pledges, events
    await pledges.close()
    await events.close()


@pytest.mark.many_examples
@settings(PATIENT, max_examples=15, derandomize=True)
@given(commands=st.lists(steps, min_size=25, max_size=40), known_after=st.integers(0, 30))
async def test_the_figures_of_any_day_are_those_counted_in_the_tables(
    pledges_database: Database,
    dashboard_database: Database,
    owners: tuple[Any, Any],
    commands: list[tuple[str, int, int, timedelta]],
    known_after: int,
) -> None:
    history = History(pledges_database)
    day_of_meeting = BEGINNING.date() + timedelta(days=200)
    at_meeting: tuple[datetime, dict[str, int]] | None = None
    soon = timedelta(minutes=2)
    # The second and the third hire are one citizen's.
    begun = [("log", 2), ("match", 6), ("undo step", 6), ("match", 6), ("confirm", 6), ("revoke", 6), ("confirm", 6)]
    begun += [("confirm", 5), ("name citizen", 4), ("name citizen", 7), ("reach", 2), ("reach", 3), ("reach", 2)]
    beginning = [(name, number, 5, soon) for name, number in begun]
    for done, (name, number, days, later) in enumerate([*beginning, *commands]):
        await history.do(name, number, days)
        if done == known_after:
            at_meeting = history.at, await _counted(owners, history.taskforce_id, day_of_meeting)
        history.at += later + timedelta(seconds=1)

    assert history.done[: len(begun)] == [name for name, _ in begun]
    await _publish(owners[0], dashboard_database, history.taskforce_id)
    for day in await _days(owners[0], history.taskforce_id):
        shown = await _shown(dashboard_database, history.taskforce_id, Times(day))
        assert shown == await _counted(owners, history.taskforce_id, day), f"{day} after {history.done}"
    if at_meeting is not None:
        known_at, counts = at_meeting
        shown = await _shown(dashboard_database, history.taskforce_id, Times(day_of_meeting, known_at))
        assert shown == counts, f"as known at {known_at}"


async def _shown(dashboard: Database, taskforce_id: UUID, times: Times) -> dict[str, int]:
    async with dashboard.read(taskforce_id) as conn:
        figures = await compute_from(conn, times)
        figures.breakdowns = await break_down(conn, times)
    return flattened(as_document(figures), times.as_of)


async def _counted(owners: tuple[Any, Any], taskforce_id: UUID, day: date) -> dict[str, int]:
    counts: Mapping[str, int] = (await counted(*owners, day)).get(taskforce_id, {})
    return {name: count for name, count in of_listed(counts, ()).items() if count}


async def _days(pledges: Any, taskforce_id: UUID) -> list[date]:
    """Return some of the days on which a figure changes, and one after all of them."""
    days = sorted({row["day"] for row in await pledges.fetch(DAYS) if row["taskforce_id"] == taskforce_id})
    return [*days[:: len(days) // 4 + 1], days[-1], days[-1] + timedelta(days=400)]


async def _publish(pledges: Any, dashboard: Database, taskforce_id: UUID) -> None:
    rows = await pledges.fetch(
        "select type, payload from outbox where taskforce_id = $1 order by position", taskforce_id
    )
    classes = by_type(PLEDGES_AND_HIRES + OUTREACH)
    messages = [classes[row["type"]].model_validate_json(row["payload"]) for row in rows]
    await apply_messages(dashboard, *messages)
    # Each change is one version and one message.
    present = await pledges.fetch(
        """
        select id, version from pledges where taskforce_id = $1
         union all
        select id, version from hires where taskforce_id = $1
         union all
        select id, version from outreach where taskforce_id = $1
        """,
        taskforce_id,
    )
    for aggregate_id, version in present:
        published = [message.version for message in messages if message.aggregate_id == aggregate_id]
        assert published == [*range(1, version + 1)]

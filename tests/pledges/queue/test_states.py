"""Nothing that is due falls out of every view: the states of pledges, positions and hires, and their work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from services.pledges.queue import queries
from services.pledges.queue.due import Ageing
from services.pledges.queue.kinds.registry import BY_CODE
from services.pledges.queue.queries import QueueFilter, Reader
from shared.fields.copenhagen import COPENHAGEN
from tests.pledges.conftest import NOW, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from services.pledges.queue.due import Due
    from shared.db.database import Database

TODAY = NOW.astimezone(COPENHAGEN).date()
ME, COLLEAGUE = uuid4(), uuid4()


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@dataclass(frozen=True)
class State:
    """A pledge in some state, under the name of its company.

    Attributes:
        change: SQL that brings it there; `$1` is the taskforce and `$2` the pledge.
        kinds: the work that it asks for, whenever it is due.
        today: of these, what is due today.
    """

    name: str
    kinds: set[str]
    today: set[str] = field(default_factory=set)
    waited: int = 20
    positions: int = 1
    change: tuple[str, ...] = ()
    owner: UUID | None = None
    at_event: bool = False


def pledge_is(assignments: str) -> str:
    return f"update pledges set {assignments} where taskforce_id = $1 and id = $2"


def position_is(assignments: str, number: int = 1) -> str:
    return f"update positions set {assignments} where taskforce_id = $1 and pledge_id = $2 and number = {number}"


def note_of(case: str, kind: str, in_days: int, done: str = "null") -> str:
    return (
        f"insert into case_notes (taskforce_id, id, {case}_id, kind, body, person_id, due_on, written_by, written_at,"
        f" done_at) values ($1, $2, $2, '{kind}', 'Ring til dem', '{ME}', current_date + {in_days}, '{COLLEAGUE}',"
        f" now(), {done})"
    )


STATES: tuple[State, ...] = (
    State("logged today", {"vacant"}, waited=0),
    State("logged 13 days ago", {"vacant"}, waited=13),
    State("logged 14 days ago", {"vacant"}, {"vacant"}, waited=14),
    State("logged 149 days ago", {"vacant"}, {"vacant"}, waited=149),
    State("about to lapse", {"lapse"}, {"lapse"}, waited=150),
    State("lapse long due", {"lapse"}, {"lapse"}, waited=1000),
    State(
        "lapse put off",
        {"vacant"},
        {"vacant"},
        waited=200,
        change=(pledge_is("lapse_deferred_until = current_date + 60"),),
    ),
    State(
        "lapse put off until soon",
        {"lapse"},
        {"lapse"},
        waited=200,
        change=(pledge_is("lapse_deferred_until = current_date + 30"),),
    ),
    State("fulfilled", set(), waited=200, change=(pledge_is("status = 'fulfilled'"),)),
    State("mine", {"vacant"}, {"vacant"}, owner=ME),
    State("a colleague's", {"vacant"}, {"vacant"}, owner=COLLEAGUE),
    State("affirmed", {"vacant"}, {"vacant"}, change=(pledge_is("status = 'affirmed', affirmed_on = current_date"),)),
    State("active since", {"vacant"}, change=(pledge_is("active_on = current_date - 2"),)),
    State(
        "matched lately",
        {"confirm"},
        change=(pledge_is("status = 'in_progress'"), position_is("status = 'matched', matched_on = current_date - 5")),
    ),
    State(
        "matched long ago",
        {"confirm"},
        {"confirm"},
        owner=ME,
        change=(pledge_is("status = 'in_progress'"), position_is("status = 'matched', matched_on = current_date - 15")),
    ),
    State(
        "one of two matched",
        {"confirm", "vacant"},
        {"confirm", "vacant"},
        positions=2,
        change=(pledge_is("status = 'in_progress'"), position_is("status = 'matched', matched_on = current_date - 15")),
    ),
    State(
        "in a trial",
        {"trial_ending"},
        change=(
            pledge_is("status = 'in_progress'"),
            position_is("status = 'trial', trial_on = current_date - 9, trial_ends_on = current_date + 9"),
        ),
    ),
    State(
        "trial over",
        {"trial_ending"},
        {"trial_ending"},
        change=(
            pledge_is("status = 'in_progress'"),
            position_is("status = 'trial', trial_on = current_date - 9, trial_ends_on = current_date - 1"),
        ),
    ),
    State("withdrawn", set(), change=(pledge_is("status = 'withdrawn'"), position_is("status = 'cancelled'"))),
    State("lapsed", set(), change=(pledge_is("status = 'lapsed'"), position_is("status = 'cancelled'"))),
    State("duplicate of another", set(), change=(pledge_is("status = 'duplicate'"),)),
    State("held", {"held"}, {"held"}, change=(pledge_is("review = 'waiting'"),)),
    State(
        "there twice",
        {"vacant", "duplicate"},
        {"vacant", "duplicate"},
        change=(
            "insert into duplicate_proposals (taskforce_id, id, first_id, second_id, proposed_at, version, status)"
            " select taskforce_id, $2, $2, id, now(), 1, 'open' from pledges"
            " where taskforce_id = $1 and company_name = 'logged today'",
        ),
    ),
    State(
        "there twice, decided",
        {"vacant"},
        {"vacant"},
        change=(
            "insert into duplicate_proposals (taskforce_id, id, first_id, second_id, proposed_at, version, status)"
            " select taskforce_id, $2, $2, id, now(), 1, 'kept' from pledges"
            " where taskforce_id = $1 and company_name = 'logged today'",
        ),
    ),
    State(
        "asked by a colleague", {"vacant", "mention"}, {"vacant", "mention"}, change=(note_of("pledge", "mention", 0),)
    ),
    State("to be followed up", {"vacant", "follow_up"}, {"vacant"}, change=(note_of("pledge", "follow_up", 5),)),
    State("followed up", {"vacant"}, {"vacant"}, change=(note_of("pledge", "follow_up", -5, done="now()"),)),
    State(
        "withdrawn, to be followed up",
        {"follow_up"},
        {"follow_up"},
        change=(pledge_is("status = 'withdrawn'"), note_of("pledge", "follow_up", -5)),
    ),
    State("rejected", set(), change=(pledge_is("review = 'rejected'"),)),
    State("accepted", {"vacant"}, {"vacant"}, change=(pledge_is("review = 'accepted'"),)),
    State("at the event", {"call", "vacant"}, {"call"}, at_event=True),
    State(
        "rung",
        {"vacant"},
        at_event=True,
        change=(
            "insert into calls (taskforce_id, id, version, outcome, called_at) values ($1, $2, 1, 'reached', now())",
        ),
    ),
    State(
        "to be rung again",
        {"call", "vacant"},
        {"call"},
        at_event=True,
        change=(
            "insert into calls (taskforce_id, id, version, outcome, again_on, called_at)"
            " values ($1, $2, 1, 'again', current_date, now())",
        ),
    ),
)


def answered_by_company(about: str, kind: str, *, seen: bool = False) -> str:
    of_checkpoint = "3, 'no'" if kind == "still_employed" else "null, null"
    return (
        f"insert into company_answers (taskforce_id, id, company_id, kind, version, answered_at, {about}, months,"
        f" answer, seen_at) values ($1, $2, $2, '{kind}', 2, now(), $2, {of_checkpoint}, {'now()' if seen else 'null'})"
    )


COMPANY_ANSWERS = (
    State(
        "adjusted by its company",
        {"vacant", "company_answer"},
        {"vacant", "company_answer"},
        owner=ME,
        change=(answered_by_company("pledge_id", "adjusted"),),
    ),
    State(
        "adjusted, and seen", {"vacant"}, {"vacant"}, change=(answered_by_company("pledge_id", "adjusted", seen=True),)
    ),
)
STATES = (*STATES, *COMPANY_ANSWERS)


def hire_is(assignments: str) -> str:
    return f"update hires set {assignments} where taskforce_id = $1 and id = $2"


HIRES = (
    State("hired lately", {"checkpoint"}, waited=10),
    State("hired 4 months ago", {"checkpoint"}, {"checkpoint"}, waited=130),
    State("hired, mine", {"checkpoint"}, {"checkpoint"}, waited=130, owner=ME),
    State(
        "hired, answered",
        set(),
        waited=130,
        change=(
            "update hire_checkpoints set answer = 'unknown', answered_on = current_date"
            " where taskforce_id = $1 and hire_id = $2",
        ),
    ),
    State(
        "hired and ended",
        set(),
        waited=130,
        change=(hire_is("ended_on = start_date + 30, end_reason = 'other'"),),
    ),
    State(
        "hired, answered by the company",
        {"checkpoint", "company_answer"},
        {"company_answer"},
        waited=10,
        change=(answered_by_company("hire_id", "still_employed"),),
    ),
    State("hired, asked", {"checkpoint", "mention"}, {"mention"}, waited=10, change=(note_of("hire", "mention", 0),)),
    State("never hired", set(), waited=130, change=(hire_is("counted = false"),)),
)
_CHECKPOINTS = """
insert into hire_checkpoints (taskforce_id, hire_id, months, due_on)
select taskforce_id, id, months, (start_date + make_interval(months => months))::date
  from hires
 cross join unnest(array[3, 6, 12]) as months
 where taskforce_id = $1 and id = $2
    on conflict do nothing"""


async def test_every_state_asks_for_its_work_and_is_in_one_view_besides_all(
    caller: Caller,
    pledges_database: Database,
    taskforce_id: UUID,
    add_event: Callable[..., Awaitable[UUID]],
) -> None:
    over = NOW - timedelta(days=7)
    event_id = await add_event(starts_at=over - timedelta(hours=3), ends_at=over, closed_at=over, status="closed")
    ids = {}
    for state in STATES:
        body = pledge_body(
            company={"name": state.name},
            positions=state.positions,
            captured_at=(
                over - timedelta(hours=1) if state.at_event else NOW - timedelta(days=state.waited)
            ).isoformat(),
            event_id=str(event_id) if state.at_event else None,
        )
        ids[state.name] = UUID(body["id"])
        await caller.log(body)
        async with pledges_database.change(taskforce_id) as conn:
            await conn.execute(pledge_is("assigned_to = $3"), taskforce_id, ids[state.name], state.owner)
            for change in state.change:
                await conn.execute(change, taskforce_id, ids[state.name])
    for state in HIRES:
        body = hire_body(company={"name": state.name}, start_date=days_ago(state.waited).isoformat())
        await caller.confirm(body)
        async with pledges_database.change(taskforce_id) as conn:
            await conn.execute(_CHECKPOINTS, taskforce_id, UUID(body["id"]))
            for change in (*state.change, *((hire_is(f"assigned_to = '{state.owner}'"),) if state.owner else ())):
                await conn.execute(change, taskforce_id, UUID(body["id"]))
    found: dict[tuple[str, str], list[Due]] = {}
    async with pledges_database.read(taskforce_id) as conn:
        for view in ("all", "mine", "unassigned"):
            for due in ("all", "today"):
                rows = await queries.due_work(conn, reader(taskforce_id), QueueFilter(view=view, due=due), limit=200)
                found[view, due] = [row for row, _ in rows]

    def kinds_of(rows: list[Due], name: str) -> set[str]:
        return {row.kind.code for row in rows if row.company == name}

    for state in STATES + HIRES:
        assert kinds_of(found["all", "all"], state.name) == state.kinds, state.name
        assert kinds_of(found["all", "today"], state.name) == state.today, state.name
    for row in found["all", "all"]:
        in_mine = any(other.id == row.id and other.kind is row.kind for other in found["mine", "all"])
        in_nobodys = any(other.id == row.id and other.kind is row.kind for other in found["unassigned", "all"])
        assert (in_mine, in_nobodys) == (row.owner == ME, row.owner is None)
    assert {kind for state in STATES + HIRES for kind in state.kinds} == BY_CODE.keys()


def reader(taskforce_id: UUID, **facts: Any) -> Reader:
    return Reader(
        **{"taskforce": taskforce_id, "person": ME, "municipality": None, "today": TODAY, "ageing": Ageing()} | facts
    )


async def test_pages_neither_skip_nor_repeat_a_row(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    over = NOW - timedelta(days=7)
    event_id = await add_event(starts_at=over, ends_at=over, closed_at=over, status="closed")
    for waited in (15, 15, 16):
        await caller.log(pledge_body(captured_at=(NOW - timedelta(days=waited)).isoformat()))
    for _ in range(3):
        await caller.log(pledge_body(event_id=str(event_id), captured_at=over.isoformat()))
        body = hire_body(company={"name": "B&O"}, start_date=days_ago(130).isoformat())
        await caller.confirm(body)
        async with pledges_database.change(taskforce_id) as conn:
            await conn.execute(_CHECKPOINTS, taskforce_id, UUID(body["id"]))
    async with pledges_database.read(taskforce_id) as conn:
        everything = await queries.due_work(conn, reader(taskforce_id), QueueFilter(due="all"), limit=200)
        paged, after = [], None
        while page := await queries.due_work(conn, reader(taskforce_id), QueueFilter(due="all"), after=after, limit=2):
            paged += page
            after = page[-1][1]
        counted = await queries.counts(conn, reader(taskforce_id), QueueFilter(due="all"))

    assert len(everything) == 3 + 3 * 2 + 3 * 3
    assert [key for _, key in paged] == [key for _, key in everything]
    assert [row.due_on for row, _ in everything] == sorted(row.due_on for row, _ in everything)
    assert counted.all == len(everything)

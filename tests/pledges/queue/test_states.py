"""Nothing that is due falls out of every view: the states of pledges, positions and hires, and their work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4, uuid5

from services.pledges import consumer
from services.pledges.call_list import commands as calls
from services.pledges.case_notes.domain import Case as NoteCase
from services.pledges.case_notes.domain import mention_id
from services.pledges.duplicates import commands as duplicates
from services.pledges.hires.commands import changing as hires
from services.pledges.hires.domain import HireEditor
from services.pledges.pledges import commands as pledges
from services.pledges.pledges.domain import Editor
from services.pledges.pledges.lapsing import LapseRules
from services.pledges.positions import commands as positions
from services.pledges.queue import assignments, notes, queries
from services.pledges.queue.due import Ageing
from services.pledges.queue.kinds.registry import BY_CODE
from services.pledges.queue.queries import QueueFilter, Reader
from services.pledges.withdrawals import commands as withdrawals
from shared.contracts.dashboard import TargetJudged
from shared.contracts.events import TargetDropped, TargetSet
from shared.contracts.pledges import position_id
from shared.db.idempotency import idempotent_request
from shared.fields.copenhagen import COPENHAGEN
from shared.http.auth import Principal
from shared.i18n.translations import use_language
from shared.messaging.envelope import Delivery
from shared.ui.formats import date_text
from tests.pledges.conftest import NOW, REQUEST_KEY, Caller, hire_body, pledge_body

if TYPE_CHECKING:
    from services.pledges.queue.due import Due
    from shared.db.database import Database
    from shared.db.idempotency import IdempotentRequest

TODAY: Final = NOW.astimezone(COPENHAGEN).date()
ME, COLLEAGUE = uuid4(), uuid4()
EDITOR: Final = Editor(ME, of_all=True)
HIRE_EDITOR: Final = HireEditor(ME)


@dataclass(frozen=True)
class Case:
    """A pledge or a hire, and where it is kept."""

    caller: Caller
    db: Database
    taskforce: UUID
    id: UUID

    @property
    def me(self) -> Principal:
        """A case worker and coordinator."""
        return Principal(f"person:{ME}", frozenset({"caseworker", "coordinator"}), self.taskforce)

    def request(self) -> IdempotentRequest:
        """A request of its own."""
        return idempotent_request(str(uuid4()), {}, sender="test", key=REQUEST_KEY)


Step = Callable[[Case], Awaitable[object]]


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def moment(days: int) -> datetime:
    """The same time of day in Copenhagen so many days ago, summer time or not: due work counts days there."""
    return (NOW.astimezone(COPENHAGEN) - timedelta(days=days)).astimezone(UTC)


def match(number: int = 1, *, ago: int = 0) -> Step:
    return lambda case: positions.match_position(
        case.db, case.taskforce, position_id(case.id, number), by=EDITOR, at=moment(ago)
    )


def trial(number: int = 1, *, ago: int, ends: date) -> Step:
    return lambda case: positions.start_trial(
        case.db,
        case.taskforce,
        position_id(case.id, number),
        starts_on=days_ago(ago),
        ends_on=ends,
        by=EDITOR,
        at=moment(ago),
    )


def cancel(number: int, *, ago: int) -> Step:
    return lambda case: positions.cancel_position(
        case.db, case.taskforce, position_id(case.id, number), "job_changed", by=EDITOR, at=moment(ago)
    )


def reopen(number: int = 1, *, ago: int) -> Step:
    return lambda case: positions.reopen_position(
        case.db, case.taskforce, position_id(case.id, number), "not_suitable", by=EDITOR, at=moment(ago)
    )


def affirm(*, ago: int) -> Step:
    return lambda case: positions.affirm_pledge(case.db, case.taskforce, case.id, by=EDITOR, at=moment(ago))


def lapse() -> Step:
    return lambda case: positions.lapse_pledge(case.db, case.taskforce, case.id, rules=LapseRules(), by=EDITOR)


def put_off(*, days: int) -> Step:
    return lambda case: positions.defer_lapse(
        case.db, case.taskforce, case.id, until=days_ago(-days), note="De venter", by=EDITOR
    )


def withdraw() -> Step:
    return lambda case: withdrawals.withdraw_pledge(case.db, case.taskforce, case.id, "company_withdrew", by=EDITOR)


def restore() -> Step:
    return lambda case: withdrawals.restore_pledge(case.db, case.taskforce, case.id, by=EDITOR)


def review(decision: Any) -> Step:
    return lambda case: pledges.review_pledge(case.db, case.taskforce, case.id, decision, decided_by=ME)


def ring(outcome: Any, **more: Any) -> Step:
    return lambda case: calls.record_outcome(case.db, case.me, case.id, outcome, **more)


def fill() -> Step:
    async def step(case: Case) -> None:
        answer = await case.caller.confirm(
            hire_body(pledge_id=str(case.id), id=str(uuid5(case.id, "hire")), start_date=days_ago(10).isoformat())
        )
        assert answer.status_code == 201

    return step


def end(*, ended_on: date) -> Step:
    """End the hire, of a pledge's case the one that fills it."""

    async def step(case: Case) -> None:
        hire_id = uuid5(case.id, "hire") if await _is_pledge(case) else case.id
        await hires.end_hire(
            case.db, case.taskforce, hire_id, ended_on, "employer", by=HIRE_EDITOR, request=case.request()
        )

    return step


def revoke() -> Step:
    return lambda case: hires.revoke_hire(
        case.db, case.taskforce, case.id, by=HireEditor(ME, coordinator=True), request=case.request()
    )


def answer(months: Any, said: Any = "same_company") -> Step:
    return lambda case: hires.answer_checkpoint(
        case.db, case.taskforce, case.id, months, said, by=HIRE_EDITOR, request=case.request()
    )


def twice(decision: Any = None) -> Step:
    """The worker has proposed that it and another one are the same, and a coordinator has decided."""

    async def step(case: Case) -> None:
        async with case.db.change(case.taskforce) as conn:
            await conn.execute(
                """
                insert into duplicate_proposals (taskforce_id, id, first_id, second_id, proposed_at, version, status)
                select $1, $2, $2, id, now(), 1, 'open' from pledges where taskforce_id = $1 and company_name = $3
                """,
                case.taskforce,
                case.id,
                STATES[0].name,
            )
        if decision is not None:
            stays = None
            async with case.db.read(case.taskforce) as conn:
                if decision == "merge":
                    stays = await conn.fetchval("select second_id from duplicate_proposals where id = $1", case.id)
            await duplicates.decide(case.db, case.taskforce, case.id, decision, decided_by=ME, stays_id=stays)

    return step


def answered_by_company(about: str, kind: str, *, seen: bool = False) -> Step:
    """Its company has answered on its page."""

    async def step(case: Case) -> None:
        of_checkpoint = "3, 'no'" if kind == "still_employed" else "null, null"
        async with case.db.change(case.taskforce) as conn:
            await conn.execute(
                f"""
                insert into company_answers (taskforce_id, id, company_id, kind, version, answered_at, {about}, months,
                                             answer, seen_at)
                values ($1, $2, $2, '{kind}', 2, now(), $2, {of_checkpoint}, {"now()" if seen else "null"})
                """,
                case.taskforce,
                case.id,
            )

    return step


def mail_came_back() -> Step:
    """One to the contact; another one has arrived, and one was to a colleague."""

    async def step(case: Case) -> None:
        async with case.db.change(case.taskforce) as conn:
            await conn.execute(
                """
                insert into mails
                       (taskforce_id, id, version, notice, recipient, pledge_id, sent, settled_at, settled_on)
                select $1, gen_random_uuid(), 1, 'pledge_received', recipient, $2, sent, now(), current_date - 1
                  from (values ('company', false), ('company', true), ('person', false)) as mail (recipient, sent)
                """,
                case.taskforce,
                case.id,
            )

    return step


def note(*, to: UUID | None = None, follow_up_in: int | None = None) -> Step:
    """A colleague has written a note."""

    async def step(case: Case) -> None:
        about = NoteCase(pledge_id=case.id) if await _is_pledge(case) else NoteCase(hire_id=case.id)
        follow_up_on = None if follow_up_in is None else days_ago(-follow_up_in)
        writer = HireEditor(COLLEAGUE)
        await notes.write_note(
            case.db,
            case.taskforce,
            about,
            case.id,
            "Ring",
            by=writer,
            person_ids=[to] if to else [],
            follow_up_on=follow_up_on,
        )

    return step


def tick() -> Step:
    return lambda case: notes.tick_note(
        case.db,
        case.taskforce,
        NoteCase(pledge_id=case.id),
        mention_id(case.id, COLLEAGUE),
        done=True,
        by=HireEditor(COLLEAGUE),
    )


async def _is_pledge(case: Case) -> bool:
    async with case.db.read(case.taskforce) as conn:
        return bool(await conn.fetchval("select exists (select from pledges where id = $1)", case.id))


@dataclass(frozen=True)
class State:
    """A pledge or a hire in some state, under the name of its company.

    Attributes:
        kinds: the work that it asks for, whenever it is due.
        today: of these, what is due today.
        waited: how many days ago it was logged, or has begun.
        steps: what has happened since.
        guest: logged with a pass, and more than counts by itself.
    """

    name: str
    kinds: set[str]
    today: set[str] = field(default_factory=set)
    waited: int = 20
    positions: int = 1
    steps: tuple[Step, ...] = ()
    owner: UUID | None = None
    at_event: bool = False
    guest: bool = False


STATES: Final = (
    State("logged today", {"vacant"}, waited=0),
    State("logged 13 days ago", {"vacant"}, waited=13),
    State("logged 14 days ago", {"vacant"}, {"vacant"}, waited=14),
    State("logged 149 days ago", {"vacant"}, {"vacant"}, waited=149),
    State("about to lapse", {"lapse"}, {"lapse"}, waited=150),
    State("lapse long due", {"lapse"}, {"lapse"}, waited=1000),
    State("lapse put off", {"vacant"}, {"vacant"}, waited=200, steps=(put_off(days=60),)),
    State("matched, about to lapse", {"confirm", "lapse"}, {"confirm", "lapse"}, 300, steps=(match(ago=160),)),
    State("mine", {"vacant"}, {"vacant"}, owner=ME),
    State("a colleague's", {"vacant"}, {"vacant"}, owner=COLLEAGUE),
    State("affirmed", {"vacant"}, {"vacant"}, waited=40, steps=(affirm(ago=20),)),
    State("affirmed lately", {"vacant"}, waited=40, steps=(affirm(ago=2),)),
    State("matched lately", {"confirm"}, steps=(match(ago=5),)),
    State("matched long ago", {"confirm"}, {"confirm"}, owner=ME, steps=(match(ago=15),)),
    State("one of two matched", {"confirm", "vacant"}, {"confirm", "vacant"}, 40, positions=2, steps=(match(ago=15),)),
    State("match came to nothing", {"vacant"}, {"vacant"}, 60, steps=(match(ago=40), reopen(ago=20))),
    State("in a trial", {"trial_ending"}, steps=(match(ago=9), trial(ago=9, ends=days_ago(-9)))),
    State("trial over", {"trial_ending"}, {"trial_ending"}, steps=(match(ago=9), trial(ago=9, ends=days_ago(1)))),
    State("filled", set(), steps=(fill(),)),
    State("one of two filled", {"vacant"}, positions=2, steps=(fill(),)),
    State("filled, and ended", {"vacant"}, steps=(fill(), end(ended_on=TODAY))),
    State("one of two cancelled", {"vacant"}, {"vacant"}, 40, positions=2, steps=(cancel(1, ago=20),)),
    State("withdrawn", set(), steps=(withdraw(),)),
    State("withdrawn in a trial", set(), steps=(match(ago=9), trial(ago=9, ends=days_ago(1)), withdraw())),
    State("withdrawn and restored", {"confirm"}, steps=(match(ago=9), withdraw(), restore())),
    State("lapsed", set(), waited=200, steps=(lapse(),)),
    State("there twice", {"vacant", "duplicate"}, {"vacant", "duplicate"}, steps=(twice(),)),
    State("there twice, and kept", {"vacant"}, {"vacant"}, steps=(twice("keep"),)),
    State("there twice, and merged", set(), steps=(twice("merge"),)),
    State("mail came back", {"vacant", "undelivered"}, {"vacant", "undelivered"}, steps=(mail_came_back(),)),
    State("asked by a colleague", {"vacant", "mention"}, {"vacant", "mention"}, steps=(note(to=ME),)),
    State("to be followed up", {"vacant", "follow_up"}, {"vacant"}, steps=(note(follow_up_in=5),)),
    State("followed up", {"vacant"}, {"vacant"}, steps=(note(follow_up_in=0), tick())),
    State("withdrawn, to be followed up", {"follow_up"}, {"follow_up"}, steps=(note(follow_up_in=0), withdraw())),
    State("held", {"held"}, {"held"}, at_event=True, guest=True),
    State("accepted", {"vacant", "call"}, {"call"}, at_event=True, guest=True, steps=(review("accepted"),)),
    State("rejected", set(), at_event=True, guest=True, steps=(review("rejected"),)),
    State("at the event", {"call", "vacant"}, {"call"}, at_event=True),
    State("rung", {"vacant"}, at_event=True, steps=(ring("reached"),)),
    State("not reached", {"vacant"}, at_event=True, steps=(ring("not_reached"),)),
    State("to be rung again", {"call", "vacant"}, {"call"}, at_event=True, steps=(ring("again", again_on=TODAY),)),
    State("to be rung later", {"call", "vacant"}, at_event=True, steps=(ring("again", again_on=days_ago(-3)),)),
    State(
        "adjusted by its company",
        {"vacant", "company_answer"},
        {"vacant", "company_answer"},
        owner=ME,
        steps=(answered_by_company("pledge_id", "adjusted"),),
    ),
    State(
        "adjusted, and seen", {"vacant"}, {"vacant"}, steps=(answered_by_company("pledge_id", "adjusted", seen=True),)
    ),
)
HIRES: Final = (
    State("hired lately", {"checkpoint"}, waited=10),
    State("hired 4 months ago", {"checkpoint"}, {"checkpoint"}, waited=130),
    State("hired, a colleague's", {"checkpoint"}, {"checkpoint"}, waited=130, owner=COLLEAGUE),
    State("hired, answered", {"checkpoint"}, waited=130, steps=(answer(3),)),
    State("hired, answered no", {"checkpoint", "left"}, {"left"}, waited=130, steps=(answer(3, "no"),)),
    State("hired, answered no and ended", set(), waited=130, steps=(answer(3, "no"), end(ended_on=TODAY))),
    State("hired, no and back", {"checkpoint"}, waited=200, steps=(answer(3, "elsewhere"), answer(6))),
    State("hired, all answered", set(), waited=400, steps=(answer(3), answer(6), answer(12))),
    State("hired and ended", set(), waited=80, steps=(end(ended_on=TODAY),)),
    State("hired and ended after 3 months", {"checkpoint"}, {"checkpoint"}, 130, steps=(end(ended_on=TODAY),)),
    State(
        "hired, answered by the company",
        {"checkpoint", "company_answer"},
        {"company_answer"},
        waited=10,
        steps=(answered_by_company("hire_id", "still_employed"),),
    ),
    State("hired, asked", {"checkpoint", "mention"}, {"mention"}, waited=10, steps=(note(to=ME),)),
    State("never hired", set(), waited=130, steps=(revoke(),)),
)


async def _log(case: Case, state: State, event_id: UUID, over: datetime) -> None:
    captured_at = over - timedelta(hours=1) if state.at_event else moment(state.waited)
    body = pledge_body(
        id=str(case.id),
        company={"name": state.name},
        positions=30 if state.guest else state.positions,
        captured_at=captured_at.isoformat(),
        event_id=str(event_id) if state.at_event else None,
    )
    if state.guest:
        guest: dict[str, Any] = {"subject": f"pass:{event_id}", "event_id": event_id, "pass_generation": 1}
        answered = await case.caller.log(body, "event_pass", **guest)
    else:
        answered = await case.caller.log(body)
    assert answered.status_code == 201, answered.text


async def test_every_state_asks_for_its_work_and_is_in_one_view_besides_all(
    caller: Caller,
    pledges_database: Database,
    taskforce_id: UUID,
    add_event: Callable[..., Awaitable[UUID]],
) -> None:
    over = NOW - timedelta(days=7)
    event_id = await add_event(starts_at=over - timedelta(hours=3), ends_at=over, closed_at=over, status="closed")
    for state in STATES + HIRES:
        case = Case(caller, pledges_database, taskforce_id, uuid4())
        if state in HIRES:
            start = days_ago(state.waited).isoformat()
            hire = hire_body(id=str(case.id), company={"name": state.name}, start_date=start)
            await caller.confirm(hire, subject=f"person:{ME}")
        else:
            await _log(case, state, event_id, over)
        for step in state.steps:
            await step(case)
        if state.owner is not None:
            # Their ids are random: no pledge has the id of a hire.
            await assignments.assign_cases(
                pledges_database, case.me, pledges=[case.id], hires=[case.id], person_id=state.owner
            )
    found: dict[tuple[str, str], list[Due]] = {}
    async with pledges_database.read(taskforce_id) as conn:
        for view in ("all", "mine", "unassigned"):
            for due in ("all", "today"):
                rows = await queries.due_work(conn, reader(taskforce_id), QueueFilter(view=view, due=due), limit=200)
                found[view, due] = [row for row, _ in rows]

    def kinds_of(due: str, state: State) -> set[str]:
        rows = (row for row in found["all", due] if row.company == state.name)
        # The hire that fills a position asks for its own.
        return {row.kind.code for row in rows if row.kind.code != "checkpoint" or state in HIRES}

    for state in STATES + HIRES:
        assert kinds_of("all", state) == state.kinds, state.name
        assert kinds_of("today", state) == state.today, state.name
    for row in found["all", "all"]:
        in_mine = any(other.id == row.id and other.kind is row.kind for other in found["mine", "all"])
        in_nobodys = any(other.id == row.id and other.kind is row.kind for other in found["unassigned", "all"])
        assert (in_mine, in_nobodys) == (row.owner == ME, row.owner is None)
    # A target is about no case, and has a test of its own.
    assert {kind for state in STATES + HIRES for kind in state.kinds} | {"target"} == BY_CODE.keys()


async def test_a_target_that_slips_is_due_for_coordinators_until_it_does_not(
    pledges_database: Database, taskforce_id: UUID
) -> None:
    target_id = uuid4()
    window: dict[str, Any] = {"starts_on": days_ago(90), "ends_on": days_ago(-30)}
    wanted: dict[str, Any] = {"measure": "still_employed_6", "job_type": "smaajob", "value": 70, "unit": "percent"}

    async def tell(of: type[Any], version: int, **facts: Any) -> None:
        told = {"taskforce_id": taskforce_id, "target_id": target_id, "version": version, "recorded_at": NOW}
        async with pledges_database.change(taskforce_id) as conn:
            await consumer.apply(conn, [Delivery(of(**told | facts), uuid4(), uuid4())])

    async def due(*, decides: bool = True) -> list[Due]:
        filters = QueueFilter(view="unassigned")
        async with pledges_database.read(taskforce_id) as conn:
            rows = await queries.due_work(conn, reader(taskforce_id, decides=decides), filters, limit=10)
        return [row for row, _ in rows]

    until = days_ago(-9)
    await tell(TargetJudged, 1, status="at_risk", as_of=TODAY, reachable_until=until)
    assert await due() == []
    await tell(TargetSet, 1, **wanted, **window)
    [row] = await due()
    assert (row.kind.code, row.due_on, row.case_url) == ("target", TODAY, f"/dashboard/targets#target-{target_id}")
    with use_language("da", "pledges"):
        assert row.reason.startswith(
            "Målet er ved at glide: Stadig i job efter 6 måneder, småjob: 70\N{NO-BREAK SPACE}%"
        )
        assert date_text(until) in row.next_step
    assert await due(decides=False) == []
    await tell(TargetJudged, 2, status="out_of_reach", as_of=TODAY)
    with use_language("da", "pledges"):
        assert "uden for rækkevidde" in (await due())[0].reason
    await tell(TargetJudged, 3, status="on_track", as_of=TODAY)
    await tell(TargetJudged, 1, status="at_risk", as_of=TODAY, reachable_until=until)
    assert await due() == []
    await tell(TargetJudged, 4, status="at_risk", as_of=TODAY)
    assert await due()
    await tell(TargetDropped, 2, **wanted, **window)
    assert await due() == []


def reader(taskforce_id: UUID, **facts: Any) -> Reader:
    return Reader(
        **{
            "taskforce": taskforce_id,
            "person": ME,
            "municipality": None,
            "today": TODAY,
            "ageing": Ageing(),
            "confirms": True,
        }
        | facts
    )


async def test_pages_neither_skip_nor_repeat_a_row(
    caller: Caller, pledges_database: Database, taskforce_id: UUID, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    over = NOW - timedelta(days=7)
    event_id = await add_event(starts_at=over, ends_at=over, closed_at=over, status="closed")
    for waited in (15, 15, 16, 155, 155, 900):
        await caller.log(pledge_body(captured_at=moment(waited).isoformat()))
    for _ in range(3):
        await caller.log(pledge_body(event_id=str(event_id), captured_at=over.isoformat()))
        await caller.confirm(hire_body(company={"name": "B&O"}, start_date=days_ago(130).isoformat()))
    async with pledges_database.read(taskforce_id) as conn:
        everything = await queries.due_work(conn, reader(taskforce_id), QueueFilter(due="all"), limit=200)
        paged, after = [], None
        while page := await queries.due_work(conn, reader(taskforce_id), QueueFilter(due="all"), after=after, limit=2):
            paged += page
            after = page[-1][1]
        counted = await queries.counts(conn, reader(taskforce_id), QueueFilter(due="all"))

    assert len(everything) == 3 + 3 + 3 * 2 + 3 * 3
    assert [key for _, key in paged] == [key for _, key in everything]
    # What lapses may be plenty and years old, and hides nothing.
    order = [(row.kind.code == "lapse", row.due_on) for row, _ in everything]
    assert order == sorted(order)
    assert sum(lapses for lapses, _ in order) == 3
    assert counted.all == len(everything)

"""Messages as other services publish them, for tests that set a field or two."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from shared.contracts.events import (
    CheckInUndone,
    CompanyCheckedIn,
    CompanyRegistered,
    EventOpened,
    MeetingPlanned,
    TargetSet,
    TaskforceRegistered,
)
from shared.contracts.pledges import (
    Checkpoint,
    HireConfirmed,
    HoursStep,
    OutreachLogged,
    PledgeLogged,
    Position,
    PositionFilled,
    position_id,
)
from shared.messaging.envelope import Delivery
from shared.ui.formats import local_date
from tests.support.taskforces import TASKFORCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from shared.contracts.message import Message
    from shared.db.database import Database

EVENING = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
"""An evening in December; 18.00 in Denmark."""


def taskforce(**fields: Any) -> TaskforceRegistered:
    return TaskforceRegistered(
        **{
            "taskforce_id": TASKFORCE,
            "version": 1,
            "recorded_at": EVENING,
            "slug": "struer",
            "name": "Code of Care Struer",
            "municipality": "0671",
            "since": date(2018, 5, 1),
        }
        | fields
    )


def company(**fields: Any) -> CompanyRegistered:
    return CompanyRegistered(
        **{
            "taskforce_id": TASKFORCE,
            "version": 1,
            "recorded_at": EVENING,
            "company_id": uuid4(),
            "name": "Limfjordens Bageri",
        }
        | fields
    )


def employer_event(of: type[Any] = EventOpened, **fields: Any) -> Any:
    return of(
        **{
            "taskforce_id": TASKFORCE,
            "version": 1,
            "recorded_at": EVENING,
            "event_id": uuid4(),
            "status": "open",
            "title": "Småjob-aften",
            "place": "B&O, Struer",
            "starts_at": EVENING,
            "ends_at": EVENING + timedelta(hours=3),
            "goal_positions": 50,
        }
        | fields
    )


def meeting(of: type[Any] = MeetingPlanned, **fields: Any) -> Any:
    return of(
        **{
            "taskforce_id": TASKFORCE,
            "version": 1,
            "recorded_at": EVENING,
            "meeting_id": uuid4(),
            "as_of": local_date(EVENING),
        }
        | fields
    )


def target(of: type[Any] = TargetSet, **fields: Any) -> Any:
    return of(
        **{
            "taskforce_id": TASKFORCE,
            "version": 1,
            "recorded_at": EVENING,
            "target_id": uuid4(),
            "measure": "hires",
            "job_type": "smaajob",
            "value": 200,
            "unit": "count",
            "starts_on": date(2018, 5, 1),
            "ends_on": date(2026, 12, 31),
        }
        | fields
    )


def check_in(event_id: UUID, **fields: Any) -> CompanyCheckedIn:
    return CompanyCheckedIn(
        **{
            "taskforce_id": TASKFORCE,
            "version": 1,
            "recorded_at": EVENING,
            "event_id": event_id,
            "company_id": uuid4(),
            "checked_in_at": EVENING,
        }
        | fields
    )


def undone(arrival: CompanyCheckedIn, **fields: Any) -> CheckInUndone:
    at = arrival.recorded_at + timedelta(minutes=3)
    return CheckInUndone(
        **arrival.model_dump() | {"version": arrival.version + 1, "recorded_at": at, "undone_at": at} | fields
    )


def pledge(of: type[Any] = PledgeLogged, *, positions: int = 1, filled: int = 0, **fields: Any) -> Any:
    """A pledge of `positions`, the first `filled` of them filled."""
    pledge_id = fields.get("pledge_id") or uuid4()
    captured_at = fields.get("captured_at", EVENING)
    return of(
        **{
            "taskforce_id": TASKFORCE,
            "version": 1,
            "recorded_at": captured_at,
            "pledge_id": pledge_id,
            "status": "in_progress" if filled else "logged",
            "job_type": "smaajob",
            "positions": tuple(
                Position(
                    position_id=position_id(pledge_id, number),
                    number=number,
                    status="filled" if number <= filled else "open",
                )
                for number in range(1, positions + 1)
            ),
            "weekly_hours_from": Decimal(5),
            "weekly_hours_to": Decimal(15),
            "captured_by": "phone",
            "captured_at": captured_at,
            "received_at": captured_at,
            "pledged_on": local_date(captured_at),
        }
        | fields
    )


def filled(logged: Any, *, filled: int = 1, **fields: Any) -> PositionFilled:
    """The next version of a pledge, with so many positions filled."""
    next_version: PositionFilled = pledge(
        PositionFilled,
        positions=len(logged.positions),
        filled=filled,
        **{
            name: getattr(logged, name)
            for name in ("pledge_id", "taskforce_id", "job_type", "event_id", "captured_at", "pledged_on")
        }
        | {"version": logged.version + 1, "recorded_at": logged.recorded_at + timedelta(days=1)}
        | fields,
    )
    return next_version


def pledge_again(of: type[Any], earlier: Any, **fields: Any) -> Any:
    """The next version of a pledge, a day later, with some fields changed; none of an earlier end."""
    at = earlier.recorded_at + timedelta(days=1)
    ended = {"status": "logged", "counted": True, "ended_on": None}
    return of(**earlier.model_dump() | ended | {"version": earlier.version + 1, "recorded_at": at} | fields)


def hire(**fields: Any) -> HireConfirmed:
    return HireConfirmed(
        **{
            "taskforce_id": TASKFORCE,
            "version": 1,
            "recorded_at": EVENING,
            "hire_id": uuid4(),
            "pledge_id": uuid4(),
            "job_type": "smaajob",
            "start_date": date(2026, 12, 1),
            "weekly_hours": Decimal(10),
            "confirmed_at": EVENING,
        }
        | fields
    )


def outreach(of: type[Any] = OutreachLogged, **fields: Any) -> Any:
    return of(
        **{
            "taskforce_id": TASKFORCE,
            "version": 1,
            "recorded_at": EVENING,
            "outreach_id": uuid4(),
            "company_id": uuid4(),
            "kind": "visit",
            "made_on": local_date(EVENING),
            "new_company": True,
        }
        | fields
    )


def step(starts_on: date, paid: float, praktik: float, job_type: Any = "smaajob") -> HoursStep:
    """A step of an hours ladder."""
    return HoursStep(
        starts_on=starts_on,
        paid_weekly_hours=Decimal(str(paid)),
        praktik_weekly_hours=Decimal(str(praktik)),
        job_type=job_type,
    )


def checkpoint(months: Any, answer: Any = None, *, due_on: date = date(2026, 4, 5)) -> Checkpoint:
    """A checkpoint of a hire, answered on the day it was due if there is an answer."""
    return Checkpoint(months=months, due_on=due_on, answer=answer, answered_on=due_on if answer else None)


def hire_again(of: type[Any], earlier: Any, **fields: Any) -> Any:
    """The next version of a hire, a day later, with some fields changed."""
    at = earlier.recorded_at + timedelta(days=1)
    return of(**earlier.model_dump() | {"version": earlier.version + 1, "recorded_at": at} | fields)


def delivered(messages: Iterable[Message]) -> list[Delivery]:
    """The messages as a consumer gets them."""
    return [Delivery(message, uuid4(), uuid4()) for message in messages]


async def apply_messages(database: Database, *messages: Message) -> None:
    """Apply messages as the worker does: those of each taskforce in a transaction of their own."""
    from services.dashboard.read_model.projections import apply

    for taskforce_id in dict.fromkeys(message.taskforce_id for message in messages):
        mine: Sequence[Message] = [message for message in messages if message.taskforce_id == taskforce_id]
        async with database.change(taskforce_id) as conn:
            await apply(conn, delivered(mine))

"""Messages as other services publish them, for tests that set a field or two."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from shared.contracts.dashboard import BoardReleased
from shared.contracts.events import MeetingPackIssued, PersonInvited, TaskforceRegistered
from shared.contracts.pledges import CallListIssued, CheckpointDue, HireConfirmed, PledgeLogged, Position, position_id
from shared.messaging.envelope import encode_headers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.contracts.message import Message


def pledge(taskforce_id: UUID, *, ago: timedelta = timedelta(), positions: int = 3, **fields: Any) -> PledgeLogged:
    """A pledge logged so long ago."""
    now = datetime.now(UTC) - ago
    pledge_id = fields.pop("pledge_id", None) or uuid4()
    return PledgeLogged(
        **{
            "taskforce_id": taskforce_id,
            "version": 1,
            "recorded_at": now,
            "pledge_id": pledge_id,
            "status": "logged",
            "job_type": "smaajob",
            "positions": tuple(
                Position(position_id=position_id(pledge_id, number), number=number, status="open")
                for number in range(1, positions + 1)
            ),
            "weekly_hours_from": Decimal("5.00"),
            "weekly_hours_to": Decimal("15.00"),
            "captured_by": "phone",
            "captured_at": now,
            "received_at": now,
            "pledged_on": now.date(),
        }
        | fields
    )


def hire(taskforce_id: UUID, *, ago: timedelta = timedelta(), **fields: Any) -> HireConfirmed:
    """A hire on a logged pledge, confirmed so long ago."""
    now = datetime.now(UTC) - ago
    return HireConfirmed(
        **{
            "taskforce_id": taskforce_id,
            "version": 1,
            "recorded_at": now,
            "hire_id": uuid4(),
            "pledge_id": uuid4(),
            "job_type": "smaajob",
            "start_date": date(2026, 12, 1),
            "weekly_hours": Decimal("12.50"),
            "confirmed_at": now,
            "logged_by": uuid4(),
        }
        | fields
    )


def taskforce(taskforce_id: UUID, name: str = "Taskforce Struer", version: int = 1) -> TaskforceRegistered:
    """A taskforce as the register publishes it."""
    return TaskforceRegistered(
        taskforce_id=taskforce_id,
        version=version,
        recorded_at=datetime.now(UTC),
        slug="struer",
        name=name,
        municipality="0671",
        since=date(2018, 5, 1),
    )


def as_records(messages: Sequence[Message], *, copies: int = 1) -> list[ConsumedRecord]:
    """The messages as a broker delivers them, each so many times, one after the other."""
    records: list[ConsumedRecord] = []
    for message in messages:
        message_id = uuid4()
        for _ in range(copies):
            records.append(ConsumedRecord(message, message_id, offset=len(records)))
    return records


class ConsumedRecord:
    """A record as a Kafka client returns it."""

    def __init__(self, message: Message, message_id: UUID, *, offset: int) -> None:
        self.topic = message.topic()
        self.partition = 0
        self.offset = offset
        self.key = str(message.aggregate_id).encode()
        self.value = message.model_dump_json().encode()
        self.headers = encode_headers(
            message_id=message_id,
            type_name=message.type_name(),
            source=message.aggregate.partition(".")[0],
            subject=message.aggregate_id,
            time=message.recorded_at.isoformat(),
            taskforce_id=message.taskforce_id,
            version=message.version,
            correlation_id=message_id,
            causation_id=None,
        )


__all__ = ["as_records", "hire", "pledge", "taskforce"]


def call_list(taskforce_id: UUID, *, ago: timedelta = timedelta(), **fields: Any) -> CallListIssued:
    """The calls of a person after an event, due so long ago."""
    now = datetime.now(UTC) - ago
    return CallListIssued(
        **{
            "taskforce_id": taskforce_id,
            "version": 1,
            "recorded_at": now,
            "call_list_id": uuid4(),
            "event_id": uuid4(),
            "person_id": uuid4(),
            "calls": 2,
            "due_at": now,
        }
        | fields
    )


def invited(taskforce_id: UUID, **facts: Any) -> PersonInvited:
    """A person who has been given an account."""
    return PersonInvited(
        **{
            "taskforce_id": taskforce_id,
            "version": 1,
            "recorded_at": datetime.now(UTC),
            "invitation_id": uuid4(),
            "person_id": uuid4(),
        }
        | facts
    )


def checkpoint_due(taskforce_id: UUID, **facts: Any) -> CheckpointDue:
    """A checkpoint that nobody has answered."""
    return CheckpointDue(
        **{
            "taskforce_id": taskforce_id,
            "version": 1,
            "recorded_at": datetime.now(UTC),
            "hire_id": uuid4(),
            "pledge_id": uuid4(),
            "months": 3,
            "due_on": date(2026, 12, 1),
        }
        | facts
    )


def meeting_pack(taskforce_id: UUID, *, ago: timedelta = timedelta(), **facts: Any) -> MeetingPackIssued:
    """The pack of a meeting, sent to one person so long ago."""
    return MeetingPackIssued(
        **{
            "taskforce_id": taskforce_id,
            "version": 1,
            "recorded_at": datetime.now(UTC) - ago,
            "meeting_id": uuid4(),
            "person_id": uuid4(),
        }
        | facts
    )


def board_released(taskforce_id: UUID, *, ago: timedelta = timedelta(), **facts: Any) -> BoardReleased:
    """A release of the public board so long ago, after which the signs are due."""
    return BoardReleased(
        **{
            "taskforce_id": taskforce_id,
            "version": 3,
            "recorded_at": datetime.now(UTC) - ago,
            "count": 206,
            "as_of": date(2026, 12, 1),
            "released_at": datetime.now(UTC) - ago,
            "sign_due": True,
        }
        | facts
    )

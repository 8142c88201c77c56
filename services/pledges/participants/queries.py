"""SQL for reading participants. Everything takes a `Disclosure`, and what is shown is logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from services.pledges.participants.cursors import ByReference
from services.pledges.participants.refusals import ParticipantNotFound
from services.pledges.participants.store import SELECT, TABLE, find_participant, participant_of
from shared.fields.case_reference import case_reference_key
from shared.http.paging import cut

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from services.pledges.participants.domain import Participant, Status, Unknown
    from shared.privacy.access_log import Disclosure
    from shared.product.vocabulary import Programme

_UNKNOWN: Final[dict[Unknown, str]] = {
    "job_types": "job_types is null",
    "weekly_hours": "weekly_hours_from is null",
    "weekdays": "weekdays is null",
    "available_from": "available_from is null",
    "max_distance_km": "max_distance_km is null",
    "transport": "transport is null",
    "tasks": "tasks_can = '{}' and tasks_want = '{}'",
    "target_group": """not exists (select
                            from participants.target_groups as held
                           where held.taskforce_id = participant.taskforce_id
                             and held.participant_id = participant.id
                             and held.valid_from <= $2
                             and (held.valid_until is null or held.valid_until > $2))""",
    "caseworker": "caseworker_id is null",
}
"""The condition under which something is not known; `$2` is the day."""


@dataclass(frozen=True, slots=True)
class ParticipantFilter:
    """The participants to return: those that match every field. None matches all.

    Attributes:
        left: whether those who have left are among them, where no status is chosen.
        unknown: something that is not known about them.
        case_reference: its beginning, in any spelling.
    """

    caseworker_id: UUID | None = None
    status: Status | None = None
    left: bool = False
    programme: Programme | None = None
    unknown: Unknown | None = None
    case_reference: str | None = None


async def participant(disclosure: Disclosure, participant_id: UUID) -> Participant:
    """Return a participant.

    Raises:
        ParticipantNotFound: the transaction sees none with this id.
    """
    found = await find_participant(disclosure, participant_id)
    if found is None:
        raise ParticipantNotFound
    return found


async def list_participants(
    disclosure: Disclosure, filters: ParticipantFilter, *, today: date, after: ByReference | None = None, size: int
) -> tuple[list[Participant], ByReference | None]:
    """Return a page of participants by their case reference, and the key of its last row if there are more.

    Args:
        today: for what is known today.
        size: the number of participants at most.
    """
    arguments: list[Any] = [disclosure.taskforce_id, today]
    conditions = ["taskforce_id = $1", "$2::date is not null"]

    def also(condition: str, *values: Any) -> None:
        numbers = range(len(arguments) + 1, len(arguments) + 1 + len(values))
        arguments.extend(values)
        conditions.append(condition.format(*(f"${number}" for number in numbers)))

    if filters.caseworker_id is not None:
        also("caseworker_id = {}", filters.caseworker_id)
    if filters.status is not None:
        also("status = {}", filters.status)
    elif not filters.left:
        also("status <> 'left'")
    if filters.programme is not None:
        also("programme = {}", filters.programme)
    if filters.unknown is not None:
        conditions.append(_UNKNOWN[filters.unknown])
    if filters.case_reference is not None:
        also("starts_with(case_reference_key, {})", case_reference_key(filters.case_reference))
    if after is not None:
        also("(case_reference_key, id) > ({}, {})", after.key, after.id)
    where = "\n   and ".join(conditions)
    rows = await disclosure.conn.fetch(
        f"""{SELECT}
         where {where}
         order by case_reference_key, id
         limit {size + 1}
        """,
        *arguments,
    )
    shown, last = cut([participant_of(row) for row in rows], size)
    await disclosure.log(TABLE, [one.id for one in shown])
    return shown, ByReference(key=case_reference_key(last.case_reference), id=last.id) if last else None

"""Loads the agendas, minutes and decisions of the Struer scenario's meetings, and the meeting ahead."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from deploy.scenarios import struer_meetings
from deploy.scenarios.struer import TASKFORCE_ID
from services.events.calendar import commands as calendar
from services.events.calendar import store
from services.events.calendar.domain import EventNotFound
from services.events.calendar.meetings import commands as meetings
from services.events.calendar.meetings.decisions import commands as decisions
from services.events.calendar.meetings.decisions.domain import DecisionTerms
from shared.ui.formats import local_date

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from deploy.scenarios.model import Event, Scenario
    from shared.db.database import Database
    from shared.product.roles import Role


async def load_meetings(events: Database, scenario: Scenario, open_events: Collection[Event]) -> None:
    """Write about the meetings that are still open, and plan the meeting ahead unless it was planned before."""

    def person_of(role: Role) -> UUID:
        return scenario.person(role).id

    by = f"person:{person_of('coordinator')}"
    for meeting in struer_meetings.HELD:
        event = meeting.event(scenario)
        if event.id not in {one.id for one in open_events}:
            continue
        about = (events, TASKFORCE_ID, event.id)
        before = event.starts_at - timedelta(days=10)
        items = struer_meetings.agenda(event.id, meeting.items, person_of)
        await meetings.arrange_agenda(*about, items, by=by, at=before)
        await meetings.set_times(*about, fixed=True, by=by, at=event.starts_at + meeting.fixed_after)
        for number, item in enumerate(meeting.items):
            if item.notes:
                item_id = struer_meetings.item_id(event.id, number)
                await meetings.write_minutes(*about, item_id, item.notes, by=by, at=event.ends_at)
        await _decide(events, meeting, event, person_of, by=by)
    await _plan_ahead(events, person_of, by=by)


async def _decide(
    events: Database, meeting: struer_meetings.Meeting, event: Event, person_of: struer_meetings.PersonOf, *, by: str
) -> None:
    held_on = local_date(event.starts_at)
    for decision in meeting.decisions:
        terms = DecisionTerms(
            decision.text,
            person_of(decision.owner),
            held_on + timedelta(days=decision.due_after),
            struer_meetings.item_id(event.id, decision.item),
        )
        decision_id = decision.id(event.id)
        await decisions.make_decision(events, TASKFORCE_ID, decision_id, event.id, terms, by=by, at=event.ends_at)
        if decision.done_after is not None:
            done_at = event.ends_at + timedelta(days=decision.done_after)
            await decisions.settle(events, TASKFORCE_ID, decision_id, "done", by=by, at=done_at)


async def _plan_ahead(events: Database, person_of: struer_meetings.PersonOf, *, by: str) -> None:
    meeting_id = struer_meetings.AHEAD_ID
    status = None
    async with events.read(TASKFORCE_ID) as conn:
        with suppress(EventNotFound):
            status = (await store.load_event(conn, TASKFORCE_ID, meeting_id)).status
    if status is None:
        starts_at, ends_at = struer_meetings.times_ahead(local_date(datetime.now(UTC)))
        await calendar.draft_event(
            events,
            TASKFORCE_ID,
            id=meeting_id,
            title="Taskforcemøde",
            starts_at=starts_at,
            ends_at=ends_at,
            place="Rådhuset, Struer",
            kind="taskforce_meeting",
        )
    if status in {None, "draft"}:
        items = struer_meetings.agenda(meeting_id, struer_meetings.AHEAD, person_of)
        await meetings.arrange_agenda(events, TASKFORCE_ID, meeting_id, items, by=by)
        await calendar.publish_event(events, TASKFORCE_ID, meeting_id)

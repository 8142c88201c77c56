"""The page of the call list: who rings which company, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.call_list import commands, queries
from services.pledges.call_list.access import CALL, OUTCOME, assigns_calls, sees_all_calls
from services.pledges.call_list.refusals import CallAgainDayMissing, CallAgainDayPast
from services.pledges.call_list.schemas import NOTE_LENGTH, AssignForm, ListedIn, OutcomeForm, State
from services.pledges.pledges.access import CONTACT, CONTACT_READERS, Reader, Reviewer
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.queries import events_with_pledges
from services.pledges.pledges.rendering import address, render
from services.pledges.register import queries as register
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.ui.forms import Form, read_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.pledges.call_list.queries import CallLine
    from shared.http.auth import Principal

router = APIRouter(prefix="/pledges/calls", include_in_schema=False)

Text = Annotated[str, Query(max_length=60)]


@dataclass(frozen=True, slots=True)
class CallerLines:
    """The calls that one person makes.

    Attributes:
        person_id: None: nobody makes them yet.
        number: counts the others on the page from 1: their names are in the events service, and the browser of a
            person who may see them fetches them from there.
    """

    person_id: UUID | None
    number: int
    lines: Sequence[CallLine]

    @property
    def remaining(self) -> int:
        """How many calls are still to be made."""
        return sum(not line.call.ticked_off for line in self.lines)


@router.get("")
@concerns(CALL, CONTACT)
async def show_calls(
    *,
    request: Request,
    db: Db,
    principal: Reader,
    event: Text = "",
    who: Annotated[Literal["mine", "all"] | None, Query()] = None,
    state: Annotated[State, Query()] = "all",
    changed: Text = "",
    assigned: Annotated[int | None, Query(ge=0)] = None,
) -> Response:
    """Show the call list of an event, of the latest with pledges unless it is given. Members see their own calls.

    Args:
        changed: a call whose outcome was just recorded or undone.
        assigned: how many calls were just assigned.
    """
    chosen = ListedIn(
        event=uuid_or_none(event), who=who or ("all" if principal.has(*CONTACT_READERS) else "mine"), state=state
    )
    return await _page(request, db, principal, chosen, changed=uuid_or_none(changed), assigned=assigned)


@router.post("/assign")
@concerns(CALL)
async def assign_calls(request: Request, db: Db, principal: Reviewer) -> Response:
    """Decide who makes some calls."""
    form = await read_form(request, AssignForm)
    if form.data is None:
        raise Problem(422)
    changed = await commands.assign_calls(
        db, principal.taskforce, form.data.calls, form.data.person, by=principal.person
    )
    return RedirectResponse(_href(form.data, assigned=changed), 303)


@router.post("/{pledge_id:uuid}")
@concerns(OUTCOME)
async def record_outcome(pledge_id: UUID, request: Request, db: Db, principal: Reader) -> Response:
    """Record what came of a call, or undo it."""
    form = await read_form(request, OutcomeForm)
    data = form.data
    if data is None:
        listed = ListedIn(
            event=uuid_or_none(str(form.value("event"))),
            who="all" if form.value("who") == "all" else "mine",
            state="all",
        )
        return await _page(request, db, principal, listed, form=form, form_of=pledge_id)
    try:
        await commands.record_outcome(
            db,
            principal,
            pledge_id,
            data.outcome,
            note=data.note,
            again_on=data.again_on,
            seen_version=data.version,
        )
    except (CallAgainDayMissing, CallAgainDayPast) as refusal:
        refused = form.refused_by(problem_of(refusal).errors)
        return await _page(request, db, principal, data, form=refused, form_of=pledge_id)
    return RedirectResponse(_href(data, changed=pledge_id), 303)


def _href(listed: ListedIn, **more: Any) -> str:
    query = [("event", listed.event), ("who", listed.who), ("state", listed.state if listed.state != "all" else "")]
    return address("/pledges/calls", [*query, *((name, str(value)) for name, value in more.items())])


async def _page(
    request: Request,
    db: Db,
    principal: Principal,
    chosen: ListedIn,
    *,
    changed: UUID | None = None,
    assigned: int | None = None,
    form: Form[OutcomeForm] | None = None,
    form_of: UUID | None = None,
) -> Response:
    """Return the page; with a form, the errors of that form at its call."""
    sees_all = sees_all_calls(principal)
    only_own = chosen.who == "mine" or not sees_all
    lines: list[CallLine] = []
    async with db.read(principal.taskforce) as conn:
        events = await events_with_pledges(conn, principal.taskforce)
        event_id = chosen.event or (events[0].id if events else None)
        event = await register.event(conn, principal.taskforce, event_id) if event_id else None
        if event is not None:
            lines = await queries.call_list(
                conn, principal.taskforce, event.id, caller=principal.person if only_own else None
            )
    shown = [line for line in lines if chosen.state == "all" or line.call.ticked_off == (chosen.state == "done")]
    shown += [line for line in lines if line not in shown and line.pledge.id == form_of]
    return render(
        request,
        "calls.html",
        status_code=422 if form is not None else 200,
        event=event,
        events=events,
        callers=_by_caller(shown, principal.person),
        total=len(lines),
        remaining=sum(not line.call.ticked_off for line in lines),
        unassigned=sum(line.call.caller is None for line in lines),
        chosen={"event": event.id if event else "", "who": "mine" if only_own else "all", "state": chosen.state},
        sees_all=sees_all,
        assigns=assigns_calls(principal),
        me=principal.person,
        today=datetime.now(COPENHAGEN).date(),
        changed=next((line for line in lines if line.pledge.id == changed), None),
        assigned=assigned,
        form=form,
        form_of=form_of,
        note_length=NOTE_LENGTH,
    )


def _by_caller(lines: Sequence[CallLine], me: UUID) -> list[CallerLines]:
    """Return the lines by who rings: nobody yet, the reader, then the others, those with the most calls first."""
    by_person: dict[UUID | None, list[CallLine]] = {}
    for line in lines:
        by_person.setdefault(line.call.caller, []).append(line)
    order = sorted(
        by_person, key=lambda person: (person is not None, person != me, -len(by_person[person]), str(person))
    )
    others = [person for person in order if person not in {None, me}]
    return [
        CallerLines(
            person,
            others.index(person) + 1 if person in others else 0,
            # What is ticked off comes last.
            sorted(by_person[person], key=lambda line: line.call.ticked_off),
        )
        for person in order
    ]

"""Meetings with agendas and decisions, and requests for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from services.events.calendar import commands as calendar
from services.events.calendar.meetings import commands
from services.events.calendar.meetings.decisions import commands as decisions
from services.events.calendar.meetings.decisions.domain import DecisionTerms
from services.events.calendar.meetings.domain import AgendaItem
from shared.http.policy import CALLERS
from tests.authorisation.accounts import API, Accounts, name_of
from tests.authorisation.matrix import Ask, Probe, expected_marks, person_of, taskforce_of
from tests.support.taskforces import OTHER_TASKFORCE, TASKFORCE

if TYPE_CHECKING:
    from shared.http.policy import Caller, Ownership

BELONGINGS: Final[dict[str, tuple[Ownership, ...]]] = {
    "decision": ("own", "other taskforce", "missing"),
    # Our caller's own, and one for which a colleague is responsible.
    "decision to carry out": ("own", "other company", "other taskforce", "missing"),
}

_FOREIGN_DUE_ON: Final = date(2089, 1, 1)


class Meetings(Accounts):
    """Taskforces with meetings. Each meeting has one item, and one decision unless it is a draft; all have one id."""

    async def fill_meetings(self) -> None:
        """Create the meetings that no test changes."""
        self.meetings: dict[Ownership, UUID] = {}
        for ownership in ("own", "draft", "other taskforce"):
            self.meetings[ownership] = await self.new_meeting(ownership)
        for caller in CALLERS:
            terms = DecisionTerms(f"Beslutning {_title('other taskforce')}", person_of(caller), date(2090, 1, 1))
            foreign = self.meetings["other taskforce"]
            await decisions.make_decision(self.db, taskforce_of("other taskforce"), uuid4(), foreign, terms, by="x")

    async def new_meeting(self, ownership: Ownership) -> UUID:
        """A new meeting; of the other taskforce always the same one, because nobody changes it."""
        if ownership == "missing":
            return uuid4()
        if ownership in self.meetings and ownership == "other taskforce":
            return self.meetings[ownership]
        id, taskforce, title = uuid4(), taskforce_of(ownership), _title(ownership)
        start = datetime.now(UTC) + timedelta(days=1)
        await calendar.draft_event(
            self.db,
            taskforce,
            id=id,
            title=title,
            kind="taskforce_meeting",
            starts_at=start,
            ends_at=start + timedelta(hours=2),
        )
        await commands.put_item(self.db, taskforce, id, AgendaItem(id, f"Punkt {title}"), by="x")
        if ownership != "draft":
            await calendar.publish_event(self.db, taskforce, id)
            # The other taskforce's is due first: a list without isolation begins with it.
            due = _FOREIGN_DUE_ON if ownership == "other taskforce" else date(2090, 1, 1)
            terms = DecisionTerms(f"Beslutning {title}", self.owner(ownership), due)
            await decisions.make_decision(self.db, taskforce, id, id, terms, by="x")
        return id

    def owner(self, ownership: Ownership) -> UUID:
        """A person who can be responsible for a decision."""
        return self.people["other taskforce" if ownership == "other taskforce" else "own"].id


def _title(ownership: Ownership) -> str:
    return f"{name_of('own' if ownership == 'draft' else ownership)} møde"


def _read(path: str, mark: str, *, drafts: int = 200) -> Probe:
    """A page or a response with the title of the item, or of the meeting."""

    async def probe(world: Meetings, caller: Caller, ownership: Ownership) -> Ask:
        id = world.meetings.get(ownership) or uuid4()
        shows = expected_marks(ownership, mark + _title(ownership)) if ownership != "missing" else ()
        path_of = path.format(id=id, taskforce=TASKFORCE)
        success = drafts if ownership == "draft" else 200
        return Ask("GET", path_of, shows=shows if success == 200 else (), success=success)

    return probe


def _change(method: str, path: str, body: dict[str, Any], *, success: int = 200, drafts: int | None = None) -> Probe:
    """A change of a new meeting or its decision, sent to the API as JSON and to a page as a form."""

    async def probe(world: Meetings, caller: Caller, ownership: Ownership) -> Ask:
        id = await world.new_meeting(ownership)
        whole = {
            name: str(world.owner(ownership)) if value == "<owner>" else str(uuid4()) if value == "<new>" else value
            for name, value in body.items()
        }
        if path.endswith("/agenda"):
            whole = {"items": [{"id": str(id), "title": "Nyt"}]}
        status = drafts if ownership == "draft" and drafts is not None else success
        send = {"json" if path.startswith("/api") else "data": whole}
        return Ask(method, path.format(id=id), send, success=status)

    return probe


def _report(path: str, *, success: int) -> Probe:
    """Reports a new decision as done."""

    async def probe(world: Meetings, caller: Caller, ownership: Ownership) -> Ask:
        id = await world.new_meeting(ownership)
        if ownership == "own":
            await world.superuser.execute(
                "update decisions set owner = $1 where taskforce_id = $2 and id = $3", person_of(caller), TASKFORCE, id
            )
        return Ask("POST", path.format(id=id), {"data": {}} if success == 303 else {}, success=success)

    return probe


async def count_own(world: Meetings, caller: Caller, ownership: Ownership) -> Ask:
    # Without isolation, those of the other taskforce would be counted, whose person has the same id.
    shows = ("Du har",) if ownership == "other taskforce" else ()
    await world.superuser.execute(
        "update decisions set owner = $1 where taskforce_id = $2 and owner = $3", uuid4(), TASKFORCE, person_of(caller)
    )
    return Ask("GET", "/decisions/mine", hidden=200, shows=shows)


async def list_by_api(world: Meetings, caller: Caller, ownership: Ownership) -> Ask:
    shows = expected_marks(ownership, f"Beslutning {_title(ownership)}") if ownership != "missing" else ()
    return Ask("GET", f"{API}/decisions?page_size=200", hidden=200, shows=shows)


async def list_on_page(world: Meetings, caller: Caller, ownership: Ownership) -> Ask:
    if ownership == "other taskforce":
        # Without isolation, the requests before this one may have changed it; as it was, the page begins with it.
        await world.superuser.execute(
            """
            update decisions
               set status = 'open', reason = null, settled_at = null, settled_by = null, due_on = $2
             where taskforce_id = $1
               and (status <> 'open' or due_on > '2090-01-01')
            """,
            OTHER_TASKFORCE,
            _FOREIGN_DUE_ON,
        )
    shows = expected_marks(ownership, f"Beslutning {_title(ownership)}") if ownership != "missing" else ()
    return Ask("GET", "/decisions", hidden=200, shows=shows)


_DECISION: Final = {"text": "Ring", "owner": "<owner>", "due_on": "2090-02-01"}
_MEETING: Final = f"{API}/meetings/{{id}}"
_EVENT: Final = "/events/{event_id:uuid}"

PROBES: Final[dict[tuple[str, str], Probe]] = {
    (f"GET {API}/meetings/{{event_id}}", "event"): _read(_MEETING, ""),
    (f"PUT {API}/meetings/{{event_id}}/agenda", "event"): _change("PUT", f"{_MEETING}/agenda", {}),
    (f"POST {API}/meetings/{{event_id}}/figures", "event"): _change("POST", f"{_MEETING}/figures", {"fixed": True}),
    (f"PUT {API}/meetings/{{event_id}}/minutes/{{item_id}}", "event"): _change(
        "PUT", f"{_MEETING}/minutes/{{id}}", {"text": "Alle"}, drafts=409
    ),
    (f"POST {API}/meetings/{{event_id}}/decisions", "event"): _change(
        "POST", f"{_MEETING}/decisions", {"id": "<new>"} | _DECISION, success=201, drafts=409
    ),
    (f"GET {API}/decisions", "decision"): list_by_api,
    (f"GET {API}/decisions/{{decision_id}}", "decision"): _read(f"{API}/decisions/{{id}}", "Beslutning "),
    (f"PUT {API}/decisions/{{decision_id}}", "decision"): _change("PUT", f"{API}/decisions/{{id}}", _DECISION),
    (f"POST {API}/decisions/{{decision_id}}/drop", "decision"): _change(
        "POST", f"{API}/decisions/{{id}}/drop", {"reason": "Lukket"}
    ),
    (f"POST {API}/decisions/{{decision_id}}/{{step}}", "decision to carry out"): _report(
        f"{API}/decisions/{{id}}/done", success=200
    ),
    ("GET /internal/events/v1/meetings/{meeting_id}", "event"): _read(
        "/internal/events/v1/meetings/{id}?taskforce={taskforce}", "", drafts=404
    ),
    (f"GET {_EVENT}/agenda", "event"): _read("/events/{id}/agenda", "Punkt "),
    (f"GET {_EVENT}/agenda/items/{{item_id:uuid}}", "event"): _read("/events/{id}/agenda/items/{id}", "Punkt "),
    (f"GET {_EVENT}/agenda/list", "event"): _read("/events/{id}/agenda/list", "Punkt "),
    (f"GET {_EVENT}/agenda/decisions", "event"): _read("/events/{id}/agenda/decisions", ""),
    (f"POST {_EVENT}/agenda/items", "event"): _change(
        "POST", "/events/{id}/agenda/items", {"id": "<new>", "title": "Nyt"}, success=303
    ),
    (f"POST {_EVENT}/agenda/items/{{item_id:uuid}}/{{step}}", "event"): _change(
        "POST", "/events/{id}/agenda/items/{id}/up", {}, success=303
    ),
    (f"POST {_EVENT}/agenda/standard", "event"): _change("POST", "/events/{id}/agenda/standard", {}, success=409),
    (f"POST {_EVENT}/agenda/minutes/{{item_id:uuid}}", "event"): _change(
        "POST", "/events/{id}/agenda/minutes/{id}", {"text": "Alle"}, success=303, drafts=409
    ),
    (f"POST {_EVENT}/agenda/figures", "event"): _change(
        "POST", "/events/{id}/agenda/figures", {"step": "fix"}, success=303
    ),
    (f"POST {_EVENT}/agenda/pack", "event"): _change("POST", "/events/{id}/agenda/pack", {}, success=303, drafts=409),
    (f"POST {_EVENT}/decisions", "event"): _change(
        "POST", "/events/{id}/decisions", {"id": "<new>"} | _DECISION, success=303, drafts=409
    ),
    ("GET /decisions", "decision"): list_on_page,
    ("GET /decisions/{decision_id:uuid}", "decision"): _read("/decisions/{id}", "Beslutning "),
    ("POST /decisions/{decision_id:uuid}", "decision"): _change("POST", "/decisions/{id}", _DECISION, success=303),
    ("POST /decisions/{decision_id:uuid}/drop", "decision"): _change(
        "POST", "/decisions/{id}/drop", {"reason": "Lukket"}, success=303
    ),
    ("POST /decisions/{decision_id:uuid}/{step}", "decision to carry out"): _report(
        "/decisions/{id}/done", success=303
    ),
    ("GET /decisions/mine", "decision to carry out"): count_own,
}

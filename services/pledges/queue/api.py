"""JSON routes of the queue."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.pledges.pledges.access import HIRE, PLEDGE, REVIEWERS
from services.pledges.pledges.api import PREFIX, json_response
from services.pledges.queue import assignments, queries
from services.pledges.queue.access import HANDOVER, QueueUser, reader
from services.pledges.queue.cursors import DueFirst
from services.pledges.queue.queries import DueBy, QueueFilter, View
from services.pledges.queue.schemas import AssignIn, HandoverOut, QueueItem, QueuePage
from shared.contracts.pledges import JobType
from shared.fields.text import SearchText
from shared.http.dependencies import Db
from shared.http.idempotency import Idempotent, IdempotentDb
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns

_UNDONE: Final[dict[int | str, dict[str, Any]]] = {
    404: {"description": "Nothing was handed over under this id, or by somebody else"},
    409: {"description": "It is more than 15 minutes ago"},
}

router = APIRouter(prefix=f"{PREFIX}/queue", tags=["pledges"])


@router.get("", response_class=Response, responses={200: {"model": QueuePage}})
@concerns(PLEDGE, HIRE)
async def read_queue(
    *,
    request: Request,
    db: Db,
    principal: QueueUser,
    view: Annotated[View, Query(description="mine: the caller's; unassigned: nobody's")] = "mine",
    due: Annotated[DueBy, Query(description="today: due today or before; week: within 7 days")] = "today",
    kind: Annotated[str | None, Query(max_length=40, description="code; an unknown one finds nothing")] = None,
    event_id: UUID | None = None,
    job_type: JobType | None = None,
    municipality: Annotated[str | None, Query(pattern=r"^\d{4}$", description="of the company")] = None,
    q: Annotated[SearchText | None, Query(description="part of the company's name")] = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List due work, the earliest due first, and pledges about to lapse last.

    Each item says why it is there, and what the next step is.
    """
    filters = QueueFilter(
        view=view,
        due=due,
        kind=kind,
        event_id=event_id,
        job_type=job_type,
        municipality=municipality,
        text=q or None,
    )
    after = DueFirst.read(page_token)
    async with db.read(principal.taskforce) as conn:
        rows = await queries.due_work(conn, reader(request, principal), filters, after=after, limit=page_size + 1)
    shown, last = cut(rows, page_size)
    return json_response(
        QueuePage.model_construct(
            items=[QueueItem.of(due) for due, _ in shown], next_page_token=last[1].token() if last else None
        )
    )


@router.post("/assign")
@concerns(PLEDGE, HIRE)
async def assign_cases(db: Db, principal: QueueUser, body: AssignIn, idempotent: Idempotent) -> HandoverOut:
    """Hand cases over to a colleague. What is theirs already, and what the caller cannot see, is left out."""
    handed = await assignments.assign_cases(
        db, principal, pledges=body.pledges, hires=body.hires, person_id=body.person_id, request=idempotent
    )
    return HandoverOut(id=handed.id, cases=handed.cases, undone=handed.undone)


@router.post("/assignments/{handover_id}/undo", responses=_UNDONE)
@concerns(HANDOVER)
async def undo_assignment(handover_id: UUID, db: IdempotentDb, principal: QueueUser) -> HandoverOut:
    """Give cases back to whom they were assigned before, within 15 minutes. The same again changes nothing.

    A case that was handed over again since stays where it is.
    """
    cases = await assignments.undo_handover(db, principal, handover_id, of_all=principal.has(*REVIEWERS))
    return HandoverOut(id=handover_id, cases=cases, undone=True)

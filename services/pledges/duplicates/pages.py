"""The page on which a coordinator compares two pledges that may be the same promise, and decides."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.pledges.duplicates import commands, queries
from services.pledges.duplicates.cursors import NewestProposal
from services.pledges.duplicates.schemas import DecisionForm
from services.pledges.pledges.access import CONTACT, PLEDGE, Reviewer
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.rendering import address, render
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.ui.forms import read_form

router = APIRouter(include_in_schema=False)

PATH: Final = "/pledges/duplicates"
_PAGE: Final = 20


@router.get(PATH)
@concerns(PLEDGE, CONTACT)
async def show_duplicates(
    *,
    request: Request,
    db: Db,
    principal: Reviewer,
    show: Annotated[Literal["open", "merged", "kept"], Query()] = "open",
    pledge: Annotated[str, Query(max_length=60)] = "",
    decided: Annotated[str, Query(max_length=60)] = "",
    page_token: PageToken = None,
) -> Response:
    """Show pairs of pledges side by side, the most recently found first.

    Args:
        pledge: show every pair with this pledge instead of those of one state.
        decided: a proposal that was just decided on.
    """
    after = NewestProposal.read(page_token)
    pledge_id, decided_id = uuid_or_none(pledge), uuid_or_none(decided)
    async with db.read(principal.taskforce) as conn:
        rows = await queries.proposals(
            conn,
            principal.taskforce,
            None if pledge_id else show,
            pledge_id=pledge_id,
            after=(after.proposed_at, after.id) if after else None,
            limit=_PAGE + 1,
        )
        just_decided = await queries.proposal(conn, principal.taskforce, decided_id) if decided_id else None
        in_vain = await queries.in_vain_count(conn, principal.taskforce)
    proposals, last = cut(rows, _PAGE)
    token = NewestProposal(proposed_at=last.proposed_at, id=last.id).token() if last else None
    return render(
        request,
        "duplicates.html",
        proposals=proposals,
        show=show,
        of_pledge=pledge_id,
        just_decided=just_decided,
        in_vain=in_vain,
        person_id=principal.person_id,
        next_href=address(PATH, [("show", show), ("pledge", pledge_id), ("page_token", token)]) if token else None,
    )


@router.post(PATH + "/{proposal_id:uuid}/{decision}")
@concerns(PLEDGE)
async def decide(
    proposal_id: UUID, decision: Literal["merge", "keep", "unmerge"], request: Request, db: Db, principal: Reviewer
) -> Response:
    """Decide on two pledges."""
    form = await read_form(request, DecisionForm)
    if form.data is None:
        raise Problem(422)
    await commands.decide(
        db,
        principal.taskforce,
        proposal_id,
        decision,
        decided_by=principal.person_id,
        stays_id=form.data.stays,
        seen_version=form.data.version,
    )
    return RedirectResponse(address(PATH, [("decided", proposal_id)]), 303)

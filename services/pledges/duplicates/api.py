"""JSON routes about pledges that may be the same promise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response

from services.pledges.duplicates import commands, queries
from services.pledges.duplicates.cursors import NewestProposal
from services.pledges.duplicates.domain import ProposalStatus
from services.pledges.duplicates.schemas import MergeIn, ProposalOut, ProposalPage
from services.pledges.pledges.access import CONTACT, PLEDGE, Reviewer
from services.pledges.pledges.api import PREFIX, json_response
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import ETAG
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion
from shared.http.problems import Problem

if TYPE_CHECKING:
    from shared.db.database import Database

router = APIRouter(prefix=f"{PREFIX}/duplicates", tags=["pledges"])

_DECIDED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": ProposalOut, "headers": ETAG},
    404: {"description": "Not found, or not visible to the caller"},
    409: {"description": "The state of the two pledges does not allow it"},
    412: {"description": "Somebody decided on them before"},
}


@router.get("", response_class=Response, responses={200: {"model": ProposalPage}})
@concerns(PLEDGE, CONTACT)
async def list_proposals(
    *,
    db: Db,
    principal: Reviewer,
    status: Annotated[
        ProposalStatus, Query(description="open: both pledges count or may count, and nobody has decided")
    ] = "open",
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> Response:
    """List pairs of pledges that may be the same promise, the most recently found first."""
    after = NewestProposal.read(page_token)
    async with db.read(principal.taskforce) as conn:
        rows = await queries.proposals(
            conn,
            principal.taskforce,
            status,
            after=(after.proposed_at, after.id) if after else None,
            limit=page_size + 1,
        )
    items, last = cut(rows, page_size)
    token = NewestProposal(proposed_at=last.proposed_at, id=last.id).token() if last else None
    return json_response(ProposalPage.model_construct(items=items, next_page_token=token))


@router.post("/{proposal_id}/merge", response_class=Response, responses=_DECIDED)
@concerns(PLEDGE, CONTACT)
async def merge_pledges(
    *,
    proposal_id: UUID,
    db: IdempotentDb,
    principal: Reviewer,
    expected: ExpectedVersion,
    body: MergeIn | None = None,
) -> Response:
    """Merge the two pledges: one stays and counts for both, the other becomes its duplicate and has never counted.

    A pledge with a filled position can only be the one that stays. The same decision again changes nothing.
    """
    stays_id = body.stays if body is not None else None
    await commands.decide(
        db,
        principal.taskforce,
        proposal_id,
        "merge",
        decided_by=principal.person_id,
        stays_id=stays_id,
        seen_version=expected,
    )
    return await _decided(db, principal.taskforce, proposal_id)


@router.post("/{proposal_id}/keep", response_class=Response, responses=_DECIDED)
@concerns(PLEDGE, CONTACT)
async def keep_pledges(
    *, proposal_id: UUID, db: IdempotentDb, principal: Reviewer, expected: ExpectedVersion
) -> Response:
    """Keep both pledges: they are two promises, and are not proposed again. The same decision again changes nothing."""
    await commands.decide(
        db, principal.taskforce, proposal_id, "keep", decided_by=principal.person_id, seen_version=expected
    )
    return await _decided(db, principal.taskforce, proposal_id)


@router.post("/{proposal_id}/unmerge", response_class=Response, responses=_DECIDED)
@concerns(PLEDGE, CONTACT)
async def unmerge_pledges(
    *, proposal_id: UUID, db: IdempotentDb, principal: Reviewer, expected: ExpectedVersion
) -> Response:
    """Separate two merged pledges, however long ago: the duplicate is again what it was. The same decision again
    changes nothing."""
    await commands.decide(
        db, principal.taskforce, proposal_id, "unmerge", decided_by=principal.person_id, seen_version=expected
    )
    return await _decided(db, principal.taskforce, proposal_id)


async def _decided(db: Database, taskforce_id: UUID, proposal_id: UUID) -> Response:
    async with db.read(taskforce_id) as conn:
        proposal = await queries.proposal(conn, taskforce_id, proposal_id)
    if proposal is None:
        raise Problem(404)
    return json_response(proposal, version=proposal.version)

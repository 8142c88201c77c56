"""JSON route: the list behind a figure or behind a term of a bridge."""

from __future__ import annotations

from fastapi import APIRouter

from services.dashboard.access import FIGURES, ApiViewer, sees_health
from services.dashboard.bridge.api import REFUSALS
from services.dashboard.bridge.counted import check_closeness
from services.dashboard.lists import queries
from services.dashboard.lists.queries import Newest
from services.dashboard.lists.request import ChosenList
from services.dashboard.lists.schemas import ListOut, RowOut
from services.dashboard.measures.narrowing import refuse_unknown
from shared.http.dependencies import Db
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns

router = APIRouter(prefix="/api/dashboard/v1", tags=["figures"])


@router.get("/lists/{measure}", summary="The list behind a figure", responses=REFUSALS)
@concerns(FIGURES)
async def show_list(
    viewer: ApiViewer, database: Db, listing: ChosenList, page_token: PageToken = None, page_size: PageSize = 50
) -> ListOut:
    """Return what a figure counts, or what a term of a bridge counts, the newest first, each with its reason.

    Without `from`, `to` and `term` it is the list of the figure as of `as_of` and as known at `known_at`. Hires are
    listed only for coordinators, case workers and administrators: each is a person.
    """
    check_closeness(listing.counted, sees_hires=sees_health(viewer), one_by_one=True)
    after = Newest.read(page_token)
    async with database.read(viewer.taskforce) as conn:
        await refuse_unknown(conn, listing.counted.filters)
        rows = await queries.page(conn, listing, after=after, limit=page_size + 1)
        total = await queries.total(conn, listing)
    page, last = cut(rows, page_size)
    return ListOut(
        measure=listing.counted.measure.code,
        term=listing.term,
        total=total,
        items=[RowOut.of(row, listing, viewer) for row in page],
        next_page_token=Newest.of(last).token() if last else None,
    )

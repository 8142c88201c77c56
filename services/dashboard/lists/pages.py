"""The page of a list: each row with its day, its reason, and a link to its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, Viewer, sees_health
from services.dashboard.bridge import links, words
from services.dashboard.bridge.counted import check_closeness
from services.dashboard.bridge.domain import Term
from services.dashboard.bridge.filters import in_words
from services.dashboard.lists import queries
from services.dashboard.lists.queries import Newest
from services.dashboard.lists.request import ChosenList
from services.dashboard.lists.schemas import RowOut
from services.dashboard.measures.narrowing import refuse_unknown
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.product.vocabulary import JOB_TYPES
from shared.ui.pages import render

if TYPE_CHECKING:
    from services.dashboard.lists.domain import Listing

router = APIRouter(include_in_schema=False)

_ROWS = 50


@router.get("/dashboard/lists/{measure}")
@concerns(FIGURES)
async def show_list(
    request: Request, viewer: Viewer, database: Db, listing: ChosenList, page_token: PageToken = None
) -> Response:
    """Show what a figure counts, or what a term of a bridge counts."""
    counted = listing.counted
    check_closeness(counted, sees_hires=sees_health(viewer), one_by_one=True)
    async with database.read(viewer.taskforce) as conn:
        await refuse_unknown(conn, listing.counted.filters)
        rows = await queries.page(conn, listing, after=Newest.read(page_token), limit=_ROWS + 1)
        total = await queries.total(conn, listing)
        filters = await in_words(conn, counted.filters, listing.until.known_at)
    page, last = cut(rows, _ROWS)
    token = Newest.of(last).token() if last else None
    return render(
        request,
        "list.html",
        listing=listing,
        measure=counted.measure,
        job_type_label=JOB_TYPES[counted.job_type] if counted.job_type else None,
        group_label=counted.measure.group_labels.get(counted.group),
        filters=filters,
        total=total,
        term=Term(listing.term, total) if listing.term else None,
        rows=[RowOut.of(row, listing, viewer) for row in page],
        first_page=page_token is None,
        next_href=f"{_address(listing)}&page_token={token}" if token else None,
        own_href=_address(listing),
        bridge_href=links.bridge_page(counted, listing.since, listing.until) if listing.since else None,
        words=words,
    )


def _address(listing: Listing) -> str:
    """Return the URL of the list."""
    if listing.since is None or listing.term is None:
        return links.list_of_figure(listing.counted, listing.until)
    return links.list_between(listing.counted, listing.since, listing.until, listing.term)

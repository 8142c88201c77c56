"""The case worker's work list: pledges with vacant positions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from services.pledges.hires.queries import hire as find_hire
from services.pledges.pledges.access import HIRE, PLEDGE
from services.pledges.pledges.forms import uuid_or_none
from services.pledges.pledges.queries import PledgeFilter, events_with_pledges, held_totals
from services.pledges.pledges.rendering import address, render
from services.pledges.queue import waiting as queries
from services.pledges.queue.cursors import OldestFirst
from shared.fields.copenhagen import COPENHAGEN
from shared.fields.text import SearchText
from shared.http.auth import Principal, require
from shared.http.dependencies import Db
from shared.http.paging import PageToken, cut
from shared.http.policy import concerns
from shared.i18n.translations import gettext as _
from shared.i18n.translations import ngettext
from shared.product.vocabulary import JOB_TYPES

router = APIRouter(include_in_schema=False)

_PAGE = 30

Text = Annotated[str, Query(max_length=60)]


@router.get("/queue")
@concerns(PLEDGE, HIRE)
async def queue(
    *,
    request: Request,
    db: Db,
    principal: Annotated[Principal, Depends(require("caseworker", "coordinator"))],
    event: Text = "",
    job_type: Text = "",
    municipality: Text = "",
    q: SearchText = "",
    flagged: bool = False,
    older: bool = False,
    hired: Text = "",
    page_token: PageToken = None,
) -> Response:
    """Show pledges with vacant positions, of the last 12 months or of all time, the oldest first."""
    today = datetime.now(COPENHAGEN).date()
    after = OldestFirst.read(page_token)
    of_all_time = PledgeFilter(
        event_id=uuid_or_none(event),
        job_type=job_type if job_type in JOB_TYPES else None,
        municipality=municipality or None,
        text=q or None,
        flagged=flagged,
    )
    recent = replace(of_all_time, pledged_since=_a_year_before(today))
    filters = of_all_time if older else recent
    async with db.read(principal.taskforce) as conn:
        rows = await queries.waiting_pledges(
            conn, principal.taskforce, filters, after=(after.on, after.id) if after else None, limit=_PAGE + 1
        )
        events = await events_with_pledges(conn, principal.taskforce)
        all_totals = await queries.waiting_totals(conn, principal.taskforce, of_all_time)
        recent_totals = await queries.waiting_totals(conn, principal.taskforce, recent)
        hire_id = uuid_or_none(hired)
        held = await held_totals(conn, principal.taskforce)
        confirmed = await find_hire(conn, principal.taskforce, hire_id) if hire_id else None
    pledges, last = cut(rows, _PAGE)
    query: list[tuple[str, object]] = [
        ("event", event),
        ("job_type", job_type),
        ("municipality", municipality),
        ("q", q),
        ("flagged", "true" if flagged else ""),
    ]
    all_query = [*query, ("older", "true")]
    token = OldestFirst(on=last.pledged_on, id=last.id).token() if last else None
    return render(
        request,
        "queue.html",
        pledges=pledges,
        totals=all_totals if older else recent_totals,
        older=older,
        older_pledges=all_totals.pledges - recent_totals.pledges,
        older_href=address("/queue", query if older else all_query),
        confirmed=confirmed,
        held=held,
        chosen={"event": event, "job_type": job_type, "municipality": municipality, "q": q, "flagged": flagged},
        filtered=any((event, job_type, municipality, q, flagged)),
        events=events,
        job_types=[(code, _(label)) for code, label in JOB_TYPES.items()],
        may_confirm=principal.has("caseworker"),
        next_href=address("/queue", [*(all_query if older else query), ("page_token", token)]) if token else None,
        waited=partial(waited, today),
    )


def _a_year_before(day: date) -> date:
    # March 1 stands for February 29 in a year without it.
    return date(day.year - 1, 3, 1) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def waited(today: date, pledged_on: date) -> str:
    """Return how long a pledge has waited: in days, from three months in months, from two years in years."""
    days = (today - pledged_on).days
    months = (today.year - pledged_on.year) * 12 + today.month - pledged_on.month - (today.day < pledged_on.day)
    if days < 1:
        return _("Pledged today")
    if months < 3:
        return ngettext("Has waited %(num)s day", "Has waited %(num)s days", days)
    if months < 24:
        return ngettext("Has waited %(num)s month", "Has waited %(num)s months", months)
    return ngettext("Has waited %(num)s year", "Has waited %(num)s years", months // 12)

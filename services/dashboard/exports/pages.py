"""Routes of the files: figures, lists, and the half-yearly report."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, time
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, ApiViewer, Reporter, sees_health
from services.dashboard.bridge.counted import HiresNotShown, check_closeness
from services.dashboard.exports.files import MEDIA_TYPES, Kind, as_response, csv_lines, headers, json_value
from services.dashboard.exports.report import Half, HalfStillToCome, report
from services.dashboard.lists.queries import all_rows
from services.dashboard.lists.reasons import reason
from services.dashboard.lists.request import ChosenList
from services.dashboard.lists.schemas import case_url
from services.dashboard.measures.breakdowns import break_down
from services.dashboard.measures.figures import compute_from, today
from services.dashboard.measures.narrowing import refuse_unknown
from services.dashboard.measures.selection import Times
from services.dashboard.overview.restricted import restrict_figures, shows_hires
from services.dashboard.pack.document import Document, Sign
from services.dashboard.pack.sections import definitions, figure_sections, signs
from services.dashboard.pack.xlsx import workbook
from services.dashboard.read_model import taskforces
from services.dashboard.selection import Chosen, OnlyKnownParameters
from shared.fields.copenhagen import COPENHAGEN
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.i18n.translations import current_language
from shared.i18n.translations import gettext as _
from shared.product.vocabulary import JOB_TYPES
from shared.ui.formats import date_text, long_date
from shared.ui.pages import render

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from uuid import UUID

    from services.dashboard.lists.domain import Listing
    from services.dashboard.pack.document import Cell
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)

_BATCH: Final = 500
_REPORTED: Final = 6
"""So many of the latest halves of a year can be chosen on the page."""

ChosenHalf = Annotated[
    str, Query(alias="half", max_length=10, description="`2026-H2`; by default the latest whole one")
]


@router.get("/dashboard/export.csv")
@concerns(FIGURES)
async def figures_as_csv(request: Request, viewer: ApiViewer, database: Db, chosen: Chosen) -> Response:
    """Send the figures as one long table: each number with its section, table, row and column."""
    return await _document("csv", await _figures(database, viewer, chosen), _("figures"))


@router.get("/dashboard/export.xlsx")
@concerns(FIGURES)
async def figures_as_xlsx(request: Request, viewer: ApiViewer, database: Db, chosen: Chosen) -> Response:
    """Send the figures as a workbook, with a sheet for each part of the page."""
    return await _document("xlsx", await _figures(database, viewer, chosen), _("figures"))


@router.get("/dashboard/export.json")
@concerns(FIGURES)
async def figures_as_json(request: Request, viewer: ApiViewer, database: Db, chosen: Chosen) -> Response:
    """Send the figures as JSON: the tables of the page. A number that is not shown is null."""
    return await _document("json", await _figures(database, viewer, chosen), _("figures"))


@router.get("/dashboard/lists/{measure}.csv")
@concerns(FIGURES)
async def list_as_csv(request: Request, viewer: ApiViewer, database: Db, listing: ChosenList) -> Response:
    """Send all rows of a list as CSV."""
    return await _list("csv", request, viewer, database, listing)


@router.get("/dashboard/lists/{measure}.xlsx")
@concerns(FIGURES)
async def list_as_xlsx(request: Request, viewer: ApiViewer, database: Db, listing: ChosenList) -> Response:
    """Send all rows of a list as a workbook."""
    return await _list("xlsx", request, viewer, database, listing)


@router.get("/dashboard/lists/{measure}.json")
@concerns(FIGURES)
async def list_as_json(request: Request, viewer: ApiViewer, database: Db, listing: ChosenList) -> Response:
    """Send all rows of a list as JSON."""
    return await _list("json", request, viewer, database, listing)


@router.get("/dashboard/report")
@concerns(FIGURES)
async def show_report(
    request: Request, viewer: Reporter, database: Db, _known: OnlyKnownParameters, half: ChosenHalf = ""
) -> Response:
    """Show the half-yearly report."""
    chosen = _half(half)
    halves = [Half.of(today())]
    while len(halves) < _REPORTED:
        halves.append(halves[-1].before)
    document = await _report(database, viewer.taskforce, chosen)
    return render(
        request,
        "report.html",
        report=document,
        section=document.sections[0],
        chosen=str(chosen),
        halves=[str(one) for one in halves],
    )


@router.get("/dashboard/report.csv")
@concerns(FIGURES)
async def report_as_csv(viewer: Reporter, database: Db, _known: OnlyKnownParameters, half: ChosenHalf = "") -> Response:
    """Send the half-yearly report as CSV."""
    chosen = _half(half)
    return await _document("csv", await _report(database, viewer.taskforce, chosen), f"{_('report')}-{chosen}")


@router.get("/dashboard/report.xlsx")
@concerns(FIGURES)
async def report_as_xlsx(
    viewer: Reporter, database: Db, _known: OnlyKnownParameters, half: ChosenHalf = ""
) -> Response:
    """Send the half-yearly report as a workbook."""
    chosen = _half(half)
    return await _document("xlsx", await _report(database, viewer.taskforce, chosen), f"{_('report')}-{chosen}")


def _half(text: str) -> Half:
    half = Half.read(text) if text else Half.of(today()).before
    if half.first > today():
        raise HalfStillToCome
    return half


async def _report(database: Database, taskforce_id: UUID, half: Half) -> Document:
    taskforce = await taskforces.find_taskforce(database, taskforce_id=taskforce_id)
    async with database.read(taskforce_id) as conn:
        before = await compute_from(conn, Times(min(half.before.last, today())))
        after = await compute_from(conn, Times(min(half.last, today())))
    return report(taskforce.name if taskforce else "", half, before, after, at=_time_of(Times(after.as_of)))


async def _figures(database: Database, viewer: Principal, chosen: Chosen) -> Document:
    restricted = not sees_health(viewer)
    if restricted and not shows_hires(chosen.filters):
        raise HiresNotShown
    taskforce = await taskforces.find_taskforce(database, taskforce_id=viewer.taskforce)
    async with database.read(viewer.taskforce) as conn:
        await refuse_unknown(conn, chosen.filters)
        computed = await compute_from(conn, chosen.times, chosen.filters)
        computed.breakdowns = await break_down(conn, chosen.times, chosen.filters, job_type=chosen.job_type)
        if restricted:
            await restrict_figures(conn, computed, job_type=chosen.job_type)
    return Document(
        current_language(),
        taskforce.name if taskforce else "",
        _("Figures for %(day)s", day=date_text(chosen.day)),
        long_date(chosen.day),
        _(JOB_TYPES[chosen.job_type]),
        _time_of(chosen.times),
        [*figure_sections(computed, chosen.job_type, hides_small=restricted), definitions()],
        [signs()],
    )


async def _document(kind: Kind, document: Document, name: str) -> Response:
    """Return a document as a file: a workbook of its sections, or its tables."""
    if kind == "xlsx":
        return _as_file(await asyncio.to_thread(workbook, document), kind, name)
    if kind == "json":
        return _as_file(json.dumps(_tables(document), ensure_ascii=False).encode(), kind, name)
    rows: list[list[Cell]] = [[_("Section"), _("Table"), _("Row"), _("Column"), _("Value")]]
    for section, table in document.tables():
        for row in table.rows:
            rows += [
                [section.sheet, table.title, str(row[0]), column.heading, cell]
                for column, cell in zip(table.columns[1:], row[1:], strict=True)
            ]
    return _as_file("\ufeff".encode() + csv_lines(rows), kind, name)


def _time_of(times: Times) -> datetime:
    """Return the time of creation of a file: that of its figures, so that the same ones give the same bytes."""
    return times.known_at or datetime.combine(times.as_of, time(), COPENHAGEN)


def _as_file(content: bytes, kind: Kind, name: str) -> Response:
    return Response(content, media_type=MEDIA_TYPES[kind], headers=headers(name, kind))


def _tables(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "taskforce": document.letterhead,
        "tables": [
            {
                "section": section.code,
                "title": table.title,
                "columns": [column.heading for column in table.columns],
                "rows": [[json_value(cell) for cell in row] for row in table.rows],
            }
            for section, table in document.tables()
        ],
    }


async def _list(kind: Kind, request: Request, viewer: Principal, database: Database, listing: Listing) -> Response:
    check_closeness(listing.counted, sees_hires=sees_health(viewer), one_by_one=True)
    origin = request.app.state.settings.public_url

    async with database.read(viewer.taskforce) as conn:
        await refuse_unknown(conn, listing.counted.filters)

        async def batches() -> AsyncIterator[Sequence[Sequence[Cell]]]:
            batch: list[list[Cell]] = []
            async for row in all_rows(conn, listing):
                case = case_url(row, viewer)
                batch.append(
                    [
                        row.day,
                        row.company or Sign.NOT_APPLICABLE,
                        row.event or Sign.NOT_APPLICABLE,
                        _(JOB_TYPES[listing.counted.job_type]) if listing.counted.job_type else Sign.NOT_APPLICABLE,
                        row.number,
                        reason(row, listing),
                        f"{origin}{case}" if case else Sign.NOT_APPLICABLE,
                        str(row.id),
                    ]
                )
                if len(batch) == _BATCH:
                    yield batch
                    batch = []
            yield batch

        columns = [_("Day"), _("Company"), _("Event"), _("Job type"), _("Number"), _("Why"), _("Case"), _("Id")]
        if kind == "json":
            columns = ["day", "company", "event", "job_type", "count", "reason", "case", "id"]
        return await as_response(kind, listing.counted.measure.code, columns, batches(), at=_time_of(listing.until))

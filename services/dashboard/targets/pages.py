"""The page of the targets: how far each has come, and whether it will be reached."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.dashboard.access import FIGURES, Viewer, sees_health
from services.dashboard.measures.figures import today
from services.dashboard.measures.selection import quarter_ends
from services.dashboard.selection import ApiTimes
from services.dashboard.targets.figures import targets
from services.dashboard.targets.words import target_rows, targets_chart
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.ui.pages import render

if TYPE_CHECKING:
    from services.dashboard.measures.selection import Times
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(include_in_schema=False)


@router.get("/dashboard/targets")
@concerns(FIGURES)
async def show_targets(request: Request, viewer: Viewer, database: Db, times: ApiTimes) -> Response:
    """Show the targets as of a day, and as known at a moment."""
    return render(
        request, "dashboard_targets.html", times=times, today=today(), **await targets_part(database, viewer, times)
    )


async def targets_part(database: Database, viewer: Principal, times: Times) -> dict[str, Any]:
    """Return what `parts/targets.html` shows."""
    hides_small = not sees_health(viewer)
    forecasts = await targets(database, viewer.taskforce, times, shares_at=quarter_ends(times) if hides_small else None)
    rows = target_rows(forecasts, hides_small=hides_small, known_at=times.known_at)
    return {
        "target_rows": rows,
        "targets_chart": targets_chart(rows, as_of=times.as_of) if rows else None,
        "sets_targets": viewer.has("coordinator", "admin"),
    }

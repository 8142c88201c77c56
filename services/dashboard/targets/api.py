"""The JSON route of targets and their forecasts."""

from __future__ import annotations

from fastapi import APIRouter

from services.dashboard.access import FIGURES, ApiViewer, sees_health
from services.dashboard.measures.selection import quarter_ends
from services.dashboard.selection import ApiTimes
from services.dashboard.targets.figures import targets
from services.dashboard.targets.schemas import TargetFigures, TargetList
from shared.http.dependencies import Db
from shared.http.openapi import problems
from shared.http.policy import concerns

router = APIRouter(prefix="/api/dashboard/v1/targets", tags=["figures"])


@router.get("", summary="How the targets stand", responses=problems(422))
@concerns(FIGURES)
async def show_targets(viewer: ApiViewer, database: Db, times: ApiTimes) -> TargetList:
    """The targets as of any day and as known at any moment: what has been counted, and whether they will be reached."""
    hides_small = not sees_health(viewer)
    found = await targets(database, viewer.taskforce, times, shares_at=quarter_ends(times) if hides_small else None)
    return TargetList(
        as_of=times.as_of,
        known_at=times.known_at,
        targets=[TargetFigures.of(one, hides_small=hides_small) for one in found],
    )

"""JSON route: the bridge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from services.dashboard.access import FIGURES, ApiViewer, sees_health
from services.dashboard.bridge.counted import check_closeness
from services.dashboard.bridge.queries import bridge
from services.dashboard.bridge.request import BridgeRequest, ChosenBridge
from services.dashboard.bridge.schemas import BridgeOut
from services.dashboard.bridge.times import check_beginning
from services.dashboard.measures.narrowing import refuse_unknown
from services.dashboard.read_model import taskforces
from shared.http.dependencies import Db
from shared.http.policy import concerns

if TYPE_CHECKING:
    from services.dashboard.bridge.domain import Bridge
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(prefix="/api/dashboard/v1", tags=["figures"])

REFUSALS: dict[int | str, dict[str, Any]] = {
    401: {"description": "No token, or one that is expired or forged"},
    403: {"description": "The role does not allow this: hires are not shown so closely to every role"},
    422: {"description": "A parameter is unknown or has no possible value, or the times are in the wrong order"},
    503: {"description": "The database is temporarily unavailable"},
}


@router.get("/bridge", summary="How a figure came from one pair of times to another", responses=REFUSALS)
@concerns(FIGURES)
async def show_bridge(viewer: ApiViewer, database: Db, chosen: ChosenBridge) -> BridgeOut:
    """Return what lies between two figures of one measure: what is new, what has ended, and what was recorded later.

    `start` and the counts of all terms always sum to `end`, and all of them come from one snapshot.
    """
    return BridgeOut.of(await build(database, viewer, chosen))


async def build(database: Database, viewer: Principal, chosen: BridgeRequest) -> Bridge:
    """Return the bridge that a URL asks for, if the viewer may see it."""
    check_closeness(chosen.counted, sees_hires=sees_health(viewer))
    taskforce = await taskforces.find_taskforce(database, taskforce_id=viewer.taskforce)
    check_beginning(taskforce.since if taskforce else None, from_=chosen.since, to=chosen.until)
    async with database.read(viewer.taskforce) as conn:
        await refuse_unknown(conn, chosen.counted.filters)
        return await bridge(conn, chosen.counted, chosen.since, chosen.until)

"""The coordinator's page of the public board: all releases ever, why none was made, and a release before its time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.dashboard.access import FIGURES, BoardReleaser, Settings
from services.dashboard.board import commands, store
from services.dashboard.board.domain import REASONS, NotReleased, judge, smallest_ever
from services.dashboard.board.schedule import schedule_of
from services.dashboard.read_model.taskforces import find_taskforce
from shared.http.dependencies import Db
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.http.refusals import problem_of
from shared.i18n.translations import gettext as _
from shared.ui.formats import local_date
from shared.ui.pages import render

if TYPE_CHECKING:
    from services.dashboard.read_model.taskforces import Taskforce
    from shared.db.database import Database
    from shared.http.auth import Principal

router = APIRouter(prefix="/dashboard/board", include_in_schema=False)

_RELEASED: Final = "released"
Answer = Annotated[str, Query(max_length=60)]


@router.get("")
@concerns(FIGURES)
async def show_releases(
    request: Request, principal: BoardReleaser, database: Db, settings: Settings, answer: Answer = ""
) -> Response:
    """Show what the board shows, what it would show now, and everything it has shown.

    Args:
        answer: what came of `release`: `released`, or the code of the reason why not.
    """
    taskforce = await _taskforce(database, principal)
    schedule = schedule_of(settings)
    now = datetime.now(UTC)
    async with database.read(taskforce.taskforce_id) as conn:
        releases = await store.releases(conn)
        check = await store.last_check(conn)
        counted = await commands.count(conn, taskforce.since, local_date(now))
    try:
        smallest = smallest_ever(schedule.smallest, releases)
        judge(counted, [one.shown for one in releases], step=smallest, smallest=smallest)
        reason = None
    except NotReleased as refusal:
        reason = problem_of(refusal)
    return render(
        request,
        "board_releases.html",
        taskforce=taskforce,
        releases=releases[::-1],
        check=check,
        check_refused=REASONS.get(check.refused) if check and check.refused else None,
        counted=counted,
        reason=reason,
        next_release=schedule.next_due(now),
        schedule=schedule,
        released=answer == _RELEASED,
        refused=REASONS.get(answer),
    )


@router.post("")
@concerns(FIGURES)
async def release(principal: BoardReleaser, database: Db, settings: Settings) -> Response:
    """Release the number before its time, if the audit allows it."""
    taskforce = await _taskforce(database, principal)
    try:
        await commands.release_now(database, taskforce, schedule_of(settings), now=datetime.now(UTC))
    except NotReleased as refusal:
        return RedirectResponse(f"/dashboard/board?answer={refusal.code}", 303)
    return RedirectResponse(f"/dashboard/board?answer={_RELEASED}", 303)


async def _taskforce(database: Database, principal: Principal) -> Taskforce:
    taskforce = await find_taskforce(database, taskforce_id=principal.taskforce)
    if taskforce is None:
        raise Problem(404, "no-board-yet", _("Your taskforce has no board yet"), _("Try again in a moment."))
    return taskforce

"""JSON routes of targets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from fastapi import APIRouter, Response

from services.events.access import TARGET, Planner, TargetReader
from services.events.targets import commands, store
from services.events.targets.schemas import TargetChange, TargetIn, TargetOut, Targets
from shared.http.dependencies import Db
from shared.http.idempotency import IdempotentDb
from shared.http.openapi import problems, versioned
from shared.http.policy import concerns
from shared.http.preconditions import ExpectedVersion, etag

if TYPE_CHECKING:
    from services.events.targets.domain import Target

router = APIRouter(prefix="/api/events/v1/targets", tags=["targets"])

SHOWN: Final = 200
"""How many targets a list has, those that were dropped among them."""


@router.post("", status_code=201, responses=versioned(201) | problems(409, 422))
@concerns(TARGET)
async def set_target(principal: Planner, db: IdempotentDb, target: TargetIn, response: Response) -> TargetOut:
    """Set a target."""
    return _shown(
        await commands.set_target(db, principal.taskforce, target.id, target.terms(), by=principal.subject), response
    )


@router.get("", responses=problems(422))
@concerns(TARGET)
async def list_targets(principal: TargetReader, db: Db) -> Targets:
    """List the targets."""
    async with db.read(principal.taskforce) as conn:
        known = await store.targets(conn, principal.taskforce, limit=SHOWN)
    return Targets(items=[TargetOut.of(one) for one in known])


@router.get("/{target_id}", responses=versioned() | problems(404, 422))
@concerns(TARGET)
async def read_target(principal: TargetReader, db: Db, target_id: UUID, response: Response) -> TargetOut:
    """Read one target; its version is in the ETag."""
    async with db.read(principal.taskforce) as conn:
        return _shown(await store.load_target(conn, principal.taskforce, target_id), response)


@router.put("/{target_id}", responses=versioned() | problems(404, 409, 412, 422))
@concerns(TARGET)
async def change_target(
    *,
    principal: Planner,
    db: IdempotentDb,
    target_id: UUID,
    target: TargetChange,
    response: Response,
    expected: ExpectedVersion,
) -> TargetOut:
    """Change what is to be reached. A dropped target holds again."""
    changed = await commands.change_target(
        db, principal.taskforce, target_id, target.terms(), by=principal.subject, expected_version=expected
    )
    return _shown(changed, response)


@router.post("/{target_id}/drop", responses=versioned() | problems(404, 412, 422))
@concerns(TARGET)
async def drop_target(
    principal: Planner, db: IdempotentDb, target_id: UUID, response: Response, expected: ExpectedVersion
) -> TargetOut:
    """Let a target hold no longer. It can be restored."""
    dropped = await commands.drop_target(
        db, principal.taskforce, target_id, by=principal.subject, expected_version=expected
    )
    return _shown(dropped, response)


@router.post("/{target_id}/restore", responses=versioned() | problems(404, 409, 412, 422))
@concerns(TARGET)
async def restore_target(
    principal: Planner, db: IdempotentDb, target_id: UUID, response: Response, expected: ExpectedVersion
) -> TargetOut:
    """Let a dropped target hold again."""
    restored = await commands.restore_target(
        db, principal.taskforce, target_id, by=principal.subject, expected_version=expected
    )
    return _shown(restored, response)


def _shown(target: Target, response: Response) -> TargetOut:
    response.headers["etag"] = etag(target.version)
    return TargetOut.of(target)

"""JSON routes: which notices were sent, when, and why others were not."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from services.notifications.access import DELIVERY, Reader
from services.notifications.deliveries import queries
from services.notifications.deliveries.queries import DeliverySortKey
from services.notifications.deliveries.store import Status
from services.notifications.notices.registry import KINDS
from shared.http.dependencies import Db
from shared.http.paging import PageSize, PageToken, cut
from shared.http.policy import concerns

if TYPE_CHECKING:
    from services.notifications.deliveries.queries import DeliveryRow

if TYPE_CHECKING:
    Rule = str
else:
    Rule = Literal[tuple(KINDS)]

router = APIRouter(prefix="/api/notifications/v1", tags=["deliveries"])

_REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    401: {"description": "No token, or one that is not valid"},
    403: {"description": "The role does not allow this"},
    422: {"description": "Something needs to be corrected; `errors` says what"},
}


class DeliveryOut(BaseModel):
    """A notice to one recipient, and whether it was sent. The address is not stored."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "6f0f6b3a-3a52-5f7c-9a51-5f3a3f0b6c11",
                    "rule": "pledge_received",
                    "about_id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10",
                    "pledge_id": "0b9a5a4e-6a0f-4c3b-9b1d-2f6a5d1c7e10",
                    "status": "sent",
                    "reason": None,
                    "attempts": 1,
                    "happened_at": "2026-12-01T18:04:11Z",
                    "created_at": "2026-12-01T18:04:11Z",
                    "attempted_at": "2026-12-01T18:04:12Z",
                    "settled_at": "2026-12-01T18:04:12Z",
                }
            ]
        }
    )

    id: UUID
    rule: str = Field(
        description=f"the kind of notice: {', '.join(f'`{kind.code}`' for kind in KINDS.values() if kind.listed)}; "
        "a later release may add others"
    )
    about_id: UUID = Field(description="the pledge, hire or invitation that the notice is about")
    pledge_id: UUID | None = Field(description="None if the notice is not about a pledge")
    status: Status = Field(description="`waiting` will be attempted (again); all others are final")
    reason: str | None = Field(description="a code: why it was not sent, or not sent yet")
    attempts: int
    happened_at: datetime = Field(
        description="when the change happened; no notice is sent of a change older than 24 hours"
    )
    created_at: datetime
    attempted_at: datetime | None
    settled_at: datetime | None

    @classmethod
    def of(cls, row: DeliveryRow) -> Self:
        return cls(**row.model_dump(exclude={"facts"}), pledge_id=row.facts.get("pledge_id"))


class DeliveryPage(BaseModel):
    """One page of deliveries, latest first."""

    items: list[DeliveryOut]
    next_page_token: str | None = Field(description="None on the last page")


@router.get("/deliveries", responses=_REFUSALS)
@concerns(DELIVERY)
async def list_deliveries(
    *,
    principal: Reader,
    db: Db,
    status: Annotated[list[Status], Query(description="only these; may be repeated")] = [],  # noqa: B006  (FastAPI copies)
    rule: Annotated[Rule | None, Query(description="only notices of this kind")] = None,
    page_size: PageSize = 50,
    page_token: PageToken = None,
) -> DeliveryPage:
    """List deliveries, latest first."""
    async with db.read(principal.taskforce) as conn:
        rows = await queries.deliveries(
            conn,
            principal.taskforce,
            statuses=status,
            rule=rule,
            after=DeliverySortKey.read(page_token),
            limit=page_size + 1,
        )
    page, last = cut(rows, page_size)
    return DeliveryPage(items=[DeliveryOut.of(row) for row in page], next_page_token=last.key.token() if last else None)

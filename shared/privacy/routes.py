"""Routes at which a service finds, reports and erases the data of a person, for the pages in the identity service.

No gateway exposes them, and only the identity service may call them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from shared.db.database import Database
from shared.http.auth import Principal, require_service
from shared.http.policy import Resource, concerns
from shared.http.problems import Problem
from shared.i18n.translations import Language
from shared.privacy import subject_requests
from shared.privacy.subject_requests import Deadline, ErasureOrder, ErasureResult, Findings, LedgerLine, SubjectRequest
from shared.product.services import IDENTITY_SERVICE

if TYPE_CHECKING:
    from shared.privacy.subject_requests import SubjectData

SUBJECT: Final = Resource("data subject")
ERASURE: Final = Resource("erasure ledger entry")
DEADLINES: Final = Resource("overdue deletion")


async def _database(request: Request) -> Database:
    """FastAPI dependency: the database as a role that sees all personal data of a taskforce, connected by the lifespan.

    It is `app.state.subjects_database`, where the role of the app does not.
    """
    state = request.app.state
    found: Database = getattr(state, "subjects_database", None) or state.database
    return found


_Db = Annotated[Database, Depends(_database)]
_Events = Annotated[Principal, Depends(require_service(IDENTITY_SERVICE))]


def subject_routes(subject_data: SubjectData) -> APIRouter:
    """Return the routes `/internal/<service>/v1/subjects/…`, `erasures` and `deadlines` of a service."""
    router = APIRouter(prefix=f"/internal/{subject_data.service}/v1", include_in_schema=False)

    @router.post("/subjects/find")
    @concerns(SUBJECT)
    async def find(_service: _Events, db: _Db, request: SubjectRequest) -> Findings:
        return await subject_requests.find(db, subject_data, request)

    @router.post("/subjects/erase")
    @concerns(SUBJECT)
    async def erase(_service: _Events, db: _Db, order: ErasureOrder) -> ErasureResult:
        try:
            return await subject_requests.erase(db, subject_data, order)
        except ValueError as error:
            raise Problem(422) from error

    @router.get("/deadlines")
    @concerns(DEADLINES)
    async def deadlines(
        _service: _Events, db: _Db, taskforce: Annotated[UUID, Query()], language: Language = "da"
    ) -> list[Deadline]:
        return await subject_requests.deadlines(db, subject_data, taskforce, language)

    if subject_data.owns:

        @router.get("/erasures")
        @concerns(ERASURE)
        async def erasures(_service: _Events, db: _Db, taskforce: Annotated[UUID, Query()]) -> list[LedgerLine]:
            return await subject_requests.ledger(db, subject_data, taskforce)

    return router

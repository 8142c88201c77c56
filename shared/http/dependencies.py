"""The dependencies that routes of every service use.

Routes have one style of dependency injection: a parameter is annotated with an alias, `Annotated[..., Depends(...)]`,
and has no default. A service declares the aliases for its roles in its `access.py`::

    Planner = Annotated[Principal, Depends(require("coordinator", "admin"))]

    @router.get("/{event_id}")
    @concerns(EVENT)
    async def read_event(principal: Planner, db: Db, event_id: UUID) -> EventOut: ...

`ExpectedVersion` (If-Match) is in `preconditions.py`, `Idempotent` (Idempotency-Key) in `idempotency.py`, and
`PageSize` and `PageToken` are in `paging.py`.
"""

from typing import Annotated

from fastapi import Depends, Request

from shared.db.database import Database
from shared.http.auth import Principal, any_person, public, stepped_up

Anybody = Annotated[Principal | None, Depends(public)]
"""Any caller, signed in or not."""
AnyPerson = Annotated[Principal, Depends(any_person)]
"""A person who is signed in, whatever their roles: for what concerns their own account."""
SteppedUpPerson = Annotated[Principal, Depends(stepped_up(any_person))]
"""The same, and they have signed in within the last `STEP_UP_SECONDS`."""


async def database(request: Request) -> Database:
    """FastAPI dependency: the service's database, connected by the lifespan as its app role."""
    database: Database = request.app.state.database
    return database


Db = Annotated[Database, Depends(database)]

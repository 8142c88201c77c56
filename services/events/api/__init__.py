"""JSON routes of the register, one file per resource: request -> command -> status. They translate, they do not decide.

`/api/events/v1/…` is for programs and other people's pages; `/internal/events/v1/…` for the other services alone.
"""

from __future__ import annotations

from fastapi import APIRouter

from services.events.api import attendance, companies, events, internal, passes, people

router = APIRouter()
for resource in (companies, events, attendance, passes, people):
    router.include_router(resource.router)
router.include_router(internal.router, include_in_schema=False)

"""HTML pages of the register: the calendar, an event's evening and its door, guests' codes, companies."""

from __future__ import annotations

from fastapi import APIRouter

from services.events.pages import companies, door, events, guests

router = APIRouter(include_in_schema=False)
for page in (guests, events, door, companies):
    router.include_router(page.router)

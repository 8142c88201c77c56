"""Tonight's event, made through the API: open, with companies at the door and a pass for guests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from deploy.rehearsal.plan import GuestCompany
from deploy.scenarios.struer_companies import companies

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True)
class Tonight:
    """The event.

    Attributes:
        pass_path: the path of the pass's link, which opens the intake.
        companies: those that have checked in.
    """

    id: str
    pass_path: str
    companies: tuple[GuestCompany, ...]


async def open_event(coordinator: httpx.AsyncClient, *, title: str, company_count: int) -> Tonight:
    """Draft, publish and open an event of tonight, and check companies of the Struer scenario in."""
    event_id = str(uuid4())
    now = datetime.now(UTC)
    await _post(
        coordinator,
        "/api/events/v1/events",
        {
            "id": event_id,
            "title": title,
            "starts_at": (now - timedelta(minutes=30)).isoformat(),
            "ends_at": (now + timedelta(hours=3)).isoformat(),
            "goal_positions": 200,
        },
    )
    for step in ("publish", "open"):
        await _post(coordinator, f"/api/events/v1/events/{event_id}/{step}", {})
    guests = companies()[:company_count]
    for company in guests:
        await _post(coordinator, f"/api/events/v1/events/{event_id}/check-ins", {"company_id": str(company.id)})
    issued = await _post(coordinator, f"/api/events/v1/events/{event_id}/passes", {})
    return Tonight(
        event_id, urlsplit(issued["link"]).path, tuple(GuestCompany(company.name, company.cvr) for company in guests)
    )


async def close_event(coordinator: httpx.AsyncClient, event_id: str) -> None:
    """Close the event."""
    await _post(coordinator, f"/api/events/v1/events/{event_id}/close", {})


async def stored_pledges(coordinator: httpx.AsyncClient, event_id: str) -> list[dict[str, Any]]:
    """Return every pledge of the event, with its contact."""
    pledges: list[dict[str, Any]] = []
    token = None
    while True:
        query = {"event_id": event_id, "page_size": "100"} | ({"page_token": token} if token else {})
        answer = await coordinator.get("/api/pledges/v1/pledges", params=query)
        answer.raise_for_status()
        page = answer.json()
        pledges += page["items"]
        token = page["next_page_token"]
        if token is None:
            return pledges


async def _post(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> Any:
    answer = await http.post(path, json=body)
    answer.raise_for_status()
    return answer.json()

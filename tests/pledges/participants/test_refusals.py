"""What is refused about participants is recorded: who, what and why, and nothing about whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

import httpx
import pytest
from fastapi import APIRouter
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from services.pledges.participants.access import PARTICIPANT, ParticipantEditor, ParticipantReader
from shared import metrics
from shared.http.app import create_web_app
from shared.http.policy import concerns
from shared.http.problems import Problem
from shared.refusals import Refusal
from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from collections.abc import Callable

PATH = "/api/pledges/v1/participants/{participant_id}"


class _Unknown(Refusal):
    """No participant that the caller sees has this id."""

    code: ClassVar = "unknown"
    kind: ClassVar = "not_found"
    title: ClassVar = "Unknown"
    detail: ClassVar = "Unknown"


class _Stale(Refusal):
    """Somebody was quicker."""

    code: ClassVar = "stale"
    kind: ClassVar = "stale"
    title: ClassVar = "Stale"
    detail: ClassVar = "Stale"


@pytest.fixture
def client(base_settings: dict[str, Any]) -> httpx.AsyncClient:
    """A client of two routes; by the last letter of the id, the first finds somebody or not."""
    router = APIRouter(prefix="/api/pledges/v1/participants")

    @router.get("/{participant_id}")
    @concerns(PARTICIPANT)
    async def show(principal: ParticipantReader, participant_id: str) -> str:
        if participant_id.endswith("unknown"):
            raise _Unknown
        if participant_id.endswith("missing"):
            raise Problem(404)
        if participant_id.endswith("stale"):
            raise _Stale
        return principal.subject

    @router.patch("/{participant_id}")
    @concerns(PARTICIPANT)
    async def change(principal: ParticipantEditor, participant_id: str) -> str:
        return principal.subject + participant_id

    settings = ServiceSettings(**base_settings, database_url="postgresql://nowhere/none")
    app = create_web_app(title="Sample", service="pledges", settings=settings)
    app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://localhost:8080")


@pytest.mark.parametrize(
    ("method", "role", "whom", "status", "reason"),
    [
        ("GET", "caseworker", "", 200, None),
        ("GET", "caseworker", "stale", 412, None),
        ("GET", None, "", 401, None),
        ("GET", "caseworker", "unknown", 404, "not_found"),
        ("GET", "facilitator", "missing", 404, "not_found"),
        ("GET", "admin", "unknown", 403, "role"),
        ("GET", "auditor", "", 403, "role"),
        ("PATCH", "facilitator", "", 403, "role"),
    ],
)
async def test_a_refusal_is_recorded_with_who_and_what_and_not_with_whom(
    client: httpx.AsyncClient,
    token: Callable[..., str],
    method: str,
    role: str | None,
    whom: str,
    status: int,
    reason: str | None,
) -> None:
    headers = {"authorization": f"Bearer {token(role)}"} if role else {}
    counter = metrics.PARTICIPANTS_REFUSED.labels(f"{method} {PATH}", reason or "role")
    before, whom = counter._value.get(), f"{uuid4()}-{whom}"
    with capture_logs(processors=[merge_contextvars]) as logged:
        answer = await client.request(method, PATH.format(participant_id=whom), headers=headers)
    assert answer.status_code == status
    refused = [line for line in logged if line["event"] == "participants.refused"]
    assert [(line["operation"], line["reason"]) for line in refused] == (
        [(f"{method} {PATH}", reason)] if reason else []
    )
    assert all(line["who"].startswith("person:") and line["taskforce_id"] for line in refused)
    assert whom not in str(logged)
    assert counter._value.get() - before == (1 if reason else 0)

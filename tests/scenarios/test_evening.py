"""The plan of an evening, and its client, which repeats requests without a response."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import pytest

from deploy.scenarios import evening as evenings
from deploy.scenarios import facts
from deploy.scenarios.evening import (
    SECONDS,
    CheckInStep,
    Evening,
    EveningTarget,
    HireStep,
    PledgeStep,
    Refused,
    plan_evening,
)

TODAY = date(2026, 11, 24)
TOKENS = {"coordinator": "c", "member": "m", "caseworker": "w"}


@pytest.fixture(scope="module")
def plan() -> Evening:
    return plan_evening(TODAY, 1)


def test_80_companies_check_in_once_each(plan: Evening) -> None:
    arrivals = [step.company.id for step in plan.steps if isinstance(step, CheckInStep)]
    assert len(arrivals) == len(set(arrivals)) == facts.EVENING_COMPANIES


def test_about_50_positions_are_pledged(plan: Evening) -> None:
    positions = sum(step.positions for step in plan.steps if isinstance(step, PledgeStep))
    assert abs(positions - facts.EVENING_POSITIONS_ABOUT) <= 2


def test_pledges_follow_check_ins_and_hires_follow_pledges(plan: Evening) -> None:
    came = {step.company.id: step.at for step in plan.steps if isinstance(step, CheckInStep)}
    for step in plan.steps:
        if isinstance(step, PledgeStep):
            assert step.at > came[step.company.id]
        elif isinstance(step, HireStep):
            assert step.at > step.promise.at


def test_members_and_guests_both_pledge(plan: Evening) -> None:
    assert set(Counter(step.by for step in plan.steps if isinstance(step, PledgeStep))) == {"member", "guest"}


def test_an_evening_takes_a_minute(plan: Evening) -> None:
    assert SECONDS * 0.8 < plan.steps[-1].at <= SECONDS


def test_the_same_date_and_number_give_the_same_plan() -> None:
    assert plan_evening(TODAY, 1) == plan_evening(TODAY, 1)
    assert not {step.id for step in plan_evening(TODAY, 1).steps if isinstance(step, PledgeStep)} & {
        step.id for step in plan_evening(TODAY, 2).steps if isinstance(step, PledgeStep)
    }


# ---- a server that loses responses


class LossyServer:
    """An HTTP server that handles every request, but answers some only when they are repeated.

    Attributes:
        requests: method, path and body of each request, in order.
        lost: number of responses to lose; -1 refuses every request instead.
    """

    def __init__(self, lost: int) -> None:
        self.requests: list[tuple[str, str, object]] = []
        self.lost = lost
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Respond to the request of a connection, or close the connection without a response."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path, _ = head.splitlines()[0].split()
        length = next(
            (int(line.partition(":")[2]) for line in head.splitlines() if line.lower().startswith("content-length:")), 0
        )
        body = json.loads(await reader.readexactly(length)) if length else None
        self.requests.append((method, path, body))
        if self.lost > 0:
            self.lost -= 1
        else:
            answer = b'{"items": []}' if self.lost == 0 else b'{"title": "No"}'
            status = b"200 OK" if self.lost == 0 else b"403 Forbidden"
            writer.write(
                b"HTTP/1.1 %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%s" % (status, len(answer), answer)
            )
            await writer.drain()
        writer.close()


@asynccontextmanager
async def lossy_server(lost: int) -> AsyncIterator[LossyServer]:
    server = LossyServer(lost)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    host, port = listening.sockets[0].getsockname()[:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        listening.close()
        await listening.wait_closed()


async def test_a_request_without_a_response_is_retried_unchanged() -> None:
    async with lossy_server(lost=2) as server:
        # The server's repeated answers contain no evening.
        async with evenings._client(server.url, "c") as http:
            assert await evenings._send(http, "POST", "/api/x", {"id": "1", "at": "now"}) == {"items": []}
        assert server.requests == [("POST", "/api/x", {"id": "1", "at": "now"})] * 3


async def test_a_refused_step_ends_the_evening_with_the_reason(plan: Evening) -> None:
    async with lossy_server(lost=-1) as server:
        with pytest.raises(Refused, match="403"):
            await evenings.play(EveningTarget(server.url, TOKENS), plan, speed=60)

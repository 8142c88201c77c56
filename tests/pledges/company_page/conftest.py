"""A company with its page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest_asyncio

from services.pledges.company_page.links import issue_link
from services.pledges.company_page.tokens import write_token
from shared.db.database import Database
from tests.pledges.browsing import HTML
from tests.pledges.conftest import REQUEST_KEY, Caller, pledge_body

NAME = "Struer Trælast A/S"


class CompanyVisitor:
    """Somebody at a company who opens its page with the link."""

    def __init__(self, caller: Caller, database: Database, taskforce_id: UUID, company_id: UUID) -> None:
        self.caller, self.database, self.taskforce_id, self.company_id = caller, database, taskforce_id, company_id
        self.token = ""

    async def receive_link(self) -> None:
        link = await issue_link(self.database, self.taskforce_id, self.company_id, by=None)
        self.token = write_token(self.taskforce_id, link.id, key=REQUEST_KEY)

    async def get(self, path: str = "", *, token: str | None = None) -> httpx.Response:
        return await self.caller.client.get(f"/company/{token or self.token}{path}", headers=HTML)

    async def post(self, path: str, **form: Any) -> httpx.Response:
        return await self.caller.client.post(
            f"/company/{self.token}{path}", data={"id": str(uuid4())} | form, headers=HTML
        )

    async def log(self, **changes: Any) -> str:
        """Log a pledge of the company. Returns its id."""
        body = pledge_body(company={"name": NAME, "cvr": "24256790", "id": str(self.company_id)}, **changes)
        answer = await self.caller.log(body)
        assert answer.status_code == 201, answer.text
        return str(body["id"])

    async def pledge(self, pledge_id: str) -> dict[str, Any]:
        answer = await self.caller.get(f"/api/pledges/v1/pledges/{pledge_id}", "coordinator")
        pledge: dict[str, Any] = answer.json()
        return pledge

    async def rows(self, statement: str, *arguments: Any) -> list[dict[str, Any]]:
        async with self.database.read(self.taskforce_id) as conn:
            return [dict(row) for row in await conn.fetch(statement, *arguments)]


@pytest_asyncio.fixture
async def visitor(
    caller: Caller,
    pledges_database: Database,
    taskforce_id: UUID,
    add_company: Callable[..., Awaitable[UUID]],
) -> CompanyVisitor:
    """A visitor with the link of a company of the register."""
    company_id = await add_company(NAME, cvr="24256790", municipality="0671")
    visitor = CompanyVisitor(caller, pledges_database, taskforce_id, company_id)
    await visitor.receive_link()
    return visitor

"""A browser without JavaScript, for tests of pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    import httpx

    from shared.product.roles import Role


class Visitor:
    """A signed-in browser without JavaScript."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def open(self, path: str, status: int = 200) -> str:
        answer = await self.client.get(path, headers={"accept": "text/html"})
        assert answer.status_code == status, answer.text
        return answer.text

    async def send(self, path: str, status: int = 200, /, **form: Any) -> str:
        """Submit a form and follow the redirect."""
        answer = await self.client.post(
            path, data=form, headers={"accept": "text/html", "sec-fetch-site": "same-origin"}, follow_redirects=True
        )
        assert answer.status_code == status, answer.text
        return answer.text


async def become(visitor: Visitor, role: Role, taskforce_id: UUID) -> None:
    await visitor.send("/sign-in", role=role, taskforce=str(taskforce_id), next="/sign-in")


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    assert found, name
    return found[1]

"""Filling in and reading pages."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from uuid import UUID

    import httpx

    from shared.db.database import Database
    from tests.pledges.conftest import Caller

HTML = {"accept": "text/html"}


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'<input type="hidden" name="{re.escape(name)}" value="([^"]*)"', page)
    assert found, name
    return unescape(found[1])


def text_of(page: str) -> str:
    """Return the text of a page, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


async def intake(caller: Caller, **values: Any) -> httpx.Response:
    """Fill in and send the intake form."""
    fields = {
        "id": str(uuid4()),
        "company.name": "Struer Trælast A/S",
        "contact.name": "Eva Holm",
        "contact.phone": "97 85 00 00",
        "positions": "3",
        "hours": "10",
        "tasks": ["shelf_stocking", "tidying"],
    } | values
    return await caller.client.post("/pledges/new", data=fields, headers=caller.headers("member") | HTML)


async def count(database: Database, taskforce_id: UUID, table: str = "pledges") -> int:
    async with database.read(taskforce_id) as conn:
        number: int = await conn.fetchval(f"select count(*) from {table}")
        return number

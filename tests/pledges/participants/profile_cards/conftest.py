"""A case worker with a participant whose card they write, and those who open it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest_asyncio

from tests.pledges.browsing import HTML, hidden
from tests.pledges.conftest import TODAY, Caller
from tests.pledges.participants.conftest import STRUER, add, participant
from tests.pledges.participants.profile_cards.pictures import picture

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import asyncpg
    import httpx

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from tests.support.infrastructure import Databases

CARD = {
    "preferred_name": "Mette",
    "words": "Jeg er god til at holde orden.",
    "tasks": ["packing", "tidying"],
    "language": "da",
    "basis": "consent",
    "consented_on": TODAY.isoformat(),
    "valid_from": TODAY.isoformat(),
    "valid_until": (TODAY + timedelta(days=90)).isoformat(),
}


class CardVisitor:
    """A case worker of Struer with a participant, and anybody with a link."""

    def __init__(self, caller: Caller, participant_id: UUID) -> None:
        self.caller, self.participant_id = caller, participant_id
        self.headers = caller.headers("caseworker", municipality=STRUER) | HTML

    @property
    def path(self) -> str:
        return f"/participants/{self.participant_id}/card"

    async def get(self, path: str = "", **options: Any) -> httpx.Response:
        """Get one of the case worker's pages of the card."""
        return await self.caller.client.get(self.path + path, headers=self.headers, **options)

    async def post(self, path: str = "", **form: Any) -> httpx.Response:
        """Send one of the case worker's forms."""
        return await self.caller.client.post(self.path + path, data=form, headers=self.headers)

    async def write(self, **changes: Any) -> httpx.Response:
        """Write the card, as the form does."""
        page = await self.get("/edit")
        return await self.post(**CARD | {"version": hidden(page.text, "version")} | changes)

    async def upload(self, content: bytes | None = None, *, alt: str = "En kvinde i en have") -> httpx.Response:
        """Upload a photo."""
        return await self.caller.client.post(
            f"/participants/photos/{self.participant_id}",
            data={"alt": alt},
            files={"photo": ("IMG_1.jpg", picture() if content is None else content, "image/jpeg")},
            headers=self.headers,
        )

    async def link(self) -> str:
        """Return the path of the link for companies."""
        return _path_in((await self.get()).text, r"/card/[\w-]{43}")

    async def own_link(self) -> str:
        """Make the citizen's own link, and return its path."""
        return _path_in((await self.post("/handover")).text, r"/card/mine/[\w-]{43}")

    async def open(self, path: str, **options: Any) -> httpx.Response:
        """Open a path without an account."""
        return await self.caller.client.get(path, headers=HTML, **options)

    async def send(self, path: str, **form: Any) -> httpx.Response:
        """Send a form without an account."""
        return await self.caller.client.post(path, data=form, headers=HTML)


def _path_in(page: str, pattern: str) -> str:
    found = re.search(rf"http://[^/\s\"]+({pattern})[\"<]", page)
    assert found, page
    return found[1]


@pytest_asyncio.fixture
async def visitor(
    caller: Caller, participants_database: ParticipantsDatabase, struer: Reader, taskforce_id: UUID
) -> CardVisitor:
    """A case worker of Struer with a participant who has no card yet."""
    one = participant(taskforce_id, case_reference="S-2026-17")
    await add(participants_database, struer, one)
    return CardVisitor(caller, one.id)


@pytest_asyncio.fixture
async def superuser(pledges_dsns: Databases) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A superuser's connection to the same database."""
    import asyncpg

    conn = await asyncpg.connect(pledges_dsns.superuser_dsn("pledges"))
    yield conn
    await conn.close()

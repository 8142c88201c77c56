"""Participants of Struer and pledges of companies, on one database for all tests of a module."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest_asyncio

from services.pledges.matching import queries
from services.pledges.matching.domain import Needs, Offer, Verdict
from services.pledges.matching.store import save_needs
from services.pledges.participants.access import ParticipantsDatabase, Reader, disclose_participants
from services.pledges.participants.domain import Availability, Participant, Tasks
from services.pledges.pledges.store import insert_pledges
from services.pledges.register.domain import TypedCompany
from services.pledges.settings import PledgesSettings
from shared.db.database import Database
from shared.http.auth import public_jwks
from shared.privacy.access_log import PLACEMENT
from shared.ui.formats import local_date
from tests.pledges.builders import TASKFORCE, logged, pledge_terms
from tests.pledges.conftest import REQUEST_KEY
from tests.pledges.participants.conftest import STRUER, add, participant, participants_database, struer
from tests.support.infrastructure import fresh_databases

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.pledges.pledges.domain import Pledge
    from tests.support.infrastructure import Installation

TODAY = local_date(datetime.now(UTC))

__all__ = ["participants_database", "struer"]

KNOWN: dict[str, Any] = {
    "availability": Availability(
        TODAY, Decimal(5), Decimal(10), frozenset({2, 4}), 20, "public", frozenset({"smaajob"})
    ),
    "tasks": Tasks(can=frozenset({"packing"}), want=frozenset({"tidying"}), cannot=frozenset({"warehouse"})),
}
"""Somebody about whom everything is known."""
OFFERED: dict[str, Any] = {
    "company": TypedCompany("Struer Trælast A/S", municipality=STRUER),
    "tasks": ("packing",),
    "earliest_start": TODAY + timedelta(days=7),
}
"""A pledge that suits them, once the company has answered."""
NEEDS = Needs(frozenset({2}), public_transport=True)


@dataclass(frozen=True)
class Matching:
    """A database with a case worker of Struer."""

    db: ParticipantsDatabase
    reader: Reader

    async def register(self, **fields: Any) -> Participant:
        """Save a participant about whom everything is known, except what is given."""
        one = participant(TASKFORCE, **KNOWN | fields)
        await add(self.db, self.reader, one)
        return one

    async def pledge(self, needs: Needs | None = NEEDS, **terms: Any) -> Pledge:
        """Save a pledge of one position that suits such a participant."""
        pledge = logged(pledge_terms(**{"positions": 1} | OFFERED | terms))
        async with self.db.change(TASKFORCE) as conn:
            await insert_pledges(conn, [(pledge, uuid4().bytes)])
            if needs is not None:
                await save_needs(conn, TASKFORCE, pledge.id, needs, at=datetime.now(UTC))
        return pledge

    async def judge(self, one: Participant, pledge: Pledge, *, today: date = TODAY) -> Verdict:
        """Return how they fit."""
        async with disclose_participants(self.db, self.reader, purpose=PLACEMENT) as disclosure:
            offer = await self.offer(pledge)
            return (await queries.judge(disclosure.conn, TASKFORCE, offer, [one.id], today=today))[one.id]

    async def offer(self, pledge: Pledge) -> Offer:
        """Return the pledge's first position."""
        async with self.db.read(TASKFORCE) as conn:
            offer = await queries.offer_of_position(conn, TASKFORCE, pledge.positions[0].id)
        assert offer is not None
        return offer


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def matching(installation: Installation, signing_key: str) -> AsyncIterator[Matching]:
    """One database for all tests of a module: for tests that look only at their own rows."""
    with fresh_databases(installation, ["pledges"]) as dsns:
        settings = PledgesSettings(
            token_jwks=public_jwks(signing_key),
            database_url=dsns.app_dsn("pledges"),
            intake_database_url=dsns.intake_dsn(),
            participants_database_url=dsns.participants_dsn(),
            request_key=REQUEST_KEY,
            kafka_flavour="embedded",
        )
        database = await Database.connect(settings, name="tests", url=settings.participants_database_url)
        reader = Reader(TASKFORCE, f"person:{UUID(int=1)}", STRUER)
        yield Matching(ParticipantsDatabase(database), reader)
        await database.close()

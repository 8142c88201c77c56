"""A participant of Struer with a rule about hours that is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest_asyncio

from services.pledges.hour_rules.commands import add_rule
from tests.pledges.hour_rules.rules import rule
from tests.pledges.participants.conftest import add, participant, participants_database, struer

if TYPE_CHECKING:
    from uuid import UUID

    from services.pledges.participants.access import ParticipantsDatabase, Reader
    from services.pledges.participants.domain import Participant
    from shared.db.database import Database

__all__ = ["participants_database", "struer"]


@pytest_asyncio.fixture
async def one(
    participants_database: ParticipantsDatabase, struer: Reader, pledges_database: Database, taskforce_id: UUID
) -> Participant:
    """A participant; a rule of the taskforce demands 225 hours from them."""
    found = participant(taskforce_id, case_reference="S-2041", programme="job_network")
    await add(participants_database, struer, found)
    own = rule(code="own", name="Vores regel", valid_from=date(2020, 1, 1))
    await add_rule(pledges_database, taskforce_id, replace(own, added_at=datetime.now(UTC)))
    return found

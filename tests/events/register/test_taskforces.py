"""Registering taskforces."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from services.events.register import commands
from services.events.register.domain import SlugTaken
from tests.events.conftest import published

if TYPE_CHECKING:
    from shared.db.database import Database

FACTS: dict[str, Any] = {
    "slug": "struer",
    "name": "Code of Care Struer",
    "municipality": "0671",
    "since": date(2018, 5, 1),
}


async def test_registering_a_taskforce_again_changes_nothing(events_database: Database, taskforce_id: UUID) -> None:
    for _ in range(3):
        await commands.register_taskforce(events_database, id=taskforce_id, **FACTS)
    facts = await published(events_database)
    assert [(name, fact["slug"], fact["since"], fact["version"]) for name, fact in facts] == [
        ("TaskforceRegistered", "struer", "2018-05-01", 1)
    ]


async def test_changed_facts_are_published_as_the_next_version(events_database: Database, taskforce_id: UUID) -> None:
    await commands.register_taskforce(events_database, id=taskforce_id, **FACTS)
    await commands.register_taskforce(events_database, id=taskforce_id, **FACTS | {"name": "Struer"})
    assert [(fact["name"], fact["version"]) for _, fact in await published(events_database)] == [
        ("Code of Care Struer", 1),
        ("Struer", 2),
    ]


async def test_two_taskforces_cannot_have_one_slug(events_database: Database, taskforce_id: UUID) -> None:
    await commands.register_taskforce(events_database, id=taskforce_id, **FACTS)
    with pytest.raises(SlugTaken):
        await commands.register_taskforce(events_database, id=uuid4(), **FACTS)
    assert len(await published(events_database)) == 1

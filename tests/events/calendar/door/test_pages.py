"""The door's page as a phone keeps it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from shared.i18n.translations import LANGUAGES

if TYPE_CHECKING:
    from tests.events.conftest import Caller


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_the_same_for_everybody_and_all_its_files_are_kept(caller: Caller, language: str) -> None:
    script = (await caller.client.get("/events/service-worker.js")).text
    facts = json.loads(script.split("=", 1)[1].split(";\n", 1)[0])
    nobodys = await caller.client.get(f"/events/shell/{language}")
    members = await caller.client.get(f"/events/shell/{language}", headers=caller.headers("member"))

    assert facts["page"] == "/events/*/door"
    assert members.content == nobodys.content
    assert "data-principal" not in nobodys.text
    assert f'<html lang="{language}">' in nobodys.text
    assert set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', nobodys.text)) <= set(facts["files"])

"""`tilsagn up`: a new installation that stops on Ctrl-C. That it keeps its data: tests/deploy/test_launcher.py."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from deploy.cli.console import CommandError
from deploy.cli.run import _taskforces
from services.events.settings import EventsSettings
from tests.cli.command import tilsagn
from tests.cli.local_run import local_run, state_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.infrastructure import Databases

pytestmark = pytest.mark.processes


@pytest.fixture
def folder() -> Iterator[Path]:
    with state_folder() as folder:
        yield folder


def test_a_new_installation_has_one_taskforce_no_data_and_says_what_to_do_next(folder: Path) -> None:
    with local_run("up", "--no-browser", "--taskforce", "vejle", "--municipality", "0630", state=folder) as run:
        output = run.wait_for("Ctrl-C stops it")
        assert "tilsagn scenario load struer" in output
        assert f"{run.url}/board/vejle" in output
        [address] = re.findall(rf"{run.url}/sign-in/setup/\S+", output)
        anew = tilsagn("admin-link", "--taskforce", "vejle", state=folder).output.strip()
        assert anew.startswith(f"{run.url}/sign-in/setup/")
        first = {"name": "Bent Sivkær", "email": "bent@vejle.example"}
        for link, status in ((address, 409), (anew, 303), (anew, 409)):
            answer = httpx.post(link, data=first, headers={"sec-fetch-site": "same-origin"}, trust_env=False)
            assert answer.status_code == status, answer.text
        # An administrator without a passkey needs another link.
        assert "/sign-in/setup/" in tilsagn("admin-link", "--taskforce", "vejle", state=folder).output
        token = tilsagn("token", "--role", "caseworker", "--taskforce", "vejle", state=folder).output.strip()
        hire_id = "7b1e3c52-58a1-4a52-9f6c-0f6f0f0d7d11"
        hire = {
            "id": hire_id,
            "company": {"name": "Havgus Elektronik A/S"},
            "start_date": "2026-11-02",
            "weekly_hours": 10,
            "contact_person": {"name": "Jonas Tangaa"},
        }
        headers = {"authorization": f"Bearer {token}", "idempotency-key": hire_id}
        made = httpx.post(f"{run.url}/api/pledges/v1/hires", headers=headers, json=hire, trust_env=False)
        assert made.status_code == 201, made.text
        assert tilsagn("verify", state=folder).exit_code == 0

        assert run.stop() == 0


async def test_an_installation_with_a_taskforce_gets_no_second_one(
    events_dsns: Databases, base_settings: dict[str, Any], signing_key: str
) -> None:
    settings = EventsSettings(
        **base_settings, database_url=events_dsns.app_dsn("events"), token_private_key=signing_key
    )
    installation: Any = SimpleNamespace(events=lambda: settings)
    for slug in ("vejle", None):
        assert await _taskforces(installation, slug=slug, name=None, municipality="0630") == ["vejle"]
    with pytest.raises(CommandError, match="There is no taskforce 'struer': there is vejle"):
        await _taskforces(installation, slug="struer", name=None, municipality="0630")


def test_a_taken_port_is_an_error_in_one_sentence(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = tilsagn("up", "--no-browser", "--port", str(taken.getsockname()[1]), state=folder)
    assert ran.exit_code == 1
    assert "is in use by another program" in ran.notes
    assert "Traceback" not in ran.notes

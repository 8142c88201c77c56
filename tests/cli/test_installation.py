"""What commands know of an installation."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.cli.installation import Installation
from shared.contracts.readers import READERS


def test_commands_know_every_service_that_reads_messages(
    base_settings: dict[str, Any], signing_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    databases = dict.fromkeys(
        ("database_url", "intake_database_url", "participants_database_url"), "postgresql://nobody@localhost/none"
    )
    services = dict.fromkeys(("events_url", "pledges_url", "notifications_url", "dashboard_url"), "http://127.0.0.1:9")
    keys = {"token_private_key": signing_key, "request_key": "0" * 64, "service_token": "token"}
    mail = {"smtp_host": "127.0.0.1", "sender": "Tilsagn <tilsagn@struer.example>"}
    every_setting = base_settings | databases | services | keys | mail
    monkeypatch.setattr(Installation, "_settings_of", lambda *_: every_setting)
    installation = Installation("http://localhost", "127.0.0.1:9", "", {}, "http://localhost")

    workers = installation.workers()

    assert {consumer.group for worker in workers.values() for consumer in worker.consumers} == READERS.keys()
    assert installation.readers().keys() == workers.keys()

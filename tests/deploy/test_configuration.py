"""The settings that the local run gives to its services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deploy.local.configuration import Configuration
from deploy.local.state import State

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("host", "is_caught"), [(None, True), ("", True), ("mail.struer.example", False)])
def test_mails_are_caught_unless_a_mail_server_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str | None, is_caught: bool
) -> None:
    monkeypatch.delenv("NOTIFICATIONS_SMTP_HOST", raising=False)
    if host is not None:
        monkeypatch.setenv("NOTIFICATIONS_SMTP_HOST", host)
    with State(tmp_path / "state") as state:
        settings = Configuration(
            secrets=state.secrets(),
            postgres_port=5432,
            bootstrap_servers="127.0.0.1:9",
            public_url="http://localhost:8080",
            internal_url="http://127.0.0.1:8081",
            smtp_port=2525,
            demo_mode=False,
        ).settings("notifications")
    assert (settings.get("smtp_port") == 2525) is is_caught

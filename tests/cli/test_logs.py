"""The log files of a local run."""

from __future__ import annotations

import logging
import stat
from typing import TYPE_CHECKING

from deploy.cli import run
from deploy.local.state import State

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_only_the_owner_can_read_the_logs_after_a_rotation_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "_LOG_BYTES", 100)
    monkeypatch.setattr(run, "configure_logging", lambda **_: None)
    monkeypatch.setattr(logging, "raiseExceptions", True)
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [logging.StreamHandler()])
    with State(tmp_path / "state") as state:
        run._log_to_file(state)
        for _ in range(10):
            root.warning("x" * 50)
        root.handlers[0].close()
        modes = {log.name: stat.S_IMODE(log.stat().st_mode) for log in state.logs.iterdir()}
    assert modes == dict.fromkeys(("tilsagn.log", "tilsagn.log.1", "tilsagn.log.2"), 0o600)

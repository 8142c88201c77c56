"""`python -m services.<name> app|worker`: which part of a service a process consists of."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shared import process
from shared.http import server
from shared.http.tls import trusted_authorities
from shared.messaging import worker
from shared.settings import ServiceSettings


@pytest.mark.parametrize(("part", "other"), [("app", "worker"), ("worker", "app")])
def test_a_process_imports_only_the_part_it_runs(
    part: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = f"service_with_{part}"
    (tmp_path / package).mkdir()
    (tmp_path / package / f"{part}.py").write_text(f"def create_{part}(settings): return settings, '{part}'\n")
    (tmp_path / package / f"{other}.py").write_text("raise ImportError('nobody has asked for this')\n")
    settings: Any = SimpleNamespace(log_format="json", log_level="INFO")
    ran: list[Any] = []
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "argv", ["service", part])
    monkeypatch.setattr(process, "_from_environment", lambda *_: settings)
    monkeypatch.setattr(process, "configure_logging", lambda **_: None)
    monkeypatch.setattr(server, "serve", lambda app, _: ran.append(app))
    monkeypatch.setattr(worker, "run_worker", ran.append)
    process.run(ServiceSettings, package)
    assert ran == [(settings, part)]


def test_clients_of_a_process_share_one_tls_context() -> None:
    assert trusted_authorities() is trusted_authorities()

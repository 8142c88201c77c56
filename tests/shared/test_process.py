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


@pytest.mark.parametrize(("wanted", "other"), [("app", "worker"), ("worker", "app")])
def test_a_process_imports_only_the_part_it_runs(
    wanted: str, other: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = f"service_with_{wanted}"
    (tmp_path / package).mkdir()
    (tmp_path / package / f"{wanted}.py").write_text(f"def create_{wanted}(settings): return settings, '{wanted}'\n")
    (tmp_path / package / f"{other}.py").write_text("raise ImportError('nobody has asked for this')\n")
    settings: Any = SimpleNamespace(log_format="json", log_level="INFO")
    ran: list[Any] = []
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "argv", ["service", wanted])
    monkeypatch.setattr(process, "_from_environment", lambda *_: settings)
    monkeypatch.setattr(process, "configure_logging", lambda **_: None)
    monkeypatch.setattr(server, "serve", lambda app, _: ran.append(app))
    monkeypatch.setattr(worker, "run_worker", ran.append)
    process.run(ServiceSettings, package)
    assert ran == [(settings, wanted)]


def test_clients_of_a_process_share_one_tls_context() -> None:
    assert trusted_authorities() is trusted_authorities()

"""Every error is explained in one sentence with a remedy."""

from __future__ import annotations

import subprocess
import sys

import asyncpg
import httpx
import pytest
from aiokafka.errors import KafkaConnectionError

from deploy.cli.failures import explain
from deploy.local.ports import PortTaken
from deploy.local.postgres import PostgresFailed
from deploy.local.state import AlreadyRunning
from services.dashboard.settings import DashboardSettings
from tests.cli.command import ROOT

pytestmark = pytest.mark.processes

FAILURES = (
    PortTaken(8080),
    PostgresFailed("no place was found for its data"),
    AlreadyRunning(None),
    httpx.ConnectError("refused"),
    httpx.RemoteProtocolError("closed"),
    KafkaConnectionError(),
    asyncpg.InvalidPasswordError("no"),
    asyncpg.UndefinedTableError("relation pledges does not exist"),
    asyncpg.PostgresError("something else"),
    asyncpg.InterfaceError("connection is closed"),
    ConnectionRefusedError(111, "Connect call failed"),
    TimeoutError(),
    FileNotFoundError(2, "No such file or directory", "x.csv"),
    ExceptionGroup("several", [TimeoutError()]),
    ZeroDivisionError("division by zero"),
)


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_every_error_is_explained_in_one_sentence(error: Exception) -> None:
    explanation = explain(error)
    assert explanation[0].isupper()
    assert explanation.endswith(".")
    assert "\n" not in explanation
    assert "Traceback" not in explanation


def test_missing_settings_are_named() -> None:
    with pytest.raises(ValueError, match="database_url") as failed:
        DashboardSettings(token_jwks="{}")
    assert "database_url" in explain(failed.value)


def test_an_unexpected_error_has_a_traceback_only_on_request() -> None:
    program = (
        "import sys; sys.argv = ['tilsagn', 'doctor']; import deploy.cli.doctor as d; "
        "d._findings = lambda: 1 / 0; from deploy.cli import main; main()"
    )
    for environment, expected in (({}, False), ({"TILSAGN_TRACEBACK": "1"}, True)):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin"} | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert ("Traceback" in done.stderr) is expected
        assert "ZeroDivisionError" in done.stderr

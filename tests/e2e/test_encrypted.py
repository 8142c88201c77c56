"""The eight processes with a Kafka that authenticates clients, configured only by the variables of
docs/operations.md."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

from tests.cli.command import in_process
from tests.e2e.deployment.test_processes import http, test_a_pledge_becomes_a_hire_becomes_a_figure
from tests.support.topology import topology

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.topology import Topology

__all__ = ["http", "test_a_pledge_becomes_a_hire_becomes_a_figure"]

pytestmark = pytest.mark.kafka


@pytest.fixture(scope="module")
def running() -> Iterator[Topology]:
    """Replaces the deployment without encryption."""
    with topology(secured=True) as whole:
        yield whole


def test_the_operator_verifies_as_a_user_of_their_own(running: Topology, tmp_path: Path) -> None:
    environment = running.operator_environment()
    assert environment["KAFKA_USERNAME"] == "tilsagn-operator"
    ran = in_process("verify", "--json", state=tmp_path, environment=environment)
    assert ran.exit_code == 0, ran.output + ran.notes
    assert json.loads(ran.output)["compared"]["pledge"] >= 1


def test_kafka_refuses_plain_text_connections(running: Topology) -> None:
    host, _, port = running.broker.bootstrap_servers.partition(":")
    asked_for_its_versions = b"\x00\x12\x00\x00\x00\x00\x00\x01\xff\xff"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(len(asked_for_its_versions).to_bytes(4, "big") + asked_for_its_versions)
        answer = connection.recv(100)
    assert answer[:1] in {b"", b"\x15"}, "nothing, or an alert of TLS"

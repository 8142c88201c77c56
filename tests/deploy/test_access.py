"""The declared ACLs of Kafka users; test_secured.py tests them on a broker."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from deploy.access import OPERATOR, declared, user_of
from deploy.access.__main__ import ADMINISTRATOR, main, make
from deploy.kafka import security
from deploy.services import SERVICES
from shared.contracts.catalogue import TOPICS
from shared.contracts.readers import READERS
from tests.deploy.processes import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Sequence

OF = {service: user_of(service) for service in (*SERVICES, OPERATOR)}


def who(operation: str, resource: str, name: str) -> set[str]:
    """Return the users that may do the operation."""
    found = {(one.operation, one.resource, one.name, one.user) for one in declared()}
    return {part for part, user in OF.items() if (operation, resource, name, user) in found}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_is_written_by_the_service_it_is_named_after_and_read_by_its_readers(topic: str) -> None:
    readers = {
        group.removeprefix("tilsagn.")
        for group, messages in READERS.items()
        if any(message.topic() == topic for message in messages)
    }
    assert who("Write", "Topic", topic) == {topic.split(".")[1]}
    assert who("Read", "Topic", topic) == readers | {OPERATOR}
    assert who("Delete", "Topic", topic) == {OPERATOR}


@pytest.mark.parametrize("group", READERS)
def test_a_group_is_joined_by_its_own_service(group: str) -> None:
    assert who("Read", "Group", group) == {group.removeprefix("tilsagn.")}
    assert who("Describe", "Group", group) == {OPERATOR}


def test_there_are_no_other_acls() -> None:
    assert {(one.resource, one.name) for one in declared()} == {("Topic", name) for name in TOPICS} | {
        ("Group", name) for name in READERS
    }
    assert {one.user for one in declared()} == set(OF.values())
    assert ADMINISTRATOR == security.ADMINISTRATOR


def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: Sequence[str], **environment: str
) -> tuple[int, str, str]:
    """Return the command's exit code, stdout and stderr."""
    monkeypatch.setattr(sys, "argv", ["deploy.access", *arguments])
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    code = main()
    output = capsys.readouterr()
    return code, output.out, output.err


def test_kafka_without_tls_needs_no_acls(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run(capsys, monkeypatch, [], KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:9")
    assert code == 0
    assert "there are no rights to give" in out


def test_an_incomplete_environment_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = run(
        capsys, monkeypatch, [], KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:9", KAFKA_SECURITY_PROTOCOL="SASL_SSL"
    )
    assert code == 2
    assert "it needs KAFKA_USERNAME and KAFKA_PASSWORD" in err


def test_print_writes_commands_for_kafka_acls(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = run(capsys, monkeypatch, ["--print"], KAFKA_BOOTSTRAP_SERVERS="k:9", EVENTS_KAFKA_USERNAME="ours")
    assert code == 0
    assert len(out.splitlines()) == len(declared())
    assert (
        "kafka-acls.sh --bootstrap-server k:9 --command-config admin.properties --add "
        "--allow-principal User:ours --operation Write --topic tilsagn.events.company\n"
    ) in out


def test_every_user_gets_a_different_password() -> None:
    variables = make()
    passwords = [value for name, value in variables.items() if name.endswith("KAFKA_PASSWORD")]
    assert len(passwords) == len(set(passwords)) == len(SERVICES) + 2
    assert make()["KAFKA_PASSWORD"] != variables["KAFKA_PASSWORD"]


def test_secrets_needs_no_environment() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.access", "--secrets"], cwd=CHECKOUT, env={}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout.startswith("KAFKA_SECURITY_PROTOCOL='SASL_SSL'\n")

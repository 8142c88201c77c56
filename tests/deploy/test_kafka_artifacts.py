"""The Kafka version, and the errors without Java, Maven or the jars. Needs neither."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from deploy.kafka import KafkaMissing, artifacts, software
from tests.support.topology import compose_services

if TYPE_CHECKING:
    from pathlib import Path

JAVA = "#!/bin/sh\necho 'openjdk version \"{version}\" 2026-01-01' >&2\n"
MAVEN = """#!/bin/sh
echo called >> "$(dirname "$0")/calls"
for word; do case "$word" in -DoutputDirectory=*) folder="${word#*=}"; esac; done
/bin/mkdir -p "$folder"
/bin/echo jar > "$folder/kafka_2.13.jar"
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder in PATH, empty; and an empty cache."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(artifacts, "CACHE", tmp_path / "cache")
    hashes = tmp_path / "jars.sha256"
    hashes.write_text("cd8eb2b1e8d73cbd4be6e3ab2b8e6ed1ae0dbd4bbc8e5d2cb8c2a56bbac1ea5d  kafka_2.13.jar\n")
    monkeypatch.setattr(artifacts, "HASHES", hashes)
    return folder


def program(folder: Path, name: str, text: str) -> None:
    """Write an executable program."""
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def test_the_compose_file_runs_the_kafka_that_is_tested() -> None:
    assert compose_services()["kafka"]["image"] == f"apache/kafka:{artifacts.kafka_version()}"


def test_every_version_is_pinned_and_every_jar_locked() -> None:
    versions = re.findall("<version>(.*)</version>", artifacts.POM.read_text("utf-8"))
    assert all(re.fullmatch(r"[\d.]+", version) for version in versions)
    locked = artifacts.locked()
    assert f"kafka_2.13-{artifacts.kafka_version()}.jar" in locked
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in locked.values())


def test_without_java_it_says_what_to_install(programs: Path) -> None:
    with pytest.raises(KafkaMissing, match=r"java was not found.*apt-get install default-jre-headless maven"):
        software()


def test_a_java_home_without_java_is_named(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(programs, "java", JAVA.format(version="17.0.1"))
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    with pytest.raises(KafkaMissing, match=r"JAVA_HOME \(/nowhere\) has no bin/java"):
        software()


def test_a_java_that_is_too_old_is_refused(programs: Path) -> None:
    program(programs, "java", JAVA.format(version="11.0.2"))
    with pytest.raises(KafkaMissing, match=r"needs Java 17 or newer, and .*/java is 11\.0\.2"):
        software()


def test_a_java_that_is_only_a_stub_is_refused(programs: Path) -> None:
    program(programs, "java", "#!/bin/sh\necho 'Unable to locate a Java Runtime.' >&2\nexit 1\n")
    with pytest.raises(KafkaMissing, match="does not run"):
        software()


def test_without_maven_it_says_what_to_install(programs: Path) -> None:
    program(programs, "java", JAVA.format(version="17.0.1"))
    with pytest.raises(KafkaMissing, match=r"mvn was not found.*apt-get install default-jre-headless maven"):
        software()


def test_what_maven_says_when_it_fails_is_shown(programs: Path) -> None:
    program(programs, "java", JAVA.format(version="17.0.1"))
    program(programs, "mvn", "#!/bin/sh\necho 'Network is unreachable'\nexit 1\n")
    with pytest.raises(KafkaMissing, match=r"the first time needs the network.*\nNetwork is unreachable"):
        software()


def test_a_jar_that_is_not_the_locked_one_is_refused_and_not_kept(programs: Path) -> None:
    program(programs, "java", JAVA.format(version="17.0.1"))
    program(programs, "mvn", MAVEN)
    with pytest.raises(KafkaMissing, match=r"not what jars\.sha256 names: kafka_2\.13\.jar"):
        software()
    assert [path.name for path in artifacts.CACHE.iterdir()] == ["lock"]


def test_it_is_fetched_once_and_found_without_maven_afterwards(programs: Path) -> None:
    program(programs, "java", JAVA.format(version="21.0.1"))
    program(programs, "mvn", MAVEN)
    artifacts.HASHES.write_text(f"{artifacts._digest(_jar(programs))}  kafka_2.13.jar\n")
    messages: list[str] = []
    first = software(messages.append)
    assert messages
    (programs / "mvn").unlink()
    assert software(lambda _: messages.clear()) == first
    assert messages, "nothing had to be done"
    assert first.java_version == "21.0.1"
    assert [jar.name for jar in first.jars] == ["kafka_2.13.jar"]
    # This Java could not run it, and an empty archive is not used.
    assert not any("SharedArchiveFile" in word for word in first.command("kafka.Kafka"))


def _jar(folder: Path) -> Path:
    jar = folder / "what maven brings"
    jar.write_text("jar\n")
    return jar

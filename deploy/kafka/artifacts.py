"""Finds Java, and fetches Kafka's jars with Maven: once, with checked hashes; later runs are offline."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.local.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent
POM = FOLDER / "pom.xml"
HASHES = FOLDER / "jars.sha256"
CACHE = FOLDER.parents[1] / ".kafka"
"""Ignored by Git, removed by `make clean`; contains one folder for each version of pom.xml."""

OLDEST_JAVA = 17
"""The minimum Java version of the Kafka 4 server."""
INSTALL = "Install them (Debian, Ubuntu: sudo apt-get install default-jre-headless maven) and try again."

_MAVEN_SECONDS = 600


class KafkaMissing(RuntimeError):
    """Apache Kafka is not available on this machine; the message says what to install or do."""


@dataclass(frozen=True)
class Software:
    """The programs and files that run a node."""

    java: str
    """path of the Java program"""
    java_version: str
    jars: tuple[Path, ...]
    """the classpath in a fixed order; the archive is only valid for that order"""
    archive: Path
    """the JVM's class data archive, which halves the time of a start; may be missing"""

    @property
    def kafka_version(self) -> str:
        """The version of Apache Kafka, e.g. `4.3.1`."""
        return kafka_version()

    def command(self, main_class: str, *arguments: str, options: tuple[str, ...] = ()) -> list[str]:
        """Return the command line that runs one of Kafka's programs.

        Args:
            main_class: the program's Java class.
            arguments: arguments of the program.
            options: options of the JVM.
        """
        has_archive = self.archive.exists() and self.archive.stat().st_size > 0
        archive = (f"-XX:SharedArchiveFile={self.archive}",) if has_archive else ()
        classpath = os.pathsep.join(map(str, self.jars))
        # The JVM ignores the archive of another JVM, with a warning at each start.
        return [self.java, *archive, "-Xlog:cds=error", *options, "-cp", classpath, main_class, *arguments]


def kafka_version() -> str:
    """Return the version of Apache Kafka in pom.xml."""
    found = re.search(r"<artifactId>kafka_2\.13</artifactId>\s*<version>([^<]+)</version>", POM.read_text("utf-8"))
    assert found is not None
    return found[1]


def write_hashes() -> int:
    """Resolve the jars again and write their hashes to jars.sha256. Returns the number of jars.

    Raises:
        KafkaMissing: Maven is not installed, or there is no network.
    """
    with tempfile.TemporaryDirectory(prefix="tilsagn-kafka-lock-") as folder:
        _resolve(Path(folder))
        jars = sorted(Path(folder).iterdir())
        lines = (f"{_digest(jar)}  {jar.name}\n" for jar in jars)
        write_atomically(HASHES, "".join(lines), mode=0o644)
    return len(jars)


def find_java() -> tuple[str, str]:
    home = os.environ.get("JAVA_HOME")
    program = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if program is None:
        where = f"JAVA_HOME ({home}) has no bin/java" if home else "java was not found"
        raise KafkaMissing(f"Apache Kafka needs Java {OLDEST_JAVA} or newer and Maven, and {where}. {INSTALL}")
    # macOS has a `java` that only prints that Java is not installed.
    done = subprocess.run([program, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - theirs
    found = re.search(r'version "((\d+)[^"]*)"', done.stderr + done.stdout)
    if done.returncode or found is None:
        raise KafkaMissing(f"Apache Kafka needs Java {OLDEST_JAVA} or newer, and {program} does not run. {INSTALL}")
    if int(found[2]) < OLDEST_JAVA:
        raise KafkaMissing(
            f"Apache Kafka needs Java {OLDEST_JAVA} or newer, and {program} is {found[1]}. Install a newer one "
            f"(Debian, Ubuntu: sudo apt-get install default-jre-headless), or name it: JAVA_HOME=/path/to/java"
        )
    return program, found[1]


def fetch(folder: Path, hashes: Mapping[str, str]) -> None:
    new = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(new, ignore_errors=True)  # left by an interrupted set-up
    try:
        _resolve(new)
        came = {jar.name: _digest(jar) for jar in new.iterdir()}
        wrong = sorted(name for name in hashes.keys() | came.keys() if hashes.get(name) != came.get(name))
        if wrong:
            raise KafkaMissing(f"What Maven brought is not what {HASHES.name} names: {', '.join(wrong)}")
        new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _resolve(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaMissing(f"Apache Kafka is fetched with Maven, and mvn was not found. {INSTALL}")
    command = [
        *(maven, "--batch-mode", "--quiet", "--strict-checksums", "--file", str(POM)),
        *("dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"),
    ]
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            command, cwd=FOLDER, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            timeout=_MAVEN_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise KafkaMissing(f"Maven did not bring Apache Kafka within {_MAVEN_SECONDS} s: try again") from None
    if done.returncode or not folder.is_dir():
        output = "\n".join((done.stdout + done.stderr).strip().splitlines()[:12])
        raise KafkaMissing(f"Maven could not bring Apache Kafka (the first time needs the network):\n{output}")


def locked() -> dict[str, str]:
    lines = (line.split() for line in HASHES.read_text("utf-8").splitlines())
    return {name: digest for digest, name in lines}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

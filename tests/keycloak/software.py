"""Fetches Keycloak once with Maven, checks its hash and prepares it; later starts are offline."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION: Final = "26.4.5"
SHA256: Final = "72f73642a2c36de797d51b4b2b342d4a49f6e5832af10aa470cd123627bd80b3"  # pragma: allowlist secret
"""The hash of the distribution; another one is refused."""
CACHE: Final = Path(__file__).parents[2] / ".keycloak"
"""Ignored by git, removed by `make clean`."""
JAVA_OPTIONS: Final = "-Xms64m -Xmx400m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
"""JVM options for a small server with a few dozen requests, which start fast."""

_PLUGIN: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_ARTIFACT: Final = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
_SECONDS: Final = 900


class KeycloakMissing(RuntimeError):
    """Keycloak is not available on this machine; the message says why."""


def software(say: Callable[[str], None] = lambda _text: None) -> Path:
    """Return the folder of Keycloak, ready to start; it is fetched and prepared the first time.

    Raises:
        KeycloakMissing: no Java or Maven, no network the first time, or another hash.
    """
    folder = CACHE / VERSION
    if folder.is_dir():
        return folder
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise KeycloakMissing(
                f"Keycloak needs Java 17 or newer and Maven, and {program} was not found. "
                "Install them (Debian, Ubuntu: sudo apt-get install default-jre-headless maven) and try again."
            )
    CACHE.mkdir(exist_ok=True)
    with (CACHE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(prefix="new-", dir=CACHE) as new:
                _fetched(Path(new), say).rename(folder)
    return folder


def _fetched(folder: Path, say: Callable[[str], None]) -> Path:
    say(f"fetching Keycloak {VERSION}")
    command = ["mvn", "--batch-mode", "--quiet", "--strict-checksums", _PLUGIN, f"-Dartifact={_ARTIFACT}"]
    _run([*command, f"-DoutputDirectory={folder}"], "Maven could not bring Keycloak (the first time needs the network)")
    distribution = folder / f"keycloak-quarkus-dist-{VERSION}.zip"
    with distribution.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
            raise KeycloakMissing(f"What Maven brought as {distribution.name} is not what is locked")
    with zipfile.ZipFile(distribution) as packed:
        packed.extractall(folder)
    unpacked = folder / f"keycloak-{VERSION}"
    say("preparing it")
    _run(["sh", str(unpacked / "bin" / "kc.sh"), "build", "--db=dev-mem"], "Keycloak could not be prepared")
    return unpacked


def _run(command: list[str], otherwise: str) -> None:
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=_SECONDS,
        env={**os.environ, "JAVA_OPTS": JAVA_OPTIONS},
    )  # fmt: skip
    if done.returncode:
        output = "\n".join((done.stdout + done.stderr).strip().splitlines()[:12])
        raise KeycloakMissing(f"{otherwise}:\n{output}")

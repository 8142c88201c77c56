"""What has to be there before anything of ours can run: `make setup`, `make lock`; what tests need besides.

Run by whatever Python the machine has, from the checkout: `python3 deploy/bootstrap.py setup`, or browser, java,
faketime, lock. Only the standard library, and nothing of this project, is imported. Every step is skipped when it is
done already, and done over when it was interrupted: a second `setup` takes a moment and needs no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements" / "dev.txt"

_MARK = VENV / ".installed"
_UNFINISHED = VENV / ".installing"
_OLDEST_PYTHON = (3, 11)
_WORTH_A_LINE = 0.5  # seconds; what was there already is done sooner
_HEADLESS_SHELL = "chromium-headless-shell"
"""Debian's Chromium without a window: the tests need less of the processor with it."""
_BROWSERS = (_HEADLESS_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Refusal(Exception):
    """A step cannot be done; the message says what to do about it."""


def setup() -> None:
    """Make the virtual environment, install the locked packages and this project, and build the assets."""
    _check_python()
    with _alone():
        wanted = _fingerprint()
        if not (_MARK.exists() and _MARK.read_text() == wanted and PYTHON.exists()):
            _install()
            _MARK.write_text(wanted)
        _run("Front-end assets", [str(PYTHON), "-m", "deploy.assets", "--quiet"])


def browser() -> None:
    """Make sure that Chromium is there for the browser tests: the headless shell where apt offers it.

    Raises:
        Refusal: it is missing and cannot be installed from here.
    """
    if any(shutil.which(name) for name in _BROWSERS):
        return
    why = "The browser tests need Chromium, which is not installed."
    _have_installed("chromium", what="Chromium", why=why, rather=_HEADLESS_SHELL)


def java() -> None:
    """Make sure that Java and Maven are there for Apache Kafka and Keycloak; running them shows if they are new enough.

    Raises:
        Refusal: one is missing and cannot be installed from here.
    """
    missing = [name for name in ("java", "mvn") if not shutil.which(name)]
    if "JAVA_HOME" in os.environ:
        missing = [name for name in missing if name != "java"]
    if missing:
        why = f"Apache Kafka and Keycloak need Java 17 or newer and Maven; not found: {', '.join(missing)}."
        _have_installed("default-jre-headless", "maven", what="Java and Maven", why=why)


def faketime() -> None:
    """Make sure that libfaketime is there, by which the fault runs let a process's clock jump.

    Raises:
        Refusal: it is missing and cannot be installed from here.
    """
    if not any(Path("/usr/lib").glob("**/faketime/libfaketime.so.1")):
        why = "Letting a process's clock jump needs libfaketime, which is not installed."
        _have_installed("libfaketime", what="libfaketime", why=why)


def _have_installed(*packages: str, what: str, why: str, rather: str = "") -> None:
    """Install Debian packages where we may; refuse, saying why and how, where we may not.

    Args:
        rather: a package to install instead of them where apt offers it.
    """
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        how = f"sudo apt-get install {' '.join(packages)}" if apt else "your system's package manager"
        raise Refusal(f"{why} Install it with: {how}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run("Package lists", [apt, "update", "-qq"], environment=environment)
    if rather and _offered(rather):
        packages = (rather,)
    install = [apt, "install", "-qq", "--yes", "--no-install-recommends", *packages]
    _run(what, install, environment=environment)


def _offered(package: str) -> bool:
    """Whether apt can install the package from here."""
    command = ["apt-cache", "show", "--quiet=2", package]
    try:
        shown = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own words
    except FileNotFoundError:
        return False
    return shown.returncode == 0


def lock() -> None:
    """Pin every package with its hashes in requirements/*.txt, for every Python and system that we support."""
    _check_python()
    with tempfile.TemporaryDirectory(prefix="tilsagn-lock-") as folder:
        tool = Path(folder) / "bin"
        _run("Lock tool", [sys.executable, "-m", "venv", folder])
        _run("Lock tool's package", [str(tool / "python"), *_PIP, "install", "uv"])
        for name in ("runtime", "dev"):
            command = [
                *(str(tool / "uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
                *("--no-header", "--no-annotate", "--no-emit-index-url", "--python-version", "3.11"),
                *(f"requirements/{name}.in", "--output-file", f"requirements/{name}.txt"),
            ]
            _run(f"requirements/{name}.txt", command)


_PIP = ("-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input")


def _newer_python() -> str | None:
    """Where this Python is too old: the program of one that is not, if the machine has it."""
    if sys.version_info >= _OLDEST_PYTHON:
        return None
    newer = next(filter(None, map(shutil.which, ("python3.13", "python3.12", "python3.11"))), None)
    if newer is None:
        raise Refusal(
            f"Tilsagn needs Python 3.11 or newer, and this is {platform.python_version()} ({sys.executable}). "
            "Install a newer one, or name it: make PYTHON=/path/to/python3"
        )
    return newer


def _check_python() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships Python without it
        import venv  # noqa: F401, PLC0415
    except ImportError:
        raise Refusal(
            "This Python has no venv module. Install it (Debian, Ubuntu: sudo apt-get install python3-venv) "
            "and try again."
        ) from None


def _install() -> None:
    _MARK.unlink(missing_ok=True)
    if not _usable():
        if VENV.exists():
            shutil.rmtree(VENV)
        _run("Virtual environment", [sys.executable, "-m", "venv", str(VENV)])
    # A package whose installation was cut off can look finished to pip: then everything is made anew.
    _UNFINISHED.touch()
    install = [str(PYTHON), *_PIP, "install"]
    count = sum(1 for line in REQUIREMENTS.read_text(encoding="utf-8").splitlines() if line[:1].isalnum())
    _run(f"{count} Python packages", [*install, "--require-hashes", "-r", str(REQUIREMENTS)], network=True)
    _run("Tilsagn itself", [*install, "--no-deps", "--no-build-isolation", "--editable", str(ROOT)])
    _UNFINISHED.unlink()


def _usable() -> bool:
    """Whether the environment that is there is whole, of this Python, and in this place."""
    if _UNFINISHED.exists() or not PYTHON.exists():
        return False
    question = "import sys, pip; print(sys.prefix, *sys.version_info[:2], sep='|')"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip() == "|".join(map(str, (VENV, *sys.version_info[:2])))


def _fingerprint() -> str:
    """Changes with everything that the environment is made from."""
    digest = hashlib.sha256()
    for path in (REQUIREMENTS, ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    digest.update(f"{ROOT} {sys.version_info[:2]} {platform.machine()}".encode())
    return digest.hexdigest()


def _run(
    what: str,
    command: Sequence[str],
    *,
    environment: dict[str, str] | None = None,
    network: bool = False,
) -> None:
    """Run one step behind one line of progress; what it said is shown when it fails only."""
    with _step(what):
        done = subprocess.run(  # noqa: S603 - our own words
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            pass_fds=_lock,
        )
    if done.returncode:
        hint = "\nThe first set-up needs the network; later ones do not." if network else ""
        raise Refusal(f"{what} failed:\n{(done.stdout + done.stderr).strip()}{hint}")


@contextmanager
def _step(what: str) -> Iterator[None]:
    started = time.monotonic()
    finished = threading.Event()
    terminal = sys.stdout.isatty()

    def tick() -> None:
        while not finished.wait(0.2):
            seconds = time.monotonic() - started
            if seconds > _WORTH_A_LINE:
                print(f"\r  {what} … {seconds:.0f} s ", end="", flush=True)

    ticking = threading.Thread(target=tick, daemon=True)
    if terminal:
        ticking.start()
    try:
        yield
    finally:
        finished.set()
        if terminal:
            ticking.join()
            print("\r\033[K", end="", flush=True)
    seconds = time.monotonic() - started
    if seconds > _WORTH_A_LINE:
        print(f"  {what}, {seconds:.0f} s", flush=True)


_lock: list[int] = []


@contextmanager
def _alone() -> Iterator[None]:
    """One set-up at a time. The installers share in the lock: one whose set-up was killed is waited for."""
    with REQUIREMENTS.open("rb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("  Waiting for another set-up to finish", flush=True)
            fcntl.flock(held, fcntl.LOCK_EX)
        _lock.append(held.fileno())
        try:
            yield
        finally:
            _lock.clear()


def main(arguments: Sequence[str]) -> int:
    """Do what is asked; returns the exit code."""
    steps = {"setup": setup, "browser": browser, "java": java, "faketime": faketime, "lock": lock}
    if not arguments or any(name not in steps for name in arguments):
        print(f"usage: python3 deploy/bootstrap.py {'|'.join(steps)}", file=sys.stderr)
        return 2
    try:
        newer = _newer_python()
        if newer is not None:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606
        for name in arguments:
            steps[name]()
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Set-up failed: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; the next set-up goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

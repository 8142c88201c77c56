"""Installs what a checkout needs: `make setup`, `make runtime`, `make lock`.

Run it with Python 3.11 or newer, from the checkout: `python3 deploy/bootstrap.py runtime`, or setup, browser, java,
faketime, lock. It imports the standard library only. Completed steps are skipped and interrupted ones are repeated: a
second `setup` takes a moment and needs no network.

uv installs the packages. It is a locked package of the virtual environment itself (requirements/setup.txt). pip is only
used to install uv, from the wheel that every Python with `ensurepip` contains.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import os
import platform
import shutil
import ssl
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"

_UNFINISHED = VENV / ".installing"
_OLDEST_PYTHON = (3, 11)
_WORTH_A_LINE = 0.5  # seconds; what was there already is done sooner
_HEADLESS_SHELL = "chromium-headless-shell"
"""Debian's Chromium without a window: the tests need less of the processor with it."""
_BROWSERS = (_HEADLESS_SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class SetupError(Exception):
    """A step cannot be completed; the message gives the remedy."""


def setup() -> None:
    """Install this project with the packages that it, its tests and its linters need, and build the assets."""
    _set_up("dev")


def runtime() -> None:
    """Install this project with the packages that it needs to run, and build the assets."""
    _set_up("runtime")


def _set_up(packages: str) -> None:
    _check_python()
    with _setup_lock():
        if not (PYTHON.exists() and _is_installed(packages)):
            _install(packages)
        development = ["--development"] if packages == "dev" else []
        _run("Front-end assets", [str(PYTHON), "-m", "deploy.assets", "--quiet", *development])


def browser() -> None:
    """Install Chromium for the browser tests if it is missing: the headless shell if apt offers it.

    Raises:
        SetupError: it is missing and cannot be installed here.
    """
    if any(shutil.which(name) for name in _BROWSERS):
        return
    why = "The browser tests need Chromium, which is not installed."
    _install_debian_packages("chromium", what="Chromium", why=why, preferred=_HEADLESS_SHELL)


def java() -> None:
    """Install Java and Maven for Apache Kafka and Keycloak if they are missing. Their versions are checked later.

    Raises:
        SetupError: one is missing and cannot be installed here.
    """
    missing = [name for name in ("java", "mvn") if not shutil.which(name)]
    if "JAVA_HOME" in os.environ:
        missing = [name for name in missing if name != "java"]
    if missing:
        why = f"Apache Kafka and Keycloak need Java 17 or newer and Maven; not found: {', '.join(missing)}."
        _install_debian_packages("default-jre-headless", "maven", what="Java and Maven", why=why)


def faketime() -> None:
    """Install libfaketime, which lets the fault runs change a process's clock, if it is missing.

    Raises:
        SetupError: it is missing and cannot be installed here.
    """
    if not any(Path("/usr/lib").glob("**/faketime/libfaketime.so.1")):
        why = "Letting a process's clock jump needs libfaketime, which is not installed."
        _install_debian_packages("libfaketime", what="libfaketime", why=why)


def _install_debian_packages(*packages: str, what: str, why: str, preferred: str = "") -> None:
    """Install Debian packages if this process is allowed to; otherwise refuse with the reason and the command.

    Args:
        preferred: a package to install instead of them if apt offers it.
    """
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        how = f"sudo apt-get install {' '.join(packages)}" if apt else "your system's package manager"
        raise SetupError(f"{why} Install it with: {how}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    _run("Package lists", [apt, "update", "-qq"], environment=environment)
    if preferred and _is_in_apt(preferred):
        packages = (preferred,)
    install = [apt, "install", "-qq", "--yes", "--no-install-recommends", *packages]
    _run(what, install, environment=environment)


def _is_in_apt(package: str) -> bool:
    """Return whether apt can install the package here."""
    command = ["apt-cache", "show", "--quiet=2", package]
    try:
        result = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own words
    except FileNotFoundError:
        return False
    return result.returncode == 0


def lock() -> None:
    """Lock every package with its hashes in requirements/*.txt, for every supported Python and system."""
    _check_python()
    with tempfile.TemporaryDirectory(prefix="tilsagn-lock-") as folder:
        python, uv = Path(folder, "bin", "python"), Path(folder, "bin", "uv")
        _make_environment(Path(folder))
        _run("Lock tool", [*_pip(python), "install", "--quiet", "uv"], environment=_pip_environment())
        settings = _pip_settings(python)
        for name in ("setup", "runtime", "dev"):
            command = [
                *(str(uv), "pip", "compile", "--quiet", "--universal", "--generate-hashes"),
                *("--no-header", "--no-annotate", "--no-emit-index-url", "--python-version", "3.11"),
                *(f"requirements/{name}.in", "--output-file", f"requirements/{name}.txt"),
                *_uv_options(settings),
            ]
            _run(f"requirements/{name}.txt", command, environment=_uv_environment(settings))


def _newer_python() -> str | None:
    """Return a newer Python on this machine if this one is too old."""
    if sys.version_info >= _OLDEST_PYTHON:
        return None
    newer = next(filter(None, map(shutil.which, ("python3.13", "python3.12", "python3.11"))), None)
    if newer is None:
        raise SetupError(
            f"Tilsagn needs Python 3.11 or newer, and this is {platform.python_version()} ({sys.executable}). "
            "Install a newer one, or name it: make PYTHON=/path/to/python3"
        )
    return newer


def _check_python() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 - Debian ships Python without it
        import venv  # noqa: F401, PLC0415
    except ImportError:
        raise SetupError(
            "This Python has no venv module. Install it (Debian, Ubuntu: sudo apt-get install python3-venv) "
            "and try again."
        ) from None


def _install(packages: str) -> None:
    """Install the locked `packages` and this project into the virtual environment; create it if it is missing."""
    _marker_file(packages).unlink(missing_ok=True)
    if not _is_usable():
        if VENV.exists():
            shutil.rmtree(VENV)
        _make_environment(VENV)
    # A partly installed package can look complete to an installer, so everything is installed again.
    _UNFINISHED.touch()
    if not _is_installed("setup"):
        locked = ["--require-hashes", "-r", str(REQUIREMENTS / "setup.txt")]
        _run("Installer", [*_pip(PYTHON), "install", "--quiet", *locked], environment=_pip_environment(), network=True)
        _record_installed("setup")
    settings = _pip_settings(PYTHON)
    install = [str(PYTHON.with_name("uv")), "pip", "install", "--quiet", "--python", str(PYTHON)]
    environment = _uv_environment(settings)
    locked = ["--require-hashes", "-r", str(REQUIREMENTS / f"{packages}.txt"), *_uv_options(settings)]
    _run(f"{_package_count(packages)} Python packages", [*install, *locked], environment=environment, network=True)
    ourselves = ["--no-deps", "--no-build-isolation", "--reinstall", "--editable", str(ROOT)]
    _run("Tilsagn itself", [*install, *ourselves], environment=environment)
    for name in ("runtime", packages):  # the packages of development are those of the runtime and more
        _record_installed(name)
    _UNFINISHED.unlink()


def _is_usable() -> bool:
    """Return whether the existing environment is complete, of this Python, and in this place."""
    if _UNFINISHED.exists() or not PYTHON.exists():
        return False
    question = "import sys; print(sys.prefix, *sys.version_info[:2], sep='|')"
    answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=False)  # noqa: S603
    return answer.stdout.strip() == "|".join(map(str, (VENV, *sys.version_info[:2])))


def _marker_file(packages: str) -> Path:
    return VENV / f".installed-{packages}"


def _is_installed(packages: str) -> bool:
    """Return whether the packages are installed in their locked versions."""
    mark = _marker_file(packages)
    return mark.exists() and mark.read_text() == _fingerprint(packages)


def _record_installed(packages: str) -> None:
    _marker_file(packages).write_text(_fingerprint(packages))


def _fingerprint(packages: str) -> str:
    """Return a digest of everything that is installed together with `packages`."""
    digest = hashlib.sha256()
    for path in (REQUIREMENTS / f"{packages}.txt", ROOT / "pyproject.toml"):
        digest.update(path.read_bytes())
    digest.update(f"{ROOT} {sys.version_info[:2]} {platform.machine()}".encode())
    return digest.hexdigest()


def _package_count(packages: str) -> int:
    lines = (REQUIREMENTS / f"{packages}.txt").read_text(encoding="utf-8").splitlines()
    return sum(1 for line in lines if line[:1].isalnum())


# ---- pip, which installs uv


def _make_environment(folder: Path) -> None:
    """Create a virtual environment without pip: installing pip takes longer than uv needs for all packages."""
    without_pip = ["--without-pip"] if _pip_wheel() else []
    _run("Virtual environment", [sys.executable, "-m", "venv", *without_pip, str(folder)])


def _pip_wheel() -> Path | None:
    """Return the wheel of pip in this Python, or None if it is in no known place."""
    import ensurepip  # noqa: PLC0415 - Debian ships Python without it

    folders = [Path(ensurepip.__file__).parent / "_bundled", Path("/usr/share/python-wheels")]
    if packaged := sysconfig.get_config_var("WHEEL_PKG_DIR"):
        folders.insert(0, Path(packaged))
    return next((wheel for folder in folders for wheel in sorted(folder.glob("pip-*.whl"))), None)


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]


def _pip_environment() -> dict[str, str]:
    """Return the environment variables with which `_pip` finds pip: a wheel can be imported directly."""
    wheel = _pip_wheel()
    return {**os.environ, "PYTHONPATH": str(wheel)} if wheel else dict(os.environ)


# ---- uv, which installs the other packages with pip's settings


def _pip_settings(python: Path) -> dict[str, str]:
    """Return pip's settings for `pip install` from its configuration files and PIP_* variables, by long option name."""
    output = _run("pip's settings", [*_pip(python), "config", "list"], environment=_pip_environment())
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}  # later ones win
    for line in output.splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.rpartition(".")
        if section in found:
            found[section][option] = ast.literal_eval(value)
    return {option: value for section in found.values() for option, value in section.items()}


def _uv_environment(pip: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with which uv uses pip's indexes, certificates and proxy; uv does not read them.

    A variable of uv that is already set wins.
    """
    values = {
        "UV_DEFAULT_INDEX": pip.get("index-url"),
        "UV_INDEX": " ".join(pip.get("extra-index-url", "").split()),
        # Like pip: a version may come from any index. The hashes identify the file.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": ",".join(filter(_folder_exists, pip.get("find-links", "").split())),
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": pip.get("timeout") or pip.get("default-timeout"),
        "UV_SYSTEM_CERTS": "true" if _has_system_certificates() else None,
        "SSL_CERT_FILE": pip.get("cert"),
        "SSL_CLIENT_CERT": pip.get("client-cert"),
        "HTTPS_PROXY": pip.get("proxy"),
        "HTTP_PROXY": pip.get("proxy"),
    }
    own = {name: value for name, value in os.environ.items() if name.startswith("UV_")}
    return {**os.environ, **{name: value for name, value in values.items() if value}, **own}


def _uv_options(pip: Mapping[str, str]) -> list[str]:
    """Return the options for those settings of pip that uv has no variable for."""
    return ["--no-index"] if pip.get("no-index", "").lower() in {"1", "true", "yes", "on"} else []


def _folder_exists(links: str) -> bool:
    """Return whether packages can be searched there: pip ignores a missing folder, uv does not."""
    return "://" in links or Path(links).exists()


def _has_system_certificates() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile) or (bool(paths.capath) and any(Path(paths.capath).iterdir()))


# ---- running a step


def _run(
    what: str,
    command: Sequence[str],
    *,
    environment: dict[str, str] | None = None,
    network: bool = False,
) -> str:
    """Run one step with one line of progress, and return its output.

    Raises:
        SetupError: it failed; the message contains its output.
    """
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
        raise SetupError(f"{what} failed:\n{(done.stdout + done.stderr).strip()}{hint}")
    return done.stdout


@contextmanager
def _step(what: str) -> Iterator[None]:
    started = time.monotonic()
    finished = threading.Event()
    terminal = sys.stdout.isatty()

    def tick() -> None:
        while not finished.wait(0.2):
            seconds = time.monotonic() - started
            if seconds > _WORTH_A_LINE:
                print(f"\r  {what} ... {seconds:.0f} s ", end="", flush=True)

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
def _setup_lock() -> Iterator[None]:
    """Allow one set-up at a time. Installers inherit the lock, so the next set-up also waits for a killed one's."""
    with (REQUIREMENTS / "runtime.txt").open("rb") as held:
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
    """Run the command and return its exit code."""
    steps = {step.__name__: step for step in (setup, runtime, lock, browser, java, faketime)}
    if not arguments or any(name not in steps for name in arguments):
        print(f"usage: python3 deploy/bootstrap.py {'|'.join(steps)}", file=sys.stderr)
        return 2
    try:
        newer = _newer_python()
        if newer is not None:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606
        for name in arguments:
            steps[name]()
    except SetupError as refusal:
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

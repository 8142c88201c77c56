"""The set-up of a checkout: first, repeated, interrupted, and failing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy import bootstrap
from tests.deploy.processes import CHECKOUT

pytestmark = pytest.mark.processes


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with empty lock files, so that the set-up needs no network."""
    root = tmp_path / "a checkout"
    (root / "requirements").mkdir(parents=True)
    for name in ("setup", "runtime", "dev"):
        (root / "requirements" / f"{name}.txt").write_text("")
    (root / "pyproject.toml").write_text("")
    for name, path in (
        ("ROOT", root),
        ("VENV", root / ".venv"),
        ("PYTHON", root / ".venv" / "bin" / "python"),
        ("REQUIREMENTS", root / "requirements"),
        ("_UNFINISHED", root / ".venv" / ".installing"),
    ):
        monkeypatch.setattr(bootstrap, name, path)
    return root


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the executed steps. Only the virtual environment is really created."""
    done: list[str] = []
    run = bootstrap._run

    def note(what: str, command: Sequence[str], **options: Any) -> str:
        done.append(what)
        return run(what, command, **options) if what == "Virtual environment" else ""

    monkeypatch.setattr(bootstrap, "_run", note)
    return done


NEW = ["Virtual environment", "Installer"]
PACKAGES = ["pip's settings", "0 Python packages", "Tilsagn itself", "Front-end assets"]


@pytest.mark.parametrize("set_up", [bootstrap.setup, bootstrap.runtime])
def test_a_second_set_up_installs_nothing(set_up: Callable[[], None], checkout: Path, steps: list[str]) -> None:
    set_up()
    assert steps == NEW + PACKAGES
    steps.clear()
    set_up()
    assert steps == ["Front-end assets"]


def test_development_packages_are_installed_in_addition_to_runtime_packages(checkout: Path, steps: list[str]) -> None:
    bootstrap.runtime()
    steps.clear()
    bootstrap.setup()
    assert steps == PACKAGES
    steps.clear()
    bootstrap.runtime()
    assert steps == ["Front-end assets"], "they are among the packages of development"


def test_a_changed_lock_file_updates_the_existing_environment(checkout: Path, steps: list[str]) -> None:
    bootstrap.setup()
    steps.clear()
    (bootstrap.REQUIREMENTS / "dev.txt").write_text("new==1\n    --hash=sha256:00\n")
    bootstrap.setup()
    assert steps == ["pip's settings", "1 Python packages", "Tilsagn itself", "Front-end assets"]


def test_another_version_of_the_installer_is_installed_before_the_packages(checkout: Path, steps: list[str]) -> None:
    bootstrap.setup()
    steps.clear()
    (bootstrap.REQUIREMENTS / "setup.txt").write_text("uv==1\n    --hash=sha256:00\n")
    (bootstrap.REQUIREMENTS / "dev.txt").write_text("new==1\n    --hash=sha256:00\n")
    bootstrap.setup()
    assert steps[:3] == ["Installer", "pip's settings", "1 Python packages"]


def test_an_interrupted_set_up_starts_again(checkout: Path, steps: list[str]) -> None:
    bootstrap.setup()
    steps.clear()
    bootstrap._UNFINISHED.touch()
    bootstrap._marker_file("dev").unlink()
    (bootstrap.VENV / "half-a-package").touch()
    bootstrap.setup()
    assert steps == NEW + PACKAGES
    assert not (bootstrap.VENV / "half-a-package").exists()


def test_pip_is_run_from_its_wheel_and_from_the_environment_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bootstrap._pip_wheel() is not None, "the tests' Python has ensurepip"
    for folder in (tmp_path / "without", tmp_path / "with"):
        bootstrap._make_environment(folder)
        python = folder / "bin" / "python"
        bootstrap._run("pip", [*bootstrap._pip(python), "--version"], environment=bootstrap._pip_environment())
        assert (python.with_name("pip").exists()) == (folder.name == "with")
        monkeypatch.setattr(bootstrap, "_pip_wheel", lambda: None)


CONFIGURATION = """
[global]
index-url = https://global.example/simple
extra-index-url = https://one.example/simple
    https://two.example/simple
cert = /etc/company.pem
proxy = http://proxy.example:3128
[install]
index-url = https://install.example/simple
find-links = /nowhere/wheels https://wheels.example
trusted-host = one.example
[download]
index-url = https://download.example/simple
"""


def test_uv_uses_the_indexes_certificates_and_proxy_of_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_")):
            monkeypatch.delenv(name)
    (tmp_path / "pip.conf").write_text(CONFIGURATION)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    monkeypatch.setenv("PIP_TIMEOUT", "77")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    bootstrap._make_environment(tmp_path / "environment")
    settings = bootstrap._pip_settings(tmp_path / "environment" / "bin" / "python")
    expected = {
        "UV_DEFAULT_INDEX": "https://install.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_FIND_LINKS": "https://wheels.example",
        "UV_INSECURE_HOST": "one.example",
        "UV_HTTP_TIMEOUT": "77",
        "SSL_CERT_FILE": "/etc/company.pem",
        "HTTPS_PROXY": "http://proxy.example:3128",
    }
    environment = bootstrap._uv_environment(settings)
    assert {name: environment.get(name) for name in expected} == expected
    assert bootstrap._uv_options(settings) == ["--no-index"]
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example/simple")
    assert bootstrap._uv_environment(settings)["UV_DEFAULT_INDEX"] == "https://own.example/simple"


def test_without_settings_of_pip_uv_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    environment = bootstrap._uv_environment({"no-index": "false"})
    assert not {"UV_DEFAULT_INDEX", "UV_INDEX", "UV_FIND_LINKS"} & (environment.keys() - os.environ.keys())
    assert bootstrap._uv_options({"no-index": "false"}) == []


def test_a_moved_environment_is_not_usable(checkout: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", bootstrap.VENV], check=True)
    assert bootstrap._is_usable()
    moved = bootstrap.VENV.rename(checkout / "moved")
    bootstrap.VENV.mkdir()
    (bootstrap.VENV / "bin").symlink_to(moved / "bin")
    assert not bootstrap._is_usable()


def test_a_failed_step_prints_its_output_and_the_need_for_the_network() -> None:
    with pytest.raises(bootstrap.SetupError, match="Packages failed:\nno route\nThe first set-up needs the network"):
        bootstrap._run("Packages", ["/bin/sh", "-c", "echo no route >&2; exit 1"], network=True)


def test_a_missing_browser_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr("deploy.bootstrap.shutil.which", found.get)
    monkeypatch.setattr("deploy.bootstrap.os.geteuid", lambda: 1000)
    with pytest.raises(bootstrap.SetupError, match="Install it with: sudo apt-get install chromium"):
        bootstrap.browser()


@pytest.mark.parametrize(("offered", "package"), [(True, "chromium-headless-shell"), (False, "chromium")])
def test_the_headless_shell_is_installed_where_apt_offers_it(
    offered: bool, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[Sequence[str]] = []
    monkeypatch.setattr("deploy.bootstrap.shutil.which", {"apt-get": "/usr/bin/apt-get"}.get)
    monkeypatch.setattr("deploy.bootstrap.os.geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap, "_is_in_apt", lambda _package: offered)
    monkeypatch.setattr(bootstrap, "_run", lambda _what, command, **_options: commands.append(command))
    bootstrap.browser()
    assert commands[-1][-1] == package


@pytest.mark.parametrize(("there", "missing"), [([], "java, mvn"), (["java"], "mvn"), (["mvn"], "java")])
def test_missing_java_or_maven_is_named_with_its_command(
    there: list[str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {name: f"/usr/bin/{name}" for name in ["apt-get", *there]}
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("deploy.bootstrap.shutil.which", found.get)
    monkeypatch.setattr("deploy.bootstrap.os.geteuid", lambda: 1000)
    with pytest.raises(
        bootstrap.SetupError, match=f"not found: {missing}.*sudo apt-get install default-jre-headless maven"
    ):
        bootstrap.java()


def test_existing_java_and_maven_are_kept(monkeypatch: pytest.MonkeyPatch, steps: list[str]) -> None:
    monkeypatch.setattr("deploy.bootstrap.shutil.which", lambda name: f"/usr/bin/{name}")
    bootstrap.java()
    assert steps == []


def test_a_missing_libfaketime_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.bootstrap.Path.glob", lambda *_: [])
    monkeypatch.setattr("deploy.bootstrap.shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("deploy.bootstrap.os.geteuid", lambda: 1000)
    with pytest.raises(bootstrap.SetupError, match="sudo apt-get install libfaketime"):
        bootstrap.faketime()


def test_an_old_python_looks_for_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_OLDEST_PYTHON", (99, 0))
    monkeypatch.setattr("deploy.bootstrap.shutil.which", lambda name: f"/opt/{name}" if name == "python3.12" else None)
    assert bootstrap._newer_python() == "/opt/python3.12"
    monkeypatch.setattr("deploy.bootstrap.shutil.which", lambda _: None)
    with pytest.raises(bootstrap.SetupError, match=r"needs Python 3\.11 or newer, and this is"):
        bootstrap._newer_python()


def test_one_set_up_waits_for_another(checkout: Path, steps: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    hold = "import fcntl, sys, time; f = open(sys.argv[1]); fcntl.flock(f, 2); print(flush=True); time.sleep(1)"
    with subprocess.Popen(
        [sys.executable, "-c", hold, bootstrap.REQUIREMENTS / "runtime.txt"], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        started = time.monotonic()
        bootstrap.setup()
        assert time.monotonic() - started > 0.8
    assert "Waiting for another set-up to finish" in capsys.readouterr().out


def test_make_help_lists_every_target() -> None:
    makefile = (CHECKOUT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert targets is not None
    help_text = subprocess.run(["make", "help"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    for target in targets[1].split():
        assert re.search(rf"^  make {target} +\S", help_text, re.MULTILINE), target


def test_no_lock_file_names_a_registry() -> None:
    locks = [f"requirements/{name}.txt" for name in ("setup", "runtime", "dev")]
    for name in (*locks, "package-lock.json"):
        assert "://" not in (CHECKOUT / name).read_text(), name


def test_every_locked_package_has_its_hashes() -> None:
    for name in ("setup", "runtime", "dev"):
        for entry in _locked(name):
            assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_packages_of_development_include_those_of_the_runtime_in_the_same_versions() -> None:
    assert _locked("runtime") <= _locked("dev")


def _locked(name: str) -> set[str]:
    text = (CHECKOUT / "requirements" / f"{name}.txt").read_text()
    return set(re.split(r"\n(?=\S)", text.strip()))

"""Setting up a checkout: once, again, after an interruption; and what it says when it cannot."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from deploy import bootstrap
from tests.deploy.processes import CHECKOUT


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with an empty lock file, so that setting up needs no network; installers are noted, not run."""
    root = tmp_path / "a checkout"
    (root / "requirements").mkdir(parents=True)
    (root / "requirements" / "dev.txt").write_text("")
    (root / "pyproject.toml").write_text("")
    for name, path in (
        ("ROOT", root),
        ("VENV", root / ".venv"),
        ("PYTHON", root / ".venv" / "bin" / "python"),
        ("REQUIREMENTS", root / "requirements" / "dev.txt"),
        ("_MARK", root / ".venv" / ".installed"),
        ("_UNFINISHED", root / ".venv" / ".installing"),
    ):
        monkeypatch.setattr(bootstrap, name, path)
    return root


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was run, by name. Only the making of the virtual environment really happens."""
    done: list[str] = []
    really = bootstrap._run

    def run(what: str, command: Sequence[str], **options: Any) -> None:
        done.append(what)
        if what == "Virtual environment":
            really(what, [*command, "--without-pip"], **options)
            (bootstrap.VENV / "bin" / "pip.py").touch()
        if what == "fails":
            really(what, command, **options)

    monkeypatch.setattr(bootstrap, "_run", run)
    monkeypatch.setattr(bootstrap, "_usable", lambda: bootstrap.PYTHON.exists() and not bootstrap._UNFINISHED.exists())
    return done


EVERYTHING = ["Virtual environment", "0 Python packages", "Tilsagn itself", "Front-end assets"]


def test_a_second_set_up_installs_nothing(checkout: Path, steps: list[str]) -> None:
    bootstrap.setup()
    assert steps == EVERYTHING
    steps.clear()
    bootstrap.setup()
    assert steps == ["Front-end assets"]


def test_a_changed_lock_file_is_installed_into_the_environment_that_is_there(checkout: Path, steps: list[str]) -> None:
    bootstrap.setup()
    steps.clear()
    bootstrap.REQUIREMENTS.write_text("new==1\n    --hash=sha256:00\n")
    bootstrap.setup()
    assert steps == ["1 Python packages", "Tilsagn itself", "Front-end assets"]


def test_an_interrupted_set_up_is_done_over_from_scratch(checkout: Path, steps: list[str]) -> None:
    bootstrap.setup()
    steps.clear()
    bootstrap._MARK.unlink()
    bootstrap._UNFINISHED.touch()
    (bootstrap.VENV / "half-a-package").touch()
    bootstrap.setup()
    assert steps == EVERYTHING
    assert not (bootstrap.VENV / "half-a-package").exists()


def test_an_environment_moved_from_elsewhere_does_not_count(checkout: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", bootstrap.VENV], check=True)
    assert bootstrap._usable()
    moved = bootstrap.VENV.rename(checkout / "moved")
    bootstrap.VENV.mkdir()
    (bootstrap.VENV / "bin").symlink_to(moved / "bin")
    assert not bootstrap._usable()


def test_a_failing_step_says_why_and_what_the_first_one_needs() -> None:
    with pytest.raises(bootstrap.Refusal, match="Packages failed:\nno route\nThe first set-up needs the network"):
        bootstrap._run("Packages", ["/bin/sh", "-c", "echo no route >&2; exit 1"], network=True)


def test_a_missing_browser_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"apt-get": "/usr/bin/apt-get"}
    monkeypatch.setattr("deploy.bootstrap.shutil.which", found.get)
    monkeypatch.setattr("deploy.bootstrap.os.geteuid", lambda: 1000)
    with pytest.raises(bootstrap.Refusal, match="Install it with: sudo apt-get install chromium"):
        bootstrap.browser()


@pytest.mark.parametrize(("offered", "package"), [(True, "chromium-headless-shell"), (False, "chromium")])
def test_the_headless_shell_is_installed_where_apt_offers_it(
    offered: bool, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[Sequence[str]] = []
    monkeypatch.setattr("deploy.bootstrap.shutil.which", {"apt-get": "/usr/bin/apt-get"}.get)
    monkeypatch.setattr("deploy.bootstrap.os.geteuid", lambda: 0)
    monkeypatch.setattr(bootstrap, "_offered", lambda _package: offered)
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
        bootstrap.Refusal, match=f"not found: {missing}.*sudo apt-get install default-jre-headless maven"
    ):
        bootstrap.java()


def test_java_and_maven_that_are_there_are_left_alone(monkeypatch: pytest.MonkeyPatch, steps: list[str]) -> None:
    monkeypatch.setattr("deploy.bootstrap.shutil.which", lambda name: f"/usr/bin/{name}")
    bootstrap.java()
    assert steps == []


def test_a_missing_libfaketime_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.bootstrap.Path.glob", lambda *_: [])
    monkeypatch.setattr("deploy.bootstrap.shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("deploy.bootstrap.os.geteuid", lambda: 1000)
    with pytest.raises(bootstrap.Refusal, match="sudo apt-get install libfaketime"):
        bootstrap.faketime()


def test_an_old_python_looks_for_a_newer_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_OLDEST_PYTHON", (99, 0))
    monkeypatch.setattr("deploy.bootstrap.shutil.which", lambda name: f"/opt/{name}" if name == "python3.12" else None)
    assert bootstrap._newer_python() == "/opt/python3.12"
    monkeypatch.setattr("deploy.bootstrap.shutil.which", lambda _: None)
    with pytest.raises(bootstrap.Refusal, match=r"needs Python 3\.11 or newer, and this is"):
        bootstrap._newer_python()


def test_one_set_up_waits_for_another(checkout: Path, steps: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    hold = "import fcntl, sys, time; f = open(sys.argv[1]); fcntl.flock(f, 2); print(flush=True); time.sleep(1)"
    with subprocess.Popen([sys.executable, "-c", hold, bootstrap.REQUIREMENTS], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        started = time.monotonic()
        bootstrap.setup()
        assert time.monotonic() - started > 0.8
    assert "Waiting for another set-up to finish" in capsys.readouterr().out


def test_make_help_tells_of_every_target() -> None:
    makefile = (CHECKOUT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert targets is not None
    told = subprocess.run(["make", "help"], cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    for target in targets[1].split():
        assert re.search(rf"^  make {target} +\S", told, re.MULTILINE), target


def test_no_lock_file_names_a_registry() -> None:
    for name in ("requirements/runtime.txt", "requirements/dev.txt", "package-lock.json"):
        assert "://" not in (CHECKOUT / name).read_text(), name


def test_every_locked_package_has_its_hashes() -> None:
    for name in ("runtime", "dev"):
        text = (CHECKOUT / "requirements" / f"{name}.txt").read_text()
        for entry in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in entry, entry.splitlines()[0]

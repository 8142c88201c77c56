"""Runs `tilsagn up` or `tilsagn demo` as a child process, started and stopped like by a user."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.state import Running, State
from tests.cli.command import COMMAND, ROOT, clean_environment
from tests.support.waiting import PATIENCE_SECONDS


@dataclass
class LocalRun:
    """A running installation."""

    process: subprocess.Popen[str]
    state: Path
    url: str
    output_file: Path

    def output(self) -> str:
        """The output so far."""
        return self.output_file.read_text(encoding="utf-8")

    def wait_for(self, text: str, *, seconds: float = PATIENCE_SECONDS) -> str:
        """Wait until the output contains `text` and return it; fails if the process ends or takes too long."""
        deadline = time.monotonic() + seconds
        while text not in self.output():
            ended = self.process.poll()
            assert ended is None, f"it ended with {ended}:\n{self.output()}"
            assert time.monotonic() < deadline, f"it did not say {text!r}:\n{self.output()}"
            time.sleep(0.05)
        return self.output()

    @property
    def mail_link(self) -> str:
        """The link in the output that opens the caught mails."""
        found = re.search(r"Mails +(\S+)", self.output())
        assert found is not None, self.output()
        return found[1]

    def stop(self) -> int:
        """Press Ctrl-C; returns the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=PATIENCE_SECONDS)


def _running(state: Path) -> Running | None:
    return State(state).running() or State(state / "demo").running()


@contextmanager
def state_folder() -> Iterator[Path]:
    """A state folder that PostgreSQL's unprivileged account can enter; deleted at the end."""
    parent = Path(tempfile.mkdtemp(prefix="tilsagn-cli-test-"))
    if os.geteuid() == 0:
        parent.chmod(0o711)
    try:
        yield parent / "state"
    finally:
        shutil.rmtree(parent, ignore_errors=True)


@contextmanager
def local_run(*arguments: str, state: Path) -> Iterator[LocalRun]:
    """Start `tilsagn` with `arguments` and a state folder, wait until it answers, and stop it at the end."""
    output = state.parent / f"{state.name}.out"
    with output.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=ROOT,
            env=clean_environment(state) | {"PYTHONUNBUFFERED": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
    run = LocalRun(process, state, "", output)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (running := _running(state)) is None:
            assert process.poll() is None, f"it ended with {process.poll()}:\n{run.output()}"
            assert time.monotonic() < deadline, f"it did not start:\n{run.output()}"
            time.sleep(0.05)
        run.url = running.url
        yield run
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

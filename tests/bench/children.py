"""Child processes that take part in a measurement. An order is one line of JSON, and so is the answer.

A child reads its settings from standard input, so that no password appears in the list of processes. It ends when
standard input is closed, after its current order.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import subprocess
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self, TextIO

import uvloop

_ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 120.0


Answer = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]
"""A function that answers an order."""


class ChildFailed(RuntimeError):
    """A child ended, or did not answer in time."""


class Child:
    """A module of this package in a child process, which answers orders.

    Args:
        module: its name, e.g. `load`.
        log: the file for its standard error.
        settings: its settings, sent first.
    """

    def __init__(self, module: str, log: Path, **settings: Any) -> None:
        self.module = module
        self._log = log
        with log.open("ab") as complaints:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.{module}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                cwd=_ROOT,
                env={"PATH": os.defpath, "PYTHONUNBUFFERED": "1"},
                bufsize=0,
            )
        self._heard = b""
        try:
            self.ask(**settings)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ask(self, *, patience: float = _PATIENCE_SECONDS, **order: Any) -> dict[str, Any]:
        """Send an order and return the answer.

        Raises:
            ChildFailed: it ended, or did not answer within `patience` seconds.
        """
        self.tell(**order)
        return self.hear(patience=patience)

    def tell(self, **order: Any) -> None:
        """Send an order without waiting; call `hear` for the answer before the next one. Raises ChildFailed if the
        child has ended."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")
        except BrokenPipeError:
            raise self._failed("has ended") from None

    def hear(self, *, patience: float = _PATIENCE_SECONDS) -> dict[str, Any]:
        """Return the answer to the last order. Raises ChildFailed as `ask` does."""
        assert self._process.stdout is not None
        deadline = time.monotonic() + patience
        while b"\n" not in self._heard:
            ready, _, _ = select.select([self._process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise self._failed(f"has not answered within {patience:.0f} s")
            more = os.read(self._process.stdout.fileno(), 1 << 16)
            if not more:
                raise self._failed("has ended")
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if "failed" in answer:
            raise self._failed(f"failed: {answer['failed']}")
        return answer

    def close(self) -> None:
        """End the child."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._process.stdout.close()

    def _failed(self, how: str) -> ChildFailed:
        output = self._log.read_text(encoding="utf-8", errors="replace")[-2000:] if self._log.exists() else ""
        return ChildFailed(f"{self.module} {how}\n{output}".rstrip())


def obey(begin: Callable[[dict[str, Any]], Awaitable[Answer]]) -> None:
    """Run as the child: read the settings, then answer orders until standard input is closed.

    Args:
        begin: takes the settings and returns the function that answers orders.
    """
    # Only answers go to standard output; everything else that is printed goes to standard error.
    answers, sys.stdout = sys.stdout, sys.stderr
    uvloop.run(_obey(begin, answers))


async def _obey(begin: Callable[[dict[str, Any]], Awaitable[Answer]], answers: TextIO) -> None:
    answer: Answer | None = None
    # In a thread, so that a consumer can keep its connection alive between two orders.
    while line := await asyncio.to_thread(sys.stdin.readline):
        order = json.loads(line)
        try:
            result: dict[str, Any] = {}
            if answer is None:
                answer = await begin(order)
            else:
                result = await answer(order)
        except Exception as error:
            traceback.print_exc()
            result = {"failed": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(result) + "\n")
        answers.flush()
    os._exit(0)


class Clock:
    """Measures wall time and this process's processor time. Use it as a context manager."""

    seconds = 0.0
    own_seconds = 0.0

    def __enter__(self) -> Self:
        self._began, self._own = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds = time.perf_counter() - self._began
        self.own_seconds = time.process_time() - self._own

"""`python -m tests.faults.points POINT PASSAGE ACTION MARKS MODULE ARGUMENT…`: acts on a process at a named point.

Runs `python -m MODULE ARGUMENT…` with one function wrapped: at the PASSAGE-th passage (1 is the first) of POINT the
process does ACTION to itself. The production code has no hooks for this; if the function of a point no longer exists,
the start fails, and so does every run that uses it.

    kill   SIGKILL
    stop   SIGSTOP; the parent process may resume it
    linger delays that passage, and each later one, by half a second
    slow   delays that passage for longer than the consumer group allows

Every passage is first recorded in the file MARKS: `POINT PASSAGE` and, for `slow`, the records that it concerns.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import os
import runpy
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SLOW_MAX_POLL_SECONDS: Final = 2.0
SLOW_SECONDS: Final = 6.0
LINGER_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Point:
    """A named point in the code.

    Attributes:
        module, function: the function to wrap, as a module and a path within it.
        after: whether the point is after the function or before it.
    """

    module: str
    function: str
    after: bool


POINTS: Final = {
    "commit-answer": Point("services.pledges.pledges.commands", "log_pledge", after=True),
    "commit-publish": Point("shared.messaging.relay", "Relay._send", after=False),
    "publish-mark": Point("shared.messaging.relay", "Relay._send", after=True),
    "effect-offset": Point("shared.messaging.consumer", "Consumer.handle", after=True),
    "before-effect": Point("shared.messaging.consumer", "Consumer.handle", after=False),
    "claim-send": Point("services.notifications.channels.email", "send", after=False),
    "accepted-mark": Point("services.notifications.channels.email", "send", after=True),
}


def strike_at(point: str, passage: int, action: str, marks: Path) -> None:
    """Wrap the point's function. Raises AttributeError or ImportError if it does not exist."""
    where = POINTS[point]
    owner: Any = importlib.import_module(where.module)
    *path, name = where.function.split(".")
    for part in path:
        owner = getattr(owner, part)
    original = getattr(owner, name)
    passages = 0

    async def pass_by(arguments: tuple[Any, ...]) -> None:
        nonlocal passages
        passages += 1
        with marks.open("a") as file:
            file.write(f"{point} {passages}{_records(arguments) if action == 'slow' else ''}\n")
        if action == "linger" and passages >= passage:
            await asyncio.sleep(LINGER_SECONDS)
        if action == "linger" or passages != passage:
            return
        if action == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        else:
            os.kill(os.getpid(), {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}[action])

    @functools.wraps(original)
    async def wrapped(*arguments: Any, **named: Any) -> Any:
        if where.after:
            result = await original(*arguments, **named)
            await pass_by(arguments)
            return result
        await pass_by(arguments)
        return await original(*arguments, **named)

    setattr(owner, name, wrapped)
    if action == "slow":
        broker: Any = importlib.import_module("shared.messaging.broker")
        assert hasattr(broker, "MAX_POLL_INTERVAL_MS")
        broker.MAX_POLL_INTERVAL_MS = int(SLOW_MAX_POLL_SECONDS * 1000)


def _records(arguments: tuple[Any, ...]) -> str:
    """Return topic, partition and offset of the records that a consumer got."""
    return "".join(f" {record.topic}/{record.partition}/{record.offset}" for record in arguments[-1])


def main() -> None:
    """Run the command."""
    point, passage, action, marks, module, *arguments = sys.argv[1:]
    strike_at(point, int(passage), action, Path(marks))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

"""`python -m tests.faults.points POINT PASSAGE ACTION MARKS MODULE ARGUMENT…`: a process struck at a named point.

Runs `python -m MODULE ARGUMENT…` as it is, with one function wrapped: at its PASSAGE-th passage (1 is the first) of
POINT the process does ACTION to itself. The production code has no hooks for this; a point whose function is gone
fails at the start, and so does every run that relies on it.

    kill   SIGKILL
    stop   SIGSTOP; whoever started it may let it go on
    linger lets that passage, and each after it, take half a second longer
    slow   holds that passage for longer than the group allows a member to be away

Every passage is written down in the file MARKS beforehand: `POINT PASSAGE` and, for `slow`, the records it is about.
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
    """Where a process can be struck.

    Attributes:
        module, function: what is wrapped, as `module` and the path within it.
        after: whether the point is behind the function (what it does is done) or before it.
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
    """Wrap the point's function. Raises AttributeError or ImportError where it is not there any more."""
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
    """The places of the records a consumer was given."""
    return "".join(f" {record.topic}/{record.partition}/{record.offset}" for record in arguments[-1])


def main() -> None:
    """The command."""
    point, passage, action, marks, module, *arguments = sys.argv[1:]
    strike_at(point, int(passage), action, Path(marks))
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

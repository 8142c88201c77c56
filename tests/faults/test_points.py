"""The named points exist, and a process kills itself at the given passage."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.faults.points import POINTS
from tests.support.topology import ROOT

if TYPE_CHECKING:
    from pathlib import Path

_THREE_TIMES = """
import asyncio, sys
from pathlib import Path
from tests.faults.points import strike_at
strike_at("claim-send", 2, sys.argv[1], Path(sys.argv[2]))
from services.notifications.channels import email

async def main():
    for _ in range(3):
        try:
            await email.send(None, None, None)
        except AttributeError:
            pass
asyncio.run(main())
"""


pytestmark = pytest.mark.processes


@pytest.mark.parametrize("point", POINTS)
def test_the_function_of_a_point_exists_and_is_a_coroutine(point: str) -> None:
    where: Any = importlib.import_module(POINTS[point].module)
    for part in POINTS[point].function.split("."):
        where = getattr(where, part)
    assert inspect.iscoroutinefunction(where)


async def test_a_process_kills_itself_at_the_given_passage_and_records_all_passages(tmp_path: Path) -> None:
    marks = tmp_path / "marks"
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", _THREE_TIMES, "kill", str(marks)],
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
    assert marks.read_text().splitlines() == ["claim-send 1", "claim-send 2"]

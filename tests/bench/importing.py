"""A child process that imports files, and says how long that took and how much memory the process has had.

Settings: `dsn`, `taskforce`. An order: `kind`, `file`, `dry_run`.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import SecretStr

from services.pledges.hires.domain import HireEditor
from services.pledges.imports.commands import import_pledges
from services.pledges.imports.hires.commands import import_hires
from services.pledges.imports.layout import OF_COMMAND
from services.pledges.pledges.domain import Limits
from shared.db.database import Database
from shared.settings import ServiceSettings
from tests.bench.children import obey

if TYPE_CHECKING:
    from tests.bench.children import Answer

_KEY = SecretStr("the key of no installation, for measurements")
_TICK = 0.01


async def _begin(settings: dict[str, Any]) -> Answer:
    database = await Database.connect(
        ServiceSettings(database_url=settings["dsn"], token_jwks=settings["token_jwks"]), name="import"
    )
    taskforce = UUID(settings["taskforce"])

    async def answer(order: dict[str, Any]) -> dict[str, Any]:
        content = await asyncio.to_thread(Path(order["file"]).read_bytes)
        more: dict[str, Any] = {"limits": Limits(), "request_key": _KEY, "size_limits": OF_COMMAND}
        before, began = _peak_mb(), time.perf_counter()
        ticking = asyncio.create_task(_longest_pause())
        if order["kind"] == "hires":
            report = await import_hires(
                database, taskforce, content, by=HireEditor(None), dry_run=order["dry_run"], **more
            )
        else:
            report = await import_pledges(database, taskforce, content, dry_run=order["dry_run"], **more)
        seconds = time.perf_counter() - began
        ticking.cancel()
        return {
            "seconds": seconds,
            "before_mb": before,
            "peak_mb": _peak_mb(),
            "pause_ms": _pauses[-1] * 1000,
            "imported": report.imported,
            "problem": report.problem,
            "new": report.count("new"),
            "known": report.count("known"),
            "refused": report.count("refused"),
        }

    return answer


_pauses: list[float] = []


async def _longest_pause() -> None:
    """Measure how long the event loop was kept from other work."""
    _pauses.append(0.0)
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK)
        _pauses[-1] = max(_pauses[-1], time.perf_counter() - began - _TICK)


def _peak_mb() -> float:
    """Return the most memory that this program has had. What `getrusage` says includes that of the parent process."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    [peak] = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(peak) / 1024


if __name__ == "__main__":
    obey(_begin)

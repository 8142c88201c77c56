"""A rebuild of the dashboard, as `tilsagn rebuild dashboard` does it: `python -m tests.bench.rebuilding`."""

from __future__ import annotations

import time
from typing import Any

import asyncpg

from services.dashboard.read_model.projections import CHANNEL
from services.dashboard.read_model.rebuild import rebuild
from services.dashboard.settings import DashboardSettings
from shared.db.database import Database
from tests.bench.children import Answer, obey


async def _begin(settings: dict[str, Any]) -> Answer:
    dashboard = DashboardSettings(database_url=settings["dsn"], token_jwks=settings["jwks"])
    listener = await asyncpg.connect(settings["dsn"])
    served: list[float] = []
    # The new generation notifies open screens when it begins.
    await listener.add_listener(CHANNEL, lambda *_: served.append(time.perf_counter()))

    async def answer(_order: dict[str, Any]) -> dict[str, Any]:
        served.clear()
        database = await Database.connect(dashboard, name="bench-rebuild")
        try:
            began = time.perf_counter()
            done = await rebuild(database, settings["outboxes"])
            ended = time.perf_counter()
        finally:
            await database.close()
        await listener.execute("select 1")
        assert not done.refused, done.refused
        return {
            "messages": done.messages.total(),
            "serving_seconds": served[0] - began,
            "seconds": ended - began,
            "rate": done.messages.total() / (served[0] - began),
        }

    return answer


if __name__ == "__main__":
    obey(_begin)

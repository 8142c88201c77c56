"""The floor of a start: imports the same libraries and starts PostgreSQL and the broker.

`python -m tests.bench.bare_start`: gets the folder of an existing PostgreSQL cluster, and answers when both run.
"""

from __future__ import annotations

import asyncio
import importlib
from pathlib import Path
from typing import Any

from deploy.local.broker import EmbeddedBroker
from deploy.local.postgres import EmbeddedPostgres
from tests.bench.children import Answer, obey

LIBRARIES = (
    "aiokafka",
    "aiosmtplib",
    "asyncpg",
    "babel",
    "fastapi",
    "faststream.kafka",
    "jinja2",
    "joserfc.jwt",
    "phonenumbers",
    "prometheus_client",
    "pydantic_settings",
    "structlog",
    "typer",
    "uvicorn",
)


async def _begin(settings: dict[str, Any]) -> Answer:
    postgres = EmbeddedPostgres(Path(settings["postgres"]))
    broker = EmbeddedBroker()
    await asyncio.gather(asyncio.to_thread(_read_libraries), _start(postgres), _start(broker))

    async def answer(_order: dict[str, Any]) -> dict[str, Any]:
        """Stop both."""
        await asyncio.to_thread(broker.kill)
        await asyncio.to_thread(postgres.stop)
        return {}

    return answer


async def _start(child: EmbeddedPostgres | EmbeddedBroker) -> None:
    await asyncio.to_thread(child.start)


def _read_libraries() -> None:
    for name in LIBRARIES:
        importlib.import_module(name)


if __name__ == "__main__":
    obey(_begin)

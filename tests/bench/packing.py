"""A meeting's pack, PDF and XLSX, as the dashboard's worker makes it: `python -m tests.bench.packing`.

It is that of the readers, which has no texts from the events service.
"""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.dashboard.pack.content import pack_document
from services.dashboard.pack.domain import Pack
from services.dashboard.pack.facts import read_facts
from services.dashboard.pack.pdf import pdf
from services.dashboard.pack.xlsx import workbook
from services.dashboard.settings import DashboardSettings
from shared.db.database import Database
from shared.i18n.translations import use_language
from shared.ui.formats import local_date
from tests.bench.children import Answer, obey

if TYPE_CHECKING:
    from services.dashboard.pack.document import Document


async def _begin(settings: dict[str, Any]) -> Answer:
    dashboard = DashboardSettings(database_url=settings["dsn"], token_jwks=settings["jwks"])

    async def answer(order: dict[str, Any]) -> dict[str, Any]:
        taskforce_id, meeting_id = UUID(order["taskforce"]), UUID(order["meeting"])
        known_at = datetime.fromisoformat(order["known_at"])
        pack = Pack(
            id=meeting_id,
            meeting_id=meeting_id,
            language="da",
            audience="readers",
            as_of=local_date(known_at),
            known_at=known_at,
            edition="1",
            asked_at=known_at,
            status="making",
            step=1,
            attempts=1,
            problem=None,
            made_at=None,
        )
        database = await Database.connect(dashboard, name="bench-packing")
        try:
            began = time.perf_counter()
            async with database.read(taskforce_id) as conn:
                with use_language("da", service="dashboard"):
                    document = pack_document(await read_facts(conn, "Taskforcen", pack, None))
            read = time.perf_counter()
            sizes = await asyncio.to_thread(_files, document)
            ended = time.perf_counter()
        finally:
            await database.close()
        return {"seconds": ended - began, "figures_seconds": read - began, "bytes": sizes}

    return answer


def _files(document: Document) -> list[int]:
    with use_language(document.language, service="dashboard"):
        return [len(pdf(document)), len(workbook(document))]


if __name__ == "__main__":
    obey(_begin)

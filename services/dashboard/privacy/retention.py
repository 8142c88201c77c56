"""How long dead letters are kept: the dashboard holds no other personal data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared.privacy.data_inventory import FILE, read_service_inventory
from shared.privacy.dead_letters import DEAD_LETTERS
from shared.privacy.retention import Retention

if TYPE_CHECKING:
    from uuid import UUID

    from shared.db.database import Connection

JOBS: Final = (DEAD_LETTERS,)


async def _nobody(_conn: Connection) -> list[UUID]:
    return []


def retention() -> Retention:
    """The service's jobs with their deadlines, as the data inventory says now."""
    inventory = read_service_inventory(Path(__file__).parents[1] / FILE)
    return Retention("dashboard", JOBS, inventory, _nobody)

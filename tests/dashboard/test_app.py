"""The web application as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from shared.db.database import Database


async def test_the_figures_are_planned_for_their_own_times(app: FastAPI) -> None:
    database: Database = app.state.database
    async with database.system() as conn:
        assert await conn.fetchval("show plan_cache_mode") == "force_custom_plan"

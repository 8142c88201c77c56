"""The scenario of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from tests.scenarios.loaded.scenario import Loaded, loaded_struer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.infrastructure import Installation


@pytest_asyncio.fixture(scope="package")
async def loaded(installation: Installation, signing_key: str) -> AsyncIterator[Loaded]:
    """The scenario, loaded, with running workers."""
    async with loaded_struer(installation, signing_key) as loaded:
        yield loaded

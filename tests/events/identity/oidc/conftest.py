"""A fake provider, and the settings for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from services.events.identity.oidc.provider import Provider
from services.events.settings import GroupGrants, ProviderSettings
from tests.events.identity.oidc.fake_provider import CLIENT_ID, CLIENT_SECRET, FakeProvider, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.events.settings import Groups

GROUPS: Groups = {
    "Jobcenter": GroupGrants(roles=frozenset({"caseworker"}), municipality="0671"),
    "Taskforce": GroupGrants(roles=frozenset({"coordinator"})),
    "Administratorer": GroupGrants(roles=frozenset({"admin"})),
}
BACK = "http://localhost:8080/sign-in/provider/callback"


def provider_settings(issuer: str, **more: Any) -> ProviderSettings:
    """Return the settings of an installation that is registered with the provider."""
    return ProviderSettings(
        issuer, CLIENT_ID, CLIENT_SECRET, "Struer Kommune", {"struer": GROUPS}, more.pop("redirect_uri", BACK), **more
    )


@pytest_asyncio.fixture
async def fake_provider() -> AsyncIterator[FakeProvider]:
    async with running() as fake_provider:
        yield fake_provider


@pytest.fixture
def provider(fake_provider: FakeProvider) -> Provider:
    """The fake provider, as the service uses it."""
    return Provider(provider_settings(fake_provider.issuer))

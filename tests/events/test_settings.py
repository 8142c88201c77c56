"""Settings of the events service."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.events.settings import EventsSettings, origin_of
from shared.http.auth import new_private_jwk


def test_an_unusable_signing_key_is_refused(base_settings: dict[str, Any]) -> None:
    stray = new_private_jwk()
    with pytest.raises(ValidationError, match="public half") as refused:
        EventsSettings(**base_settings, database_url="postgresql://x/y", token_private_key=stray)
    assert '"d"' not in str(refused.value)


def test_the_signing_key_is_not_shown(base_settings: dict[str, Any], signing_key: str) -> None:
    settings = EventsSettings(**base_settings, database_url="postgresql://x/y", token_private_key=signing_key)
    assert signing_key not in repr(settings)
    assert '"d"' not in repr(settings)


@pytest.mark.parametrize(
    "address", ["http://elsewhere.example", "ftp://localhost", "https://a:b@elsewhere.example", "https://x.example/#a"]
)
def test_an_origin_is_https_or_on_this_machine(address: str) -> None:
    with pytest.raises(ValueError, match=r"https only|no address"):
        origin_of(address)


def test_origins_differ_by_their_ports() -> None:
    assert origin_of("https://A.example/x") == origin_of("https://a.example:443/")
    assert origin_of("https://a.example:444") != origin_of("https://a.example")
    assert origin_of("http://[::1]:8/") == "http://[::1]:8"

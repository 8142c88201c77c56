"""Settings of the events service."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from services.events.settings import EventsSettings
from shared.http.auth import new_private_jwk


def test_a_signing_key_that_nobody_could_verify_is_refused(base_settings: dict[str, Any]) -> None:
    stray = new_private_jwk()
    with pytest.raises(ValidationError, match="public half") as refused:
        EventsSettings(**base_settings, database_url="postgresql://x/y", token_private_key=stray)
    assert '"d"' not in str(refused.value)


def test_the_signing_key_is_not_shown(base_settings: dict[str, Any], signing_key: str) -> None:
    settings = EventsSettings(**base_settings, database_url="postgresql://x/y", token_private_key=signing_key)
    assert signing_key not in repr(settings)
    assert '"d"' not in repr(settings)

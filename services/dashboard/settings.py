"""The dashboard's settings: those of every service, and those of the board and the streams."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?")


def _origin(value: str) -> str:
    """Accept nothing but an origin, because the value goes into a header unchanged."""
    if not _ORIGIN.fullmatch(value):
        raise ValueError("give an origin such as https://www.struer.dk, without a path")
    return value


class DashboardSettings(ServiceSettings):
    """Read from the environment with the prefix `DASHBOARD_`."""

    model_config = SettingsConfigDict(
        env_prefix="DASHBOARD_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    board_frame_ancestors: tuple[Annotated[str, AfterValidator(_origin)], ...] = Field(
        (), description="origins whose pages may show the public board in a frame, as a JSON list"
    )
    board_smallest_count: int = Field(
        5, ge=1, description="public figures hide counts from 1 to below this one; 0 is shown"
    )
    board_release_times: Annotated[tuple[time, ...], Field(min_length=1)] = Field(
        (time(8),),
        description="when the public board may show a new number: times in Europe/Copenhagen as a JSON list, such as "
        '["08:00", "15:30"]',
    )
    board_release_step: int = Field(
        5, ge=1, description="and only when at least so many have come, or were corrected away, since the last release"
    )
    board_release_at_once: bool = Field(
        False,
        description="release as soon as the step is reached, whatever the time: for demonstrations, because whoever "
        "watches the board then sees when a hire is confirmed",
    )
    board_sign_step: int = Field(
        10, ge=1, description="whoever keeps the signs by the road is told when the number has moved so far"
    )
    events_url: str = Field("", description="base URL of events for `/internal/…`, without a slash at its end")
    service_token: SecretStr = Field(
        SecretStr(""),
        description="bearer token of role `service`, sent to events; without it the pack of a meeting has no agenda",
    )
    pack_days: int = Field(
        4, ge=0, le=60, description="the pack of a meeting is made by itself from so many days before it"
    )
    streams: int = Field(
        300, ge=1, description="the largest number of open event streams of signed-in people, per process"
    )
    streams_per_account: int = Field(20, ge=1, description="of these, of one account or API key at most")
    streams_per_address: int = Field(
        100, ge=1, description="open event streams from one address at most: of signed-in people, and of boards"
    )
    board_streams: int = Field(
        200, ge=1, description="the largest number of open event streams of public boards, per process"
    )

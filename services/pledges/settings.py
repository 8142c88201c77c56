"""What the pledges service needs from its environment, on top of what every service does."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class PledgesSettings(ServiceSettings):
    """Settings of the pledges service's app and worker, behind the prefix `PLEDGES_`."""

    model_config = SettingsConfigDict(env_prefix="PLEDGES_", extra="ignore", frozen=True)

    positions_max: int = Field(50, ge=1, le=500, description="positions one pledge may promise")
    weekly_hours_max: Decimal = Field(
        Decimal(37), gt=0, le=60, description="hours a week at most; 37 is the Danish full-time week"
    )
    event_patience_seconds: float = Field(
        2.0, ge=0, le=5, description="how long a pledge waits for an event that has just been made to become known"
    )

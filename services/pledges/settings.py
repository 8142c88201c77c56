"""The settings of the pledges service, besides those of every service."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class PledgesSettings(ServiceSettings):
    """Settings of the pledges service's app and worker, behind the prefix `PLEDGES_`."""

    # A mistake in the environment is reported without what stood there: a key does.
    model_config = SettingsConfigDict(env_prefix="PLEDGES_", extra="ignore", frozen=True, hide_input_in_errors=True)

    intake_database_url: str = Field(
        description="postgresql:// URL of the service's own database, as the role that does what comes with an "
        "event's pass",
    )
    request_key: SecretStr = Field(
        min_length=32,
        description="seals what is kept of a request to recognise it by. A secret of the installation, made once and "
        "backed up with it: under another one, what was received before is not recognised any more",
    )
    positions_max: int = Field(50, ge=1, le=500, description="positions one pledge may promise")
    weekly_hours_max: Decimal = Field(
        Decimal(37), gt=0, le=60, description="hours a week at most; 37 is the Danish full-time week"
    )
    event_patience_seconds: float = Field(
        2.0, ge=0, le=5, description="how long a pledge waits for an event that has just been made to become known"
    )

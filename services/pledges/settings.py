"""The settings of the pledges service, besides those of every service."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class PledgesSettings(ServiceSettings):
    """Settings of the pledges service's app and worker, behind the prefix `PLEDGES_`."""

    # An error in the environment is reported without the value, which may be a key.
    model_config = SettingsConfigDict(
        env_prefix="PLEDGES_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    intake_database_url: str = Field(
        description="postgresql:// URL of the service's own database, as the role for requests with an event's pass",
    )
    participants_database_url: str = Field(
        description="postgresql:// URL of the service's own database, as the role for everything about participants",
    )
    request_key: SecretStr = Field(
        min_length=32,
        description="the key of request fingerprints. A secret of the installation, made once and backed up with it: "
        "under another key, repeats of earlier requests are not recognised",
    )
    positions_max: int = Field(50, ge=1, le=500, description="the largest number of positions of one pledge")
    pass_positions_max: int = Field(
        1000, ge=1, description="positions that count by themselves for each pass of an event; what exceeds it is held"
    )
    guest_positions_max: int = Field(
        25, ge=1, description="positions of one guest's pledge that counts by itself; one with more is held"
    )
    weekly_hours_max: Decimal = Field(
        Decimal(37), gt=0, le=60, description="the largest number of hours a week; 37 is the Danish full-time week"
    )
    lapse_after_days: int = Field(
        180, ge=1, le=3660, description="days after the last activity until a pledge with a vacant position is to lapse"
    )
    lapse_warning_days: int = Field(
        30, ge=0, le=366, description="days before a pledge is to lapse on which the work list warns"
    )
    vacant_after_days: int = Field(
        14, ge=1, le=365, description="after how many days without a match a position is due work in the queue"
    )
    matched_after_days: int = Field(
        14, ge=1, le=365, description="after how many days of a match the queue asks whether it became a job"
    )
    company_help_name: str = Field(
        "", max_length=100, description="the unit that helps companies, as their page names it where no case worker is"
    )
    company_help_phone: str = Field("", max_length=40, description="its telephone number")
    company_help_email: str = Field("", max_length=254, description="its mail address")
    event_patience_seconds: float = Field(
        2.0, ge=0, le=5, description="how long a pledge waits for the messages of a new event"
    )
    streams: int = Field(100, ge=1, description="the largest number of open event streams, per process")
    streams_per_account: int = Field(20, ge=1, description="of these, of one account at most")
    streams_per_address: int = Field(50, ge=1, description="of these, from one address at most")

"""What the events service needs from its environment, on top of what every service does."""

from __future__ import annotations

import json
from typing import Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class EventsSettings(ServiceSettings):
    """Settings of the events service's app and worker, behind the prefix `EVENTS_`."""

    # A mistake in the environment is reported without what stood there: keys and passwords do.
    model_config = SettingsConfigDict(env_prefix="EVENTS_", extra="ignore", frozen=True, hide_input_in_errors=True)

    token_private_key: SecretStr = Field(
        description="the Ed25519 key that signs tokens and event passes: JWK JSON text; no other service has it"
    )

    pledges_url: str = Field(
        "http://pledges-app:8000", description="where pledges answers `/internal/…`, without a slash"
    )
    notifications_url: str = Field("http://notifications-app:8000", description="where notifications does")
    dashboard_url: str = Field("http://dashboard-app:8000", description="where the dashboard does")

    security_contact: Annotated[str, StringConstraints(pattern=r"^(mailto:|https://|tel:)\S+$")] | None = Field(
        None, description="where to report a weakness, for /.well-known/security.txt: a mailto:, https: or tel: address"
    )

    @field_validator("security_contact", mode="before")
    @classmethod
    def _nothing_is_nobody(cls, said: object) -> object:
        return said or None

    @model_validator(mode="after")
    def _others_can_verify_what_we_sign(self) -> Self:
        signing = json.loads(self.token_private_key.get_secret_value()).get("kid")
        if signing not in {key.get("kid") for key in json.loads(self.token_jwks)["keys"]}:
            raise ValueError("token_jwks does not hold the public half of token_private_key")
        return self

"""The settings that every service has. Each service subclasses `ServiceSettings` with its own environment prefix.

Nothing is read at import: a process reads its environment once, when its factory is called without settings.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shared.http.rate_limits import ClientKind, Rate, read_rates
from shared.messaging.access import KafkaAccess, SecurityProtocol

KafkaFlavour = Literal["apache", "embedded"]


class ServiceSettings(BaseSettings):
    """The settings of an app and a worker of any service.

    Environment names are the field names in capitals after the service's prefix, e.g. `PLEDGES_DATABASE_URL`. Raises
    `pydantic.ValidationError` naming what is missing or wrong.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str = Field(description="postgresql:// URL of the service's own database, as its app role")
    database_pool_size: int = Field(8, ge=1, le=100, description="the largest number of connections, per process")
    kafka_bootstrap_servers: str = Field("127.0.0.1:9092", description="host:port, comma separated")
    kafka_flavour: KafkaFlavour = Field(
        "apache", description="which broker's measured settings apply; `embedded` is the local run's broker"
    )
    kafka_security_protocol: SecurityProtocol = Field(
        "PLAINTEXT",
        description="`SASL_SSL`: TLS and a login; `PLAINTEXT` is for one machine, or a broker's own network",
    )
    kafka_username: str = Field("", description="the user name for the broker; for SASL_SSL")
    kafka_password: SecretStr = Field(
        SecretStr(""), description="the password for SASL_SSL; SCRAM-SHA-512 does not send it"
    )
    kafka_ca_file: str = Field(
        "", description="PEM file of the certificate authorities of the broker; empty: those of the system"
    )
    token_jwks: str = Field(description="public keys that sign tokens: the JSON text of a JWK set")
    public_url: str = Field("http://localhost:8080", description="the origin people use, without a slash")
    demo_mode: bool = Field(False, description="sign-in by role without a password or passkey; every page says so")
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    host: str = Field("127.0.0.1", description="address the app and the worker's health endpoint listen on")
    trusted_proxies: str = Field(
        "127.0.0.1", description="addresses of the gateways whose X-Forwarded-For is trusted, comma separated, or *"
    )
    rate_limits: Annotated[Mapping[str, Mapping[ClientKind, Rate]], NoDecode] = Field(
        {},
        description="rate limits that differ from the defaults, as JSON: "
        '{"logging": {"pass": "5000/600s"}}; kinds and figures stand in docs/operations.md',
    )
    rate_limits_times: float = Field(
        1, gt=0, le=100_000, description="the factor by which all rate limits are multiplied"
    )
    port: int = Field(8000, ge=1, le=65535, description="the app's port")
    health_port: int = Field(0, ge=0, le=65535, description="the worker's health endpoint; 0: none")

    @field_validator("rate_limits", mode="before")
    @classmethod
    def _limits_are_written_as_json(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            written = json.loads(value) if value else {}
            return read_rates(written)
        except (AttributeError, TypeError):
            raise ValueError('rate_limits is not like {"logging": {"pass": "5000/600s"}}') from None

    @property
    def kafka(self) -> KafkaAccess:
        """The broker's address and how to connect to it."""
        return KafkaAccess(
            self.kafka_bootstrap_servers,
            self.kafka_security_protocol,
            self.kafka_username,
            self.kafka_password.get_secret_value(),
            self.kafka_ca_file,
        )

    @property
    def connections_without_tls(self) -> list[str]:
        """The connections without TLS, or without a checked certificate, of a deployment that is served over HTTPS.

        Empty for a local run, where all connections stay on one machine.
        """
        if self.kafka_flavour == "embedded" or not self.public_url.startswith("https://"):
            return []
        mode = parse_qs(urlsplit(self.database_url).query).get("sslmode", ["prefer"])[-1]
        unchecked = {"kafka": self.kafka_security_protocol == "PLAINTEXT", "postgresql": mode != "verify-full"}
        return [name for name, is_so in unchecked.items() if is_so]

    @model_validator(mode="after")
    def _the_broker_can_be_asked(self) -> Self:
        self.kafka.tls_context()  # reports a wrong file at the start, not at each connection of a worker
        return self

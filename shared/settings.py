"""Settings every service has. Each service subclasses `ServiceSettings` with its own environment prefix.

Nothing is read at import: a process reads its environment once, when its factory is called without settings.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

KafkaFlavour = Literal["apache", "embedded"]


class ServiceSettings(BaseSettings):
    """What an app and a worker of any service need to run.

    Environment names are the field names in capitals behind the service's prefix, e.g.
    `PLEDGES_DATABASE_URL`. Raises `pydantic.ValidationError` naming what is missing or wrong.
    """

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: str = Field(description="postgresql:// URL of the service's own database, as its app role")
    database_pool_size: int = Field(8, ge=1, le=100, description="connections at most, per process")
    kafka_bootstrap_servers: str = Field("127.0.0.1:9092", description="host:port, comma separated")
    kafka_flavour: KafkaFlavour = Field(
        "apache", description="which broker's measured settings apply; `embedded` is the local run's broker"
    )
    token_jwks: str = Field(description="public keys that sign tokens: the JSON text of a JWK set")
    public_url: str = Field("http://localhost:8080", description="the origin people use, without a slash")
    demo_mode: bool = Field(False, description="sign-in by role without proof; said on every page")
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    host: str = Field("127.0.0.1", description="address the app and the worker's health endpoint listen on")
    trusted_proxies: str = Field(
        "127.0.0.1", description="gateways that are believed when they say who asks: addresses, comma separated, or *"
    )
    port: int = Field(8000, ge=1, le=65535, description="the app's port")
    health_port: int = Field(0, ge=0, le=65535, description="the worker's health endpoint; 0: none")

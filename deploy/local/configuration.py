"""The services' settings in a local run, with the same names as in any deployment."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from deploy.local import ports
from deploy.local.postgres import connection_url
from deploy.local.state import Running, Secrets, State
from deploy.services import SERVICES, app_role, database, environment_prefix, intake_role, owner_role, participants_role
from shared.http.auth import Principal, sign_token

_SERVICE_TOKEN_SECONDS = 366 * 24 * 3600
"""Validity of the service tokens; new ones are signed at every start."""

_SENDER = "Tilsagn <tilsagn@localhost.example>"


@dataclass(frozen=True)
class Configuration:
    """Addresses and secrets of a local run, and the settings of each service."""

    secrets: Secrets
    postgres_port: int
    bootstrap_servers: str
    public_url: str
    internal_url: str
    smtp_port: int
    demo_mode: bool
    mail_token: str = field(default="", repr=False)
    """Opens the caught mails at `/mail`."""

    @property
    def mail_link(self) -> str:
        """The address that opens the caught mails in a browser on this machine."""
        return f"{self.public_url}/mail?token={self.mail_token}"

    @classmethod
    def attach(cls, state: State, running: Running | None = None) -> Configuration | None:
        """Return the configuration of the launcher that uses this state folder, or None if none runs."""
        running = running or state.running()
        if running is None:
            return None
        return cls(
            secrets=state.secrets(),
            postgres_port=running.postgres_port,
            bootstrap_servers=running.bootstrap_servers,
            public_url=running.url,
            internal_url=running.internal_url,
            smtp_port=running.smtp_port,
            demo_mode=running.demo_mode,
            mail_token=running.mail_token,
        )

    def app_dsn(self, service: str) -> str:
        """Return the connection URL of the service's app and worker; row-level security applies to it."""
        return self._dsn(service, app_role(service))

    def owner_dsn(self, service: str) -> str:
        """Return the connection URL for the service's migrations."""
        return self._dsn(service, owner_role(service))

    def settings(self, service: str) -> dict[str, Any]:
        """Return the service's settings by field name, for its settings class."""
        common: dict[str, Any] = {
            "database_url": self.app_dsn(service),
            "kafka_bootstrap_servers": self.bootstrap_servers,
            "kafka_flavour": "embedded",
            "token_jwks": self.secrets.token_jwks,
            "public_url": self.public_url,
            "demo_mode": self.demo_mode,
        }
        return common | self._own(service)

    def environment(self, service: str) -> dict[str, str]:
        """Return the same settings as environment variables, for a separate process or a command."""
        prefix = environment_prefix(service)
        return {f"{prefix}{name.upper()}": _as_text(value) for name, value in self.settings(service).items()}

    def _own(self, service: str) -> dict[str, Any]:
        if service == "events":
            others = {f"{other}_url": self.internal_url for other in SERVICES if other != service}
            return {"token_private_key": self.secrets.token_private_key, **others}
        if service == "pledges":
            intake = self._dsn(service, intake_role())
            participants = self._dsn(service, participants_role())
            return {
                "intake_database_url": intake,
                "participants_database_url": participants,
                "request_key": self.secrets.request_key,
            }
        if service == "notifications":
            return {
                "pledges_url": self.internal_url,
                "events_url": self.internal_url,
                "service_token": self.service_token("notifications"),
                **self._mail(),
            }
        if service == "dashboard":
            return {
                "events_url": self.internal_url,
                "service_token": self.service_token("dashboard"),
                # Whoever tries the demo does not wait for the next morning.
                "board_release_at_once": self.demo_mode,
            }
        return {}

    def _mail(self) -> dict[str, Any]:
        """Return the mail settings: the mail catcher, unless the environment names a mail server."""
        if os.environ.get("NOTIFICATIONS_SMTP_HOST"):
            return {}
        return {"smtp_host": ports.LOOPBACK, "smtp_port": self.smtp_port, "sender": _SENDER}

    def service_token(self, service: str) -> str:
        """Return a service token for requests to the other services' internal routes."""
        principal = Principal(subject=f"service:{service}", roles=frozenset({"service"}), taskforce_id=None)
        return sign_token(self.secrets.token_private_key, principal, lifetime_seconds=_SERVICE_TOKEN_SECONDS)

    def _dsn(self, service: str, role: str) -> str:
        assert service in SERVICES
        return connection_url(self.postgres_port, database(service), role, self.secrets.passwords[role])


def _as_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)

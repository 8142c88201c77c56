"""What the notifications service needs to run: `NOTIFICATIONS_…` in the environment."""

from __future__ import annotations

from email import policy
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings

if TYPE_CHECKING:
    from email.headerregistry import Address


class NotificationsSettings(ServiceSettings):
    """Settings of the app and the worker."""

    model_config = SettingsConfigDict(
        env_prefix="NOTIFICATIONS_", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    service_token: SecretStr = Field(description="bearer token of role `service`, shown to events and pledges")
    events_url: str = Field(description="where events answers `/internal/…`, without a slash")
    pledges_url: str = Field(description="where pledges answers `/internal/…`, without a slash")
    smtp_host: str
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = Field(False, description="insist on STARTTLS with a valid certificate")
    sender: str = Field(description="whom mails are from, e.g. `Tilsagn <tilsagn@struer.example>`")

    @field_validator("sender")
    @classmethod
    def _one_address(cls, sender: str) -> str:
        if not sender.isprintable() or _only_address(sender) is None:
            raise ValueError("is not one mail address")
        return sender

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("smtp_username and smtp_password come together")
        if self.smtp_password is not None and not self.smtp_starttls and not _is_loopback(self.smtp_host):
            raise ValueError("a password is sent over STARTTLS only: set smtp_starttls")
        return self

    @property
    def sender_address(self) -> Address:
        """The sender as name and mailbox."""
        address = _only_address(self.sender)
        assert address is not None
        return address


def _only_address(text: str) -> Address | None:
    """The one mail address that `text` is, with or without a name; None if it is anything else."""
    header = policy.default.header_factory("From", text)
    if header.defects or len(header.addresses) != 1:
        return None
    (address,) = header.addresses
    return address if address.username and address.domain else None


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

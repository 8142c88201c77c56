"""Settings of the notifications service, from the environment variables `NOTIFICATIONS_…`."""

from __future__ import annotations

from collections.abc import Mapping
from email import policy
from ipaddress import ip_address
from typing import TYPE_CHECKING, Self
from uuid import UUID

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

    service_token: SecretStr = Field(description="bearer token of role `service`, sent to events and pledges")
    events_url: str = Field(description="base URL of events for `/internal/…`, without a slash at its end")
    pledges_url: str = Field(description="base URL of pledges for `/internal/…`, without a slash at its end")
    smtp_host: str
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_starttls: bool = Field(False, description="require STARTTLS with a valid certificate")
    sender: str = Field(description="the From address of mails, e.g. `Tilsagn <tilsagn@struer.example>`")
    mails_per_address: int = Field(
        10, ge=1, description="mails to one address within 24 hours that thank for a pledge; later ones wait"
    )
    mails_per_pass: int = Field(
        400, ge=1, description="mails within 24 hours that guests cause with the pass of one event; later ones wait"
    )
    mails_per_hour: int = Field(
        300, ge=1, description="mails within an hour that guests cause in one taskforce; later ones wait"
    )
    sign_in_mails_per_address: int = Field(
        30, ge=1, description="mails with a link to sign in to one address within an hour; later ones wait"
    )
    sign_keepers: Mapping[UUID, UUID] = Field(
        default_factory=dict,
        description="JSON: by the taskforce's id the id of the person who changes the signs by the road; of any other "
        "taskforce it is the coordinator",
    )

    @field_validator("sender")
    @classmethod
    def _one_address(cls, sender: str) -> str:
        if not sender.isprintable() or _only_address(sender) is None:
            raise ValueError("is not one mail address")
        return sender

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if (self.smtp_username is None) != (self.smtp_password is None):
            raise ValueError("set both smtp_username and smtp_password, or neither")
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
    """Return `text` as a mail address, with or without a name; None if it is not exactly one."""
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

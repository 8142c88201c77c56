"""Settings of the events service, on top of those that every service has."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from shared.product.roles import PersonRole
from shared.product.vocabulary import Programme
from shared.settings import ServiceSettings

CALLBACK = "/sign-in/provider/callback"
"""The path of the redirect URI. Register `<public_url>/sign-in/provider/callback` with the provider."""


LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})

_IN_ADDRESSES: Final = re.compile(r"[!#-;=?-Z\[\]_a-z~]+")
"""The characters of a URL (RFC 3986, section 2). No blanks and no line ends, which would end an HTTP header."""


def derived_request_key(token_private_key: str) -> str:
    """Return the key of request fingerprints of an installation that has none of its own (release 0.2).

    Args:
        token_private_key: the signing key with which the first request was received.
    """
    return hmac.digest(token_private_key.encode(), b"request fingerprints", "sha256").hex()


class GroupGrants(BaseModel):
    """What membership of one of the provider's groups grants."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roles: frozenset[PersonRole] = frozenset()
    municipality: Annotated[str, StringConstraints(pattern=r"^\d{4}$")] | None = None
    programme: Programme | None = None


Groups = Mapping[str, GroupGrants]
"""The grants in one taskforce, by the group's name or id at the provider."""


@dataclass(frozen=True, slots=True, repr=False)
class ProviderSettings:
    """How this installation is registered with the OpenID Connect provider.

    Attributes:
        name: what people call the provider.
        groups: the grants of its groups, by the slug of each taskforce whose people may sign in with it.
        groups_claim: the claim that lists a person's groups.
        more_origins: origins besides the issuer's that its discovery document may name.
        emails_verified: whether an e-mail address counts as verified when the `email_verified` claim is missing.
        redirect_uri: where it sends people after they have signed in.
        signed_out_uri: where it sends people after they have signed out.
        acr_values: requested and required authentication context classes, any one of them; empty: not checked.
        amr_values: required authentication methods (RFC 8176, such as `mfa`), any one of them; empty: not checked.
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str
    groups: Mapping[str, Groups]
    redirect_uri: str
    groups_claim: str = "groups"
    more_origins: frozenset[str] = frozenset()
    emails_verified: bool = False
    signed_out_uri: str = ""
    acr_values: tuple[str, ...] = ()
    amr_values: frozenset[str] = frozenset()


class EventsSettings(ServiceSettings):
    """Settings of the events service's app and worker, with the prefix `EVENTS_`."""

    # Errors do not repeat the value: it may be a key or a password.
    model_config = SettingsConfigDict(env_prefix="EVENTS_", extra="ignore", frozen=True, hide_input_in_errors=True)

    meeting_pack_days: int = Field(
        3, ge=0, le=30, description="so many days before a meeting members are told, at 8.00, that its pack is ready"
    )
    token_private_key: SecretStr = Field(
        description="the Ed25519 key that signs tokens and event passes, as JWK JSON; no other service has it"
    )
    request_key: SecretStr = Field(
        SecretStr(""),
        description="the key of request fingerprints, like that of pledges; empty: derived from the signing key, and "
        "repeats from before a change of that key are refused",
    )

    pledges_url: str = Field(
        "http://pledges-app:8000", description="the base URL of the pledges service, without a slash at its end"
    )
    notifications_url: str = Field(
        "http://notifications-app:8000", description="the base URL of the notifications service"
    )
    dashboard_url: str = Field("http://dashboard-app:8000", description="the base URL of the dashboard service")

    security_contact: Annotated[str, StringConstraints(pattern=r"^(mailto:|https://|tel:)\S+$")] | None = Field(
        None, description="where to report a weakness, for /.well-known/security.txt: a mailto:, https: or tel: address"
    )

    oidc_issuer: str | None = Field(
        None,
        description="the issuer of the organisation's OpenID Connect provider; empty: there is none",
    )
    oidc_client_id: str | None = Field(None, description="the client id of this installation at the provider")
    oidc_client_secret: SecretStr | None = Field(None, description="the client secret that belongs to oidc_client_id")
    oidc_name: Annotated[str, StringConstraints(max_length=60)] | None = Field(
        None, description="the name of the provider on the sign-in button, such as Struer Kommune"
    )
    oidc_groups: Annotated[Mapping[str, Groups], NoDecode] | None = Field(
        None,
        description="JSON: by taskforce slug and provider's group, the roles that it grants, with municipality or "
        'programme: {"struer": {"Jobcenter": {"roles": ["caseworker"], "municipality": "0671"}}}',
    )
    oidc_groups_claim: str = Field("groups", description="the claim that lists a person's groups")
    oidc_more_hosts: str = Field(
        "", description="hosts besides the issuer's that its discovery document may name, comma separated"
    )
    oidc_emails_verified: bool = Field(
        False, description="treat e-mail addresses as verified when the provider does not say so"
    )

    oidc_acr_values: str = Field(
        "",
        description="accepted values of the claim `acr` (how strongly the provider has authenticated the person), "
        "separated by blanks; the request names them. Empty: the claim is not checked",
    )
    oidc_amr_values: str = Field(
        "",
        description="accepted values of the claim `amr` (authentication methods, RFC 8176) such as mfa, separated by "
        "blanks; the token must contain at least one. Empty: the claim is not checked",
    )

    @field_validator("oidc_groups", mode="before")
    @classmethod
    def _groups_are_json(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise ValueError("oidc_groups is not JSON") from None

    @field_validator("oidc_groups")
    @classmethod
    def _groups_are_complete(cls, groups: Mapping[str, Mapping[str, GroupGrants]] | None) -> object:
        for slug, given in (groups or {}).items():
            everything = given.values()
            roles = {role for one in everything for role in one.roles}
            if "caseworker" in roles and not any(one.municipality for one in everything):
                raise ValueError(f"oidc_groups of {slug}: case workers, and no group says of which municipality")
            if "facilitator" in roles and not any(one.programme for one in everything):
                raise ValueError(f"oidc_groups of {slug}: facilitators, and no group says of which programme")
        return groups

    @field_validator(
        "security_contact", "oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name", mode="before"
    )
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @model_validator(mode="before")
    @classmethod
    def _request_key_has_a_default(cls, values: dict[str, Any]) -> dict[str, Any]:
        key = values.get("token_private_key")
        if key and not values.get("request_key"):
            text = key.get_secret_value() if isinstance(key, SecretStr) else str(key)
            return values | {"request_key": derived_request_key(text)}
        return values

    @model_validator(mode="after")
    def _signing_key_is_published(self) -> Self:
        signing = json.loads(self.token_private_key.get_secret_value()).get("kid")
        if signing not in {key.get("kid") for key in json.loads(self.token_jwks)["keys"]}:
            raise ValueError("token_jwks does not hold the public half of token_private_key")
        return self

    @model_validator(mode="after")
    def _provider_is_complete(self) -> Self:
        beside = {
            "oidc_client_id": self.oidc_client_id,
            "oidc_client_secret": self.oidc_client_secret,
            "oidc_name": self.oidc_name,
            "oidc_groups": self.oidc_groups,
        }
        if self.oidc_issuer is None:
            alone = [name for name, value in beside.items() if value]
            if alone:
                raise ValueError(f"{' and '.join(alone)} without oidc_issuer")
            return self
        missing = [name for name, value in beside.items() if not value]
        if missing:
            raise ValueError(f"oidc_issuer without {' and '.join(missing)}")
        for address in (self.oidc_issuer, *self._more_addresses()):
            try:
                origin_of(address)
            except ValueError:
                raise ValueError(
                    "oidc_issuer and oidc_more_hosts are https addresses, or http on this machine itself"
                ) from None
        if "?" in self.oidc_issuer:
            raise ValueError("oidc_issuer has no query")
        return self

    @property
    def provider(self) -> ProviderSettings | None:
        """The organisation's OpenID Connect provider; None if there is none."""
        if self.oidc_issuer is None:
            return None
        # `_provider_is_complete` has checked these.
        assert self.oidc_client_id is not None
        assert self.oidc_client_secret is not None
        assert self.oidc_name is not None
        assert self.oidc_groups is not None
        return ProviderSettings(
            self.oidc_issuer,
            self.oidc_client_id,
            self.oidc_client_secret.get_secret_value(),
            self.oidc_name,
            self.oidc_groups,
            f"{self.public_url}{CALLBACK}",
            self.oidc_groups_claim,
            frozenset(map(origin_of, self._more_addresses())),
            self.oidc_emails_verified,
            f"{self.public_url}/sign-in",
            tuple(self.oidc_acr_values.split()),
            frozenset(self.oidc_amr_values.split()),
        )

    def _more_addresses(self) -> list[str]:
        return [f"https://{host.strip()}" for host in self.oidc_more_hosts.split(",") if host.strip()]


def origin_of(url: str) -> str:
    """Return the origin of a URL as `https://host:port`, always with the port.

    Plain HTTP is allowed for loopback hosts only.

    Raises:
        ValueError: it is no such URL, or it has credentials or a fragment.
    """
    # `urlsplit` drops invalid characters; a browser that is sent there does not.
    if not _IN_ADDRESSES.fullmatch(url):
        raise ValueError("no address")
    parts = urlsplit(url)
    host = parts.hostname
    if not host or parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("no address of a provider")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise ValueError("https only")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}"

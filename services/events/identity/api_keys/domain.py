"""API keys, and when they are valid. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self
from uuid import UUID

from shared.i18n.translations import N_
from shared.product.roles import Scope
from shared.refusals import Refusal
from shared.secrets import from_base64url, to_base64url

TOKEN_PATH: Final = "/api/events/v1/token"  # noqa: S105  (an address)
"""Where a program exchanges a key for an access token."""
SCOPE_LABELS: Final[Mapping[Scope, str]] = {
    "figures:read": N_("Read the figures"),
    "events:read": N_("Read events"),
    "pledges:read": N_("Read pledges, without contacts"),
}
"""Label by scope."""
LIFETIMES_DAYS: Final = (30, 90, 365)
"""The lifetimes to choose from. There is no key without an expiry date."""
_ID_BYTES: Final = 32
_SECRET_BYTES: Final = 32
_SECRET_PREFIX: Final = "tilsagn_"  # noqa: S105  (by which a secret is found where it should not be)


class ApiKeyNotFound(Refusal):
    """The taskforce has no such key."""

    code = "api-key-not-found"
    kind = "not_found"
    title = N_("There is no such key")
    detail = N_("Find it in the list of API keys.")
    next_step = ("/api-keys", N_("API keys"))


class ApiKeyExpired(Refusal):
    """The key has been revoked or has expired, so it cannot be taken over."""

    code = "api-key-over"
    kind = "conflict"
    title = N_("This key is good no more")
    detail = N_("It has been taken back, or its time is up. Make a new one. Nothing was changed.")


class InvalidClient(Exception):
    """The client credentials are wrong, or their key is not valid now. Does not say which."""


class InvalidScope(Exception):
    """The key is valid, but does not have a requested scope."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key, without its secret.

    Attributes:
        name: the name of the program.
        made_by: the administrator who made it.
        owner: the administrator who is responsible: `made_by`, or the last one who took it over.
        owner_is_admin: whether the owner is an active administrator; if not, the key is suspended.
        expires_at: when it stops being valid.
        revoked_at: when it was revoked; None: it was not.
    """

    id: UUID
    name: str
    scopes: frozenset[Scope]
    made_by: UUID
    made_at: datetime
    expires_at: datetime
    owner: UUID
    owner_is_admin: bool = True
    revoked_at: datetime | None = None

    def is_expired(self, now: datetime) -> bool:
        """Whether it has been revoked or has expired."""
        return self.revoked_at is not None or now >= self.expires_at

    def is_valid(self, now: datetime) -> bool:
        """Whether it can be exchanged for a token: not expired, not revoked, not suspended."""
        return self.owner_is_admin and not self.is_expired(now)


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What the program holds: the key's id within its taskforce, and the secret.

    Attributes:
        secret: 32 random bytes.
    """

    taskforce_id: UUID
    key_id: UUID
    secret: bytes

    @property
    def client_id(self) -> str:
        """The taskforce's and the key's id as text. Not secret."""
        return to_base64url(self.taskforce_id.bytes + self.key_id.bytes)

    @property
    def client_secret(self) -> str:
        """The secret as text."""
        return _SECRET_PREFIX + to_base64url(self.secret)

    @classmethod
    def read(cls, client_id: str, client_secret: str) -> Self:
        """Read what `client_id` and `client_secret` wrote. Raises `InvalidClient` for any other text."""
        ids = from_base64url(client_id)
        secret = from_base64url(client_secret.removeprefix(_SECRET_PREFIX))
        if ids is None or len(ids) != _ID_BYTES or secret is None or len(secret) != _SECRET_BYTES:
            raise InvalidClient
        return cls(UUID(bytes=ids[:16]), UUID(bytes=ids[16:]), secret)

"""A key and what makes it good. No I/O."""

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
"""What scopes are called on screen."""
LIFETIMES_DAYS: Final = (30, 90, 365)
"""How long a key can be good. None is for ever: whoever forgot it does not have to remember it."""
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


class ApiKeyOver(Refusal):
    """The key has been revoked, or its time is up: there is nothing left to answer for."""

    code = "api-key-over"
    kind = "conflict"
    title = N_("This key is good no more")
    detail = N_("It has been taken back, or its time is up. Make a new one. Nothing was changed.")


class ClientRefused(Exception):
    """The key is none of ours, or opens nothing now. Says nothing more, on purpose."""


class ScopeRefused(Exception):
    """The key is good, and not for what is asked for."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is kept of a key.

    Attributes:
        name: what the program is called.
        made_by: the administrator.
        kept_by: the administrator who answers for it: who made it, or who has taken it over since.
        kept: whether they are an administrator who takes part. If not, the key stands still until somebody else takes
            it over, or they are one again: what somebody has let in does not stay when they go.
        expires_at: from when on it is good for nothing.
        revoked_at: since when somebody has taken it back.
    """

    id: UUID
    name: str
    scopes: frozenset[Scope]
    made_by: UUID
    made_at: datetime
    expires_at: datetime
    kept_by: UUID
    kept: bool = True
    revoked_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether nobody can ever have a token for it again."""
        return self.revoked_at is not None or now >= self.expires_at

    def is_good(self, now: datetime) -> bool:
        """Whether a token can be had for it."""
        return self.kept and not self.is_over(now)


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """What the program holds: which key of which taskforce, and the secret that proves it.

    Attributes:
        secret: 32 random bytes.
    """

    taskforce_id: UUID
    key_id: UUID
    secret: bytes

    @property
    def client_id(self) -> str:
        """Which key it is, as text; no secret."""
        return to_base64url(self.taskforce_id.bytes + self.key_id.bytes)

    @property
    def client_secret(self) -> str:
        """The secret as text."""
        return _SECRET_PREFIX + to_base64url(self.secret)

    @classmethod
    def read(cls, client_id: str, client_secret: str) -> Self:
        """Read what `client_id` and `client_secret` wrote. Raises `ClientRefused` for anything else."""
        ids = from_base64url(client_id)
        secret = from_base64url(client_secret.removeprefix(_SECRET_PREFIX))
        if ids is None or len(ids) != _ID_BYTES or secret is None or len(secret) != _SECRET_BYTES:
            raise ClientRefused
        return cls(UUID(bytes=ids[:16]), UUID(bytes=ids[16:]), secret)

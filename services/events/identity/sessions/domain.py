"""A session, and when it ends. No I/O."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal, Self
from uuid import UUID

from shared.http.auth import SESSION_IDLE_SECONDS
from shared.i18n.translations import N_
from shared.refusals import Refusal
from shared.secrets import SECRET_BYTES, from_base64url, hash_secret, new_secret, to_base64url

Proof = Literal["demonstration", "link", "passkey", "provider", "setup"]
"""How a person proved who they are."""

STRONG_PROOFS: Final[frozenset[Proof]] = frozenset({"demonstration", "passkey", "provider"})
"""Proofs that open every role. A magic link does not open privileged roles. A demonstration has no proof to ask for."""

IDLE_TIMEOUT: Final = timedelta(seconds=SESSION_IDLE_SECONDS)
"""A session ends after this time without an action: an evening has breaks, a shared computer should not stay open. NIST
SP 800-63B allows up to an hour and asks for the reason.
"""
MAX_LIFETIME: Final = timedelta(hours=12)
"""A session ends after this time in any case (NIST SP 800-63B, AAL2): an employer event and its preparations."""


class SessionEnded(Refusal):
    """The session was ended, has expired, or its person is no longer active."""

    code = "session-over"
    kind = "signed_out"
    title = N_("You are no longer signed in")
    detail = N_("Sign in again. What you typed is still there if you go back.")


class SessionNotFound(Refusal):
    """The person has no such session."""

    code = "session-not-found"
    kind = "not_found"
    title = N_("You are not signed in there")
    detail = N_("Look at the list: it may be over already.")
    next_step = ("/account", N_("My account"))


class NoSession(Refusal):
    """The caller has a token of their own, not a session."""

    code = "no-session"
    kind = "conflict"
    title = N_("There is no session to extend")
    detail = N_("This is for browsers in which somebody is signed in.")


@dataclass(frozen=True, slots=True)
class SessionKey:
    """What the browser holds: the session's id and its secret.

    Attributes:
        secret: 32 random bytes.
    """

    taskforce_id: UUID
    session_id: UUID
    secret: bytes

    @classmethod
    def new(cls, taskforce_id: UUID) -> Self:
        """Return a new key."""
        return cls(taskforce_id, UUID(bytes=secrets.token_bytes(16), version=4), new_secret())

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a cookie's value. Raises `SessionEnded` if it is malformed."""
        packed = from_base64url(text)
        if packed is None or len(packed) != 32 + SECRET_BYTES:
            raise SessionEnded
        return cls(UUID(bytes=packed[:16]), UUID(bytes=packed[16:32]), packed[32:])

    def text(self) -> str:
        """Return the cookie's value; `read` is the inverse."""
        return to_base64url(self.taskforce_id.bytes + self.session_id.bytes + self.secret)

    def hash(self) -> bytes:
        """Return what the database keeps of the secret."""
        return hash_secret(self.secret)


@dataclass(frozen=True, slots=True)
class Session:
    """A session of a person in one browser.

    Attributes:
        device: a short description of the browser.
        passkey_id: the passkey that opened it; it ends with that.
        proved_at: when the person proved who they are; None if the provider does not say. A step-up opens a new session
            and ends this one (OWASP ASVS 5.0, 7.2.4).
        used_at: the person's last action.
        latest_end: when it ends in any case.
    """

    id: UUID
    person_id: UUID
    proof: Proof
    device: str
    started_at: datetime
    used_at: datetime
    latest_end: datetime
    passkey_id: UUID | None = None
    proved_at: datetime | None = None

    @property
    def ends_at(self) -> datetime:
        """When it ends if the person does nothing more."""
        return min(self.used_at + IDLE_TIMEOUT, self.latest_end)

    def last_proof(self, now: datetime) -> datetime | None:
        """Return when the person last proved who they are, for step-up; None: not known.

        Always now in a demonstration, and for the first administrator, who has no other proof than the used link.
        """
        return now if self.proof in {"demonstration", "setup"} else self.proved_at

    def has_ended(self, now: datetime) -> bool:
        """Whether it has ended."""
        return now >= self.ends_at

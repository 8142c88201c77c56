"""A session and when it ends. No I/O."""

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
"""How somebody has shown who they are."""

STRONG: Final[frozenset[Proof]] = frozenset({"demonstration", "passkey", "provider"})
"""Proofs that open every role. By a mailed link alone nobody sees citizens or holds power; a demonstration has none."""

IDLE: Final = timedelta(seconds=SESSION_IDLE_SECONDS)
"""A session ends when its person has done nothing for so long: an evening in a hall has breaks, a lent computer should
not stay open. NIST SP 800-63B allows up to an hour and asks for the reason."""
LONGEST: Final = timedelta(hours=12)
"""A session ends after so long whatever they do (NIST SP 800-63B, AAL2): an employer event and its preparations."""


class SessionOver(Refusal):
    """There is no such session any more: it was ended, its time was up, or its person no longer takes part."""

    code = "session-over"
    kind = "signed_out"
    title = N_("You are no longer signed in")
    detail = N_("Sign in again. What you typed is still there if you go back.")


class SessionNotFound(Refusal):
    """One has no such session, or no longer."""

    code = "session-not-found"
    kind = "not_found"
    title = N_("You are not signed in there")
    detail = N_("Look at the list: it may be over already.")
    next_step = ("/account", N_("My account"))


class NoSession(Refusal):
    """Whoever asks came with a token of their own: there is no session to extend."""

    code = "no-session"
    kind = "conflict"
    title = N_("There is no session to extend")
    detail = N_("This is for browsers in which somebody is signed in.")


@dataclass(frozen=True, slots=True)
class SessionKey:
    """What the browser holds: which session, and the secret that proves it.

    Attributes:
        secret: 32 random bytes.
    """

    taskforce_id: UUID
    session_id: UUID
    secret: bytes

    @classmethod
    def new(cls, taskforce_id: UUID) -> Self:
        """A key that nobody has had before."""
        return cls(taskforce_id, UUID(bytes=secrets.token_bytes(16), version=4), new_secret())

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a cookie's value. Raises `SessionOver` for anything that we cannot have written."""
        packed = from_base64url(text)
        if packed is None or len(packed) != 32 + SECRET_BYTES:
            raise SessionOver
        return cls(UUID(bytes=packed[:16]), UUID(bytes=packed[16:32]), packed[32:])

    def text(self) -> str:
        """The cookie's value; `read` is its inverse."""
        return to_base64url(self.taskforce_id.bytes + self.session_id.bytes + self.secret)

    def hash(self) -> bytes:
        """Return what the database keeps of the secret."""
        return hash_secret(self.secret)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in with one browser.

    Attributes:
        device: browser and system, coarsely.
        passkey_id: which passkey has opened it; it ends with that.
        proved_at: when they showed who they are; None where the provider that knows does not say. Showing it again is
            another session: this one ends (OWASP ASVS 5.0, 7.2.4).
        used_at: when they last did something themselves.
        latest_end: when it ends whatever they do.
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
        """When it ends unless they do something before."""
        return min(self.used_at + IDLE, self.latest_end)

    def last_proof(self, now: datetime) -> datetime | None:
        """When they last showed who they are, as far as that can be asked of them.

        In a demonstration nobody can. Whoever sets up an installation has used up the link that showed it, and can do
        nothing but add a passkey.
        """
        return now if self.proof in {"demonstration", "setup"} else self.proved_at

    def over(self, now: datetime) -> bool:
        """Whether its time is up."""
        return now >= self.ends_at

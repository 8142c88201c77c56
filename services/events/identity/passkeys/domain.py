"""Passkeys and enrolment codes, and the rules about them. No I/O."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.events.identity.people.domain import PRIVILEGED
from services.events.identity.sessions.domain import STRONG_PROOFS
from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from services.events.identity.sessions.domain import Proof

CHALLENGE_LIFETIME: Final = timedelta(minutes=5)
CODE_LIFETIME: Final = timedelta(hours=48)
WRONG_TRIES: Final = 5
"""How often a code may be mistyped. With 40 bits, five guesses find nothing."""
MAX_PASSKEYS: Final = 20
"""Passkeys per person: each is another way to sign in."""
LONGEST_NAME: Final = 60


class PasskeysUnavailable(Refusal):
    """The public URL has an IP address, to which passkeys cannot be bound."""

    code = "passkeys-not-offered"
    kind = "conflict"
    title = N_("There are no passkeys at this address")
    detail = N_("Passkeys need an address with a name, and this one is a number. Sign in in another way.")


class PasskeyRefused(Refusal):
    """The passkey is unknown, copied, of an inactive person, or its signature is invalid.

    Does not say which: the caller has not signed in.
    """

    code = "passkey-refused"
    kind = "invalid"
    title = N_("This passkey does not sign you in")
    detail = N_(
        "It may have been removed, or the account may be closed. Sign in in another way, or ask an administrator."
    )


class PasskeyOfAnother(Refusal):
    """The passkey is valid and belongs to another person."""

    code = "passkey-of-another"
    kind = "invalid"
    title = N_("This is somebody else's passkey")
    detail = N_("Use a passkey of the person who is signed in here, or sign out first. Nothing was changed.")


class ChallengeExpired(Refusal):
    """The challenge is too old, has been used, or was given to another browser."""

    code = "passkey-challenge-over"
    kind = "conflict"
    title = N_("That took too long")
    detail = N_("Try again: there are five minutes for it, and each try counts once.")


class PasskeyNotFound(Refusal):
    """The person has no such passkey."""

    code = "passkey-not-found"
    kind = "not_found"
    title = N_("You have no such passkey")
    detail = N_("Look at the list: it may have been removed already.")
    next_step = ("/account", N_("My account"))


class PasskeyKnown(Refusal):
    """The passkey is registered already, for this person or another."""

    code = "passkey-known"
    kind = "conflict"
    title = N_("This passkey is in use already")
    detail = N_("Sign in with it, or add one from another device.")


class TooManyPasskeys(Refusal):
    """The person has `MAX_PASSKEYS` already."""

    code = "too-many-passkeys"
    kind = "conflict"
    title = N_("You have very many passkeys")
    detail = N_("Remove one that you no longer use, and try again.")


class LastPasskey(Refusal):
    """Without this passkey, the person could not use their privileged roles."""

    code = "last-passkey"
    kind = "conflict"
    title = N_("This is your last passkey")
    detail = N_("Without one you could not do your work here. Add another one first, and then remove this one.")


class SignInTooWeak(Refusal):
    """A session opened by a magic link cannot remove a passkey that opens privileged roles."""

    code = "sign-in-too-weak"
    kind = "forbidden"
    title = N_("This needs a passkey")
    detail = N_("You signed in by a mailed link. Sign in with a passkey to remove one. Nothing was changed.")


class CodeNeeded(Refusal):
    """An enrolment code is required, and there is none, or it has expired or was mistyped too often."""

    code = "enrolment-code-needed"
    kind = "conflict"
    title = N_("You need a new code")
    detail = N_("Codes are good for 48 hours and five tries. Ask an administrator for a new one.")


class CodeWrong(Refusal):
    """The typed code is not the person's enrolment code."""

    code = "enrolment-code-wrong"
    kind = "invalid"
    title = N_("That is not the code")
    detail = N_(
        "Check that you typed it as the administrator gave it to you. After five wrong tries you need a new one."
    )


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a person.

    Attributes:
        credential_id: the device's id of it.
        public_key: COSE_Key.
        sign_count: the device's last count of signatures.
        name: chosen by the person; may be empty.
        backed_up: whether there is a copy elsewhere.
    """

    id: UUID
    person_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    backed_up: bool
    created_at: datetime

    def accepts_count(self, sign_count: int) -> bool:
        """Whether the new sign count is higher than the last. If not, the passkey may have been copied.

        A device that does not count always sends 0 (WebAuthn level 3, section 6.1.1).
        """
        return sign_count > self.sign_count or sign_count == self.sign_count == 0


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """An enrolment code as it is stored.

    Attributes:
        hash: from `codes.code_hash`.
        wrong_tries: how often another code was typed.
    """

    hash: bytes
    expires_at: datetime
    wrong_tries: int

    def check(self, now: datetime) -> None:
        """Check that the code is still valid. Raises `CodeNeeded`."""
        if now >= self.expires_at or self.wrong_tries >= WRONG_TRIES:
            raise CodeNeeded

    def matches(self, typed_hash: bytes) -> bool:
        """Whether this is the hash of the code."""
        return hmac.compare_digest(self.hash, typed_hash)


def needs_code(proof: Proof, roles: AbstractSet[str]) -> bool:
    """Whether a person with these roles, signed in like this, needs an enrolment code to add a passkey.

    The first administrator needs none: nobody could give it to them.
    """
    return proof not in STRONG_PROOFS | {"setup"} and not PRIVILEGED.isdisjoint(roles)


def check_removal(proof: Proof | None, roles: AbstractSet[str], opened: AbstractSet[str], *, others: int) -> None:
    """Check that a person may remove one of their passkeys.

    Args:
        proof: how the current session was opened; None if a program calls.
        roles: the person's roles that an administrator gave.
        opened: the roles of the current principal.
        others: how many other passkeys they have.

    Raises:
        SignInTooWeak: the current principal does not have all their privileged roles.
        LastPasskey: they have privileged roles and no other passkey, and did not sign in at the provider.
    """
    powerful = PRIVILEGED & roles
    if not powerful <= opened:
        raise SignInTooWeak
    if powerful and not others and proof != "provider":
        raise LastPasskey


def user_handle(taskforce_id: UUID, person_id: UUID) -> bytes:
    """Return the WebAuthn user handle: taskforce and person. The device stores it and returns it."""
    return taskforce_id.bytes + person_id.bytes


def read_user_handle(handle: bytes | None) -> tuple[UUID, UUID]:
    """Return taskforce and person. Raises `PasskeyRefused` for any other bytes."""
    if handle is None or len(handle) != 32:
        raise PasskeyRefused
    return UUID(bytes=handle[:16]), UUID(bytes=handle[16:])


def digest(challenge: bytes, browser: bytes, *good_for: bytes) -> bytes:
    """Return what is stored of a challenge: a hash that binds it to a browser and a purpose."""
    parts = (challenge, browser, *good_for)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()

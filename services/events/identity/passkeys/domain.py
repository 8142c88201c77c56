"""A passkey, the code that lets somebody add one, and when each is good. No I/O."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.events.identity.people.domain import POWERFUL
from services.events.identity.sessions.domain import STRONG
from shared.i18n.translations import N_
from shared.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from services.events.identity.sessions.domain import Proof

CHALLENGE_LASTS: Final = timedelta(minutes=5)
CODE_LASTS: Final = timedelta(hours=48)
WRONG_TRIES: Final = 5
"""How often a code may be mistyped: with 40 bits, nobody guesses one."""
MOST_PASSKEYS: Final = 20
"""How many a person may have: each is another way in, and nobody has so many devices."""
LONGEST_NAME: Final = 60


class PasskeysNotOffered(Refusal):
    """The installation is reached by a number and not by a name, to which passkeys could be bound."""

    code = "passkeys-not-offered"
    kind = "conflict"
    title = N_("There are no passkeys at this address")
    detail = N_("Passkeys need an address with a name, and this one is a number. Sign in in another way.")


class PasskeyRefused(Refusal):
    """It signs nobody in: unknown, of somebody who does not take part, copied, or not signed as it has to be.

    Which of them is not said: whoever asks has not shown who they are.
    """

    code = "passkey-refused"
    kind = "invalid"
    title = N_("This passkey does not sign you in")
    detail = N_(
        "It may have been removed, or the account may be closed. Sign in in another way, or ask an administrator."
    )


class PasskeyOfAnother(Refusal):
    """It is good, and somebody else's than who is signed in."""

    code = "passkey-of-another"
    kind = "invalid"
    title = N_("This is somebody else's passkey")
    detail = N_("Show it with a passkey of whoever is signed in here, or sign out first. Nothing was changed.")


class ChallengeOver(Refusal):
    """What the device was to sign is too old, was signed before, or was given to another browser."""

    code = "passkey-challenge-over"
    kind = "conflict"
    title = N_("That took too long")
    detail = N_("Try again: there are five minutes for it, and each try counts once.")


class PasskeyNotFound(Refusal):
    """One has no such passkey."""

    code = "passkey-not-found"
    kind = "not_found"
    title = N_("You have no such passkey")
    detail = N_("Look at the list: it may have been removed already.")
    next_step = ("/account", N_("My account"))


class PasskeyKnown(Refusal):
    """The device's passkey is kept already, for this person or for another."""

    code = "passkey-known"
    kind = "conflict"
    title = N_("This passkey is in use already")
    detail = N_("Sign in with it, or add one from another device.")


class TooManyPasskeys(Refusal):
    """One has as many as anybody may have."""

    code = "too-many-passkeys"
    kind = "conflict"
    title = N_("You have very many passkeys")
    detail = N_("Remove one that you no longer use, and try again.")


class LastPasskey(Refusal):
    """Without it, somebody whose roles are powerful could not do their work."""

    code = "last-passkey"
    kind = "conflict"
    title = N_("This is your last passkey")
    detail = N_("Without one you could not do your work here. Add another one first, and then remove this one.")


class SignInTooWeak(Refusal):
    """Whoever is signed in by a mailed link takes away no passkey that opens more than the link does."""

    code = "sign-in-too-weak"
    kind = "forbidden"
    title = N_("This needs a passkey")
    detail = N_("You signed in by a mailed link. Sign in with a passkey to remove one. Nothing was changed.")


class CodeNeeded(Refusal):
    """Adding a passkey needs a code that there is not: none was made, it is too old, or was mistyped too often."""

    code = "enrolment-code-needed"
    kind = "conflict"
    title = N_("You need a new code")
    detail = N_("Codes are good for 48 hours and five tries. Ask an administrator for a new one.")


class CodeWrong(Refusal):
    """That is not the code."""

    code = "enrolment-code-wrong"
    kind = "invalid"
    title = N_("That is not the code")
    detail = N_("See whether it is typed as you were told it. After five wrong tries you need a new one.")


@dataclass(frozen=True, slots=True)
class Passkey:
    """A key of somebody's.

    Attributes:
        credential_id: what the device calls it.
        public_key: COSE_Key.
        sign_count: how often it has been used, as the device last said.
        name: what its person calls it; may be empty.
        backed_up: whether there is a copy of it elsewhere.
    """

    id: UUID
    person_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    name: str
    backed_up: bool
    created_at: datetime

    def counts_on(self, sign_count: int) -> bool:
        """Whether the device's count goes on from where it was; if not, there are two of a key that cannot be copied.

        A count of 0 before and after is a device that does not count (WebAuthn level 3, section 6.1.1).
        """
        return sign_count > self.sign_count or sign_count == self.sign_count == 0


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A second proof, as it is kept.

    Attributes:
        hash: what `code_hash` makes of it.
        wrong_tries: how often another one was typed.
    """

    hash: bytes
    expires_at: datetime
    wrong_tries: int

    def check(self, now: datetime) -> None:
        """Make sure that it may still be tried. Raises `CodeNeeded`."""
        if now >= self.expires_at or self.wrong_tries >= WRONG_TRIES:
            raise CodeNeeded

    def is_(self, typed_hash: bytes) -> bool:
        """Whether what was typed is the code."""
        return hmac.compare_digest(self.hash, typed_hash)


def needs_code(proof: Proof, roles: AbstractSet[str]) -> bool:
    """Whether somebody signed in like this needs a second proof to add a passkey.

    Who sets up the installation needs none: there is nobody yet who could give it.
    """
    return proof not in STRONG | {"setup"} and not POWERFUL.isdisjoint(roles)


def check_removal(proof: Proof | None, roles: AbstractSet[str], opened: AbstractSet[str], *, others: int) -> None:
    """Make sure that somebody may take away one of their passkeys.

    Args:
        proof: of the session in which they ask; None where a program asks with a token of its own.
        roles: what they are.
        opened: what their token lets them be.
        others: how many passkeys they have beside this one.

    Raises:
        SignInTooWeak: their powerful roles are not open to them now.
        LastPasskey: they are powerful, and have no other way in: one of another organisation is.
    """
    powerful = POWERFUL & roles
    if not powerful <= opened:
        raise SignInTooWeak
    if powerful and not others and proof != "provider":
        raise LastPasskey


def user_handle(taskforce_id: UUID, person_id: UUID) -> bytes:
    """What the device keeps beside the key, and gives back: whose it is. It says nothing to anybody else."""
    return taskforce_id.bytes + person_id.bytes


def read_user_handle(handle: bytes | None) -> tuple[UUID, UUID]:
    """Return taskforce and person. Raises `PasskeyRefused` for anything that we cannot have written."""
    if handle is None or len(handle) != 32:
        raise PasskeyRefused
    return UUID(bytes=handle[:16]), UUID(bytes=handle[16:])


def digest(challenge: bytes, browser: bytes, *good_for: bytes) -> bytes:
    """What is kept of a challenge: nobody can use it for anything else, in another browser, or without knowing it."""
    parts = (challenge, browser, *good_for)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).digest()

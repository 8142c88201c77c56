"""Who somebody is at the provider, what their groups give them here, and what can go wrong. No I/O."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Self
from uuid import UUID

from services.events.identity.people.domain import Person
from services.events.settings import Groups
from shared.i18n.translations import N_
from shared.product.roles import PersonRole
from shared.product.vocabulary import Programme
from shared.refusals import Refusal
from shared.secrets import SECRET_BYTES, from_base64url, new_secret, to_base64url

LIFETIME: Final = timedelta(minutes=10)
"""How long somebody may take at the provider: a password, a code from a phone."""
_LAID_OUT: Final = struct.Struct(f">{SECRET_BYTES}s16s16sQ")
"""How a cookie begins: the secret, the taskforce, whoever has to show it again (or zeros), and when."""
_LONGEST_NEXT: Final = 1000
"""Bytes: a cookie holds some 4,000. Whoever was on the way to a longer address begins at the front page."""


class ProviderNotOffered(Refusal):
    """The installation, or the taskforce, has no provider."""

    code = "provider-not-offered"
    kind = "not_found"
    title = N_("Nobody signs in like that here")
    detail = N_("Sign in with a passkey or by mail, on the sign-in page.")


class ProviderUnavailable(Refusal):
    """The provider does not answer, or says that it cannot now. It may be over in a moment."""

    code = "provider-unavailable"
    kind = "unavailable"
    title = N_("Your organisation's sign-in does not answer")
    detail = N_("Try again in a few minutes, or sign in in another way meanwhile. Nothing was changed.")


class ProviderNotBelieved(Refusal):
    """What the provider says is not what it has to be: forged, for somebody else, or its settings are wrong.

    Args:
        reason: which, in a word or two of ours, for the log; people are not told.
    """

    code = "provider-not-believed"
    kind = "upstream_failed"
    title = N_("We cannot trust the answer of your organisation's sign-in")
    detail = N_("You are not signed in. Try again; if it happens again, tell whoever runs the installation.")

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason


class ClocksDiffer(Refusal):
    """By the provider's clock its token is not valid yet, or no longer: one of the two clocks is wrong."""

    code = "provider-clock"
    kind = "upstream_failed"
    title = N_("Two clocks do not agree")
    detail = N_("Ours and that of your organisation's sign-in are minutes apart. Tell whoever runs the installation.")


class NotBegunHere(Refusal):
    """This browser has begun no such sign-in, or has ended it already, or it took too long."""

    code = "provider-sign-in-over"
    kind = "conflict"
    title = N_("This sign-in is over")
    detail = N_("It took more than ten minutes, was used before, or began in another window. Begin again.")


class SignInCancelled(Refusal):
    """Whoever was to sign in at the provider did not, or was not let in there."""

    code = "provider-sign-in-cancelled"
    kind = "forbidden"
    title = N_("You were not signed in")
    detail = N_("The sign-in of your organisation was broken off, or did not let you in. Nothing was changed.")


class NotShownAnew(Refusal):
    """Whoever had to show again who they are was not asked to there, or the provider does not say whether they were."""

    code = "provider-not-asked-again"
    kind = "forbidden"
    title = N_("Your organisation's sign-in did not ask you again")
    detail = N_("Or it does not say that it did. Sign out here, and sign in in another way. Nothing was changed.")


class NotStrongEnough(Refusal):
    """The provider does not say that it has asked for as much as the settings want."""

    code = "provider-not-strong-enough"
    kind = "forbidden"
    title = N_("Your organisation's sign-in has to ask you for more")
    detail = N_(
        "It does not say that it asked for two things, such as a password and your phone. Tell whoever runs it."
    )


class AnotherPerson(Refusal):
    """Whoever had to show again who they are has shown that they are somebody else."""

    code = "provider-another-person"
    kind = "conflict"
    title = N_("You showed that you are somebody else")
    detail = N_("Show it as the person who is signed in here, or sign out first. Nothing was changed.")


class AccountClosed(Refusal):
    """They no longer take part."""

    code = "account-closed"
    kind = "forbidden"
    title = N_("Your account here is closed")
    detail = N_("Do you take part again? Then ask an administrator of the taskforce to open it.")


class NoRoleHere(Refusal):
    """They have no account, and are in no group that gives them a role."""

    code = "no-role-here"
    kind = "forbidden"
    title = N_("You have no role here yet")
    detail = N_("We know who you are, and none of your groups takes part. Ask an administrator of the taskforce.")


class AddressNotVerified(Refusal):
    """The provider does not say that the mail address is theirs: it could be anybody's account."""

    code = "address-not-verified"
    kind = "forbidden"
    title = N_("We do not know that your mail address is yours")
    detail = N_(
        "Your organisation's sign-in does not say that it is. Tell whoever looks after it in your organisation."
    )


class LinkedToAnother(Refusal):
    """The address's account is somebody else's at the provider: an address that was given to a new person."""

    code = "linked-to-another"
    kind = "conflict"
    title = N_("Your mail address belongs to another account")
    detail = N_(
        "Somebody had the address before you. An administrator can close that account and open it again for you."
    )


class GroupsContradict(Refusal):
    """Their groups are of two municipalities, or of two programmes: whose citizens they may see is not guessed."""

    code = "groups-contradict"
    kind = "conflict"
    title = N_("Your groups do not agree")
    detail = N_("They are of two municipalities or two programmes. Ask whoever looks after them in your organisation.")


class GroupsNotSaid(Refusal):
    """They are in so many groups that the provider does not name them."""

    code = "groups-not-said"
    kind = "conflict"
    title = N_("You are in too many groups")
    detail = N_("So many that we are not told which. Ask whoever looks after them in your organisation.")


class MunicipalityNotGiven(Refusal):
    """Their groups make them a case worker, and do not say of which municipality."""

    code = "municipality-not-given"
    kind = "conflict"
    title = N_("A case worker needs a municipality")
    detail = N_("Your groups do not say which one is yours. Ask whoever looks after them in your organisation.")


class ProgrammeNotGiven(Refusal):
    """Their groups make them a facilitator, and do not say of which programme."""

    code = "programme-not-given"
    kind = "conflict"
    title = N_("A facilitator needs a programme")
    detail = N_("Your groups do not say which one is yours. Ask whoever looks after them in your organisation.")


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """Somebody as the provider describes them.

    Attributes:
        subject: what the provider calls them, always and nobody else.
        email: where they get mails, if it says so.
        email_verified: whether it says that the address is theirs.
        name: what they are called, if it says so.
        groups: in which they are.
        shown_at: when they last showed it who they are, Unix time in seconds, if it says so.
    """

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None
    groups: frozenset[str]
    shown_at: float | None = None

    def hash(self) -> bytes:
        """What is kept to know them again. Some providers' names for people are numbers that tell who they are."""
        return hashlib.sha256(self.issuer.encode() + b"\0" + self.subject.encode()).digest()


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody's groups together give them."""

    roles: frozenset[PersonRole]
    municipality: str | None
    programme: Programme | None


def given_by(groups: Groups, identity: Identity) -> Given:
    """What somebody's groups give them.

    Raises:
        GroupsContradict, MunicipalityNotGiven, ProgrammeNotGiven.
    """
    theirs = [gives for name, gives in groups.items() if name in identity.groups]
    roles = frozenset(role for gives in theirs for role in gives.roles)
    municipalities = {gives.municipality for gives in theirs} - {None}
    programmes = {gives.programme for gives in theirs} - {None}
    if "caseworker" in roles and not municipalities:
        raise MunicipalityNotGiven
    if "facilitator" in roles and not programmes:
        raise ProgrammeNotGiven
    if ("caseworker" in roles and len(municipalities) > 1) or ("facilitator" in roles and len(programmes) > 1):
        raise GroupsContradict
    return Given(
        roles,
        next(iter(municipalities)) if "caseworker" in roles else None,
        next(iter(programmes)) if "facilitator" in roles else None,
    )


def as_given(person: Person, given: Given) -> Person:
    """The person with the roles that the provider gives them now, and those that an administrator has given.

    Whose citizens they see is said by whoever gave them the role for it.
    """
    by_hand = person.roles - person.provided
    provided = given.roles - by_hand
    return replace(
        person,
        roles=by_hand | provided,
        provided=provided,
        municipality=given.municipality if "caseworker" in provided else person.municipality,
        programme=given.programme if "facilitator" in provided else person.programme,
    )


@dataclass(frozen=True, slots=True, repr=False)
class Begun:
    """A sign-in that a browser has begun: the browser holds this, the database a hash of it.

    Attributes:
        secret: 32 random bytes, from which all is made that the provider is given and gives back.
        next: the local path to go on to.
        prover: who is signed in here and has to show it again; None where somebody signs in.
        at: when, Unix time in whole seconds.
    """

    secret: bytes
    taskforce_id: UUID
    next: str
    prover: UUID | None = None
    at: int = 0

    @classmethod
    def new(cls, taskforce_id: UUID, next: str, *, prover: UUID | None = None, at: int = 0) -> Self:
        """One that nobody has begun before."""
        fitting = next if len(next.encode()) <= _LONGEST_NEXT else ""
        return cls(new_secret(), taskforce_id, fitting, prover, at)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a cookie's value. Raises `NotBegunHere` for anything that we cannot have written."""
        packed = from_base64url(text)
        if packed is None or len(packed) < _LAID_OUT.size:
            raise NotBegunHere
        secret, taskforce, prover, at = _LAID_OUT.unpack_from(packed)
        try:
            next = packed[_LAID_OUT.size :].decode()
        except UnicodeDecodeError as error:
            raise NotBegunHere from error
        return cls(secret, UUID(bytes=taskforce), next, UUID(bytes=prover) if any(prover) else None, at)

    def text(self) -> str:
        """The cookie's value; `read` is its inverse."""
        return to_base64url(self._laid_out())

    @property
    def state(self) -> str:
        """Comes back in the address; by it the browser that began is known again."""
        return self._made_for(b"state")

    @property
    def nonce(self) -> str:
        """Comes back in the token: it was made for this sign-in."""
        return self._made_for(b"nonce")

    @property
    def code_verifier(self) -> str:
        """Proves that whoever redeems the code has asked for it (RFC 7636)."""
        return self._made_for(b"code verifier")

    def digest(self) -> bytes:
        """What is kept: the sign-in can be ended once, as it was begun."""
        return hashlib.sha256(b"begun\0" + self._laid_out()).digest()

    def _laid_out(self) -> bytes:
        prover = self.prover.bytes if self.prover else bytes(16)
        return _LAID_OUT.pack(self.secret, self.taskforce_id.bytes, prover, self.at) + self.next.encode()

    def _made_for(self, use: bytes) -> str:
        return to_base64url(hashlib.sha256(use + b"\0" + self.secret).digest())

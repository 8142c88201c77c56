"""A person's identity at the OIDC provider, the grants of its groups, and the refusals. No I/O."""

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
"""How long a sign-in at the provider may take."""
_LAYOUT: Final = struct.Struct(f">{SECRET_BYTES}s16s16sQ")
"""The cookie's fixed part: secret, taskforce, the person who steps up (or zeros), time."""
_MAX_NEXT_BYTES: Final = 1000
"""The longest path to go on to, in bytes. A longer one is dropped, because a cookie holds some 4,000."""


class ProviderNotConfigured(Refusal):
    """The installation, or the taskforce, has no provider."""

    code = "provider-not-offered"
    kind = "not_found"
    title = N_("Nobody signs in like that here")
    detail = N_("Sign in with a passkey or by mail, on the sign-in page.")


class ProviderUnavailable(Refusal):
    """The provider does not answer, or says that it is temporarily unavailable."""

    code = "provider-unavailable"
    kind = "unavailable"
    title = N_("Your organisation's sign-in does not answer")
    detail = N_("Try again in a few minutes, or sign in in another way meanwhile. Nothing was changed.")


class ProviderNotTrusted(Refusal):
    """A response of the provider failed verification, or its settings are wrong.

    Args:
        reason: what failed, for the log; not shown to people.
    """

    code = "provider-not-believed"
    kind = "upstream_failed"
    title = N_("We cannot trust the answer of your organisation's sign-in")
    detail = N_("You are not signed in. Try again; if it happens again, tell the operator of the installation.")

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self.reason = reason


class ClocksDiffer(Refusal):
    """The ID token is not valid yet or no longer: the clocks of the provider and of this machine differ."""

    code = "provider-clock"
    kind = "upstream_failed"
    title = N_("Two clocks do not agree")
    detail = N_(
        "Ours and that of your organisation's sign-in are minutes apart. Tell the operator of the installation."
    )


class SignInNotPending(Refusal):
    """This browser has no such pending sign-in: none was started, it has been used up, or it expired."""

    code = "provider-sign-in-over"
    kind = "conflict"
    title = N_("This sign-in is over")
    detail = N_("It took more than ten minutes, was used before, or began in another window. Begin again.")


class SignInCancelled(Refusal):
    """The person cancelled at the provider, or the provider refused them."""

    code = "provider-sign-in-cancelled"
    kind = "forbidden"
    title = N_("You were not signed in")
    detail = N_("The sign-in of your organisation was broken off, or did not let you in. Nothing was changed.")


class NotReauthenticated(Refusal):
    """For a step-up, the provider did not ask the person again, or does not say so (`auth_time`)."""

    code = "provider-not-asked-again"
    kind = "forbidden"
    title = N_("Your organisation's sign-in did not ask you again")
    detail = N_("Or it does not say that it did. Sign out here, and sign in in another way. Nothing was changed.")


class AuthenticationTooWeak(Refusal):
    """The `acr` or `amr` claim does not have a required value."""

    code = "provider-not-strong-enough"
    kind = "forbidden"
    title = N_("Your organisation's sign-in has to ask you for more")
    detail = N_(
        "It does not say that it asked for two factors, such as a password and your phone. Tell its administrator."
    )


class DifferentPerson(Refusal):
    """Another person than the one who steps up signed in at the provider."""

    code = "provider-another-person"
    kind = "conflict"
    title = N_("You showed that you are somebody else")
    detail = N_("Show it as the person who is signed in here, or sign out first. Nothing was changed.")


class AccountClosed(Refusal):
    """The account is deactivated."""

    code = "account-closed"
    kind = "forbidden"
    title = N_("Your account here is closed")
    detail = N_("Do you take part again? Then ask an administrator of the taskforce to open it.")


class NoRoleHere(Refusal):
    """There is no account, and no group grants a role."""

    code = "no-role-here"
    kind = "forbidden"
    title = N_("You have no role here yet")
    detail = N_("We know who you are, and none of your groups takes part. Ask an administrator of the taskforce.")


class AddressNotVerified(Refusal):
    """The e-mail address is not verified, so it does not identify an account."""

    code = "address-not-verified"
    kind = "forbidden"
    title = N_("We do not know that your mail address is yours")
    detail = N_("Your organisation's sign-in does not say that it is. Tell its administrator in your organisation.")


class LinkedToAnother(Refusal):
    """The account with the address is linked to another subject: the address was given to a new person."""

    code = "linked-to-another"
    kind = "conflict"
    title = N_("Your mail address belongs to another account")
    detail = N_(
        "Somebody had the address before you. An administrator can close that account and open it again for you."
    )


class ConflictingGroups(Refusal):
    """The groups grant two municipalities, or two programmes."""

    code = "groups-contradict"
    kind = "conflict"
    title = N_("Your groups do not agree")
    detail = N_(
        "They are of two municipalities or two programmes. Ask the administrator of the groups in your organisation."
    )


class GroupsNotListed(Refusal):
    """The person is in so many groups that the token does not list them."""

    code = "groups-not-said"
    kind = "conflict"
    title = N_("You are in too many groups")
    detail = N_("So many that we are not told which. Ask the administrator of the groups in your organisation.")


class MunicipalityNotGiven(Refusal):
    """The groups grant `caseworker` without a municipality."""

    code = "municipality-not-given"
    kind = "conflict"
    title = N_("A case worker needs a municipality")
    detail = N_("Your groups do not say which one is yours. Ask the administrator of the groups in your organisation.")


class ProgrammeNotGiven(Refusal):
    """The groups grant `facilitator` without a programme."""

    code = "programme-not-given"
    kind = "conflict"
    title = N_("A facilitator needs a programme")
    detail = N_("Your groups do not say which one is yours. Ask the administrator of the groups in your organisation.")


@dataclass(frozen=True, slots=True, repr=False)
class Identity:
    """A person as the provider describes them.

    Attributes:
        subject: the provider's unique and permanent id of the person.
        email: None if the token has none.
        email_verified: whether the address belongs to the person.
        name: None if the token has none.
        groups: the person's groups.
        authenticated_at: when the person last authenticated there, Unix time in seconds; None if the token has none.
    """

    issuer: str
    subject: str
    email: str | None
    email_verified: bool
    name: str | None
    groups: frozenset[str]
    authenticated_at: float | None = None

    def hash(self) -> bytes:
        """Return the hash that is stored instead of the subject, which may be a personal identification number."""
        return hashlib.sha256(self.issuer.encode() + b"\0" + self.subject.encode()).digest()


@dataclass(frozen=True, slots=True)
class Grants:
    """What a person's groups together grant."""

    roles: frozenset[PersonRole]
    municipality: str | None
    programme: Programme | None


def grants_of(groups: Groups, identity: Identity) -> Grants:
    """Return what the identity's groups grant.

    Raises:
        ConflictingGroups, MunicipalityNotGiven, ProgrammeNotGiven.
    """
    granted = [group for name, group in groups.items() if name in identity.groups]
    roles = frozenset(role for group in granted for role in group.roles)
    municipalities = {group.municipality for group in granted} - {None}
    programmes = {group.programme for group in granted} - {None}
    if "caseworker" in roles and not municipalities:
        raise MunicipalityNotGiven
    if "facilitator" in roles and not programmes:
        raise ProgrammeNotGiven
    if ("caseworker" in roles and len(municipalities) > 1) or ("facilitator" in roles and len(programmes) > 1):
        raise ConflictingGroups
    return Grants(
        roles,
        next(iter(municipalities)) if "caseworker" in roles else None,
        next(iter(programmes)) if "facilitator" in roles else None,
    )


def with_grants(person: Person, grants: Grants) -> Person:
    """Return the person with the provider's current grants and the roles that an administrator gave.

    Municipality and programme come from the source of the role that needs them.
    """
    by_administrator = person.roles - person.provided
    provided = grants.roles - by_administrator
    return replace(
        person,
        roles=by_administrator | provided,
        provided=provided,
        municipality=grants.municipality if "caseworker" in provided else person.municipality,
        programme=grants.programme if "facilitator" in provided else person.programme,
    )


@dataclass(frozen=True, slots=True, repr=False)
class PendingSignIn:
    """A sign-in that a browser has started at the provider. The browser holds this in a cookie, the database its hash.

    Attributes:
        secret: 32 random bytes, from which state, nonce and code verifier are derived.
        next: the local path to go on to.
        step_up_person: the person who steps up; None for a sign-in.
        at: when it was started, Unix time in whole seconds.
    """

    secret: bytes
    taskforce_id: UUID
    next: str
    step_up_person: UUID | None = None
    at: int = 0

    @classmethod
    def new(cls, taskforce_id: UUID, next: str, *, step_up_person: UUID | None = None, at: int = 0) -> Self:
        """Return a new pending sign-in with a random secret. A `next` that is too long is dropped."""
        kept_next = next if len(next.encode()) <= _MAX_NEXT_BYTES else ""
        return cls(new_secret(), taskforce_id, kept_next, step_up_person, at)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a cookie's value. Raises `SignInNotPending` if it is malformed."""
        packed = from_base64url(text)
        if packed is None or len(packed) < _LAYOUT.size:
            raise SignInNotPending
        secret, taskforce, step_up_person, at = _LAYOUT.unpack_from(packed)
        try:
            next = packed[_LAYOUT.size :].decode()
        except UnicodeDecodeError as error:
            raise SignInNotPending from error
        return cls(secret, UUID(bytes=taskforce), next, UUID(bytes=step_up_person) if any(step_up_person) else None, at)

    def text(self) -> str:
        """Return the cookie's value; `read` is the inverse."""
        return to_base64url(self._packed())

    @property
    def state(self) -> str:
        """The `state` parameter: binds the response to this browser."""
        return self._derived(b"state")

    @property
    def nonce(self) -> str:
        """The `nonce` claim: binds the ID token to this sign-in."""
        return self._derived(b"nonce")

    @property
    def code_verifier(self) -> str:
        """The PKCE code verifier (RFC 7636)."""
        return self._derived(b"code verifier")

    def digest(self) -> bytes:
        """Return the hash in the database, which makes the sign-in single-use and tamper-proof."""
        return hashlib.sha256(b"begun\0" + self._packed()).digest()

    def _packed(self) -> bytes:
        step_up_person = self.step_up_person.bytes if self.step_up_person else bytes(16)
        return _LAYOUT.pack(self.secret, self.taskforce_id.bytes, step_up_person, self.at) + self.next.encode()

    def _derived(self, use: bytes) -> str:
        return to_base64url(hashlib.sha256(use + b"\0" + self.secret).digest())

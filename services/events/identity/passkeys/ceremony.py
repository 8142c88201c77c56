"""WebAuthn ceremonies: options for the device, and verification of its responses. Wraps `webauthn`. No I/O.

Whatever is wrong with a response raises `PasskeyRefused`.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

import webauthn
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    RegistrationCredential,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from services.events.identity.passkeys.domain import CHALLENGE_LIFETIME, PasskeyRefused, read_user_handle, user_handle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from services.events.identity.people.domain import Person

_CHALLENGE_BYTES: Final = 32
_TIMEOUT_MS: Final = int(CHALLENGE_LIFETIME.total_seconds() * 1000)
_BROKEN: Final = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    # What the parsers raise for forged input.
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class NewCredential:
    """A credential that a device has created, verified."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Assertion:
    """A device's response to a sign-in challenge, parsed but not verified.

    Attributes:
        taskforce_id, person_id: the person it claims to be, from the user handle.
    """

    challenge: bytes
    credential_id: bytes
    taskforce_id: UUID
    person_id: UUID
    _credential: AuthenticationCredential


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """This installation as a WebAuthn relying party. Passkeys are bound to `id`, and work on pages of `origin`."""

    id: str
    origin: str

    @classmethod
    def at(cls, public_url: str) -> Self | None:
        """Return the relying party at the public URL; None if its host is an IP address.

        WebAuthn level 3, section 5.1.2: the id is a domain.
        """
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return cls(host, f"{parts.scheme}://{parts.netloc}".lower()) if host else None
        return None

    def registration_options(
        self, challenge: bytes, taskforce_id: UUID, person: Person, known: Sequence[bytes]
    ) -> dict[str, Any]:
        """Return the options for `navigator.credentials.create`: a discoverable credential with user verification.

        Args:
            known: the ids of the person's credentials; a device creates no second one.
        """
        options = webauthn.generate_registration_options(
            rp_id=self.id,
            rp_name="Tilsagn",
            user_id=user_handle(taskforce_id, person.id),
            user_name=person.email,
            user_display_name=person.name,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
        )
        return dict(json.loads(webauthn.options_to_json(options)))

    def sign_in_options(self, challenge: bytes) -> dict[str, Any]:
        """Return the options for `navigator.credentials.get`: any passkey of this relying party."""
        options = webauthn.generate_authentication_options(
            rp_id=self.id,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return dict(json.loads(webauthn.options_to_json(options)))

    def verify_registration(self, made: RegistrationCredential) -> NewCredential:
        """Return the verified credential. The caller has checked its challenge. Raises `PasskeyRefused`."""
        with _as_refusal():
            verified = webauthn.verify_registration_response(
                credential=made,
                expected_challenge=registration_challenge(made),
                expected_rp_id=self.id,
                expected_origin=self.origin,
                require_user_verification=True,
            )
            return NewCredential(
                verified.credential_id,
                verified.credential_public_key,
                verified.sign_count,
                verified.credential_backed_up,
            )

    def verify_assertion(self, answer: Assertion, public_key: bytes) -> tuple[int, bool]:
        """Return the verified sign count and whether the passkey is backed up. Raises `PasskeyRefused`."""
        with _as_refusal():
            verified = webauthn.verify_authentication_response(
                credential=answer._credential,
                expected_challenge=answer.challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                credential_public_key=public_key,
                # `Passkey.accepts_count` checks the count, to tell a copied passkey from an invalid signature.
                credential_current_sign_count=0,
                require_user_verification=True,
            )
            return verified.new_sign_count, verified.credential_backed_up


def new_challenge() -> bytes:
    """Return 32 random bytes."""
    return secrets.token_bytes(_CHALLENGE_BYTES)


def read_registration(sent: dict[str, Any]) -> RegistrationCredential:
    """Parse a registration response. Raises `PasskeyRefused`."""
    with _as_refusal():
        return parse_registration_credential_json(sent)


def registration_challenge(made: RegistrationCredential) -> bytes:
    """Return the challenge in a registration response. Raises `PasskeyRefused`."""
    with _as_refusal():
        return parse_client_data_json(made.response.client_data_json).challenge


def read_assertion(sent: dict[str, Any]) -> Assertion:
    """Parse an authentication response. Raises `PasskeyRefused`."""
    with _as_refusal():
        credential = parse_authentication_credential_json(sent)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
    taskforce_id, person_id = read_user_handle(credential.response.user_handle)
    return Assertion(challenge, credential.raw_id, taskforce_id, person_id, credential)


@contextmanager
def _as_refusal() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise PasskeyRefused from error

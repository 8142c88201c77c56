"""What is asked of a device, and what it answers: `webauthn` wrapped, no I/O.

Everything that a browser sends is somebody else's: whatever is wrong with it is one refusal.
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

from services.events.identity.passkeys.domain import CHALLENGE_LASTS, PasskeyRefused, read_user_handle, user_handle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from services.events.identity.people.domain import Person

_CHALLENGE_BYTES: Final = 32
_TIMEOUT_MS: Final = int(CHALLENGE_LASTS.total_seconds() * 1000)
_BROKEN: Final = (
    WebAuthnException,
    InvalidSignature,
    UnsupportedAlgorithm,
    # What the parsers let through of a body that is made up.
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new key, as the device has made it."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    backed_up: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says to be signed in: read, and believed only once it is verified.

    Attributes:
        taskforce_id, person_id: whom it says it belongs to.
    """

    challenge: bytes
    credential_id: bytes
    taskforce_id: UUID
    person_id: UUID
    _credential: AuthenticationCredential


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Us, as passkeys know us: they are bound to the host's name, and answer pages of the origin alone."""

    id: str
    origin: str

    @classmethod
    def at(cls, public_url: str) -> Self | None:
        """Return who we are at the address that people use; None where it has a number for a name.

        WebAuthn level 3, section 5.1.2: the id is a domain.
        """
        parts = urlsplit(public_url)
        host = parts.hostname or ""
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return cls(host, f"{parts.scheme}://{parts.netloc}".lower()) if host else None
        return None

    def ask_to_enrol(
        self, challenge: bytes, taskforce_id: UUID, person: Person, known: Sequence[bytes]
    ) -> dict[str, Any]:
        """What `navigator.credentials.create` is given: a key that finds its person by itself, and asks who holds it.

        Args:
            known: the ids of those they have: a device makes no second one.
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

    def ask_to_sign_in(self, challenge: bytes) -> dict[str, Any]:
        """What `navigator.credentials.get` is given: any passkey for this host will do."""
        options = webauthn.generate_authentication_options(
            rp_id=self.id,
            challenge=challenge,
            timeout=_TIMEOUT_MS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return dict(json.loads(webauthn.options_to_json(options)))

    def enrolled(self, made: RegistrationCredential) -> Enrolled:
        """Return the key that the device has made; its challenge has been looked at. Raises `PasskeyRefused`."""
        with _as_refusal():
            verified = webauthn.verify_registration_response(
                credential=made,
                expected_challenge=challenge_of(made),
                expected_rp_id=self.id,
                expected_origin=self.origin,
                require_user_verification=True,
            )
            return Enrolled(
                verified.credential_id,
                verified.credential_public_key,
                verified.sign_count,
                verified.credential_backed_up,
            )

    def verify(self, answer: Answer, public_key: bytes) -> tuple[int, bool]:
        """Return how often the device says the key was used, and whether there is a copy. Raises `PasskeyRefused`."""
        with _as_refusal():
            verified = webauthn.verify_authentication_response(
                credential=answer._credential,
                expected_challenge=answer.challenge,
                expected_rp_id=self.id,
                expected_origin=self.origin,
                credential_public_key=public_key,
                # What the count has to be is the passkey's to say: a copy is to be told from a mistake.
                credential_current_sign_count=0,
                require_user_verification=True,
            )
            return verified.new_sign_count, verified.credential_backed_up


def new_challenge() -> bytes:
    """Something for a device to sign that nobody can foresee."""
    return secrets.token_bytes(_CHALLENGE_BYTES)


def read_enrolment(sent: dict[str, Any]) -> RegistrationCredential:
    """Read what a browser sends of a new key. Raises `PasskeyRefused`."""
    with _as_refusal():
        return parse_registration_credential_json(sent)


def challenge_of(made: RegistrationCredential) -> bytes:
    """Which challenge the device says it answers. Raises `PasskeyRefused`."""
    with _as_refusal():
        return parse_client_data_json(made.response.client_data_json).challenge


def read_answer(sent: dict[str, Any]) -> Answer:
    """Read what a browser sends to sign somebody in. Raises `PasskeyRefused`."""
    with _as_refusal():
        credential = parse_authentication_credential_json(sent)
        challenge = parse_client_data_json(credential.response.client_data_json).challenge
    taskforce_id, person_id = read_user_handle(credential.response.user_handle)
    return Answer(challenge, credential.raw_id, taskforce_id, person_id, credential)


@contextmanager
def _as_refusal() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise PasskeyRefused from error

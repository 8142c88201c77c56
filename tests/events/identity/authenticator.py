"""A software authenticator for passkeys, which can misbehave on request."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any, Final

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT: Final = 0x01
_VERIFIED: Final = 0x04
_KEY_INCLUDED: Final = 0x40


def encoded(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The inverse of `encoded`."""
    return base64.urlsafe_b64decode(text + "==")


@dataclass
class Device:
    """An authenticator with one P-256 key.

    Attributes:
        origin: the origin that it signs for.
        verifies: whether it verifies the user.
        count: the next sign count; None: it does not count.
    """

    origin: str
    verifies: bool = True
    count: int | None = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: bytes = b""
    rp_id: str = ""

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what `navigator.credentials.create` would."""
        self.user_handle, self.rp_id = decoded(options["user"]["id"]), options["rp"]["id"]
        point = self.key.public_key().public_numbers()
        public_key = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        made = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + cbor2.dumps(public_key)
        content = {"fmt": "none", "attStmt": {}, "authData": self._said(_KEY_INCLUDED) + made}
        return self._credential(
            {
                "clientDataJSON": encoded(self._client_data("webauthn.create", options)),
                "attestationObject": encoded(cbor2.dumps(content)),
            }
        )

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return what `navigator.credentials.get` would."""
        if self.count is not None:
            self.count += 1
        authenticator_data, client_data = self._said(0), self._client_data("webauthn.get", options)
        signature = self.key.sign(authenticator_data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(
            {
                "clientDataJSON": encoded(client_data),
                "authenticatorData": encoded(authenticator_data),
                "signature": encoded(signature),
                "userHandle": encoded(self.user_handle),
            }
        )

    def _said(self, flags: int) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verifies else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, self.count or 0)

    def _client_data(self, does: str, options: dict[str, Any]) -> bytes:
        return json.dumps({"type": does, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        id = encoded(self.credential_id)
        return {"id": id, "rawId": id, "type": "public-key", "response": response}

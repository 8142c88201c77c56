"""Tokens: signing, verification and its cache."""

from __future__ import annotations

import base64
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from shared.http.auth import InvalidToken, Principal, TokenVerifier, new_private_jwk, public_jwks, sign_token

KEY = new_private_jwk()
WHO = Principal("person:6f0c1c1e-6b57-4f26-9a44-0671067106ff", frozenset({"member"}), uuid4())


def test_a_token_is_verified_alike_every_time() -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    token = sign_token(KEY, WHO, lifetime_seconds=60)
    first, again = verifier.verify(token), verifier.verify(token)
    assert first == again
    assert (first.subject, first.taskforce_id) == (WHO.subject, WHO.taskforce_id)


def test_a_cached_token_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    token = sign_token(KEY, WHO, lifetime_seconds=60)
    verifier.verify(token)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    with pytest.raises(InvalidToken):
        verifier.verify(token)


def test_a_token_from_the_future_becomes_valid_later(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 300)
    token = sign_token(KEY, WHO, lifetime_seconds=600)
    monkeypatch.setattr(time, "time", lambda: now)
    with pytest.raises(InvalidToken):
        verifier.verify(token)
    monkeypatch.setattr(time, "time", lambda: now + 300)
    assert verifier.verify(token).subject == WHO.subject


def test_a_token_of_another_key_is_refused_every_time() -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    forged = sign_token(new_private_jwk(), WHO, lifetime_seconds=60)
    for _ in range(2):
        with pytest.raises(InvalidToken):
            verifier.verify(forged)


def test_a_changed_character_invalidates_a_token() -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    token = sign_token(KEY, WHO, lifetime_seconds=60)
    verifier.verify(token)
    middle = len(token) // 2
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    with pytest.raises(InvalidToken):
        verifier.verify(changed)


def _signed(key: dict[str, Any], *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token with other claims than ours."""
    signing = OKPKey.import_key(key)
    now = int(time.time())
    ours = {"iss": "tilsagn", "aud": "tilsagn", "sub": "person:x", "roles": ["member"], "iat": now, "exp": now + 60}
    payload = {name: claim for name, claim in (ours | claims).items() if claim is not None}
    return jwt.encode({"alg": "Ed25519", "kid": signing.kid} | (header or {}), payload, signing, algorithms=["Ed25519"])


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "elsewhere"},
        {"iss": None},
        {"aud": "elsewhere"},
        {"aud": ["tilsagn", "elsewhere"]},
        {"exp": int(time.time()) - 1},
        {"exp": None},
        # Five minutes ahead, and as long as the tests may take before it is checked.
        {"iat": int(time.time()) + 300 + 24 * 3600},
        {"iat": None},
        {"sub": None},
        {"roles": ["member", "king"]},
        {"roles": None},
        {"tf": "struer"},
        {"sid": "x"},
    ],
)
def test_a_token_with_unexpected_claims_is_refused(claims: dict[str, Any]) -> None:
    key = json.loads(new_private_jwk())
    verifier = TokenVerifier(public_jwks(json.dumps(key)))
    assert verifier.verify(_signed(key)).roles == {"member"}
    with pytest.raises(InvalidToken):
        verifier.verify(_signed(key, **claims))


def test_a_token_without_an_audience_is_accepted() -> None:
    key = json.loads(new_private_jwk())
    assert TokenVerifier(public_jwks(json.dumps(key))).verify(_signed(key, aud=None)).roles == {"member"}


def test_a_token_with_another_algorithm_is_refused() -> None:
    key = json.loads(new_private_jwk())
    jwks = public_jwks(json.dumps(key))
    verifier = TokenVerifier(jwks)
    header, claims, _ = _signed(key).split(".")

    def encoded(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    kid = key["kid"]
    with_public_key = OctKey.import_key(jwks)
    decoded = json.loads(base64.urlsafe_b64decode(claims + "=="))
    forged = [
        f"{encoded({'alg': 'none', 'kid': kid})}.{claims}.",
        f"{encoded({'alg': 'None'})}.{claims}.",
        jwt.encode({"alg": "HS256", "kid": kid}, decoded, with_public_key, algorithms=["HS256"]),
        f"{header}.{claims}.",
        f"{header}.{claims}",
        "",
        "a.b.c",
        "ø",
    ]
    for token in forged:
        with pytest.raises(InvalidToken):
            verifier.verify(token)


def test_two_keys_are_accepted_during_a_rotation() -> None:
    """A key change: first publish the next key, then sign with it, then remove the old one."""
    old, new = new_private_jwk(), new_private_jwk()
    both = json.dumps({"keys": [key for jwk in (old, new) for key in json.loads(public_jwks(jwk))["keys"]]})
    who = Principal("person:00000000-0000-4000-8000-000000000001", frozenset({"member"}), None)
    before, after = (sign_token(key, who, lifetime_seconds=60) for key in (old, new))
    for jwks, good in ((public_jwks(old), {before}), (both, {before, after}), (public_jwks(new), {after})):
        verifier = TokenVerifier(jwks)
        for token in (before, after):
            if token in good:
                assert verifier.verify(token).roles == {"member"}
            else:
                with pytest.raises(InvalidToken):
                    verifier.verify(token)

"""Tokens: what a verifier remembers of them, and what it asks every time."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from shared.auth import InvalidToken, Principal, TokenVerifier, new_private_jwk, public_jwks, sign_token

KEY = new_private_jwk()
WHO = Principal("person:6f0c1c1e-6b57-4f26-9a44-0671067106ff", frozenset({"member"}), uuid4())


def test_a_token_says_the_same_every_time() -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    token = sign_token(KEY, WHO, lifetime_seconds=60)
    first, again = verifier.verify(token), verifier.verify(token)
    assert first == again
    assert (first.subject, first.taskforce_id) == (WHO.subject, WHO.taskforce_id)


def test_a_token_that_was_right_runs_out_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    token = sign_token(KEY, WHO, lifetime_seconds=60)
    verifier.verify(token)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 61)
    with pytest.raises(InvalidToken):
        verifier.verify(token)


def test_a_token_from_the_future_becomes_right_when_its_time_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 300)
    token = sign_token(KEY, WHO, lifetime_seconds=600)
    monkeypatch.setattr(time, "time", lambda: now)
    with pytest.raises(InvalidToken):
        verifier.verify(token)
    monkeypatch.setattr(time, "time", lambda: now + 300)
    assert verifier.verify(token).subject == WHO.subject


def test_a_token_of_another_key_is_refused_however_often_it_comes() -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    forged = sign_token(new_private_jwk(), WHO, lifetime_seconds=60)
    for _ in range(2):
        with pytest.raises(InvalidToken):
            verifier.verify(forged)


def test_one_changed_letter_makes_it_another_token() -> None:
    verifier = TokenVerifier(public_jwks(KEY))
    token = sign_token(KEY, WHO, lifetime_seconds=60)
    verifier.verify(token)
    middle = len(token) // 2
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    with pytest.raises(InvalidToken):
        verifier.verify(changed)

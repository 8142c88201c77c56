"""Secrets and codes as text."""

from __future__ import annotations

import pytest

from shared import secrets


def test_a_secret_is_read_as_it_was_written() -> None:
    secret = secrets.new_secret()
    assert secrets.read_secret(secrets.write_secret(secret)) == secret
    assert secret != secrets.new_secret()


@pytest.mark.parametrize("text", ["", "AAAA", "æ", "A" * 44, "A" * 42 + "!", "A" * 86])
def test_other_text_is_not_a_secret(text: str) -> None:
    assert secrets.read_secret(text) is None


def test_base64url_has_no_padding_and_is_read_back() -> None:
    for raw in (b"", b"\xfb", b"\xfb\xff", b"\xfb\xff\xfe"):
        text = secrets.to_base64url(raw)
        assert not set(text) & set("+/=")
        assert secrets.from_base64url(text) == raw


def test_a_code_has_eight_unambiguous_characters() -> None:
    code = secrets.new_code()
    assert len(code) == 9
    assert code[4] == "-"
    assert set(code) <= set(secrets.CODE_ALPHABET) | {"-"}
    assert not set("ILOU") & set(secrets.CODE_ALPHABET)


@pytest.mark.parametrize("typed", ["ab3d-9k1m", "AB3D9KLM", " AB3D 9KIM", "ab-3d-9k-lm"])
def test_case_hyphens_blanks_and_look_alikes_do_not_matter(typed: str) -> None:
    assert secrets.normalize_code(typed) == "AB3D-9K1M"


def test_a_digest_determines_its_code() -> None:
    assert secrets.code_from_digest(bytes(12)) == "0000-0000"
    assert secrets.code_from_digest(b"\x01" * 12) == secrets.code_from_digest(b"\x02" * 7 + b"\x01" * 5)

"""Local paths: the allowed targets of links and redirects."""

from __future__ import annotations

import pytest

from shared.ui.local_paths import safe_next


@pytest.mark.parametrize(
    "target",
    [
        *("https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example", "javascript:x", "", None, "x"),
        *("/%2felsewhere.example", "/%5celsewhere.example", "/%5Celsewhere.example", "/a\nb", "/\t/elsewhere.example"),
        *("/\x7f/elsewhere.example", "/queue\\x", " /queue", "\\\\elsewhere.example"),
    ],
)
def test_unsafe_targets_after_signing_in_are_replaced(target: str | None) -> None:
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", ["/", "/queue?mine=1&page_token=x", "/a?next=//b", "/møde?q=a b", "/a/%2fb"])
def test_a_local_target_after_signing_in_is_kept(target: str) -> None:
    assert safe_next(target) == target

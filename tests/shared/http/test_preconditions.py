"""If-Match and ETag."""

from __future__ import annotations

import pytest

from shared.http.preconditions import NO_VERSION, etag, expected_version
from shared.http.problems import Problem


@pytest.mark.parametrize(
    ("if_match", "version"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"3"', 3),
        (' "3" ', 3),
        ('W/"3"', NO_VERSION),
        ('"3", "4"', NO_VERSION),
        ('W/"3", "4"', NO_VERSION),
        ('"abc"', NO_VERSION),
        ('"٣"', NO_VERSION),
        ('"99999999999999"', NO_VERSION),
    ],
)
async def test_if_match_names_one_version(if_match: str | None, version: int | None) -> None:
    assert await expected_version(if_match) == version


@pytest.mark.parametrize("if_match", ["", "3", '"3', "'3'", '"3" or "4"'])
async def test_a_malformed_if_match_is_answered_400(if_match: str) -> None:
    with pytest.raises(Problem) as refused:
        await expected_version(if_match)
    assert (refused.value.status, refused.value.slug) == (400, "malformed-if-match")


async def test_an_etag_is_read_again_as_its_version() -> None:
    assert await expected_version(etag(12)) == 12

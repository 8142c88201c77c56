"""A phone may keep its page and its pledges for months: the server still takes what former pages send.

`tests/upgrade/phones/<schema>.json` is what a page keeps, sends and reads. That the page does so, and that later pages
read what it has kept, is tried in `tests/shared/ui/js/intake_versions.test.js`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.pledges.conftest import Caller

RECORDINGS = [
    pytest.param(json.loads(file.read_text()), id=file.stem)
    for file in sorted((Path(__file__).parents[2] / "upgrade" / "phones").glob("*.json"))
]


@pytest.mark.parametrize("recorded", RECORDINGS)
async def test_the_server_takes_what_a_former_page_sends(
    recorded: dict[str, Any], caller: Caller, add_event: Callable[..., Awaitable[UUID]]
) -> None:
    await add_event(event_id=UUID(recorded["records"][0]["event_id"]))

    for name in ("single", "batch", "announcement", "page"):
        sent = recorded[name]
        key = {"idempotency-key": sent["body"]["id"]} if name == "single" else {}
        answer = await caller.client.request(
            sent["method"], sent["path"], json=sent["body"], headers=caller.headers("member") | key
        )

        assert answer.status_code == sent["status"], answer.text
        assert_has(answer.json(), sent["answer"])


def assert_has(answer: Any, recorded: Any) -> None:
    """Fail unless the answer has every field that the page reads; ids and states are the same."""
    if isinstance(recorded, dict):
        for name, value in recorded.items():
            assert name in answer, name
            if name in {"id", "status", "kind"}:
                assert answer[name] == value, name
            assert_has(answer[name], value)
    elif isinstance(recorded, list):
        for one, expected in zip(answer, recorded, strict=False):
            assert_has(one, expected)
    elif isinstance(recorded, int | float | str):
        assert isinstance(answer, str if isinstance(recorded, str) else int | float)

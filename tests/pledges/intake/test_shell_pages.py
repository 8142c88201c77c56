"""The intake without the network: the same page for everybody, and the worker that keeps it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from shared.http.auth import SESSION_COOKIE
from shared.i18n.translations import LANGUAGES
from tests.bench.phone import LARGEST_SHELL_KB, shell_bytes

if TYPE_CHECKING:
    from tests.pledges.conftest import Caller

WORKER = "/pledges/service-worker.js"


async def _facts(caller: Caller) -> dict[str, Any]:
    script = (await caller.get(WORKER)).text
    facts: dict[str, Any] = json.loads(script.split("=", 1)[1].split(";\n", 1)[0])
    return facts


async def test_the_worker_knows_what_every_file_of_the_page_is(caller: Caller) -> None:
    facts = await _facts(caller)

    assert set(facts["pages"].values()) <= set(facts["files"])
    for path, digest in facts["files"].items():
        answer = await caller.get(path)
        assert answer.status_code == 200, path
        assert digest == f"sha256-{base64.b64encode(hashlib.sha256(answer.content).digest()).decode()}", path


async def test_the_page_needs_no_file_that_the_worker_does_not_keep(caller: Caller) -> None:
    facts = await _facts(caller)

    for path in facts["pages"].values():
        page = (await caller.get(path)).text
        assert set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', page)) <= set(facts["files"])


async def test_the_page_is_the_same_for_everybody_and_has_nothing_of_a_person(caller: Caller) -> None:
    for language in LANGUAGES:
        path = f"/pledges/shell/{language}"
        nobodys, members = await caller.get(path), await caller.get(path, "member")

        assert members.content == nobodys.content
        assert "set-cookie" not in members.headers
        assert f'<html lang="{language}">' in nobodys.text
        assert "csrf_token" not in nobodys.text
        assert "data-principal" not in nobodys.text


async def test_browsers_ask_for_the_worker_each_time_and_are_not_redirected(caller: Caller) -> None:
    answer = await caller.client.get(WORKER, headers={"cookie": f"{SESSION_COOKIE}=of-an-expired-token"})

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"].startswith("text/javascript")


def test_everything_that_a_phone_loads_takes_75_kilobytes_at_most() -> None:
    sizes = shell_bytes()

    assert sum(sizes.values()) <= LARGEST_SHELL_KB * 1024, sizes

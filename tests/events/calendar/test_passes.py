"""Event passes, their short link and their QR code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

import pytest

from services.events.calendar import passes
from services.events.calendar.codes import InvalidCode
from shared.documents.qr import qr_svg
from shared.http.auth import TokenVerifier, new_private_jwk, public_jwks
from tests.events.conftest import published

if TYPE_CHECKING:
    import httpx

    from services.events.settings import EventsSettings
    from shared.db.database import Database
    from tests.events.conftest import Caller

CODE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"  # pragma: allowlist secret


async def test_a_pass_is_a_token_for_one_event_until_fourteen_days_after(
    caller: Caller, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    ends_at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=5)
    event = await caller.event(
        "publish", starts_at=(ends_at - timedelta(hours=3)).isoformat(), ends_at=ends_at.isoformat()
    )
    answer = await caller.post(f"/events/{event['id']}/passes")
    assert answer.status_code == 201
    issued = answer.json()
    principal = TokenVerifier(events_settings.token_jwks).verify(issued["token"])
    assert principal.roles == {"event_pass"}
    assert (principal.taskforce_id, principal.event_id) == (taskforce_id, UUID(event["id"]))
    assert principal.pass_generation == issued["generation"] == 1
    assert abs(principal.expires_at - (ends_at + timedelta(days=14)).timestamp()) <= 1
    assert issued["url"] == f"http://localhost:8080/pledges/pass/{issued['token']}"


@pytest.mark.parametrize("steps", [(), ("cancel",)])
async def test_a_draft_or_cancelled_event_issues_no_passes(caller: Caller, steps: tuple[str, ...]) -> None:
    event = await caller.event(*steps)
    answer = await caller.post(f"/events/{event['id']}/passes")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/pass-not-available")


async def test_an_event_long_over_issues_no_passes(caller: Caller) -> None:
    event = await caller.event("publish", starts_at="2020-11-24T16:30:00Z", ends_at="2020-11-24T19:30:00Z")
    assert (await caller.post(f"/events/{event['id']}/passes")).status_code == 409


async def test_revoking_passes_publishes_a_new_generation(caller: Caller, db: Database) -> None:
    event = await caller.event("publish")
    answer = await caller.post(f"/events/{event['id']}/passes/revoke", {"generation": 1})
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (200, {"generation": 2}, '"3"')
    name, fact = (await published(db))[-1]
    assert (name, fact["pass_generation"], fact["version"]) == ("EventPassRevoked", 2, 3)
    assert (await caller.post(f"/events/{event['id']}/passes")).json()["generation"] == 2


async def test_revoking_the_same_generation_twice_is_revoking_once(caller: Caller, db: Database) -> None:
    event = await caller.event("publish")
    for _ in range(2):
        answer = await caller.post(f"/events/{event['id']}/passes/revoke", {"generation": 1})
        assert answer.json() == {"generation": 2}
    assert [name for name, _ in await published(db)].count("EventPassRevoked") == 1


async def test_passes_are_revoked_without_a_body_too(caller: Caller) -> None:
    event = await caller.event("publish")
    assert (await caller.post(f"/events/{event['id']}/passes/revoke")).json() == {"generation": 2}


async def test_the_short_link_leads_to_the_intake_with_a_pass(caller: Caller, events_settings: EventsSettings) -> None:
    event = await caller.event("publish", "open")
    answer = await _follow(caller, await _link(caller, event["id"]))
    assert answer.status_code == 303
    path, _, token = answer.headers["location"].rpartition("/")
    assert path == "/pledges/pass"
    assert TokenVerifier(events_settings.token_jwks).verify(token).event_id == UUID(event["id"])


async def test_a_replaced_code_says_so(caller: Caller) -> None:
    event = await caller.event("publish", "open")
    old = await _link(caller, event["id"])
    await caller.post(f"/events/{event['id']}/passes/revoke")
    answer = await _follow(caller, old)
    assert answer.status_code == 410
    assert "Koden er blevet udskiftet" in answer.text
    assert (await _follow(caller, await _link(caller, event["id"]))).status_code == 303


async def test_a_forged_code_does_not_work(caller: Caller) -> None:
    event = await caller.event("publish", "open")
    link = await _link(caller, event["id"])
    head, _, code = link.rpartition("/")
    for position in range(0, len(code), 7):
        wrong = CODE_ALPHABET[(CODE_ALPHABET.index(code[position]) + 1) % 64]
        answer = await _follow(caller, f"{head}/{code[:position]}{wrong}{code[position + 1 :]}")
        assert answer.status_code == 404
    for broken in ("x", "A" * 64, code[:-1], code + "A", code + "=", "æøå", "%F0%28%8C"):
        assert (await _follow(caller, f"{head}/{broken}")).status_code == 404


async def test_a_code_of_a_missing_event_does_not_work(
    caller: Caller, events_settings: EventsSettings, taskforce_id: UUID
) -> None:
    code = passes.link_code(events_settings, taskforce_id, uuid4(), 1)
    assert (await _follow(caller, f"/events/pass/{code}")).status_code == 404


def test_a_code_depends_on_the_signing_key(events_settings: EventsSettings, taskforce_id: UUID) -> None:
    stranger = new_private_jwk()
    elsewhere = events_settings.__class__(
        **events_settings.model_dump(exclude={"token_private_key", "token_jwks"}),
        token_private_key=stranger,
        token_jwks=public_jwks(stranger),
    )
    code = passes.link_code(elsewhere, taskforce_id, uuid4(), 1)
    with pytest.raises(InvalidCode):
        passes.read_link(events_settings, code)


def test_the_qr_code_is_coarse_enough_for_a_hall() -> None:
    drawing = ET.fromstring(qr_svg("https://tilsagn.struer.example/events/pass/" + "x" * 64))
    _, _, width, height = drawing.attrib["viewBox"].split()
    # 49 modules of 1.5 cm make a code of 75 cm, which a phone reads across a hall.
    assert width == height
    assert int(width) - 8 <= 49
    assert "style" not in ET.tostring(drawing, encoding="unicode")


async def test_the_link_for_practice_leads_to_the_intake_for_practice(caller: Caller) -> None:
    link = await _link(caller, (await caller.event("publish"))["id"])
    usual, practice = [(await _follow(caller, path)).headers["location"] for path in (link, f"{link}?practice=true")]
    assert practice.startswith("/pledges/pass/")
    assert practice.endswith("?practice=true")
    assert "practice" not in usual


async def _link(caller: Caller, event_id: str) -> str:
    link: str = (await caller.post(f"/events/{event_id}/passes")).json()["link"]
    assert link.startswith("http://localhost:8080/events/pass/")
    return link.removeprefix("http://localhost:8080")


async def _follow(caller: Caller, path: str) -> httpx.Response:
    return await caller.client.get(path, headers={"accept": "text/html"})

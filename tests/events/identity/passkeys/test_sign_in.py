"""Signing in with a passkey."""

from __future__ import annotations

import asyncio
import copy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from structlog.testing import capture_logs

from services.events.app import create_app
from services.events.identity.administration import commands as people
from services.events.identity.passkeys.ceremony import RelyingParty
from services.events.identity.passkeys.domain import CHALLENGE_LIFETIME, CODE_LIFETIME, Passkey
from services.events.identity.passkeys.pages import BROWSER_COOKIE
from services.events.identity.people.domain import Person
from services.events.identity.sessions import commands as sessions
from services.events.identity.sessions.domain import SessionEnded
from shared.http.auth import SESSION_COOKIE
from tests.events.identity.authenticator import Device, encoded
from tests.events.identity.browsing import HOST, ORIGIN, PAGE, Browser, count, kind, proof

if TYPE_CHECKING:
    from services.events.settings import EventsSettings
    from shared.db.database import Database


async def test_a_member_adds_a_passkey_and_signs_in_with_it(
    phone: Browser, eva: Person, db: Database, taskforce_id: UUID
) -> None:
    by_link = await phone.signed_in(taskforce_id, eva, "link")
    answer = await phone.enrol()
    assert (answer.status_code, answer.json()) == (200, {"next": "/account#passkeys"})
    assert phone.key().session_id != by_link.session_id
    assert await proof(db, phone.key()) == "passkey"
    with pytest.raises(SessionEnded):
        await sessions.renew(db, by_link, by_person=False)
    await phone.sign_out()
    options = await phone.sign_in_options()
    assert "allowCredentials" not in options or options["allowCredentials"] == []
    assert options["userVerification"] == "required"
    answer = await phone.answered(phone.device.sign(options), next="/events?lang=en")
    assert answer.json() == {"next": "/events?lang=en"}
    assert await proof(db, phone.key()) == "passkey"
    page = (await phone.client.get("/account?lang=en", headers=PAGE)).text
    assert "Firefox, Android" in page


async def test_registration_options_ask_for_a_discoverable_verified_credential(
    phone: Browser, eva: Person, taskforce_id: UUID
) -> None:
    await phone.signed_in(taskforce_id, eva, "link")
    options = (await phone.registration_options()).json()
    assert options["rp"] == {"name": "Tilsagn", "id": "localhost"}
    assert options["user"]["id"] == encoded(taskforce_id.bytes + eva.id.bytes)
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert len(options["challenge"]) >= 43


async def test_signing_in_never_leads_to_another_site(enrolled: Browser) -> None:
    for next in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        credential = enrolled.device.sign(await enrolled.sign_in_options())
        assert (await enrolled.answered(credential, next)).json() == {"next": "/"}


async def test_signing_in_ends_the_session_that_the_browser_had(
    enrolled: Browser, eva: Person, db: Database, taskforce_id: UUID
) -> None:
    before = await enrolled.signed_in(taskforce_id, eva, "link")
    assert (await enrolled.sign_in()).status_code == 200
    with pytest.raises(SessionEnded):
        await sessions.renew(db, before, by_person=False)


async def test_an_assertion_cannot_be_replayed(enrolled: Browser) -> None:
    credential = enrolled.device.sign(await enrolled.sign_in_options())
    assert (await enrolled.answered(credential)).status_code == 200
    again = await enrolled.answered(credential)
    assert (again.status_code, kind(again)) == (409, "passkey-challenge-over")


async def test_a_challenge_is_used_up_even_if_the_answer_is_wrong(enrolled: Browser) -> None:
    options = await enrolled.sign_in_options()
    enrolled.device.verifies = False
    assert kind(await enrolled.answered(enrolled.device.sign(options))) == "passkey-refused"
    enrolled.device.verifies = True
    assert kind(await enrolled.answered(enrolled.device.sign(options))) == "passkey-challenge-over"


async def test_of_two_concurrent_assertions_one_signs_in(enrolled: Browser) -> None:
    credential = enrolled.device.sign(await enrolled.sign_in_options())
    answers = await asyncio.gather(*(enrolled.answered(credential) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_a_challenge_expires_after_five_minutes(enrolled: Browser, db: Database) -> None:
    options = await enrolled.sign_in_options()
    async with db.system() as conn:
        await conn.execute("update passkey_challenges set expires_at = expires_at - $1::interval", CHALLENGE_LIFETIME)
    assert kind(await enrolled.answered(enrolled.device.sign(options))) == "passkey-challenge-over"


async def test_expired_challenges_are_deleted(enrolled: Browser, db: Database, taskforce_id: UUID) -> None:
    await enrolled.sign_in_options()
    async with db.system() as conn:
        await conn.execute("update passkey_challenges set expires_at = expires_at - $1::interval", CHALLENGE_LIFETIME)
    await enrolled.sign_in_options()
    assert await count(db, taskforce_id, "passkey_challenges") == 1


async def test_a_challenge_is_bound_to_one_browser(enrolled: Browser, other_phone: Browser) -> None:
    credential = enrolled.device.sign(await enrolled.sign_in_options())
    await other_phone.sign_in_options()
    assert kind(await other_phone.answered(credential)) == "passkey-challenge-over"
    other_phone.client.cookies.delete(BROWSER_COOKIE)
    assert kind(await other_phone.answered(credential)) == "passkey-challenge-over"
    assert (await enrolled.answered(credential)).status_code == 200


async def test_a_challenge_to_sign_in_adds_no_passkey(enrolled: Browser, eva: Person, taskforce_id: UUID) -> None:
    await enrolled.signed_in(taskforce_id, eva, "link")
    options = (await enrolled.registration_options()).json() | await enrolled.sign_in_options()
    made = Device(ORIGIN).make(options)
    assert kind(await enrolled.send("/account/passkeys", {"credential": made})) == "passkey-challenge-over"


async def test_a_challenge_for_one_person_adds_no_passkey_for_another(
    phone: Browser, eva: Person, karen: Person, taskforce_id: UUID
) -> None:
    await phone.signed_in(taskforce_id, eva, "link")
    options = await phone.registration_options()
    secret = phone.client.cookies[BROWSER_COOKIE]
    await phone.signed_in(taskforce_id, karen, "demonstration")
    phone.client.cookies.set(BROWSER_COOKIE, secret, domain=HOST)
    answer = await phone.send("/account/passkeys", {"credential": phone.device.make(options.json())})
    assert kind(answer) == "passkey-challenge-over"


@pytest.mark.parametrize("spoil", ["origin", "person", "host", "signature", "key", "handle"])
async def test_an_invalid_assertion_is_refused(enrolled: Browser, spoil: str) -> None:
    device = enrolled.device
    if spoil == "origin":
        device.origin = "http://localhost.evil.example:8080"
    elif spoil == "host":
        device.rp_id = "evil.example"
    elif spoil == "person":
        device.verifies = False
    elif spoil == "key":
        device.key = Device(ORIGIN).key
    elif spoil == "handle":
        device.user_handle = device.user_handle[:16] + uuid4().bytes
    credential = device.sign(await enrolled.sign_in_options())
    if spoil == "signature":
        credential["response"]["signature"] = encoded(b"0" * 70)
    answer = await enrolled.answered(credential)
    assert (answer.status_code, kind(answer)) == (422, "passkey-refused")
    assert SESSION_COOKIE not in enrolled.client.cookies


async def test_a_passkey_of_one_taskforce_opens_no_other(enrolled: Browser, other_taskforce_id: UUID) -> None:
    enrolled.device.user_handle = other_taskforce_id.bytes + enrolled.device.user_handle[16:]
    assert kind(await enrolled.sign_in()) == "passkey-refused"


async def test_a_passkey_that_was_removed_signs_nobody_in(enrolled: Browser, db: Database, taskforce_id: UUID) -> None:
    async with db.change(taskforce_id) as conn:
        await conn.execute("delete from passkeys")
    assert kind(await enrolled.sign_in()) == "passkey-refused"


async def test_a_deactivated_person_cannot_sign_in(
    enrolled: Browser, eva: Person, db: Database, taskforce_id: UUID
) -> None:
    await people.deactivate_person(db, taskforce_id, eva.id)
    assert kind(await enrolled.sign_in()) == "passkey-refused"


async def test_a_copied_passkey_is_refused_and_logged(enrolled: Browser) -> None:
    copied = copy.copy(enrolled.device)
    for _ in range(2):
        assert (await enrolled.sign_in()).status_code == 200
    enrolled.device = copied
    with capture_logs() as logs:
        assert kind(await enrolled.sign_in()) == "passkey-refused"
    warnings = [line["event"] for line in logs if line["log_level"] == "warning"]
    assert warnings == ["passkeys.may_be_copied", "request.refused"]


async def test_a_device_that_does_not_count_signs_in_often(phone: Browser, eva: Person, taskforce_id: UUID) -> None:
    phone.device.count = None
    await phone.signed_in(taskforce_id, eva, "link")
    assert (await phone.enrol()).status_code == 200
    for _ in range(3):
        assert (await phone.sign_in()).status_code == 200


def test_a_sign_count_must_increase_or_be_zero() -> None:
    passkey = Passkey(uuid4(), uuid4(), b"", b"", 5, "", backed_up=False, created_at=datetime.now(UTC))
    assert [passkey.accepts_count(count) for count in (0, 4, 5, 6)] == [False, False, False, True]
    assert [replace(passkey, sign_count=0).accepts_count(count) for count in (0, 1)] == [True, True]


BROKEN: list[Any] = [
    {},
    {"id": "x"},
    {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
    {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "!", "authenticatorData": "AA"}},
    {
        "id": "AA",
        "rawId": "AA",
        "type": "public-key",
        "response": {
            "clientDataJSON": encoded('{"type": "webauthn.get", "challenge": "ø", "origin": []}'.encode()),
            "authenticatorData": "AA",
            "attestationObject": "AA",
            "signature": "A",
            "userHandle": "A",
        },
    },
    {"id": "AA", "rawId": "AA", "type": "x", "response": None},
    {"id": 1, "rawId": [], "type": None, "response": "x"},
]


@pytest.mark.parametrize("credential", BROKEN, ids=range(len(BROKEN)))
async def test_a_malformed_credential_is_refused(
    phone: Browser, eva: Person, taskforce_id: UUID, credential: Any
) -> None:
    await phone.signed_in(taskforce_id, eva, "link")
    for path in ("/sign-in/passkey", "/account/passkeys"):
        answer = await phone.send(path, {"credential": credential})
        assert (answer.status_code, kind(answer)) == (422, "passkey-refused")
    bodies: list[Any] = [[], {"credential": "x"}, {}, "x"]
    for body in bodies:
        assert (await phone.send("/sign-in/passkey", body)).status_code == 422


async def test_a_forged_registration_is_refused(phone: Browser, eva: Person, db: Database, taskforce_id: UUID) -> None:
    await phone.signed_in(taskforce_id, eva, "link")
    for spoil in ("origin", "verifies", "object"):
        phone.device = Device("https://evil.example" if spoil == "origin" else ORIGIN, verifies=spoil != "verifies")
        made = phone.device.make((await phone.registration_options()).json())
        if spoil == "object":
            made["response"]["attestationObject"] = encoded(b"\xa3cfmtdnonegattStmt\xa0hauthDataX")
        answer = await phone.send("/account/passkeys", {"credential": made})
        assert kind(answer) == "passkey-refused", spoil
    assert await count(db, taskforce_id, "passkeys") == 0


async def test_a_passkey_is_registered_once(
    phone: Browser, other_phone: Browser, eva: Person, karen: Person, taskforce_id: UUID
) -> None:
    await phone.signed_in(taskforce_id, eva, "link")
    assert (await phone.enrol()).status_code == 200
    other_phone.device.credential_id = phone.device.credential_id
    key = await other_phone.signed_in(taskforce_id, karen, "demonstration")
    assert kind(await other_phone.enrol()) == "passkey-known"
    assert await proof(other_phone.db, key) == "demonstration", "nothing is half done"


@pytest.mark.parametrize(
    ("url", "party"),
    [
        ("https://tilsagn.struer.dk", RelyingParty("tilsagn.struer.dk", "https://tilsagn.struer.dk")),
        ("https://Tilsagn.Struer.dk:8443", RelyingParty("tilsagn.struer.dk", "https://tilsagn.struer.dk:8443")),
        ("http://localhost:8080", RelyingParty("localhost", ORIGIN)),
        ("http://127.0.0.1:8080", None),
        ("https://[::1]:8080", None),
    ],
)
def test_passkeys_are_bound_to_a_domain(url: str, party: RelyingParty | None) -> None:
    assert RelyingParty.at(url) == party


async def test_at_an_ip_address_the_page_says_that_there_are_no_passkeys(
    events_settings: EventsSettings, db: Database, eva: Person, taskforce_id: UUID
) -> None:
    app = create_app(events_settings.model_copy(update={"public_url": "http://127.0.0.1:8080"}))
    async with app.router.lifespan_context(app):
        phone = Browser(app, db, events_settings)
        await phone.signed_in(taskforce_id, eva, "link")
        for path in ("/account?lang=en", "/sign-in/passkey?lang=en"):
            page = (await phone.client.get(path, headers=PAGE)).text
            assert "and this one is a number" in page
            assert '<form class="passkey-form"' not in page
        assert kind(await phone.send("/sign-in/passkey/options", {})) == "passkeys-not-offered"
        assert kind(await phone.registration_options()) == "passkeys-not-offered"
        await phone.client.aclose()


async def test_challenges_and_codes_expire() -> None:
    assert timedelta(minutes=5) >= CHALLENGE_LIFETIME
    assert timedelta(hours=48) == CODE_LIFETIME


async def test_challenges_are_rate_limited(phone: Browser) -> None:
    answers = [await phone.send("/sign-in/passkey/options", {}) for _ in range(101)]
    assert [answer.status_code for answer in answers] == [200] * 100 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
